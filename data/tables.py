"""Reads one table in any of its forms (csv, csv.gz, parquet, xlsx) into text cells with line numbers."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from data.aliases import TableSpec, normalised
from data.problems import Problems
from wfm.errors import nearest

__all__ = ["FORMS", "Folder", "Table", "decode"]

FORMS = (".csv", ".csv.gz", ".parquet", ".xlsx")
"""Endings under which a table is looked for, in this order."""
_HEADER_ROWS = 5
Rows = tuple[list[list[str]], list[int]]


@dataclass(frozen=True)
class Table:
    """A table as text.

    Attributes
    ----------
    file : str
        Name relative to the plan folder.
    lines : list of int
        1-based line on which each row ends in the file (sheet row for xlsx, row + 1 for parquet).
    columns : mapping
        Column of the contract -> stripped cells, for the columns that the file has.
    labels : mapping
        Column of the contract -> the header that the file uses.
    """

    file: str
    lines: Sequence[int]
    columns: Mapping[str, list[str]]
    labels: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lines)

    def has(self, column: str) -> bool:
        """Return whether the file has the column."""
        return column in self.columns

    def cell(self, column: str, row: int) -> str:
        """Return a cell, ``""`` when the file lacks the column."""
        cells = self.columns.get(column)
        return "" if cells is None else cells[row]

    def label(self, column: str) -> str:
        """Return the header that the file uses for a column."""
        return self.labels.get(column, column)


def decode(raw: bytes) -> str:
    """Return text from UTF-8 (with or without BOM), UTF-16 with BOM, or GB18030.

    Raises
    ------
    UnicodeDecodeError
        When it is none of these.
    """
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def _delimiter(text: str) -> str:
    head = "\n".join(text.splitlines()[:_HEADER_ROWS]) if len(text) < 4096 else text[:4096]
    counts = {mark: head.count(mark) for mark in (",", "\t", ";")}
    if counts[","]:
        return ","
    return max(counts, key=lambda mark: counts[mark])


def _csv_rows(raw: bytes) -> Rows:
    text = decode(raw)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    if '"' not in text:  # Every line is a row.
        rows = list(reader)
        return (rows, list(range(1, len(rows) + 1))) if all(rows) else _filled(rows, range(1, len(rows) + 1))
    numbered = [(row, reader.line_num) for row in reader]
    return _filled([row for row, _ in numbered], [line for _, line in numbered])


def _filled(rows: list[list[str]], lines: Sequence[int]) -> Rows:
    kept = [at for at, row in enumerate(rows) if row]
    return [rows[at] for at in kept], [lines[at] for at in kept]


def _gzip_rows(raw: bytes) -> Rows:
    return _csv_rows(gzip.decompress(raw))


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        # Excel keeps times as fractions of a day: without rounding 20:00 may read 19:59:59.999.
        value = value + timedelta(microseconds=500_000)
        return str(value.replace(microsecond=0).isoformat(" "))
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _excel_text(cell: Any) -> str:
    """Return a cell of a sheet as text; days, which Excel keeps as midnights, by their format without a clock time."""
    value = cell.value
    if isinstance(value, datetime) and value.time() == time(0) and "h" not in cell.number_format.lower():
        value = value.date()
    return _cell_text(value)


def _xlsx_rows(raw: bytes) -> Rows:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    rows, lines = [], []
    for number, cells in enumerate(book.worksheets[0].iter_rows(), start=1):
        row = [_excel_text(cell) for cell in cells]
        if any(row):
            rows.append(row)
            lines.append(number)
    book.close()
    return rows, lines


def _parquet_rows(raw: bytes) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(raw))
    columns = [["" if v is None else v for v in column.cast(pa.string()).to_pylist()] for column in table.columns]
    rows = [list(table.column_names), *map(list, zip(*columns, strict=True))]
    return rows, list(range(1, len(rows) + 1))


_READERS: Mapping[str, Callable[[bytes], Rows]] = {
    ".csv": _csv_rows,
    ".csv.gz": _gzip_rows,
    ".parquet": _parquet_rows,
    ".xlsx": _xlsx_rows,
}


def _form(path: Path) -> str:
    name = path.name.lower()
    return next((form for form in sorted(FORMS, key=len, reverse=True) if name.endswith(form)), ".csv")


def _header_row(rows: Sequence[Sequence[str]], spec: TableSpec) -> int:
    """Return the row that holds the header: the first complete one of the top rows, else the best."""
    scores = []
    for number, row in enumerate(rows[:_HEADER_ROWS]):
        found = spec.match(row)
        if not spec.missing(found):
            return number
        scores.append(len(found))
    return scores.index(max(scores))


@dataclass
class Folder:
    """A plan folder being read: where it lies, what went wrong, and the bytes of every file read (for the hash)."""

    path: Path
    problems: Problems
    read: dict[str, bytes] = field(default_factory=dict)

    def forms_of(self, name: str) -> list[Path]:
        """Return the files that hold the table ``name``."""
        return [self.path / (name + form) for form in FORMS if (self.path / (name + form)).is_file()]

    def bytes_of(self, path: Path) -> bytes | None:
        """Return the bytes of a file and remember them; None (and a problem) when it can't be read."""
        name = path.relative_to(self.path).as_posix() if path.is_relative_to(self.path) else path.as_posix()
        try:
            self.read[name] = path.read_bytes()
        except OSError as error:
            self.problems.error(name, 0, "", f"can't be read: {error.strerror or error}")
            return None
        return self.read[name]

    def find(self, spec: TableSpec) -> Path | None:
        """Return the file that holds a table; None when there is none, or several (then that is a problem)."""
        found = self.forms_of(spec.name)
        if len(found) > 1:
            names = " and ".join(path.name for path in found)
            self.problems.error(found[0].name, 0, "", f"expected one file for this table, found {names}; remove one")
            return None
        return found[0] if found else None

    def table(self, spec: TableSpec, path: Path | None = None) -> Table | None:
        """Return a table, None when it is missing or unreadable (the latter is a problem)."""
        path = path or self.find(spec)
        raw = None if path is None else self.bytes_of(path)
        if path is None or raw is None:
            return None
        name = path.relative_to(self.path).as_posix() if path.is_relative_to(self.path) else path.as_posix()
        return parse_table(raw, name, _form(path), spec, self.problems)


def parse_table(raw: bytes, file: str, form: str, spec: TableSpec, problems: Problems) -> Table | None:
    """Return the table that the bytes of a file hold; None and a problem when they hold none."""
    rows_lines = _rows(raw, file, form, problems)
    if rows_lines is None:
        return None
    rows, lines = rows_lines
    if not rows:
        problems.error(file, 0, "", f"is empty; expected a header line with at least {spec.least}")
        return None
    top = _header_row(rows, spec)
    header = rows[top]
    found = spec.match(header)
    _report_header(file, lines[top], header, found, spec, problems)
    if spec.missing(found):
        return None
    body, body_lines = _body(rows[top + 1 :], lines[top + 1 :])
    _report_long_rows(file, body, body_lines, len(header), problems)
    return Table(file, body_lines, _columns(body, found), {name: header[at].strip() for name, at in found.items()})


def _rows(raw: bytes, file: str, form: str, problems: Problems) -> Rows | None:
    try:
        return _READERS[form](raw)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1 if form == ".csv" else 0
        problems.error(file, line, "", "expected text in UTF-8 or GB18030, found bytes that are neither")
    except csv.Error as error:
        problems.error(file, 0, "", f"expected comma-separated text ({error}); is a quotation mark left open?")
    except (OSError, EOFError, zlib.error) as error:
        problems.error(file, 0, "", f"is damaged: {error}")
    # The parquet and Excel libraries raise errors of many kinds on damaged files.
    except Exception as error:
        problems.error(file, 0, "", f"expected a {form} file: {error}")
    return None


def _body(rows: list[list[str]], lines: list[int]) -> Rows:
    """Return the rows that hold anything."""
    if all(row[0] for row in rows):
        return rows, lines
    kept = [i for i, row in enumerate(rows) if any(cell and not cell.isspace() for cell in row)]
    return [rows[i] for i in kept], [lines[i] for i in kept]


def _columns(rows: list[list[str]], found: Mapping[str, int]) -> dict[str, list[str]]:
    shortest = min(map(len, rows), default=0)
    return {
        name: [cell.strip() for cell in ([row[at] for row in rows] if at < shortest else _padded(rows, at))]
        for name, at in found.items()
    }


def _padded(rows: list[list[str]], at: int) -> list[str]:
    return [row[at] if at < len(row) else "" for row in rows]


def _report_header(
    file: str, line: int, header: Sequence[str], found: Mapping[str, int], spec: TableSpec, problems: Problems
) -> None:
    unknown = [cell.strip() for at, cell in enumerate(header) if at not in found.values() and cell.strip()]
    for name in spec.missing(found):
        hint = nearest(normalised(name), [normalised(cell) for cell in unknown])
        close = next((cell for cell in unknown if hint == f", did you mean '{normalised(cell)}'?"), None)
        ending = f"; is it '{close}'?" if close else f"; found: {', '.join(cell for cell in header if cell.strip())}"
        problems.error(file, line, "", f"column '{name}' is missing{ending}")
    if spec.missing(found):
        return
    for cell in unknown:
        absent = [name for name in spec.columns if name not in found]
        hint = nearest(cell.lower(), absent) if cell.isascii() else ""
        if hint.startswith(", did you mean"):
            problems.warn(file, line, cell, f"unknown column, not read{hint}")


def _report_long_rows(
    file: str, rows: Sequence[Sequence[str]], lines: Sequence[int], width: int, problems: Problems
) -> None:
    if max(map(len, rows), default=0) <= width:
        return
    long = [i for i, row in enumerate(rows) if any(cell.strip() for cell in row[width:])]
    texts = (f"expected {width} cells as in the header, got {len(rows[i])}" for i in long)
    problems.many(file, "", [lines[i] for i in long], texts)
