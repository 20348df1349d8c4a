"""Rules about the numbers that a roster states: paid hours, overtime and cost of each row."""

from __future__ import annotations

from collections.abc import Iterator

from wfm.audit.context import Breach, Context

__all__ = ["overtime_hours", "paid_hours", "pay"]

_HUNDREDTH = 0.01 + 1e-9  # columns are rounded to two decimals


def paid_hours(context: Context) -> Iterator[Breach]:
    """The paid hours of a row are its length without the meal."""
    for work in context.works:
        if work.row is not None and abs(work.row.paid_hours - work.paid_hours) > _HUNDREDTH:
            text = f"paid_hours {work.row.paid_hours:g}, expected {work.paid_hours:.4g}"
            yield Breach(text, work.employee_id, work.day)


def overtime_hours(context: Context) -> Iterator[Breach]:
    """The overtime of a row is what exceeds the normal day and the normal week."""
    for work in context.works:
        if work.row is None or work.person is None:
            continue
        earned = context.earned[work]
        if abs(work.row.overtime_hours - earned.overtime) > _HUNDREDTH:
            parts = f"{earned.daily:.4g} h above the day, {earned.weekly:.4g} h above the week"
            text = f"overtime_hours {work.row.overtime_hours:g}, expected {earned.overtime:.4g} ({parts})"
            yield Breach(text, work.employee_id, work.day)


def pay(context: Context) -> Iterator[Breach]:
    """The cost of a row is its wages with the premium for overtime, rest-day and holiday work."""
    currency = context.plan.plan.currency
    for work in context.works:
        if work.row is None or work.person is None:
            continue
        wages = context.earned[work].wages
        if abs(work.row.cost - wages) > _HUNDREDTH:
            text = f"cost {work.row.cost:.2f} {currency}, expected {wages:.2f}"
            yield Breach(text, work.employee_id, work.day)
