"""Tests of the report page: complete, safe, loads nothing, the same bytes for the same results."""

import dataclasses
import json
import re
from collections import Counter
from datetime import timedelta
from html.parser import HTMLParser

import numpy as np
import pytest

from data import labels
from data.comparison import comparison_html
from data.labels import keys as all_keys
from data.report import report_html
from data.report.charts import nice_step
from data.report.facts import percent
from data.report.html import Html, join, tag
from tests.data.made_up import MadeUp, made_up, tiny
from wfm.results import Attainment, Finding

EVIL = "</script><img src=x onerror=alert(1)>\"'&<b>"


class _Page(HTMLParser):
    """Counts elements, keeps attributes and text, and checks that elements nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.stack: list[str] = []
        self.words: list[str] = []
        self.data: dict[str, object] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes.extend((tag, name, value) for name, value in attrs)
        if tag not in {"meta", "input", "br", "col"}:
            self.stack.append(tag)
        self.is_data = ("id", "numbers") in attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] == "script" and self.is_data:
            self.data = json.loads(data)
        elif self.stack and self.stack[-1] not in {"script", "style"}:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def _report(made: MadeUp, lang: str = "en") -> str:
    return report_html(
        made.inputs, made.forecast, made.requirement, made.roster, made.attainment, made.findings,
        scenario="base", seed=7, lang=lang, backtest=made.backtest,
    )  # fmt: skip


@pytest.fixture(scope="module")
def large() -> MadeUp:
    """Results of the size of the `double11` sample."""
    return made_up()


@pytest.mark.parametrize("lang", labels.LANGUAGES)
def test_page_is_well_formed_and_small(large: MadeUp, lang: str) -> None:
    """Every element is closed in order; eight queues, 28 days and 200 people fit into 3 MB."""
    text = _report(large, lang)
    page = _Page(text)
    assert page.stack == []
    assert len(text.encode()) < 3_000_000
    assert page.elements["h1"] == 1


def test_page_loads_nothing(large: MadeUp) -> None:
    """No address, no element that fetches, and a policy that forbids fetching."""
    text = _report(large)
    page = _Page(text)
    without_policy = text.replace("http-equiv", "")
    assert "http" not in without_policy
    assert "url(" not in text
    assert "@import" not in text
    assert not page.elements.keys() & {"img", "link", "iframe", "object", "embed", "audio", "video", "source", "base"}
    assert not [a for a in page.attributes if a[1] in {"src", "srcset", "action", "formaction", "background"}]
    assert {value[:1] for _, name, value in page.attributes if name == "href" and value} == {"#"}
    policy = next(value for _, name, value in page.attributes if name == "content" and value and "default-src" in value)
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy


def test_the_same_results_give_the_same_bytes() -> None:
    """Two builds of equal results agree; nothing of the clock is in the page."""
    assert _report(tiny(seed=3)) == _report(tiny(seed=3))


def _poisoned() -> MadeUp:
    made = tiny()
    agent, *agents = made.inputs.agents
    evil = dataclasses.replace(agent, name=EVIL, team=EVIL)
    off = dataclasses.replace(made.inputs.time_off[0], kind=EVIL, start=made.requirement.grid.start)
    event = dataclasses.replace(made.inputs.events[0], event=EVIL, phase=EVIL, platform=EVIL, source=EVIL)
    queue = dataclasses.replace(made.forecast.models[0], why=EVIL, model=EVIL, errors={EVIL: 0.1})
    titled = made.inputs.plan.queue[0].model_copy(update={"title": EVIL})
    head = made.inputs.plan.plan.model_copy(update={"name": EVIL, "currency": EVIL})
    shifts = [shift.model_copy(update={"code": EVIL}) for shift in made.inputs.plan.shift]
    plan = made.inputs.plan.model_copy(
        update={"plan": head, "queue": (titled, *made.inputs.plan.queue[1:]), "shift": tuple(shifts)}
    )
    notes = ((made.requirement.grid.start, made.forecast.queues[0], EVIL),)
    return dataclasses.replace(
        made,
        inputs=dataclasses.replace(
            made.inputs, plan=plan, agents=(evil, *agents), time_off=(off,), events=(event,), input_hash=EVIL
        ),
        forecast=dataclasses.replace(made.forecast, models=(queue,), event_notes=notes, warnings=(EVIL,)),
        requirement=dataclasses.replace(made.requirement, methods={made.requirement.queues[0]: EVIL}, warnings=(EVIL,)),
        roster=dataclasses.replace(made.roster, notes=(EVIL,), way=EVIL),
        findings=(Finding(EVIL, "error", EVIL, EVIL, EVIL),),
        backtest=tuple(dataclasses.replace(row, window=EVIL, model=EVIL) for row in made.backtest[:1]),
    )


def test_text_from_the_tables_never_becomes_markup() -> None:
    """Markup in names, teams, codes, events, notes and findings shows as text; no element or handler comes of it."""
    plain, page = _Page(_report(tiny())), _Page(_report(_poisoned()))
    assert page.stack == []
    assert page.elements["img"] == 0
    assert page.elements["script"] == plain.elements["script"] == 2
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert sum(EVIL in word for word in page.words) > 10
    assert page.data["events"] == {"0-0": EVIL}


def test_scenario_name_is_escaped_too() -> None:
    """The scenario comes from a file name, so it is no more trusted than a table."""
    made = tiny()
    text = report_html(
        made.inputs, made.forecast, made.requirement, made.roster, made.attainment, (), scenario=EVIL, seed=1
    )
    assert "<img" not in text


def test_key_numbers_are_readable_without_script(large: MadeUp) -> None:
    """Targets, shortage, cost, hires, limits and every shift are in the page's own text, not only in its data."""
    page = _Page(_report(large))
    cost = large.roster.cost
    for amount in (cost.spent, cost.total, cost.wages, large.roster.bound):
        assert f"{amount:,.0f} CNY" in page.text
    for queue in large.inputs.plan.queue:
        assert queue.id in page.text
    classes = [value for name, key, value in page.attributes if (name, key) == ("td", "class")]
    shown = Counter(classes)
    worked = {(shift.employee_id, shift.date) for shift in large.roster.shifts}
    assert sum(shown[kind] for kind in ("k1", "k2", "k3", "k4", "k5")) == len(worked)


def test_embedded_numbers_are_the_results(large: MadeUp) -> None:
    """What the script draws equals requirement, roster and forecast to one decimal."""
    data = _Page(_report(large)).data
    np.testing.assert_allclose(np.array(data["needed"]), large.requirement.agents_with_shrinkage, atol=0.051)
    np.testing.assert_allclose(np.array(data["seated"]), large.roster.scheduled, atol=0.051)
    np.testing.assert_allclose(np.array(data["mean"]), large.forecast.rate, atol=0.051)
    answered = data["answered"]
    assert isinstance(answered, list)
    assert answered[0][0] is None


def _with_targets(made: MadeUp, met: int, together: float) -> MadeUp:
    targets = tuple(
        dataclasses.replace(target, met=index < met, probability_met=0.9 if index < met else 0.1)
        for index, target in enumerate(made.attainment.targets)
    )
    return dataclasses.replace(
        made, attainment=dataclasses.replace(made.attainment, targets=targets, probability_all_met=together)
    )


@pytest.mark.parametrize(
    ("missed", "together", "key"),
    [(0, 0.9, "verdict_hold"), (0, 0.2, "verdict_likely"), (1, 0.0, "verdict_risk"), (20, 0.0, "verdict_miss")],
)
def test_verdict_follows_the_simulation(missed: int, together: float, key: str) -> None:
    """All met and likely together reads as safe; all met but seldom together does not, nor does a missed one."""
    made = made_up(queues=2, days=14, named=4, hired=0, paths=20)
    total = len(made.attainment.targets)
    page = _Page(_report(_with_targets(made, total - missed, together)))
    assert labels.word(key, "en") in page.text


def test_targets_are_listed_weakest_first(large: MadeUp) -> None:
    """The first row of the table is a missed target with the lowest probability."""
    text = _report(large)
    weakest = min((t for t in large.attainment.targets if not t.met), key=lambda t: t.probability_met)
    first = re.search(r'id="targets".*?<tbody><tr><th scope="row">(.*?)</th>', text, re.DOTALL)
    assert first is not None
    assert first.group(1) == weakest.queue


def test_steps_that_did_not_run_are_left_out() -> None:
    """Without forecast and simulation the page says so instead of showing numbers."""
    made = tiny()
    text = report_html(made.inputs, None, made.requirement, made.roster, None, (), scenario="base", seed=1)
    page = _Page(text)
    assert labels.word("verdict_unknown", "en") in page.text
    assert labels.word("no_forecast", "en") in page.text
    assert labels.word("no_targets", "en") in page.text
    assert page.data["mean"] is None


def test_an_empty_roster_still_gives_a_page() -> None:
    """Nobody works, nothing is needed, no cost: no division by zero, no missing section."""
    made = tiny()
    nothing = np.zeros_like(made.roster.scheduled)
    roster = dataclasses.replace(made.roster, shifts=(), activities=(), hires=(), scheduled=nothing, gap=0.0, bound=0.0)
    none = dataclasses.replace(made.requirement, agents_with_shrinkage=nothing, agents_required=nothing)
    empty = Attainment(made.requirement.grid, made.requirement.queues, (), nothing * np.nan, nothing * np.nan, 1.0, 2)
    text = report_html(made.inputs, made.forecast, none, roster, empty, (), scenario="base", seed=1)
    assert labels.word("no_shortage", "en") in _Page(text).text
    assert labels.word("no_hires", "en") in _Page(text).text


def test_synthetic_samples_carry_a_banner_and_others_do_not() -> None:
    """The banner comes when the plan's name or its ``synthetic`` key says so."""
    made = tiny()
    banner = labels.word("synthetic", "en")
    assert banner in _Page(_report(made)).text
    for invented in (True, False):
        head = made.inputs.plan.plan.model_copy(update={"name": "618-2026", "synthetic": invented})
        plan = made.inputs.plan.model_copy(update={"plan": head})
        renamed = dataclasses.replace(made, inputs=dataclasses.replace(made.inputs, plan=plan))
        assert (banner in _Page(_report(renamed)).text) == invented


def test_findings_are_shown_and_warnings_are_not_called_breaches() -> None:
    """An error is counted as a breach; a warning alone leaves the roster clean but is listed."""
    made = tiny()
    error = Finding("rest", "error", "7", "2025-11-01", "10 h")
    warning = Finding("near", "warning", "8", "", "strained")
    broken = _Page(_report(dataclasses.replace(made, findings=(error, warning)))).text
    strained = _Page(_report(dataclasses.replace(made, findings=(warning,)))).text
    assert labels.word("audit_broken", "en").format(n="1") in broken
    assert labels.word("audit_clean", "en") in strained
    assert "strained" in strained


def test_limits_show_true_use(large: MadeUp) -> None:
    """Seats at one moment equal a brute-force count over the activities; the headcount is named temps plus hires."""
    page = _Page(_report(large))
    temps = {contract.id for contract in large.inputs.plan.contract if contract.is_temporary}
    kind = {shift.employee_id: shift.contract for shift in large.roster.shifts}
    on_duty = [
        (a.start, a.end) for a in large.roster.activities if a.activity != "meal" and kind[a.employee_id] in temps
    ]
    grid = large.requirement.grid
    moments = [grid.moment(i) for i in range(grid.n)]
    most = max(sum(start <= moment < end for start, end in on_duty) for moment in moments)
    heads = sum(agent.contract in temps for agent in large.inputs.agents) + len(large.roster.hires)
    assert f"On seat at one moment {round(100 * most / 70)}% {most} 70" in page.text
    assert f"{heads} 90 all temporary staff" in page.text


def test_nights_count_shifts_that_touch_the_night(large: MadeUp) -> None:
    """The column of nights equals the shifts that overlap 22:00-06:00."""
    agent = large.inputs.agents[0]
    worked = [shift for shift in large.roster.shifts if shift.employee_id == agent.employee_id]
    nights = 0
    for shift in worked:
        minute = shift.start
        while minute < shift.end and not (minute.hour >= 22 or minute.hour < 6):
            minute += timedelta(minutes=30)
        nights += minute < shift.end
    hours = sum(shift.paid_hours for shift in worked)
    line = re.search(rf"<tr><th scope=\"row\"><b>{agent.name}</b> <small>{agent.employee_id}.*?</tr>", _report(large))
    assert line is not None
    cells = re.findall(r'<td class="n">(.*?)</td>', line.group(0))
    assert cells[:3] == [str(len(worked)), str(nights), f"{hours:,.1f}"]


def test_every_word_exists_in_both_languages() -> None:
    """No word is empty, placeholders agree, and the Chinese page is Chinese where the English one is English."""
    for key in all_keys():
        english, chinese = labels.word(key, "en"), labels.word(key, "zh")
        assert english.strip()
        assert chinese.strip()
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", chinese))
    assert labels.word("targets", "zh") in _report(tiny(), "zh")


def test_event_days_are_told_as_one_run() -> None:
    """Notes of consecutive days with a running day number are one phase; the frame around the phases is left out."""
    made = tiny()
    page = _Page(_report(made))
    phases = {"0-0": "double11 spot opening", "0-1": "double11 spot opening"}
    assert {key: text for key, text in page.data["events"].items() if key.startswith("0")} == phases  # type: ignore[attr-defined]
    assert "10-20 – 10-21 double11 spot opening" in page.text
    assert "whole" not in page.text


def test_unknown_language_is_refused() -> None:
    """Asking for a language that isn't there names those that are."""
    with pytest.raises(ValueError, match="en, zh"):
        _report(tiny(), "fr")


def test_tag_escapes_children_and_attributes() -> None:
    """Only markup made by the helpers goes out unescaped, and gluing it with + is refused."""
    assert tag("p", "<b>", tag("i", "x"), title='"') == '<p title="&quot;">&lt;b&gt;<i>x</i></p>'
    assert join(["<", Html("<br>")]) == "&lt;<br>"
    with pytest.raises(TypeError):
        Html("<br>") + Html("<br>")


@pytest.mark.parametrize(("highest", "step"), [(0, 1.0), (9, 5.0), (290, 100.0), (3, 1.0), (0.7, 0.25)])
def test_axis_steps_are_round(highest: float, step: float) -> None:
    """Steps are 1, 2, 2.5 or 5 times a power of ten."""
    assert nice_step(highest) == pytest.approx(step)


def test_percent_never_rounds_to_certainty() -> None:
    """99.9 % reads >99%, 0.1 % reads <1%; 1 and 0 stay."""
    assert [percent(value) for value in (0.999, 0.001, 1.0, 0.0, 0.5)] == [">99%", "<1%", "100%", "0%", "50%"]


def test_comparison_page_is_safe_and_complete() -> None:
    """Every scenario has a row with its difference to the first; names are text; run times are left out."""
    rows = [
        {"scenario": "base", "cost": 1000.0, "worst_target": 0.81, "probability_all_met": 0.4, "seconds": 1.0},
        {"scenario": EVIL, "cost": 1200.0, "worst_target": 0.7, "probability_all_met": None, "seconds": 99.5},
    ]
    text = comparison_html(rows)
    page = _Page(text)
    assert page.stack == []
    assert page.elements["img"] == page.elements["script"] == 0
    assert EVIL in page.words
    assert "+20%" in page.text
    assert "99.5" not in page.text
    assert "http" not in text.replace("http-equiv", "")
