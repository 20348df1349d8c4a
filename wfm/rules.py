"""Labour rules and day types as data: what the law and the house policy allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pydantic import BaseModel, ConfigDict, Field, field_validator

from wfm.grid import parse_window

__all__ = ["DayTypes", "LabourRules"]


class LabourRules(BaseModel):
    """Limits that every roster must obey. Hours are paid hours (meals out, short breaks in).

    Defaults are the policy of the house; the bundled packs set them to the law with the article as source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    normal_hours_per_day: float = Field(8.0, gt=0, le=24)
    normal_hours_per_week: float = Field(40.0, gt=0, le=168)
    overtime_hours_per_day_max: float = Field(3.0, ge=0, le=16)
    overtime_hours_per_month_max: float = Field(36.0, ge=0, le=744)
    rest_hours_between_shifts_min: float = Field(11.0, ge=0, le=24)
    consecutive_days_max: int = Field(6, ge=1, le=366)
    days_off_per_week_min: int = Field(1, ge=0, le=7)
    work_stretch_hours_max: float = Field(5.0, gt=0, le=24)
    night: str = "22:00-06:00"
    no_night_for: tuple[str, ...] = ("pregnant", "nursing", "minor", "intern")
    no_overtime_for: tuple[str, ...] = ("pregnant", "nursing", "minor", "intern", "part_time")
    part_time_hours_per_week_max: float = Field(24.0, gt=0, le=168)
    dispatch_share_max: float | None = Field(None, ge=0, le=1)
    overtime_pay: float = Field(1.5, ge=1, le=20)
    rest_day_pay: float = Field(2.0, ge=1, le=20)
    holiday_pay: float = Field(3.0, ge=1, le=20)

    @field_validator("night")
    @classmethod
    def _night_is_a_window(cls, value: str) -> str:
        parse_window(value)
        return value


@dataclass(frozen=True)
class DayTypes:
    """Statutory holidays, days off and make-up workdays.

    Attributes
    ----------
    statutory : frozenset of date
        Days paid at the holiday rate when worked.
    days_off : frozenset of date
        Days off of the public calendar that fall in a holiday block (statutory days included).
    makeup_workdays : frozenset of date
        Weekend days that count as ordinary workdays.
    names : mapping
        Name of the holiday by date, where known.
    known_from, known_to : date or None
        Range in which the data are complete; None when no calendar applies (then nothing is a holiday).
    """

    statutory: frozenset[date] = frozenset()
    days_off: frozenset[date] = frozenset()
    makeup_workdays: frozenset[date] = frozenset()
    names: Mapping[date, str] = field(default_factory=dict)
    known_from: date | None = None
    known_to: date | None = None
