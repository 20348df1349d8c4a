"""Words of the reports and of the tables for people, in English and Chinese."""

from __future__ import annotations

from typing import Literal

from data.labels_forecast import FORECAST
from data.labels_record import RECORD

__all__ = ["GLOSSARY_TERMS", "LANGUAGES", "Language", "keys", "word"]

Language = Literal["en", "zh"]
LANGUAGES: tuple[str, ...] = ("en", "zh")

# key: (English, Chinese). Pairs in one place, so that no language can lack a word.
_EXPORT: dict[str, tuple[str, str]] = {
    "employee_id": ("Employee ID", "工号"),
    "name": ("Name", "姓名"),
    "department": ("Department", "部门"),
    "employment": ("Employment", "用工类型"),
    "date": ("Date", "日期"),
    "shift_code": ("Shift code", "班次编码"),
    "shift_name": ("Shift", "班次名称"),
    "start_time": ("Start", "开始时间"),
    "end_time": ("End", "结束时间"),
    "next_day": ("Next day", "次日"),
    "rest_minutes": ("Unpaid rest (min)", "休息分钟"),
    "skills": ("Channels/skills", "渠道/技能"),
    "hours": ("Hours", "工时"),
    "overtime_kind": ("Overtime", "加班类型"),
    "rest": ("Off", "休"),
    "training": ("Training", "培训"),
    "leave_annual": ("Annual leave", "年假"),
    "leave_sick": ("Sick leave", "病假"),
    "leave_maternity": ("Maternity leave", "产假"),
    "leave_lieu": ("Time in lieu", "调休"),
    "leave_business": ("Business", "公出"),
    "leave_other": ("Leave", "请假"),
    "overtime_day": ("Workday overtime", "延时加班"),
    "overtime_rest_day": ("Rest-day overtime", "休息日加班"),
    "overtime_holiday": ("Statutory holiday", "法定节假日加班"),
    "kind_employee": ("Employee", "正式"),
    "kind_part_time": ("Part-time", "非全日制"),
    "kind_dispatch": ("Dispatched", "劳务派遣"),
    "kind_intern": ("Intern", "实习"),
    "kind_outsourced": ("Outsourced", "外包"),
}
_HEADLINE: dict[str, tuple[str, str]] = {
    "report": ("Staffing plan", "排班计划"),
    "scenario": ("Scenario", "情景"),
    "synthetic": (
        "Synthetic sample: invented people and contacts, for trying out. Decide nothing with it.",
        "合成示例：人员与进线量均为虚构，仅供试用，请勿据此决策。",
    ),
    "verdict_hold": ("The targets will hold", "服务目标预计能够达成"),
    "verdict_likely": (
        "Each target is likely to hold, all of them together are not",
        "各项目标单独看可能达成，但难以全部同时达成",
    ),
    "verdict_risk": ("Most targets hold, some are at risk", "多数目标能达成，部分有风险"),
    "verdict_miss": ("The targets will not hold as planned", "按当前计划无法达成服务目标"),
    "verdict_unknown": ("Not simulated: target attainment is unknown", "未做仿真：目标达成情况未知"),
    "verdict_interrupted": ("Stopped early: this is the best roster found so far", "提前停止：当前为已找到的最佳班表"),
    "targets_held": (
        "{met} of {total} targets reach their wanted probability.",
        "{total} 项目标中有 {met} 项达到要求的概率。",
    ),
    "worst_is": (
        "Weakest: {queue}, {target}, {period}: {expected} expected, met with probability {probability}.",
        "最弱：{queue}，{target}，{period}：预期 {expected}，达成概率 {probability}。",
    ),
    "most_short": (
        "Largest shortage: {queue} on {date}, {hours} agent-hours missing.",
        "最大缺口：{queue}，{date}，缺 {hours} 人时。",
    ),
    "busiest": ("Busiest day: {date} with {contacts} contacts.", "最忙日：{date}，进线量 {contacts}。"),
    "no_shortage": ("No interval lacks agents against the requirement.", "所有时段在班人力均不低于需求。"),
    "money_spent": ("Money spent", "人力支出"),
    "bound": ("Proven lower bound", "已证明下界"),
    "gap": ("Gap", "最优差距"),
    "objective": ("Cost with shortage", "含缺口代价的总成本"),
    "at_most_above": ("at most {gap} above the best possible", "与最优至多相差 {gap}"),
    "temps_hired": ("Temps hired", "新增临时人员"),
    "of_allowed": ("of {limit} allowed", "上限 {limit}"),
    "all_targets": ("All targets together", "全部目标同时达成"),
    "probability_in": ("of {n} simulated futures", "{n} 次仿真中的占比"),
    "short_hours": ("Missing agent-hours", "缺口人时"),
    "of_needed": ("{share} of the requirement", "占需求的 {share}"),
    "paid_hours": ("Paid hours", "计薪工时"),
    "overtime_hours": ("Overtime hours", "加班工时"),
    "of_which_overtime": ("of which {hours} overtime", "其中加班 {hours}"),
    "people": ("People", "人数"),
    "shifts": ("Shifts", "班次数"),
    "in_shifts": ("in {n} shifts", "共 {n} 个班次"),
    "status_optimal": ("optimal", "最优"),
    "status_feasible": ("feasible", "可行"),
    "status_interrupted": ("interrupted", "已中断"),
    "status_infeasible": ("infeasible", "不可行"),
    "audit_clean": ("Audit: no rule broken", "合规审计：无违规"),
    "audit_broken": ("Audit: {n} rule breaches", "合规审计：{n} 项违规"),
}
_DEMAND: dict[str, tuple[str, str]] = {
    "forecast": ("Forecast", "预测"),
    "forecast_lead": (
        "Contacts offered per day, bots included. The line is the mean, the band holds 80 % of the sampled futures, "
        "the dashes are what would come without events.",
        "每日进线量（含机器人接待）。实线为均值，色带覆盖 80 % 的模拟情形，虚线为无活动时的基线。",
    ),
    "mean": ("Mean", "均值"),
    "band80": ("80 % band", "80 % 区间"),
    "baseline": ("Without events", "无活动基线"),
    "event_mark": ("Event phase, its first two days shaded", "活动阶段（前两天加底色）"),
    "total_contacts": ("Contacts", "进线量"),
    "peak_day": ("Peak day", "峰值日"),
    "events": ("Events in the horizon", "计划期内的活动"),
    "event": ("Event", "活动"),
    "phase": ("Phase", "阶段"),
    "platform": ("Platform", "平台"),
    "from": ("From", "开始"),
    "until": ("Until", "结束"),
    "source": ("Source", "来源"),
    "confidence": ("Confidence", "可信度"),
    "daily_numbers": ("Daily numbers", "每日数值"),
    "no_forecast": ("The plan brings its own requirement; no forecast was made.", "计划自带需求，未做预测。"),
    "contacts": ("contacts", "进线量"),
    "queue": ("Queue", "队列"),
    "all_queues": ("All queues", "全部队列"),
    "day": ("Day", "日"),
    "total": ("Total", "合计"),
    "dayview": ("One day, interval by interval", "单日分时段"),
    "dayview_lead": (
        "Choose a queue and a day, or click a cell of the shortage table or a row of the map below.",
        "选择队列与日期，或点击缺口表的单元格、下方色图的一行。",
    ),
    "needs_script": (
        "This chart is drawn by a script inside this file; the tables show the same numbers without it.",
        "此图由文件内置脚本绘制；不启用脚本时请看表格。",
    ),
    "previous_day": ("Previous day", "前一天"),
    "following_day": ("Next day", "后一天"),
}
_STAFFING: dict[str, tuple[str, str]] = {
    "staffing": ("Requirement against roster", "需求与在班"),
    "staffing_lead": (
        "Agent-hours missing per queue and day against the requirement with shrinkage. Stronger colour: larger share.",
        "各队列每日在班人力相对于含损耗需求的缺口人时，颜色越浓缺口占比越大。",
    ),
    "needed": ("Needed with shrinkage", "需求（含损耗）"),
    "required": ("Required on seat", "在座需求"),
    "rostered": ("Rostered", "在班"),
    "short": ("Short", "缺口"),
    "answered": ("Answered in time", "及时应答率"),
    "answered_p10": ("at least this in 9 of 10 futures", "九成情形下不低于"),
    "heat": ("Every interval of the queue", "该队列全部时段"),
    "heat_lead": (
        "One row per day. Orange: agents missing. Blue: more than needed.",
        "每行一天。橙色：缺人；蓝色：富余。",
    ),
    "method": ("How the requirement is computed", "需求计算方法"),
    "peak_needed": ("Most needed at once", "峰值需求"),
    "agent_hours": ("Agent-hours needed", "需求人时"),
    "rostered_hours": ("Agent-hours rostered", "在班人时"),
    "surplus": ("Spare", "富余"),
    "targets": ("Targets", "服务目标"),
    "targets_lead": (
        "What the simulated roster attains, weakest first. p10 is the value that nine futures in ten do better than.",
        "仿真得到的目标达成情况，最弱在前。p10 表示九成情形都优于该值。",
    ),
    "target": ("Target", "目标"),
    "window": ("Clock window", "考核时段"),
    "period": ("Period", "考核周期"),
    "periods_met": ("Periods met", "达成周期"),
    "worst_period": ("Weakest period", "最弱周期"),
    "goal": ("Goal", "目标值"),
    "expected": ("Expected", "预期"),
    "p10": ("p10", "p10"),
    "lowest_probability": ("Lowest probability", "最低达成概率"),
    "probability": ("Probability", "达成概率"),
    "met": ("Met", "达成"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "every_period": ("Every period, weakest first", "所有周期（最弱在前）"),
    "more_in_file": ("{n} more rows in {file}.", "其余 {n} 行见 {file}。"),
    "hurting": ("Hours that hurt the targets most", "对目标影响最大的时段"),
    "hurting_lead": (
        "Intervals whose contacts miss each target most: on average per future (seconds of response for averages).",
        "各目标未达成量最大的时段：每种情形的平均值（平均响应类目标为响应秒数）。",
    ),
    "interval": ("Interval", "时段"),
    "missed_mean": ("Missed", "未达成量"),
    "missed_share": ("Share of all missed", "占全部未达成"),
    "no_targets": ("The simulation did not run or the plan has no targets.", "未做仿真或计划未设目标。"),
    "whole_horizon": ("whole horizon", "整个计划期"),
    "target_share": ("{bound} {goal} {name}", "{name}{bound} {goal}"),
    "target_time": ("{name} {bound} {goal}", "{name}{bound} {goal}"),
    "in_hours": ("{n} h", "{n} 小时"),
    "in_seconds": ("{n} s", "{n} 秒"),
    "metric_answered_within": ("answered within {seconds}", "{seconds}内应答比例"),
    "metric_resolved_within": ("resolved within {seconds}", "{seconds}内解决比例"),
    "metric_average_response": ("average response", "平均响应时长"),
    "metric_abandoned": ("abandoned", "放弃率"),
    "metric_no_service": ("without service", "不服务率"),
    "at_least": ("at least", "不低于"),
    "at_most": ("at most", "不高于"),
    "over_interval": ("each interval", "每时段"),
    "over_day": ("each day", "每日"),
    "over_horizon": ("whole horizon", "整个计划期"),
    "over_30_days": ("30 days up to each day", "截至每日的30天"),
}
_MONEY: dict[str, tuple[str, str]] = {
    "cost": ("Cost", "成本"),
    "cost_lead": (
        "Shortage is a price on missing agents that steers the roster; it is not money spent.",
        "缺口代价用于引导排班，并非实际支出。",
    ),
    "wages": ("Wages", "基本工资"),
    "premium": ("Overtime and holiday premium", "加班与节假日附加"),
    "hiring": ("Hiring and training before the start", "招聘与岗前培训"),
    "guaranteed_unused": ("Guaranteed hours not worked", "未使用的保底工时"),
    "shortage": ("Price of missing agents", "缺口代价"),
    "share": ("Share", "占比"),
    "contract": ("Contract", "合同"),
    "kind": ("Kind", "类型"),
    "wage_cost": ("Wages with premium", "工资含附加"),
    "per_hour": ("Per paid hour", "每计薪小时"),
    "temps": ("Temporary staff", "临时人员"),
    "temps_lead": (
        "People to take on, by contract and first day on seat, and how far each limit is used.",
        "按合同与上岗日列出的新增人员，以及各项上限的使用情况。",
    ),
    "training_from": ("Training from", "培训开始"),
    "on_seat_from": ("On seat from", "上岗日"),
    "hiring_cost": ("Hiring cost", "招聘成本"),
    "no_hires": ("Nobody is taken on.", "无需新增人员。"),
    "limit": ("Limit", "限制"),
    "allowed": ("Allowed", "上限"),
    "used": ("Used", "使用"),
    "use": ("Use", "使用率"),
    "no_limits": ("The plan sets no limit on temporary staff.", "计划未设临时人员上限。"),
    "limit_headcount_max": ("People", "人数"),
    "limit_share_max": ("Share of all people", "占全体人数比例"),
    "limit_dispatch_share_max": ("Dispatched share", "派遣比例"),
    "limit_seats_max": ("On seat at one moment", "同时在座"),
    "limit_cost_max": ("Cost", "成本"),
    "limit_per_experienced_max": ("Per experienced agent on seat", "每名熟手带教人数"),
    "all_temps": ("all temporary staff", "全部临时人员"),
    "next_heads": ("What more people would be worth", "再增人员的价值"),
    "next_heads_lead": (
        'In cost with shortage, fees and training paid; "up to", as each further person is worth less.',
        "以含缺口代价的总成本计，已扣除招聘与培训费用；因边际递减，数值为上限。",
    ),
    "more_heads": (
        "{contract}: {heads} of {most} taken on; ten more than {most} would save up to {saving}",
        "{contract}：可新增 {most} 人，已新增 {heads} 人；再放宽十人，最多可节省 {saving}",
    ),
    "more_heads_held": (
        "{contract}: {heads} of {most} taken on; more only where a limit is raised",
        "{contract}：可新增 {most} 人，已新增 {heads} 人；须先放宽上限",
    ),
    "more_heads_idle": (
        "{contract}: {heads} of {most} taken on; more would not pay",
        "{contract}：可新增 {most} 人，已新增 {heads} 人；再增不划算",
    ),
    "limit_binds": (
        "limit {limit} of {whom} binds: ten more people allowed would save up to {saving}",
        "上限 {limit}（{whom}）已用满：再放宽十人，最多可节省 {saving}",
    ),
}
_PEOPLE: dict[str, tuple[str, str]] = {
    "roster": ("Roster", "班表"),
    "roster_lead": (
        "One row per person; colours go by the start of the shift. Hover or tap a cell for its times.",
        "每人一行，颜色表示班次开始时间。悬停或点按查看具体时间。",
    ),
    "team": ("Team", "班组"),
    "search": ("Find a person, team or contract", "查找人员、班组或合同"),
    "days_worked": ("Days", "天数"),
    "nights": ("Nights", "夜班"),
    "overtime": ("Overtime", "加班"),
    "nav_staffing": ("Staffing", "人力"),
    "nav_dayview": ("One day", "单日"),
    "nav_models": ("Models", "模型"),
    "nav_notes": ("Notes", "说明"),
    "starts_morning": ("starts before 11:00", "11:00 前开始"),
    "starts_midday": ("11:00-15:00", "11:00-15:00"),
    "starts_evening": ("15:00-21:00", "15:00-21:00"),
    "starts_night": ("from 21:00 or before 05:00", "21:00 后或 05:00 前"),
    "away": ("leave", "请假"),
    "not_employed": ("not employed", "不在职"),
    "working": ("Working", "在班人数"),
    "rule": ("Rule", "规则"),
    "severity": ("Severity", "严重程度"),
    "detail": ("Detail", "说明"),
}
_METHOD: dict[str, tuple[str, str]] = {
    "models": ("Which model forecasts which queue", "各队列所用预测模型"),
    "models_lead": (
        "WAPE of each candidate on held-back weeks; in bold what is used, in small its share in the forecast.",
        "各候选模型在保留周上的 WAPE，粗体为所用模型，小字为其在预测中的权重。",
    ),
    "model": ("Model", "模型"),
    "why": ("Why", "原因"),
    "wape": ("WAPE", "WAPE"),
    "bias": ("Bias", "偏差"),
    "actual": ("Actual", "实际"),
    "forecast_value": ("Forecast", "预测"),
    "notes": ("Notes and warnings", "说明与提示"),
    "no_notes": ("Nothing to note.", "无。"),
    "from_forecast": ("Forecast", "预测"),
    "from_requirement": ("Requirement", "需求"),
    "from_roster": ("Roster", "班表"),
    "way": ("How the roster was built", "排班方法"),
    "audit": ("Audit", "合规审计"),
    "audit_lead": (
        "Every hard rule and limit, re-derived from the roster alone. Not legal advice.",
        "仅依据班表重新核对全部硬性规则与上限。不构成法律意见。",
    ),
    "glossary": ("Glossary", "术语"),
    "provenance": ("Where this came from", "来源信息"),
    "seed": ("Seed", "随机种子"),
    "input_hash": ("Input hash", "输入哈希"),
    "versions": ("Versions", "版本"),
    "known_until": ("History used until", "历史数据截至"),
    "horizon": ("Horizon", "计划期"),
    "days": ("days", "天"),
    "skip": ("Contents", "目录"),
    "comparison": ("Scenarios side by side", "情景对比"),
    "comparison_lead": (
        "Each row is one scenario, run on the same inputs and seed.",
        "每行一个情景，输入与随机种子相同。",
    ),
    "temp_hours": ("Temp hours", "临时工时"),
    "agents_short_hours": ("Missing agent-hours", "缺口人时"),
    "worst_target": ("Weakest target", "最弱目标"),
    "probability_all_met": ("All targets together", "全部目标同时达成"),
    "seconds": ("Run time (s)", "运行时间（秒）"),
    "against_first": ("against {name}", "相对 {name}"),
}
_GLOSSARY: dict[str, tuple[str, str]] = {
    "term_offered": ("Offered", "进线量"),
    "define_offered": (
        "All contacts that arrive at a queue, those that a bot answers included.",
        "到达队列的全部咨询，含机器人接待部分。",
    ),
    "term_aht": ("AHT", "平均处理时长"),
    "define_aht": (
        "Average handle time: seconds of an agent's work per contact handled alone.",
        "单独处理一个咨询所需的坐席工作秒数。",
    ),
    "term_shrinkage": ("Shrinkage", "损耗率"),
    "define_shrinkage": (
        "Share of rostered time lost unplanned (late, off, system). Rostered = required / (1 - shrinkage).",
        "在班时间中非计划损失的比例（迟到、离岗、系统）。排班人力 = 需求 /（1 - 损耗率）。",
    ),
    "term_service_level": ("Service level", "服务水平"),
    "define_service_level": (
        "Share of contacts answered within a stated number of seconds.",
        "在规定秒数内得到应答的咨询比例。",
    ),
    "term_occupancy": ("Occupancy", "忙碌率"),
    "define_occupancy": ("Share of on-seat time spent handling contacts.", "在座时间中处理咨询的比例。"),
    "term_containment": ("Bot containment", "机器人解决率"),
    "define_containment": ("Share of contacts that never reach a person.", "未转人工的咨询比例。"),
    "term_gap": ("Gap", "最优差距"),
    "define_gap": (
        "How far the roster's cost can be above the cheapest possible at most: (cost - bound) / cost.",
        "班表成本与可能的最低成本之间的最大差距：（成本 - 下界）/ 成本。",
    ),
    "term_p10": ("p10", "p10"),
    "define_p10": (
        "A cautious value: nine sampled futures in ten are better.",
        "保守值：九成模拟情形优于该值。",
    ),
    "term_wape": ("WAPE", "WAPE"),
    "define_wape": (
        "Weighted absolute percentage error: summed absolute errors divided by summed actuals.",
        "加权绝对百分比误差：绝对误差之和除以实际值之和。",
    ),
}  # fmt: skip
_PARTS = (_EXPORT, _HEADLINE, _DEMAND, FORECAST, _STAFFING, _MONEY, _PEOPLE, _METHOD, RECORD, _GLOSSARY)
_WORDS = {key: pair for part in _PARTS for key, pair in part.items()}
GLOSSARY_TERMS: tuple[str, ...] = tuple(key.removeprefix("term_") for key in _GLOSSARY if key.startswith("term_"))


def word(key: str, lang: str) -> str:
    """Return a word or sentence in a language (``en`` or ``zh``); sentences may hold ``{names}`` for ``str.format``.

    Raises
    ------
    KeyError
        When there is no such word.
    ValueError
        When there is no such language.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"expected a language out of {', '.join(LANGUAGES)}, got '{lang}'")
    return _WORDS[key][LANGUAGES.index(lang)]


def keys() -> tuple[str, ...]:
    """Return the keys of all words."""
    return tuple(_WORDS)
