"""Any alert, by plain chance from a seed: absurd numbers, names of 10 kB, 5,000 of whatever there may be several of.

The same shapes as tests/daemon/alerts/strategies.py, which finds the smallest example of a fault; this is for counting many.
"""

import math
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar, get_type_hints
from zoneinfo import ZoneInfo

from config.business import ChannelKind
from config.outputs import Severity
from daemon.alerts.alert import Alert, Answer, Chart, Link, Part
from daemon.alerts.compose import compose
from daemon.alerts.story import ChannelFace, KpiFace, Series, Story
from daemon.alerts.summary import known_at_start
from daemon.alerts.titles import channel_title, kpi_title
from daemon.model import Cause, Change, Impact, Incident, KnownChange, Said, Status, Verdict, Where
from daemon.transition import Why
from detectors.cadence import Cadence
from detectors.finding import Finding, Settling, Shape
from detectors.panel import KpiType, SeriesKey
from tests.hostile import NAMES

_PLAIN = ("paid_search", "email", "orders", "revenue", "mobile", "Brand UK", "uk_brand_search_2025", "São Paulo")
_LETTERS = ("abcdefgh ijklmnop_-. ", "éüßñçø", "ابتثج حخ", "אבגד הו", "日本語広告", "กขฃค", "🔥🎉👩‍👩‍👧🇩🇪👍🏽", "e\u0301a\u0308", "<>&\"'`*_~|", "\u200b\u202e\u2066\u00ad", "\x00\x1b\r\n\t\u2028", "\ud800\udfff\ue000")  # fmt: skip
_LONG = ("x", "&", "<", "🔥", "日本", "\u0301e", "ﷺ", "a b ", "\n", "*_`~", "https://evil.example/ ", "\u202e")
_NUMBERS = (0.0, -0.0, 1e-12, 0.5, 1.0, 318.0, 1e6, 1e15, 1e300, math.nan, math.inf, -math.inf)
_CADENCES = tuple(map(Cadence.parse, ("day", "week", "month", "quarter", "year", "hour", "15 minutes")))
_ZONES = tuple(map(ZoneInfo, ("UTC", "Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")))
_PLACES = (None, "https://ads.example.com/?q={campaign}", "https://x.example/" + "y" * 600, "javascript:alert(1)")
_BEGIN = datetime(2019, 1, 1, tzinfo=UTC)
_CHANGES = tuple(c for c in Change if c is not Change.NOTHING)
_T = TypeVar("_T")
TEN_KB, MANY = 10_000, 5_000


def alert(chance: Random) -> Alert:
    """One that was composed, a summary of several, or one whose every field holds just anything."""
    kind = chance.random()
    if kind < 0.6:
        found = compose(_story(chance))
    elif kind < 0.65:
        found = known_at_start([_story(chance) for _ in range(chance.randint(1, 30))])
    else:
        found = _anything(chance)
    return replace(found, possible_repeat=chance.random() < 0.2, answers=_answers(chance))


def name(chance: Random) -> str:
    """What somebody might call anything."""
    kind = chance.random()
    if kind < 0.35:
        return chance.choice(NAMES)
    if kind < 0.6:
        return chance.choice(_PLAIN)
    if kind < 0.605:
        unit = chance.choice(_LONG)
        return unit * (TEN_KB // len(unit.encode(errors="surrogatepass")))
    if kind < 0.9:
        return "".join(chance.choice(chance.choice(_LETTERS)) for _ in range(chance.randint(0, 120)))
    return "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randint(0, 60)))


def _several(chance: Random, most: int, rare: float = 0.0003) -> int:
    return MANY if chance.random() < rare else chance.randint(0, most)


def _names(chance: Random, most: int = 6) -> tuple[str, ...]:
    count = _several(chance, most)
    some = [name(chance) for _ in range(min(count, 50))]  # long lists repeat themselves, or drawing them takes for ever
    return tuple(some[i % len(some)] for i in range(count)) if some else ()


def _number(chance: Random) -> float:
    kind = chance.random()
    if kind < 0.4:
        return chance.choice(_NUMBERS)
    return chance.uniform(-1, 1) * 10.0 ** chance.randint(-6, 9)


def _perhaps(chance: Random, draw: Callable[[Random], _T], never: float = 0.3) -> _T | None:
    return None if chance.random() < never else draw(chance)


def _instant(chance: Random) -> datetime:
    return _BEGIN + timedelta(minutes=chance.randint(0, 16 * 365 * 24 * 60))


def _segment(chance: Random) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({name(chance): name(chance) for _ in range(chance.randint(0, 2))}.items()))


def _finding(chance: Random) -> Finding:
    start = _instant(chance)
    return Finding(
        key=SeriesKey(
            name(chance), _perhaps(chance, name), "orders" if chance.random() < 0.5 else name(chance), _segment(chance)
        ),
        shape=chance.choice(tuple(Shape)),
        start=start,
        end=_perhaps(chance, lambda c: start + timedelta(hours=c.randint(1, 400))),
        observed=_number(chance),
        expected=_number(chance),
        lower=_number(chance),
        upper=_number(chance),
        p_value=chance.random(),
        settling=_perhaps(
            chance, lambda c: Settling(share=_number(c), final=_number(c), lower=_number(c), upper=_number(c)), 0.8
        ),
    )


def _cause(chance: Random) -> Cause:
    return Cause(
        id=chance.choice(("unknown", "checkout_failure")),
        title=name(chance),
        probability=chance.choice((chance.random(), math.nan)),
        supporting=_names(chance),
        against=_names(chance),
        verify=_names(chance),
        actions=_names(chance),
    )


def _where(chance: Random) -> Where:
    dimensions = {"channel" if chance.random() < 0.5 else name(chance) for _ in range(chance.randint(0, 2))}
    return Where(segment=tuple((d, _names(chance, 4) or (name(chance),)) for d in dimensions), share=_number(chance))


def _impact(chance: Random) -> Impact:
    amounts = (
        *("value", "lower", "upper", "recorded_value", "per_day", "spend_at_risk_per_day"),
        *("month_value", "month_lower", "month_upper"),
    )
    return Impact(
        kpi=name(chance),
        unit="GBP",
        to=_instant(chance),
        month_end=_perhaps(chance, _instant),
        **{n: _perhaps(chance, _number) for n in amounts},
    )


def _known_change(chance: Random) -> KnownChange:
    return KnownChange(
        feed=name(chance),
        at=_instant(chance),
        kind=name(chance),
        title=name(chance),
        who=name(chance),
        link=name(chance),
    )


def _incident(chance: Random) -> Incident:
    found = [_finding(chance) for _ in range(chance.randint(1, 5))]
    if chance.random() < 0.001:
        found = (found * MANY)[:MANY]
    return Incident(
        id=name(chance),
        status=Status.OPEN,
        severity=chance.choice(tuple(Severity)),
        title=name(chance),
        first_detected_at=_instant(chance),
        started_at=min(f.start for f in found),
        ended_at=_perhaps(chance, _instant, 0.5),
        findings=tuple(found),
        causes=tuple(_cause(chance) for _ in range(chance.randint(0, 4))),
        where=tuple(_where(chance) for _ in range(chance.randint(0, 3))),
        impact=_perhaps(chance, _impact),
        steady=_names(chance),
        decides=_names(chance, 2),
        changes=tuple(_known_change(chance) for _ in range(chance.randint(0, 3))),
        subject=name(chance) if chance.random() < 0.3 else "",
        said=Said(
            acknowledged_by=name(chance) if chance.random() < 0.3 else "",
            closed_by=name(chance),
            verdict=_perhaps(chance, lambda c: c.choice(tuple(Verdict))),
            comment=name(chance),
        ),
    )


def _series(chance: Random, at: datetime) -> Series:
    length = chance.randint(0, 40)

    def row() -> tuple[float | None, ...]:
        return tuple(_perhaps(chance, _number) for _ in range(length))

    return Series(
        starts=tuple(at - timedelta(days=length - i) for i in range(length)),
        observed=row(),
        expected=row() if chance.random() < 0.5 else (),
        lower=row(),
        upper=row(),
    )


def _story(chance: Random) -> Story:
    incident, at = _incident(chance), _instant(chance)
    found = incident.findings[:5]
    channels = {
        channel: ChannelFace(
            title=channel_title(channel),
            kind=chance.choice(tuple(ChannelKind)),
            owner=_perhaps(chance, name),
            link=chance.choice(_PLACES),
        )
        for channel in (f.key.channel for f in found)
        if channel is not None
    }
    kpis = {
        f.key.kpi: KpiFace(
            title=kpi_title(f.key.kpi), type=chance.choice(tuple(KpiType)), unit=chance.choice(("", "%", "GBP", "ms"))
        )
        for f in found
    }
    story = Story(
        incident=incident,
        change=chance.choice(_CHANGES),
        now=at,
        zone=chance.choice(_ZONES),
        currency="GBP",
        data_to=_instant(chance),
        cadence=chance.choice(_CADENCES),
        channels=channels,
        kpis=kpis,
        series={f.key: _series(chance, at) for f in found[:2]},
        reason=_perhaps(chance, lambda c: c.choice(tuple(Why))),
        planned=name(chance),
        links=(Link(label="Open the incident", url="https://watch.example.com/incidents/1?a=1&b=<2>|3"),),
    )
    before = compose(replace(story, change=Change.OPENED)) if chance.random() < 0.5 else None
    return replace(story, previous=before)


def _anything(chance: Random) -> Alert:
    """Every field by its type, also those that come to be later."""
    drawn = {f.name: _DRAWN.get(_HINTS[f.name]) for f in fields(Alert)}
    return Alert(**{n: draw(chance) for n, draw in drawn.items() if draw is not None} | {"at": _at(chance)})


def _at(chance: Random) -> str:
    return "" if chance.random() < 0.2 else _instant(chance).astimezone(chance.choice(_ZONES)).isoformat()


def _link(chance: Random) -> Link:
    url = chance.choice(
        ("https://watch.example.com/" + name(chance), name(chance), "https://x.example/" + "y" * TEN_KB)
    )
    return Link(label=name(chance), url=url)


def _chart(chance: Random) -> Chart:
    length = chance.randint(1, 40)
    return Chart(
        title=name(chance),
        days=tuple(f"2026-01-{i % 28 + 1:02}" for i in range(length)),
        observed=tuple(_perhaps(chance, _number) for _ in range(length)),
        where=name(chance),
        unit=name(chance),
        caption=name(chance),
    )


def _links(chance: Random) -> tuple[Link, ...]:
    return tuple(_link(chance) for _ in range(_several(chance, 6)))


def _parts(chance: Random) -> tuple[Part, ...]:
    return tuple(Part(heading=name(chance), lines=_names(chance, 12)) for _ in range(chance.randint(0, 12)))


def _answers(chance: Random) -> tuple[Answer, ...]:
    """All of them links, or all of them buttons; what they are called is ours."""
    token = chance.choice(("", "https://watch.example.com/a/" + "x" * chance.randint(100, 400)))
    ways = (("ack", "Acknowledge"), ("mute", "Mute"), ("feedback", "Was it real?"), ("resolve", "Close"))
    return tuple(Answer(kind=kind, label=label, url=token) for kind, label in ways[: chance.randint(0, 4)])


_HINTS = get_type_hints(Alert)
_DRAWN: dict[Any, Callable[[Random], Any]] = {
    str: name,
    tuple[str, ...]: _names,
    bool: lambda chance: chance.random() < 0.5,
    Severity: lambda chance: chance.choice(tuple(Severity)),
    Change: lambda chance: chance.choice(_CHANGES),
    tuple[Link, ...]: _links,
    tuple[Part, ...]: _parts,
    tuple[Answer, ...]: _answers,
    Chart | None: lambda chance: _perhaps(chance, _chart),
}
