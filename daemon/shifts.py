"""What of an incident only moved from part to part: between channels or segments of a total that stands, or in the mix. Pure."""

from collections.abc import Iterator, Sequence

from config.settings import Settings
from daemon.alerts.numbers import change
from daemon.alerts.shift_words import Speech, mix_sentence, substitution_sentence
from daemon.grouping import is_data_fault
from daemon.model import Incident, Shift, ShiftKind
from detectors.finding import Finding, Shape
from detectors.panel import KpiType, SeriesKey
from detectors.segments.mix import Mix, by_mix_alone
from detectors.segments.movement import Movement
from detectors.segments.substitution import substitution

_SUMS = frozenset({KpiType.COUNT, KpiType.AMOUNT})
# What only scatters, or never came, went nowhere.
_WITHOUT_SIZE = frozenset({Shape.VARIANCE, Shape.MISSING_LIFT})
Rows = Sequence[Movement]


def shifts_of(incident: Incident, movements: Rows, settings: Settings, speech: Speech) -> tuple[Shift, ...]:
    """At most one of each kind, that of the worst finding of which it can be shown."""
    told = [f for f in incident.everything if not is_data_fault(f) and f.shape not in _WITHOUT_SIZE]
    found = (next(of(told, movements, settings, speech), None) for of in (_substitutions, _mixes))
    return tuple(shift for shift in found if shift is not None)


def _substitutions(told: Sequence[Finding], rows: Rows, settings: Settings, speech: Speech) -> Iterator[Shift]:
    for f in told:
        kpi = settings.kpis.get(f.key.kpi)
        if kpi is None or kpi.type not in _SUMS:
            continue
        same = [m for m in rows if (m.key.check, m.key.kpi) == (f.key.check, f.key.kpi)]
        for parts, whole in _beside(f.key, same):
            found = substitution(parts, whole)
            if found is not None and f.key in (*found.losers, *found.gainers):
                words = substitution_sentence(found, speech)
                yield Shift(kind=ShiftKind.SUBSTITUTION, kpi=f.key.kpi, words=words)


def _beside(key: SeriesKey, rows: Rows) -> Iterator[tuple[list[Movement], Movement | None]]:
    """The parts among which a series stands, with their whole: values of its dimension, then channels."""
    if len(key.segment) == 1:
        values = [m for m in rows if m.key.channel == key.channel and _dimension(m.key) == _dimension(key)]
        yield values, _at(rows, key.channel, ())
    if key.channel is not None:
        channels = [m for m in rows if m.key.channel is not None and m.key.segment == key.segment]
        yield channels, _at(rows, None, key.segment)


def _mixes(told: Sequence[Finding], rows: Rows, settings: Settings, speech: Speech) -> Iterator[Shift]:
    for f in told:
        kpi = settings.kpis.get(f.key.kpi)
        if kpi is None or kpi.denominator is None or f.key.segment:
            continue
        same = [m for m in rows if m.key.check == f.key.check]
        found = [
            (dimension, mix)
            for dimension in _dimensions(f.key, same)
            if (mix := _mix(f.key, kpi.denominator, dimension, same)) is not None
        ]
        if found:
            dimension, mix = max(found, key=lambda of: of[1].share)
            headline = "" if f is told[0] else change(f.relative_change)
            words = mix_sentence(mix, f.key.kpi, kpi.denominator, dimension, speech, headline)
            yield Shift(kind=ShiftKind.MIX, kpi=f.key.kpi, words=words)


def _dimensions(key: SeriesKey, rows: Rows) -> list[str]:
    """By what a measure is split below a series; `channel` for the whole business."""
    own = {_dimension(m.key) for m in rows if m.key.kpi == key.kpi and m.key.channel == key.channel} - {""}
    return [*(["channel"] if key.channel is None else []), *sorted(own)]


def _mix(key: SeriesKey, below: str, dimension: str, rows: Rows) -> Mix | None:
    rate, size = (_at([m for m in rows if m.key.kpi == kpi], key.channel, ()) for kpi in (key.kpi, below))
    if rate is None or size is None:
        return None
    rates, sizes = (
        {_value(m.key, dimension): m for m in _parts(kpi, key, dimension, rows)} for kpi in (key.kpi, below)
    )
    return by_mix_alone(rates, sizes, rate, size)


def _parts(kpi: str, of: SeriesKey, dimension: str, rows: Rows) -> list[Movement]:
    if dimension == "channel":
        return [m for m in rows if m.key.kpi == kpi and m.key.channel is not None and not m.key.segment]
    return [m for m in rows if m.key.kpi == kpi and m.key.channel == of.channel and _dimension(m.key) == dimension]


def _value(key: SeriesKey, dimension: str) -> str:
    return (key.channel or "") if dimension == "channel" else key.segment[0][1]


def _dimension(key: SeriesKey) -> str:
    """The one dimension by which a series is a segment; empty for totals and deeper segments."""
    return key.segment[0][0] if len(key.segment) == 1 else ""


def _at(rows: Rows, channel: str | None, segment: tuple[tuple[str, str], ...]) -> Movement | None:
    return next((m for m in rows if m.key.channel == channel and m.key.segment == segment), None)
