"""The record of past forecasts: the page of ``wfm backtest`` and the section of the report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from data.backtest_digest import CHOSEN, MEAN, WITHOUT_EVENTS, Digest
from data.labels import word
from data.report.facts import Facts, count, decimal, percent
from data.report.html import Html, join, section, table, tag
from data.report.record_charts import error_bars, held_back_chart
from data.report.shell import shell
from data.summary import installed_versions
from wfm.inputs import Inputs
from wfm.track_record import Backtest, BacktestRow

__all__ = ["backtest_html", "record"]

_Models = Mapping[str, BacktestRow]
_NAMES = {CHOSEN: "chosen_forecast", WITHOUT_EVENTS: "without_events", MEAN: MEAN}
_NAMES |= {name: name for name in ("seasonal_naive", "prophet_default")}


def backtest_html(made: Backtest, inputs: Inputs, scenario: str, seed: int, lang: str = "en") -> str:
    """Return the record as one page that loads nothing from anywhere, in the style of the report.

    It holds no run times, so equal results give equal bytes.
    """
    digest, title = Digest(made.rows), word("record", lang)
    name = inputs.plan.plan.name
    head = tag(
        "header", tag("p", f"{name} · {scenario}", class_="kicker"), tag("h1", title),
        tag("p", word("record_lead", lang), class_="sub"),
    )  # fmt: skip
    overview = section("record", "", "", *_verdict(digest, lang), *_overview(digest, lang))
    pictures = section(
        "windows", word("record_pictures", lang), word("record_pictures_lead", lang), _legend(lang),
        tag("div", *(held_back_chart(days, lang) for days in made.days), class_="multiples"),
    )  # fmt: skip
    parts = (head, overview, _events(digest, lang), pictures if made.days else "", _detail(digest, lang))
    return shell(f"{name} · {title}", lang, join((*parts, _provenance(inputs, seed, lang))))


def record(facts: Facts) -> Html:
    """Return the report's section: what ``wfm backtest`` found, or else how the models did that were chosen from."""
    lang = facts.lang
    digest = Digest(facts.backtest)
    if digest.weeks or digest.editions:
        parts = (*_verdict(digest, lang), *_overview(digest, lang), _editions(digest, lang))
        return section("record", word("record", lang), word("record_lead", lang), *parts)
    error = _choice_error(facts)
    if not math.isfinite(error):
        return Html("")
    text = facts.word("record_choice", error=percent(error, 1))
    return section("record", word("record", lang), "", tag("p", text))


def _choice_error(facts: Facts) -> float:
    """Return the lowest error of each queue's models on the weeks that chose them, weighted by contacts."""
    forecast = facts.forecast
    if forecast is None:
        return math.nan
    contacts = dict(zip(forecast.queues, forecast.rate.sum(axis=1).tolist(), strict=True))
    best = [(min(one.errors.values()), contacts.get(one.queue, 0.0)) for one in forecast.models if one.errors]
    total = math.fsum(weight for _, weight in best)
    return math.fsum(error * weight for error, weight in best) / total if total > 0 else math.nan


def _verdict(digest: Digest, lang: str) -> list[Html]:
    chosen, mean = digest.weeks.get(CHOSEN), digest.weeks.get(MEAN)
    said = [tag("p", text) for text in digest.sentences(lang)]
    if chosen is None:
        return said
    against = ""
    if mean is not None and math.isfinite(mean.wape):
        points = round(100 * (chosen.wape - mean.wape), 1) + 0.0  # no minus before zero
        against = word("against_mean", lang).format(points=f"{points:+.1f}")
    tiles = (
        _tile(word("day_error", lang), percent(chosen.wape, 1), against),
        _tile(word("slot_error", lang), percent(chosen.slot_wape, 1), ""),
        _tile(word("held_days", lang), percent(chosen.day_coverage), ""),
        _tile(word("held_slots", lang), percent(chosen.slot_coverage), ""),
    )
    return [tag("div", *tiles, class_="tiles"), *said]


def _tile(title: str, value: str, note: str) -> Html:
    return tag("div", tag("h3", title), tag("p", value, class_="value"), tag("p", note, class_="note"), class_="tile")


def _overview(digest: Digest, lang: str) -> list[Html]:
    """Return errors by days ahead and by kind of day, drawn and as numbers."""
    leads = {word("days_ahead", lang).format(span=lead): models for lead, models in digest.leads.items()}
    kinds = {word(f"day_{kind}", lang): models for kind, models in digest.day_types.items()}
    found = []
    for key, groups in (("record_by_lead", leads), ("record_by_type", kinds)):
        if groups:
            bars = error_bars(groups, (CHOSEN, *digest.plain), word(key, lang))
            numbers = _beside(word(key, lang), groups, digest, lang)
            found.append(tag("div", tag("h3", word(key, lang)), bars, numbers))
    if not found:
        return []
    models = enumerate((CHOSEN, *digest.plain))
    keys = (tag("span", tag("i", class_=f"key bar{n}"), _name(model, lang)) for n, model in models)
    return [tag("p", *keys, class_="legend"), tag("div", *found, class_="sides")]


def _beside(title: str, groups: Mapping[str, _Models], digest: Digest, lang: str) -> Html:
    """Return the chosen forecast beside the plain ones: one row per group."""
    models = (CHOSEN, *digest.plain)
    headers = [title, *(_name(model, lang) for model in models), word("bias", lang), word("held_days", lang)]
    rows = []
    for name, found in groups.items():
        chosen = found.get(CHOSEN)
        bias, held = (chosen.bias, chosen.day_coverage) if chosen else (math.nan, math.nan)
        rows.append([name, *(_wape(found, model) for model in models), _signed(bias), percent(held)])
    return table(headers, rows, title, numeric=range(1, len(headers)))


def _events(digest: Digest, lang: str) -> Html:
    content = _editions(digest, lang)
    return section("events", word("record_events", lang), "", content) if content else content


def _editions(digest: Digest, lang: str) -> Html:
    """Return past editions, all their days and their peaks, with and without the event layer."""
    if not digest.editions:
        return Html("")
    models = (CHOSEN, WITHOUT_EVENTS, *digest.plain)
    headers = [word("record_of_event", lang), *(_name(model, lang) for model in models), word("held_days", lang)]
    headers += [word("on_peaks", lang), word("peaks_without", lang)]
    rows = []
    for name, edition in digest.editions.items():
        peaks = digest.peaks.get(name, {})
        held = edition[CHOSEN].day_coverage if CHOSEN in edition else math.nan
        cells = [*(_wape(edition, model) for model in models), percent(held)]
        rows.append([name, *cells, _wape(peaks, CHOSEN), _wape(peaks, WITHOUT_EVENTS)])
    found = table(headers, rows, word("record_events", lang), numeric=range(1, len(headers)))
    return tag("div", found, class_="record")


def _detail(digest: Digest, lang: str) -> Html:
    """Return every measure of every model, and the chosen forecast by queue."""
    if not digest.weeks:
        return Html("")
    keys = ("model", "day_error", "bias", "slot_error", "mase", "quantile_loss", "held_days", "held_slots", "actual")
    rows = [_measures(model, row) for model, row in digest.weeks.items()]
    headers = [word(key, lang) for key in keys]
    parts = [table(headers, rows, word("record_models", lang), numeric=range(1, len(keys)))]
    if digest.queues:
        title = word("record_by_queue", lang)
        parts += [tag("h3", title), _beside(title, digest.queues, digest, lang)]
    method = tag("p", word("record_method", lang), class_="note")
    return section("models", word("record_models", lang), "", *parts, method)


def _measures(model: str, row: BacktestRow) -> Sequence[str]:
    mase = f"{row.mase:.2f}" if math.isfinite(row.mase) else decimal(row.mase)
    return [
        model, percent(row.wape, 1), _signed(row.bias), percent(row.slot_wape, 1), mase, percent(row.quantile_loss, 1),
        percent(row.day_coverage), percent(row.slot_coverage), count(row.actual),
    ]  # fmt: skip


def _legend(lang: str) -> Html:
    keys = (("actual", "actual_line"), ("mean", "chosen_forecast"), ("band", "band80"), ("base", "plain_line"))
    items = (tag("span", tag("i", class_=f"key {name}"), word(key, lang)) for name, key in keys)
    return tag("p", *items, class_="legend")


def _name(model: str, lang: str) -> str:
    return word(_NAMES[model], lang) if model in _NAMES else model


def _wape(models: _Models, name: str) -> str:
    return percent(models[name].wape if name in models else math.nan, 1)


def _signed(share: float) -> str:
    return f"{100 * share:+.1f}%" if math.isfinite(share) else "–"


def _provenance(inputs: Inputs, seed: int, lang: str) -> Html:
    versions = ", ".join(f"{name} {number}" for name, number in installed_versions().items())
    pairs = (
        ("seed", str(seed)), ("input_hash", inputs.input_hash),
        ("known_until", inputs.plan.plan.last_known.isoformat()), ("versions", versions),
    )  # fmt: skip
    rows = join(tag("div", tag("dt", word(key, lang)), tag("dd", text)) for key, text in pairs)
    return tag("footer", tag("h2", word("provenance", lang)), tag("dl", rows))
