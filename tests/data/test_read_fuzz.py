"""No spoilt byte makes loading fail in another way than by a list of problems."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from data.folder import load
from data.quality import quality
from tests.data.read_folder import AGENTS, HEADER, PLAN, history_rows, write
from wfm.errors import InputError, Problem

SHORT = "\n".join([HEADER, *(",".join(map(str, row)) for row in history_rows() if row[0].startswith("2025-10-12"))])
FILES = {
    "plan.toml": PLAN + '[limits.temporary]\nshare_max = 0.4\n[labour]\nnight = "22:00-06:00"\n',
    "agents.csv": AGENTS,
    "history.csv": SHORT,
    "time_off.csv": "employee_id,start,end,kind\n001,2025-10-21,2025-10-22,x\n",
    "preferences.csv": "employee_id,date,shift,weight\n001,2025-10-22,early,2\n",
    "fixed_shifts.csv": "employee_id,date,shift,start,end\n001,2025-10-23,early,08:00,17:00\n",
    "events.csv": "event,platform,phase,start,end,scale\nx,all,sale,2025-10-22 20:00,2025-10-23,1.2\n",
    "drivers.csv": "date,name,value\n2025-10-01,orders,5\n",
    "adjustments.csv": "queue,start,end,action,value,measure\nphone,2025-10-22 20:00,2025-10-23,add,50,offered\n",
    "holidays.csv": "date,type,name\n2025-10-01,statutory,x\n",
}
PIECES = st.sampled_from(
    ["", "\n", ",", '"', "0", "-1", "1e308", "9" * 30, "\0", "é", "售前", "[[queue]]\n", "=", "24:00", "0001-01-01",
     "9999-12-31", "nan", "{}", "[]", ";", ":", "true", "\ufeff", "2025-02-30"]
)  # fmt: skip


def refusal(folder: Path) -> tuple[Problem, ...] | None:
    """Return why a folder is refused, None when it loads and can be checked."""
    try:
        quality(load(folder).inputs)
    except InputError as error:
        return error.problems
    return None


@settings(max_examples=150)
@given(st.sampled_from(sorted(FILES)), st.floats(0, 1), st.integers(0, 12), PIECES)
def test_any_spoilt_place_gives_problems_or_a_plan(name: str, place: float, cut: int, piece: str) -> None:
    """Whatever is cut out or put in anywhere, the folder loads (and can be checked) or is refused with its problems."""
    text = FILES[name]
    at = round(place * len(text))
    folder = Path(tempfile.mkdtemp())
    try:
        write(folder, {**FILES, name: text[:at] + piece + text[at + cut :]})
        problems = refusal(folder)
        assert problems is None or (problems and all(problem.message for problem in problems))
    finally:
        shutil.rmtree(folder)
