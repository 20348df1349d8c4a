"""The parts of the made-up plans' plan.toml: head, queues, contracts, shifts."""

from __future__ import annotations

__all__ = ["HEAD", "OWN", "QUEUE", "TEMPLATES", "TEMPS"]

HEAD = """\
# A made-up plan for benchmarks: {people:,} people, {temps:,} who may be taken on, {days} days.
[plan]
name = "benchmark-{name}"
timezone = "Asia/Shanghai"
start = {start}
days = {days}
interval_minutes = {minutes}
known_until = {known}
currency = "CNY"
synthetic = true
labour_rules = ["cn"]

[requirement]
file = "requirement.csv"

[costs]
shortage_per_agent_hour = 300.0

[limits.temporary]
headcount_max = {headcount}
share_max = {share}
per_experienced_max = 3
"""
QUEUE = """
[[queue]]
id = "{id}"
channel = "{channel}"
open = "{open}"
shrinkage = {shrinkage}
"""
OWN = """
[[contract]]
id = "fulltime"
cost_per_hour = 55.0
hours_per_week_guaranteed = 40
speed = [0.6, 0.75, 0.85, 0.95, 1.0]
shifts = ["early", "mid", "late", "night"]

[[contract]]
id = "parttime"
kind = "part_time"
cost_per_hour = 30.0
hours_per_week_guaranteed = 20
hours_per_week_max = 24
speed = [0.6, 0.75, 0.85, 1.0]
shifts = ["noon4", "evening4", "evening5"]
"""
TEMPS = {
    "student": """
[[contract]]
id = "{id}"
kind = "part_time"
cost_per_hour = 25.0
headcount = {headcount}
cost_per_hire = 300.0
training_days = 2
hire_from = {inside}
speed = [0.6, 0.75, 0.85]
queues = {queues}
shifts = ["noon4", "evening4", "evening5"]
hours_per_week_max = 24
""",
    "outsourced": """
[[contract]]
id = "{id}"
kind = "outsourced"
cost_per_hour = 40.0
headcount = {headcount}
cost_per_hire = 500.0
training_days = 2
hire_from = {before}
speed = [0.65, 0.8, 0.9]
queues = {queues}
shifts = ["early", "mid", "late", "evening5"]
hours_per_week_max = 40
""",
    "dispatch": """
[[contract]]
id = "{id}"
kind = "dispatch"
cost_per_hour = 42.0
headcount = {headcount}
cost_per_hire = 800.0
training_days = 3
hire_from = {before}
speed = [0.6, 0.75, 0.85, 0.95]
queues = {queues}
shifts = ["early", "mid", "late", "night"]
""",
}
TEMPLATES = """
[[shift]]
id = "early"
start = "07:00-10:00"
hours = [8.5, 9.0]
meal_minutes = 60
meal_after = "3h-5h"
break_minutes = [15, 15]

[[shift]]
id = "mid"
start = "11:00-14:00"
hours = [8.5, 9.0]
meal_minutes = 60
meal_after = "3h-5h"
break_minutes = [15, 15]

[[shift]]
id = "late"
start = "15:00-17:30"
hours = [8.5, 9.0]
meal_minutes = 30
meal_after = "2h-4.5h"
break_minutes = [15, 15]

[[shift]]
id = "night"
start = "22:00-23:30"
hours = [8.5, 9.0]
meal_minutes = 30
meal_after = "3h-5h"
break_minutes = [15, 15]

[[shift]]
id = "noon4"
start = "10:00-13:00"
hours = [4.0]
break_minutes = [15]

[[shift]]
id = "evening4"
start = "18:00-20:00"
hours = [4.0]
break_minutes = [15]

[[shift]]
id = "evening5"
start = "17:30-19:00"
hours = [5.0]
break_minutes = [15]
"""
