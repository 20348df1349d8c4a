"""Words of the results in both languages."""

from __future__ import annotations

from typing import get_args

from data.labels import LANGUAGES, word
from wfm.queues import Target


def test_every_metric_and_span_of_a_target_has_a_word() -> None:
    """Whatever a plan may promise, the report can say it."""
    for lang in LANGUAGES:
        for field in ("metric", "over"):
            for value in get_args(Target.model_fields[field].annotation):
                assert word(f"{field}_{value}", lang)
