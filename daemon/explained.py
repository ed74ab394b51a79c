"""Everything behind an incident, as it stood in its last cycle: from the state alone, never from today's tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config.settings import Settings
from daemon import answers, verdict_answers
from daemon.alerts import made_of
from daemon.alerts.alert import SCHEMA, Alert, Chart
from daemon.alerts.chart_data import sparkline
from daemon.alerts.dates import day, moment
from daemon.alerts.money import money_line
from daemon.alerts.numbers import change, quantity, share, signed
from daemon.alerts.story import Spoken, spoken
from daemon.alerts.titles import in_sentence, kpi_title, listed
from daemon.alerts.untrusted import clean, sentence, web_address
from daemon.controls import known
from daemon.model import Cause, Factor, Incident, Tree
from daemon.store import Store, deliveries
from daemon.store import verdicts as kept
from daemon.store.verdicts import Kept
from daemon.verdicts import Standing
from detectors.finding import Finding

# Series and causes that people want to read; the rest is in the JSON.
_MOST_FINDINGS, _MOST_CAUSES = 5, 4
# How long after its first period a series that joined later is looked for.
_SOON = timedelta(days=8)


@dataclass(frozen=True, kw_only=True)
class Explained:
    """An incident with the verdicts that let its worst series through, and the chart that people were shown; `answer` is the JSON."""

    incident: Incident
    passed: Sequence[Kept]
    chart: Chart | None
    answer: dict[str, Any]


def explained(store: Store, name: str, zone: ZoneInfo) -> Explained:
    """Look an incident up.

    Raises:
        UnknownIncident: there is none of that id; the nearest are named.
    """
    with store.reading() as connection:
        incident = known(connection, name)
        passed = []
        for finding in incident.findings[:_MOST_FINDINGS]:
            key, until = finding.key, max(incident.first_detected_at, finding.start + _SOON)
            if not key.segment:
                verdicts = kept.of(connection, key.check, key.channel, key.kpi, finding.start, until)
                passed += [k for k in verdicts if k.verdict.standing is Standing.TOLD][:1]
        payload = deliveries.last_told(connection, incident.id)
    alert = Alert.from_dict(payload) if payload is not None and payload.get("schema") == SCHEMA else None
    chart = alert.chart if alert else None
    return Explained(
        incident=incident,
        passed=passed,
        chart=chart,
        answer={
            "incident": answers.incident(incident, zone, causes_at_open=True),
            "gates": [
                {"channel": k.verdict.channel, "kpi": k.verdict.kpi, **verdict_answers.verdict(k, zone)} for k in passed
            ],
            "steady": list(incident.steady),
            "together": list(incident.together),
            "decides": list(incident.decides),
            "sparkline": sparkline(chart) if chart else "",
        },
    )


def chart_of(found: Explained) -> Chart | None:
    """The chart of the newest message that arrived."""
    return found.chart


def told(found: Explained, settings: Settings) -> Iterator[str]:
    """The whole story, line by line."""
    i, zone, say = found.incident, ZoneInfo(settings.timezone), spoken(settings)
    yield i.title
    until = f", ended {moment(i.ended_at, zone)}" if i.ended_at else ""
    yield f"{i.id}: {i.status}, {i.severity}; began {moment(i.started_at, zone)}{until}; first seen {moment(i.first_detected_at, zone)}"
    if found.chart is not None:
        yield from ("", found.chart.title, *sparkline(found.chart).split("\n"))
    yield from ("", "What was expected")
    yield from (f"  {_line(f, say)}" for f in i.findings[:_MOST_FINDINGS])
    if (more := len(i.findings) - _MOST_FINDINGS) > 0:
        yield f"  and {more} more series (--json)"
    if found.passed:
        yield from ("", f"Gates that it passed ({moment(found.passed[0].at, zone)})")
        yield from (f"  {_gates(k)}" for k in found.passed)
    if i.tree is not None:
        yield from (
            "",
            f"What carries it: {_place(i.tree)}, expected -> seen, and what that makes of {in_sentence(i.tree.factors[0].title)}",
        )
        yield from tree_lines(i.tree)
        if said := made_of.sentence(i.tree, _role(i.findings[0], settings)):
            yield f"  {said}"
    if i.consequences:
        series = dict.fromkeys(clean(str(f.key)) for f in i.consequences)
        yield f"  What follows from it: {listed(list(series), 6)}."
    if i.where or i.shifts:
        yield from ("", "Where", *(f"  {s.words}" for s in i.shifts))
        for where in () if i.is_mix else i.where:
            words = ", ".join(f"{dimension} {' or '.join(values)}" for dimension, values in where.segment)
            yield f"  {sentence(words)}: {share(where.share)} of the change"
    if i.steady:
        yield from ("", "What did not move", *(f"  {s}" for s in i.steady))
    if money := money_line(i.impact, zone, is_over=i.ended_at is not None, one_period=False):
        yield from ("", f"Money: {money}")
    if i.changes:
        yield from ("", "What was changed around its start", *(f"  {line}" for line in _changes(i, zone)))
    yield from ("", "Why")
    if len(i.together) > 1:
        yield f"  Two causes at once are likelier than any one: {' and '.join(clean(c.title) for c in i.told_causes)}"
    yield from _evidence(i.causes, i.decides)


def _changes(i: Incident, zone: ZoneInfo) -> Iterator[str]:
    """`Tue 14 Oct, 09:20  deploy  checkout v2.3 (email; by Anna)  https://...`"""
    for c in i.changes:
        when = day(c.at, zone) if c.whole_day else moment(c.at, zone)
        more = "; ".join([*([c.channel] if c.channel else []), *([f"by {clean(c.who, 40)}"] if c.who else [])])
        link = f"  {address}" if c.link and (address := web_address(c.link)) else ""
        yield f"{when}  {clean(c.kind.replace('_', ' '), 40)}  {clean(c.title)}{f' ({more})' if more else ''}{link}"


def _role(f: Finding, settings: Settings) -> str:
    kpi = settings.kpis.get(f.key.kpi)
    return (kpi.role if kpi else None) or f.key.kpi


def _line(f: Finding, say: Spoken) -> str:
    seen, hoped, low, high = (say(f.key.kpi, value) for value in (f.observed, f.expected, f.lower, f.upper))
    return (
        f"{clean(str(f.key))}: {seen} seen, {hoped} expected ({low} to {high} is normal), {f.shape.replace('_', ' ')}"
    )


def _gates(k: Kept) -> str:
    """`email orders: p 2e-07 (news below 4e-05), -42 % (min_change 10 %), min_volume 10`."""
    v = k.verdict
    parts = []
    if v.p_value is not None and v.needed:
        alone = "" if v.p_value < v.needed else "; several periods together were surer"
        parts.append(f"p {v.p_value:.2g} (news below {v.needed:.2g}{alone})")
    if v.observed is not None and v.expected:
        parts.append(f"{change((v.observed - v.expected) / abs(v.expected))} (min_change {v.min_change * 100:g} %)")
    if v.min_volume:
        parts.append(f"min_volume {v.min_volume:g}")
    if v.persist_periods > 1:
        parts.append(f"persist_periods {v.persist_periods:g}")
    return f"{v.channel or 'business'} {v.kpi}: {', '.join(parts)}"


def _place(tree: Tree) -> str:
    within = listed([c.replace("_", " ") for c in tree.channels], 4) or "the whole business"
    return ", ".join([within, *(clean(f"{dimension} {value}") for dimension, value in tree.segment)])


def tree_lines(tree: Tree) -> list[str]:
    """The tree as aligned text: each line's values, its contribution in the unit of the KPI at the top, and its share."""
    unit, path = tree.factors[0].unit, tree.of_path
    rows = [
        (
            f"{'> ' if f is path[-1] and len(path) > 1 else '  '}{'  ' * f.depth}{f.title or kpi_title(f.kpi)}",
            f"{_value(f.expected, f)} -> {_value(f.observed, f)}",
            signed(f.contribution, unit),
            f"{100 * f.share:.0f} %",
        )
        for f in tree.factors
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    return [
        f"  {name:<{widths[0]}}  {values:>{widths[1]}}  {part:>{widths[2]}}  {whole:>{widths[3]}}"
        for name, values, part, whole in rows
    ]


def _value(value: float, factor: Factor) -> str:
    return quantity(value * 100, "%") if factor.unit == "%" else quantity(value, factor.unit)


def _evidence(causes: Sequence[Cause], decides: Sequence[str]) -> Iterator[str]:
    """Causes with what speaks for (+) and against (-) each, and what would decide between the first two."""
    for cause in causes[:_MOST_CAUSES]:
        yield f"  {share(cause.probability):>5}  {cause.title} ({cause.id})"
        yield from (f"           + {s}" for s in cause.supporting)
        yield from (f"           - {s}" for s in cause.against)
    if (more := len(causes) - _MOST_CAUSES) > 0:
        yield f"  and {more} less likely (--json)"
    if decides:
        yield from ("  What would decide", *(f"    {step}" for step in decides))
