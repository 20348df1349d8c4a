"""The frame of every page: one file with its style and script inside, which may load nothing."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from data.report.html import Html, join, tag

__all__ = ["shell"]


def shell(title: str, lang: str, body: Html, script: bool = False) -> str:
    """Return a complete page; its content policy forbids every request and any script but its own."""
    code = _asset("script.js") + _asset("parts.js") if script else ""
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    allowed = f"'sha256-{digest}'" if script else "'none'"
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src {allowed}; base-uri 'none'; form-action 'none'"
    head = (
        Html('<meta charset="utf-8">'),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Html(_asset("style.css"))),
    )
    code_part = tag("script", Html(code)) if script else Html("")
    page = tag("html", tag("head", *head), tag("body", tag("main", body), code_part), lang=_LANG[lang])
    return join((Html("<!doctype html>\n"), page, Html("\n")))


_LANG = {"en": "en", "zh": "zh-Hans"}


def _asset(name: str) -> str:
    return files("data.report").joinpath(name).read_text(encoding="utf-8")
