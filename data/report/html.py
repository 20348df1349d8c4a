"""HTML that escapes by default: plain strings are text, only :class:`Html` is markup."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Html", "join", "meter", "section", "table", "tag"]

_VOID = frozenset({"meta", "input", "br", "col"})


class Html(str):
    """Text that is markup already and goes out as it is.

    Put pieces together with :func:`join`; ``+`` is refused, since it would quietly give a plain string.
    """

    __slots__ = ()

    def __add__(self, other: str) -> Html:
        raise TypeError("use join() to put markup together")


def tag(element: str, *children: str, **attributes: str | int | float | bool | None) -> Html:
    """Return an element; children that are not :class:`Html` and all attribute values are escaped.

    A trailing underscore of an attribute's name is dropped and inner ones become hyphens (``class_``, ``data_day``);
    None and False leave the attribute out, True writes it without a value.
    """
    head = "".join(_attribute(name, value) for name, value in attributes.items())
    if element in _VOID:
        return Html(f"<{element}{head}>")
    return Html(f"<{element}{head}>{join(children)}</{element}>")


def join(parts: Iterable[str]) -> Html:
    """Return parts one after the other; those that are not :class:`Html` are escaped."""
    return Html("".join(part if isinstance(part, Html) else html.escape(part) for part in parts))


def section(anchor: str, title: str, lead: str, *children: str) -> Html:
    """Return a section of the report with heading and one explaining sentence."""
    intro = [tag("p", lead, class_="lead")] if lead else []
    head = [tag("h2", title)] if title else []
    return tag("section", *head, *intro, *children, id=anchor)


def table(
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    caption: str,
    numeric: Iterable[int] = (),
    prose: Iterable[int] = (),
    tall: bool = False,
) -> Html:
    """Return a table in a box of its own that scrolls when the window is narrow.

    The first cell of each row is its header; columns in ``numeric`` are set flush right, those in ``prose`` may break
    into lines; ``tall`` limits the height.
    """
    looks = {**dict.fromkeys(numeric, "n"), **dict.fromkeys(prose, "t")}
    head = join(tag("th", text, scope="col", class_=looks.get(column)) for column, text in enumerate(headers))
    body = join(_row(row, looks) for row in rows)
    content = tag("table", tag("caption", caption, class_="hidden"), tag("thead", tag("tr", head)), tag("tbody", body))
    box = "scroll tall" if tall else "scroll"
    return tag("div", content, class_=box, tabindex=0, role="region", aria_label=caption)


def meter(share: float, text: str, bad: bool = False) -> Html:
    """Return a number with a small bar behind it; ``share`` in [0, 1]."""
    width = round(100 * min(1.0, max(0.0, share)))
    return tag("span", text, class_="meter bad" if bad else "meter", style=f"--v:{width}%")


def _row(cells: Sequence[str], looks: Mapping[int, str]) -> Html:
    first, *others = cells
    rest = join(tag("td", cell, class_=looks.get(column)) for column, cell in enumerate(others, start=1))
    return tag("tr", tag("th", first, scope="row"), rest)


def _attribute(name: str, value: str | int | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    key = name.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{html.escape(str(value))}"'
