"""Words of the report on what the forecast is made of, in English and Chinese."""

from __future__ import annotations

__all__ = ["FORECAST"]

# key: (English, Chinese)
FORECAST: dict[str, tuple[str, str]] = {
    "parts": ("What the days are made of", "每日进线量构成"),
    "parts_lead": (
        "Bars stack what each cause adds to the ordinary level; what takes contacts away hangs below zero. The dot is "
        "the day's mean, the line its 80 % band.",
        "柱形按原因叠加在日常水平之上，减少的部分位于零线以下；圆点为当日均值，竖线为 80 % 区间。",
    ),
    "part_baseline": ("ordinary level", "日常水平"),
    "part_holiday": ("public holidays", "公共假日"),
    "part_driver": ("orders and other drivers", "订单等驱动因素"),
    "part_event": ("other events", "其他活动"),
    "part_adjustment": ("manual adjustments", "人工调整"),
    "daily_parts": ("Parts per day, all queues", "每日构成（全部队列）"),
    "growth": ("How peaks grow", "峰值增长方式"),
    "growth_mark": (
        "If peaks stayed as they were, up to if they grew with the level",
        "峰值保持原量至随日常水平增长的区间",
    ),
    "growth_lead": (
        "Growth exponent {exponent} ± {sd}, from past editions: 0 means that peaks stay the numbers they were, 1 that "
        "they grow with the ordinary level. Contacts of the day, and in small what they would be at 0 and at 1.",
        "增长指数 {exponent} ± {sd}（由历届活动估计）：0 表示峰值保持原量，1 表示随日常水平同比增长。"
        "表中为当日进线量，小字为指数取 0 与 1 时的数值。",
    ),
    "growth_given": (
        "Growth exponent {exponent}, stated by the plan: 0 means that peaks stay the numbers they were, 1 that they "
        "grow with the ordinary level. Contacts of the day, and in small what they would be at 0 and at 1.",
        "增长指数 {exponent}（计划指定）：0 表示峰值保持原量，1 表示随日常水平同比增长。"
        "表中为当日进线量，小字为指数取 0 与 1 时的数值。",
    ),
    "weighted_mean": ("weighted mean", "加权平均"),
    "part_growth": ("peaks as before – with the level", "峰值原量 – 随水平"),
}
