"""The words for a target: one message, and one line for lists. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import blake2s

from config.outputs import Severity
from config.targets import Bound
from daemon.alerts import numbers
from daemon.alerts.alert import Alert
from daemon.alerts.story import ChannelFace, KpiFace
from daemon.alerts.titles import channel_title, in_sentence, kpi_title
from daemon.costing import next_month
from daemon.foresight.model import Pace
from daemon.model import Change
from detectors.panel import KpiType

# A miss by less than this part of the target is for the information of those who care.
_LARGE = 0.1
_PREFIX = {Change.WORSE: "Worse: ", Change.BETTER: "Better: "}


def alert_of(
    pace: Pace, change: Change, kpis: Mapping[str, KpiFace], channels: Mapping[str, ChannelFace], at: str
) -> Alert:
    """The message about a target that will probably be missed, or that is on its way again (RESOLVED)."""
    owner = channels[pace.channel].owner if pace.channel and pace.channel in channels else None
    name, is_over = _name(pace, kpis, channels), change is Change.RESOLVED
    return Alert(
        incident_id=_id(pace),
        change=change,
        severity=severity_of(pace),
        headline=f"{name} is on its way to its {_noun(pace)} again"
        if is_over
        else _PREFIX.get(change, "") + _headline(pace, kpis, channels),
        subject=f"{name}: {_noun(pace)}" + (f" of {pace.month:%B %Y}" if pace.month else ""),
        numbers=_numbers(pace, kpis),
        items=() if is_over else tuple(filter(None, (_to_keep_it(pace, kpis),))),
        owners=(owner,) if owner else (),
        facts=(f"data to {_day(pace.last)}",),
        at=at,
    )


def severity_of(pace: Pace) -> Severity:
    """Never critical: there is time to act."""
    return Severity.WARNING if pace.month is None or pace.gap >= _LARGE else Severity.INFO


def line(pace: Pace, kpis: Mapping[str, KpiFace], channels: Mapping[str, ChannelFace]) -> str:
    """One target in a list: `Revenue: 181,000 EUR expected by 30 Nov, 9.5 % short of its goal of 200,000 EUR`."""
    name = _name(pace, kpis, channels)
    if pace.reason:
        return f"{name}: {pace.reason}"
    if pace.is_likely_missed:
        return f"{_headline(pace, kpis, channels)}. {_numbers(pace, kpis)}".rstrip(". ")
    return f"{name}: {_numbers(pace, kpis)}".rstrip(". ")


def _id(pace: Pace) -> str:
    """One name for all that is said of a target in one month, however long the names in it are."""
    mark = blake2s(pace.key.encode(errors="surrogatepass"), digest_size=4).hexdigest()
    return f"target-{pace.kpi.replace('_', '-')[:30]}-{mark}" + (f"-{pace.month:%Y-%m}" if pace.month else "")


def _headline(pace: Pace, kpis: Mapping[str, KpiFace], channels: Mapping[str, ChannelFace]) -> str:
    name, number = _name(pace, kpis, channels), _said(pace, pace.number, kpis)
    if pace.month is None:
        side = "above" if pace.kind is Bound.BUDGET else "below"
        if pace.on is None:
            return f"{name} is {side} its limit of {number}"
        return f"{name} will cross its limit of {number} about {_day(pace.on)}"
    if pace.kind is Bound.BUDGET:
        if pace.on is None:
            return f"{name} will pass its budget of {number} in {pace.month:%B}"
        passed = pace.on <= pace.last
        return f"{name} {'passed' if passed else 'will pass'} its {pace.month:%B} budget of {number} on {_day(pace.on)}"
    return f"{name} will miss its {pace.month:%B} goal of {number} by about {numbers.share(pace.gap)}"


def _numbers(pace: Pace, kpis: Mapping[str, KpiFace]) -> str:
    if pace.month is None:
        now = f"{_said(pace, pace.so_far, kpis)} over the last 7 days, limit {_said(pace, pace.number, kpis)}."
        if pace.earliest is None or pace.latest is None:
            return now
        return f"{now} At this pace it is crossed between {_day(pace.earliest)} and {_day(pace.latest)}."
    end = next_month(pace.month) - timedelta(days=1)
    spread = numbers.between(pace.lower, pace.upper)
    against = f"{numbers.change((pace.expected or 0.0) / pace.number - 1)} against {_said(pace, pace.number, kpis)}"
    words = f"{_said(pace, pace.so_far, kpis)} so far, {_said(pace, pace.expected, kpis)} expected by {_day(end)} ({spread}): {against}."
    if (
        pace.kind is Bound.BUDGET
        and pace.is_likely_missed
        and pace.on
        and pace.on > pace.last
        and pace.latest != pace.earliest
    ):
        latest = _day(pace.latest) if pace.latest else f"after {_day(end)}"
        words += f" The budget is used up between {_day(pace.earliest or pace.on)} and {latest}."
    return words


def _to_keep_it(pace: Pace, kpis: Mapping[str, KpiFace]) -> str:
    """What a day may be from here on, beside what it is."""
    if pace.month is None or pace.so_far is None or pace.expected is None or not pace.rest:
        return ""
    needed, usual = ((x - pace.so_far) / pace.rest for x in (pace.number, pace.expected))
    if needed <= 0:
        return f"It is passed already; {_said(pace, usual, kpis)} a day are expected from here on"
    verb = "keep" if pace.kind is Bound.BUDGET else "reach"
    return f"To {verb} it: {_said(pace, needed, kpis)} a day from here on; {_said(pace, usual, kpis)} expected"


def _name(pace: Pace, kpis: Mapping[str, KpiFace], channels: Mapping[str, ChannelFace]) -> str:
    title = kpis[pace.kpi].title if pace.kpi in kpis else kpi_title(pace.kpi)
    if pace.channel is None:
        return title
    channel = channels[pace.channel].title if pace.channel in channels else channel_title(pace.channel)
    return f"{channel[:1].upper()}{channel[1:]} {in_sentence(title)}"


def _noun(pace: Pace) -> str:
    return "limit" if pace.month is None else str(pace.kind)


def _said(pace: Pace, value: float | None, kpis: Mapping[str, KpiFace]) -> str:
    face = kpis.get(pace.kpi) or KpiFace(title=pace.kpi, type=KpiType.COUNT)
    return numbers.quantity(None if value is None else value * face.scale(value), face.unit)


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
