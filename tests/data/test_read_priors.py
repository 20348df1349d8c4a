"""What the planner knows of past editions: priors.csv."""

from __future__ import annotations

from pathlib import Path

from tests.data.read_folder import inputs_of, problems_of, warnings_of
from wfm.inputs import Prior

HEADER = "edition,event,platform,phase,part,queue,multiple,sd,level\n"


def test_rows_with_defaults(tmp_path: Path) -> None:
    """Platform, sd and level may be empty; queues by id or title; the file counts for the hash."""
    rows = "double11 2024,double11,tmall,main_day,full1,pre-sale,3.2,0.05,1200\ngala 2023,gala,,main,day5,售前,1.4,,\n"
    found = inputs_of(tmp_path, priors__csv=HEADER + rows)
    assert found.priors == (
        Prior("double11 2024", "double11", "tmall", "main_day", "full1", "pre-sale", 3.2, 0.05, 1200.0),
        Prior("gala 2023", "gala", "all", "main", "day5", "pre-sale", 1.4, 0.15, None),
    )
    assert [one.line for one in found.priors] == [2, 3]
    other = inputs_of(tmp_path, priors__csv=HEADER + rows.replace("3.2", "3.3"))
    assert other.input_hash != found.input_hash


def test_every_wrong_cell_is_told(tmp_path: Path) -> None:
    """Unknown queue and part, a factor or sd that can't be, a day given twice: each with its line and column."""
    rows = [
        "e 2024,e,all,sale,full1,presale,2,0.1,",
        "e 2024,e,all,sale,ful1,phone,2,0.1,",
        "e 2024,e,all,sale,full1,phone,0,0.1,",
        "e 2024,e,all,sale,full2,phone,2,-1,",
        "e 2024,e,all,sale,full3,phone,2,0.1,",
        "e 2024,e,all,sale,full3,phone,3,0.1,",
        ",e,all,sale,eve,phone,3,0.1,",
        "gala,e,all,sale,eve,phone,3,0.1,",
    ]
    told = problems_of(tmp_path, priors__csv=HEADER + "\n".join(rows))
    assert told == [
        "priors.csv:2 queue: unknown queue 'presale', did you mean 'pre-sale'?",
        "priors.csv:3 part: expected eve, part, full1 to full3, day5, first, in, last or tail0, got 'ful1'",
        "priors.csv:4 multiple: expected a factor above 0, at most 1000, got 0",
        "priors.csv:5 sd: expected a number above 0",
        "priors.csv:7 part: 'full3' of this phase and queue is already on line 6; keep one",
        "priors.csv:8 edition: is empty",
        "priors.csv:9 edition: expected a name with its year or first day, like 'gala 2025', got 'gala'",
    ]


def test_a_misspelt_file_name_is_told(tmp_path: Path) -> None:
    """``prior.csv`` is read by nobody, and that is said."""
    assert any("prior.csv: is not read, did you mean 'priors'?" in line for line in warnings_of(
        tmp_path, prior__csv=HEADER))  # fmt: skip
