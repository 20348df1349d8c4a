"""Names under which columns are known: English and Chinese, and the layouts of Genesys and Amazon Connect."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = [
    "ADJUSTMENTS", "AGENTS", "ATTAINED", "DRIVERS", "EVENTS", "FIXED_SHIFTS", "FORECAST", "HISTORY", "HOLIDAYS",
    "PREFERENCES", "PRIORS", "REQUIREMENT", "TIME_OFF", "TableSpec", "normalised",
]  # fmt: skip

_DROPPED = re.compile(r"[\s_\-*()\[\]:/.]+")


def normalised(header: str) -> str:
    """Return a header without BOM, case, blanks, ``_ - *`` and brackets, full-width letters made plain."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", header.lstrip("\ufeff")).strip().lower())


@dataclass(frozen=True)
class TableSpec:
    """What a table is called and which columns it has.

    Attributes
    ----------
    name : str
        File name without ending.
    columns : mapping
        Column -> other names it is known by, the surest first.
    required : tuple of tuples
        Of each group at least one column must be there.
    """

    name: str
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[tuple[str, ...], ...]

    def match(self, headers: Sequence[str]) -> dict[str, int]:
        """Return column -> position in ``headers`` for every column that is found, by the surest name first."""
        places: dict[str, int] = {}
        for position, header in enumerate(headers):
            places.setdefault(normalised(header), position)
        found = {}
        for column, aliases in self.columns.items():
            names = [normalised(name) for name in (column, *aliases)]
            hits = [places[name] for name in names if name in places]
            if hits:
                found[column] = hits[0]
        return found

    @property
    def least(self) -> str:
        """The columns that must be there, as a header line."""
        return ",".join(group[0] for group in self.required)

    def missing(self, found: Mapping[str, int]) -> list[str]:
        """Return the first name of each required group of which nothing was found."""
        return [group[0] for group in self.required if not any(column in found for column in group)]


_EMPLOYEE = (
    "employee", "agent_id", "emp_no", "emp_id", "staff_id", "user_id",
    "工号", "员工编号", "员工工号", "人员编号", "员工id",
)  # fmt: skip
_DATE = ("day", "work_date", "日期", "统计日期", "排班日期", "工作日期")
_SHIFT = ("shift_id", "shift_code", "shift_name", "班次", "班次编码", "班次名称", "班别")
_QUEUE = ("queue_name", "队列", "队列名称", "技能组", "技能组名称", "接待组", "skill_name", "技能", "业务线")
_START_DAY = ("start_date", "from", "date", "开始日期", "起始日期", "开始时间", "开始", "日期")
_END_DAY = ("end_date", "to", "until", "结束日期", "截止日期", "结束时间", "结束")
_INTERVAL = ("interval", "timestamp", "datetime", "start", "时段开始", "开始时间", "统计时间", "时间")

HISTORY = TableSpec(
    "history",
    {
        "interval_start_utc": ("Interval Start UTC Date", "interval_start_utc"),
        "interval_start": _INTERVAL,
        "date": _DATE,
        "time": ("时间段", "时段", "时刻", "clock"),
        "interval_minutes": ("interval_duration", "minutes", "时段长度", "时长分钟", "粒度"),
        "queue": _QUEUE,
        "shop": ("store", "店铺", "店铺名称"),
        "channel": ("channel_type", "media_type", "渠道", "接入渠道", "媒体类型"),
        "skill_set": ("skill set",),
        "language": ("语言",),
        "offered": (
            "contacts_offered", "incoming_contact_volume", "calls_offered", "contacts", "calls", "volume",
            "进线量", "咨询量", "呼入量", "来电量", "接入量", "会话量", "进线数", "咨询人数",
        ),
        "handled": (
            "contacts_handled", "interactions_handled", "answered", "calls_answered",
            "人工接待量", "接待量", "接起量", "接通量", "接听量", "应答量",
        ),
        "abandoned": ("contacts_abandoned", "calls_abandoned", "放弃量", "呼损量", "流失量"),
        "aht_seconds": (
            "aht", "average_handle_time", "avg_handle_time", "aht(s)",
            "平均处理时长", "平均处理时长(秒)", "平均处理时间", "平均处理时间(秒)",
        ),
        "aht_minutes": ("aht(min)", "平均处理时长(分钟)", "平均处理时长(分)", "平均处理时间(分钟)"),
        "handle_seconds_total": (
            "Total Handle Time (Seconds)", "total_handle_time", "handle_time_total", "总处理时长", "总处理时长(秒)",
            "处理总时长", "处理总时长(秒)",
        ),
    },
    (("interval_start", "interval_start_utc", "date"), ("queue", "shop", "channel"), ("offered",)),
)  # fmt: skip
AGENTS = TableSpec(
    "agents",
    {
        "employee_id": (*_EMPLOYEE, "id"),
        "name": ("full_name", "employee_name", "姓名", "员工姓名"),
        "contract": ("contract_id", "contract_type", "employment_type", "用工类型", "合同", "合同类型", "用工形式"),
        "team": ("group", "department", "班组", "团队", "组别", "部门", "所属部门"),
        "queues": ("skills", "queue", "skill", "技能", "技能组", "队列"),
        "hired_on": ("hire_date", "start_date", "入职日期", "入职时间"),
        "leaves_on": ("leave_date", "leaving_date", "end_date", "离职日期", "离职时间", "合同到期日"),
        "attributes": ("attribute", "tags", "属性", "特殊属性", "标签", "特殊情况"),
    },
    (("employee_id",), ("contract",)),
)
TIME_OFF = TableSpec(
    "time_off",
    {
        "employee_id": _EMPLOYEE,
        "start": _START_DAY,
        "end": _END_DAY,
        "kind": ("type", "reason", "类型", "假别", "请假类型", "假期类型"),
    },
    (("employee_id",), ("start",)),
)
PREFERENCES = TableSpec(
    "preferences",
    {"employee_id": _EMPLOYEE, "date": _DATE, "shift": _SHIFT, "weight": ("wish", "score", "权重", "意愿", "偏好")},
    (("employee_id",), ("date",)),
)
FIXED_SHIFTS = TableSpec(
    "fixed_shifts",
    {
        "employee_id": _EMPLOYEE,
        "date": _DATE,
        "shift": _SHIFT,
        "start": ("start_time", "shift_start", "开始时间", "上班时间", "开始"),
        "end": ("end_time", "shift_end", "结束时间", "下班时间", "结束"),
    },
    (("employee_id",), ("date",), ("start",), ("end",)),
)
EVENTS = TableSpec(
    "events",
    {
        "event": ("event_name", "活动", "活动名称", "大促"),
        "platform": ("平台",),
        "phase": ("阶段", "活动阶段"),
        "start": ("start_time", "start_date", "开始时间", "开始日期", "开始"),
        "end": ("end_time", "end_date", "结束时间", "结束日期", "结束"),
        "scale": ("factor", "系数", "倍数"),
        "source": ("来源",),
        "confidence": ("置信度", "可信度"),
        "like": ("similar_to", "analogue", "参照活动", "参考活动", "类似活动"),
    },
    (("event",), ("start",)),
)
DRIVERS = TableSpec(
    "drivers",
    {"date": _DATE, "name": ("driver", "metric", "指标", "指标名称", "名称"), "value": ("amount", "数值", "值")},
    (("date",), ("name",), ("value",)),
)
ADJUSTMENTS = TableSpec(
    "adjustments",
    {
        "queue": ("queues", *_QUEUE),
        "start": ("start_time", *_START_DAY),
        "end": ("end_time", *_END_DAY),
        "action": ("change", "动作", "操作", "调整方式", "方式"),
        "value": ("amount", "数值", "值", "调整值"),
        "measure": ("metric", "指标", "指标名称"),
        "reason": ("note", "why", "原因", "说明", "备注"),
    },
    (("start",), ("action",), ("value",)),
)
PRIORS = TableSpec(
    "priors",
    {
        "edition": ("版次", "届次", "活动届次"),
        "event": ("event_name", "活动", "活动名称", "大促"),
        "platform": ("平台",),
        "phase": ("阶段", "活动阶段"),
        "part": ("阶段日", "阶段内日"),
        "queue": _QUEUE,
        "multiple": ("倍数", "倍率"),
        "sd": ("标准差", "不确定性"),
        "level": ("日常量", "日常水平"),
    },
    (("edition",), ("event",), ("phase",), ("part",), ("queue",), ("multiple",)),
)
ATTAINED = TableSpec(
    "attained",
    {
        "date": _DATE,
        "queue": _QUEUE,
        "target": ("target_number", "目标", "目标序号", "指标", "指标序号"),
        "counted": ("count", "assessed", "计入量", "考核量", "统计量", "样本量"),
        "value": ("attained", "result", "达成值", "达成", "完成值", "实际值", "数值", "值"),
    },
    (("date",), ("queue",), ("target",), ("counted",), ("value",)),
)
HOLIDAYS = TableSpec(
    "holidays",
    {"date": _DATE, "type": ("kind", "类型"), "name": ("holiday", "节日", "名称", "假日")},
    (("date",), ("type",)),
)
FORECAST = TableSpec(
    "forecast",
    {
        "interval_start": _INTERVAL,
        "queue": _QUEUE,
        "offered_mean": ("offered", "forecast", "volume", "预测量", "预测进线量", "进线量", "咨询量"),
        "offered_p10": (),
        "offered_p50": (),
        "offered_p90": (),
        "aht_seconds": ("aht", "average_handle_time", "平均处理时长", "平均处理时长(秒)"),
    },
    (("interval_start",), ("queue",), ("offered_mean",)),
)
REQUIREMENT = TableSpec(
    "requirement",
    {
        "interval_start": _INTERVAL,
        "queue": _QUEUE,
        "load_erlangs": ("erlangs", "话务强度"),
        "agents_required": ("required", "agents", "需求人数", "需求坐席"),
        "agents_with_shrinkage": ("scheduled_required", "含损耗人数"),
    },
    (("interval_start",), ("queue",), ("agents_required",)),
)
