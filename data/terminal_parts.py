"""Building blocks of what the terminal shows: the house's plain table, and the space between tables and lines."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.table import Table

__all__ = ["plain_table", "spaced"]


def plain_table(title: str, *columns: str, left: int = 1) -> Table:
    """Return an empty table; the first ``left`` columns are set flush left, and the first one is never broken."""
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False,
        collapse_padding=True, show_edge=False,
    )  # fmt: skip
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index < left else "right", no_wrap=index == 0)
    return table


def spaced(parts: Iterable[Table | str]) -> list[Table | str]:
    """Return the parts with an empty line before and after every table, but none at the top."""
    found: list[Table | str] = []
    for part in parts:
        if found and (isinstance(part, Table) or isinstance(found[-1], Table)):
            found.append("")
        found.append(part)
    return found
