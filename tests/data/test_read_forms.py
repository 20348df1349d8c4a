"""The same tables in every file form, encoding and layout give the same inputs."""

from __future__ import annotations

import gzip
import io
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import openpyxl
import pandas as pd
import pytest

from data.tables import decode
from tests.data.read_folder import AGENTS, HEADER, history_rows, history_text, inputs_of, problems_of
from wfm.inputs import History

SHANGHAI = ZoneInfo("Asia/Shanghai")


def same(a: History, b: History) -> bool:
    """Whether two histories say the same."""
    names = ("queue", "start", "minutes", "offered", "handled", "abandoned", "aht_seconds")
    return a.queues == b.queues and all(np.array_equal(getattr(a, n), getattr(b, n), equal_nan=True) for n in names)


def parquet(rows: list[tuple[str, str, int, int, int, int]], *, aware: bool) -> bytes:
    """History as a typed parquet file, times as naive local or as UTC timestamps."""
    frame = pd.DataFrame(rows, columns=HEADER.split(","))
    times = pd.to_datetime(frame["interval_start"])
    frame["interval_start"] = times.dt.tz_localize("Asia/Shanghai").dt.tz_convert("UTC") if aware else times
    frame["queue"] = frame["queue"].astype("category")
    frame["aht_seconds"] = frame["aht_seconds"].astype(float)
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def xlsx(rows: list[list[object]]) -> bytes:
    """Rows as the first sheet of a workbook."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def history_xlsx() -> bytes:
    """History with a title row, true Excel dates and numbers."""
    body = [[datetime.fromisoformat(start), *rest] for start, *rest in history_rows()]
    return xlsx([["进线报表"], [*HEADER.split(",")], *body])


CHINESE = "日期,时间段,技能组,咨询量,人工接待量,放弃量,平均处理时长（秒）"


def chinese_text() -> str:
    """History in a Chinese layout: title rows, day and time span apart, queue titles, unpadded dates."""
    lines = ["客服数据报表", "统计日期:,2025-10-01 ~ 2025-10-12", CHINESE]
    for start, queue, *numbers in history_rows():
        moment = datetime.fromisoformat(start)
        span = f"{moment.hour}:{moment:%M}-{moment.hour}:{moment.minute + 29:02d}"
        name = "售前" if queue == "pre-sale" else queue
        lines.append(f"{moment.year}/{moment.month}/{moment.day},{span},{name},{','.join(map(str, numbers))}")
    return "\n".join(lines) + "\n"


def genesys_text() -> str:
    """History in Genesys' layout: UTC, total handle time, a queue split over two skill sets."""
    lines = ["Interval Start UTC Date,Queue,Media Type,Skill Set,Language,Offered,Interactions Handled,"
             "Total Handle Time (Seconds)"]  # fmt: skip
    for start, queue, offered, handled, _, aht in history_rows():
        utc = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI).astimezone(ZoneInfo("UTC"))
        for skill, came, done in (("a", 1, 1), ("b", offered - 1, handled - 1)):
            lines.append(f"{utc:%Y-%m-%dT%H:%M:%SZ},{queue},chat,{skill},zh,{came},{done},{done * aht}")
    return "\n".join(lines) + "\n"


def amazon_text() -> str:
    """History in Amazon Connect's layout: UTC with Z, stated interval, average handle time."""
    lines = ["QueueName,QueueId,ChannelType,TimeStamp,IntervalDuration,IncomingContactVolume,AverageHandleTime,"
             "ContactsHandled"]  # fmt: skip
    for start, queue, offered, handled, _, aht in history_rows():
        utc = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI).astimezone(ZoneInfo("UTC"))
        lines.append(f"{queue},x-1,CHAT,{utc:%Y-%m-%dT%H:%M:%SZ},30mins,{offered},{aht},{handled}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def plain(tmp_path: Path) -> History:
    """The history read from plain UTF-8 comma-separated text."""
    return inputs_of(tmp_path / "plain").history


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("history.csv", history_text().encode("utf-8-sig")),
        ("history.csv", history_text().replace("\n", "\r\n").encode()),
        ("history.csv", history_text().replace(",", "\t").encode("utf-16")),
        ("history.csv", history_text().replace(",", ";").encode()),
        ("history.csv", "\n\n".join(history_text().splitlines()).encode()),
        ("history.csv.gz", gzip.compress(history_text().encode())),
        ("history.parquet", parquet(history_rows(), aware=False)),
        ("history.parquet", parquet(history_rows(), aware=True)),
        ("history.xlsx", history_xlsx()),
        ("history.csv", chinese_text().encode("gb18030")),
        ("history.csv", chinese_text().encode("utf-8-sig")),
    ],
)
def test_every_form_and_encoding_reads_the_same(tmp_path: Path, plain: History, name: str, raw: bytes) -> None:
    """CSV in UTF-8, UTF-16 and GB18030, packed CSV, parquet, Excel, Chinese headers: one history."""
    files: dict[str, bytes | None] = {"history__csv": None, name.replace(".", "__"): raw}
    read = inputs_of(tmp_path / "other", **files)
    assert same(read.history, plain)


@pytest.mark.parametrize("text", [genesys_text(), amazon_text()])
def test_layouts_of_other_systems_read_the_same(tmp_path: Path, plain: History, text: str) -> None:
    """UTC, total against average handle time and split rows are brought to our meaning; abandoned is not in them."""
    read = inputs_of(tmp_path / "other", history__csv=text).history
    assert read.queues == plain.queues
    for name in ("queue", "start", "minutes", "offered", "handled", "aht_seconds"):
        assert np.allclose(getattr(read, name), getattr(plain, name)), name
    assert np.isnan(read.abandoned).all()


def test_people_from_excel_and_chinese_headers(tmp_path: Path) -> None:
    """Leading zeros stay, dates of Excel are dates, full-width punctuation and Chinese attributes are understood."""
    rows: list[list[object]] = [
        ["花名册"],
        ["*工号", " 姓 名 ", "用工类型", "班组", "技能", "入职日期", "离职日期", "属性"],
        ["001", "甲", "全职", "a", "售前；phone：0.9", None, None, None],
        ["002", "乙", "ft", "a", "phone", datetime(2024, 1, 1), datetime(2026, 1, 31), "孕期"],
    ]
    read = inputs_of(tmp_path / "a", agents__csv=None, agents__xlsx=xlsx(rows))
    assert read.agents == inputs_of(tmp_path / "b").agents
    assert read.agents[0].employee_id == "001"
    assert read.agents[0].queues == {"pre-sale": 1.0, "phone": 0.9}
    assert read.agents[1].attributes == {"pregnant"}


def test_quoted_line_breaks_keep_the_line_numbers(tmp_path: Path) -> None:
    """A name over two lines does not shift the lines of later problems."""
    text = AGENTS.replace("甲", '"甲\n(二)"').replace("2024-01-01", "soon")
    assert problems_of(tmp_path, agents__csv=text) == [
        "agents.csv:4 hired_on: expected a date like '2025-11-01', got 'soon'"
    ]


def test_decode_tells_gb18030_from_utf8() -> None:
    """Both give the same Chinese text."""
    assert decode("工号".encode("gb18030")) == decode("工号".encode()) == decode("工号".encode("utf-8-sig")) == "工号"
