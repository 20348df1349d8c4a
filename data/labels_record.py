"""Words of the record of past forecasts, in English and Chinese."""

from __future__ import annotations

__all__ = ["RECORD"]

RECORD: dict[str, tuple[str, str]] = {
    "record": ("How good were past forecasts", "以往预测的准确度"),
    "nav_record": ("Record", "准确度"),
    "record_lead": (
        "Held-back stretches of the history, forecast from nothing but what was known before them.",
        "将历史中的部分时段留作检验，仅用其之前已知的数据进行预测。",
    ),
    "record_weeks": (
        "At the plan's lead time (past windows: {n}) the chosen forecast errs by {error} of a day",
        "按计划的提前期（历史窗口 {n} 个），所选预测的日误差为 {error}",
    ),
    "record_less": (", {points} points less than the mean of 8 weeks", "，比前 8 周均值低 {points} 个百分点"),
    "record_more": (", {points} points more than the mean of 8 weeks", "，比前 8 周均值高 {points} 个百分点"),
    "record_band": (
        "; its 80 % band held {days} of the days and {slots} of the slots",
        "；80% 区间覆盖了 {days} 的日和 {slots} 的时段",
    ),
    "record_editions": (
        "In past events ({n}), known eight days before, it errs by {error} of a day",
        "在以往活动上（{n} 次，活动前八天预测），日误差为 {error}",
    ),
    "record_peaks": (", on their peak days by {error}", "，高峰日为 {error}"),
    "record_without": ("; without the event layer by {error}", "；不含活动效应时为 {error}"),
    "full_stop": (".", "。"),
    "record_choice": (
        "On the past weeks that chose the models, the best single model of each queue erred by {error} of a day on "
        "ordinary days, weighted by contacts. wfm backtest tells of lead times, events and bands.",
        "在用于选择模型的历史周上，各队列最佳单一模型在普通日的误差按咨询量加权为 {error}。"
        "运行 wfm backtest 可查看提前期、活动与区间的检验。",
    ),
    "record_models": ("All models on past weeks", "各模型在历史周上的表现"),
    "record_by_lead": ("Error by days ahead", "按提前天数的误差"),
    "record_by_type": ("Error by kind of day", "按日期类型的误差"),
    "record_by_queue": ("Error by queue", "按队列的误差"),
    "record_events": ("Past events", "以往活动"),
    "record_pictures": ("Window by window", "逐窗口对照"),
    "record_pictures_lead": (
        "Contacts per day of all queues together: what came, and what was forecast before.",
        "全部队列合计的每日咨询量：实际值与事前预测。",
    ),
    "record_of_event": ("event", "活动"),
    "days_ahead": ("{span} days ahead", "提前 {span} 天"),
    "day_ordinary": ("ordinary days", "普通日"),
    "day_event": ("event days", "活动日"),
    "day_holiday": ("holidays", "节假日"),
    "chosen_forecast": ("Forecast", "所选预测"),
    "without_events": ("Without events", "不含活动效应"),
    "mean_8_weeks": ("Mean of 8 weeks", "前 8 周均值"),
    "seasonal_naive": ("Last week", "上周同日"),
    "prophet_default": ("Prophet as it comes", "Prophet 默认设置"),
    "on_peaks": ("Peak days", "高峰日"),
    "peaks_without": ("Peak days without events", "高峰日（不含活动效应）"),
    "day_error": ("Error of days", "日误差"),
    "slot_error": ("Error of slots", "时段误差"),
    "mase": ("MASE", "MASE"),
    "quantile_loss": ("Quantile loss", "分位数损失"),
    "held_days": ("Days in 80 % band", "日在 80% 区间内"),
    "held_slots": ("Slots in 80 % band", "时段在 80% 区间内"),
    "actual_line": ("What came", "实际"),
    "plain_line": ("Mean of the last 8 same weekdays", "前 8 个同星期日均值"),
    "against_mean": ("{points} points against the mean of 8 weeks", "较前 8 周均值 {points} 个百分点"),
    "record_method": (
        "Errors are WAPE: summed absolute errors over summed contacts, each queue's days in one pot. MASE: errors "
        "against how much a weekday changed from week to week before. Quantile loss: how well the whole band sits, in "
        "shares of the contacts. Plain forecasts know nothing of events; models named +events have the event layer.",
        "误差为 WAPE：绝对误差之和除以咨询量之和，各队列的日合并计算。MASE：误差与此前同星期日逐周变化之比。"
        "分位数损失：整个预测区间的贴合程度，以咨询量占比表示。简单预测不含活动信息；"
        "名称带 +events 的模型叠加了活动效应。",
    ),
}
