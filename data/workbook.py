"""Excel workbooks whose bytes depend on their cells alone."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence

__all__ = ["workbook"]

_EPOCH = (1980, 1, 1, 0, 0, 0)
_STAMP = b"2000-01-01T00:00:00Z"
_STAMPS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
# Characters that XML 1.0, and so xlsx, can't hold.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def workbook(title: str, rows: Sequence[Sequence[str]]) -> bytes:
    """Return an xlsx file with one sheet of text cells; the first row is the header and stays in view.

    Every cell is text (format ``@``), so leading zeros of employee numbers stay and nothing is taken for a formula.
    The time stamps inside the file are fixed: equal rows give equal bytes.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=False)
    sheet = book.worksheets[0]
    sheet.title = title[:31]
    for r, row in enumerate(rows, start=1):
        for c, text in enumerate(row, start=1):
            cell = sheet.cell(row=r, column=c)
            cell.value = _FORBIDDEN.sub("", text)
            cell.data_type = "s"
            cell.number_format = "@"
    sheet.freeze_panes = "C2"
    buffer = io.BytesIO()
    book.save(buffer)
    return _without_clock(buffer.getvalue())


def _without_clock(content: bytes) -> bytes:
    """Return the same workbook with fixed times in its properties and its archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "docProps/core.xml":
                data = _STAMPS.sub(rb"\g<1>" + _STAMP + rb"\g<2>", data)
            fixed = zipfile.ZipInfo(entry.filename, _EPOCH)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(fixed, data)
    return buffer.getvalue()
