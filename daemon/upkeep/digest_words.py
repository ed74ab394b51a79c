"""The words of a digest: short enough to be read on a phone, and never cut by a destination. Pure."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from config.digests import Every
from config.outputs import Severity
from config.settings import Settings
from daemon.alerts import dates
from daemon.alerts.alert import Alert, Part
from daemon.alerts.money import claim, money_short
from daemon.alerts.numbers import change, count_of, points, signed
from daemon.alerts.story import channel_faces, kpi_faces, spoken
from daemon.alerts.titles import channel_title, in_sentence, kpi_title
from daemon.alerts.untrusted import sentence
from daemon.model import Change, Incident, Status
from daemon.replies import VERDICT_WORDS, counted
from daemon.severity import RANK
from daemon.upkeep.digest_facts import Entry, Facts
from daemon.upkeep.quiet_week import data_to, headline, late_checks
from daemon.upkeep.slots import DIGEST
from daemon.upkeep.trends import Trend

# What people read of a list; the rest is counted.
_MOST_OPEN, _MOST_KNOWN, _MOST_CLOSED, _MOST_BUSINESS, _MOST_MOVED, _MOST_TARGETS = 10, 6, 6, 3, 4, 6
_TITLE, _LINE = 130, 230
# A sum that is off by less than the widths of its days together is what chance does.
_MOVED = 1.0
_NEWS = {Change.WORSE: "Worse", Change.GROWN: "Spreading", Change.REOPENED: "Back again"}
_DAY = timedelta(days=1)


def alert(facts: Facts, settings: Settings) -> Alert:
    """The message."""
    zone = ZoneInfo(settings.timezone)
    name = "Daily digest" if facts.slot.every is Every.DAY else "Weekly digest"
    is_today = facts.since.astimezone(zone).date() == facts.now.astimezone(zone).date()
    since = (dates.moment if is_today else dates.day)(facts.since, zone, facts.now)
    new = [e for e in facts.still_open if e.held]
    known = [e for e in facts.still_open if not e.held]
    parts = [
        Part(heading=f"New here, {_why_new(facts)} ({len(new):,})", lines=_cut(new, _MOST_OPEN, facts, zone)),
        Part(
            heading=f"{'Still open' if new else 'Open'} ({len(known):,})",
            lines=_cut(known, _MOST_KNOWN if new else _MOST_OPEN, facts, zone),
        ),
        Part(
            heading=f"Closed since {since} ({len(facts.closed)})", lines=_cut(facts.closed, _MOST_CLOSED, facts, zone)
        ),
        Part(heading=f"Against what was expected{_time(facts, zone)}", lines=tuple(_trends(facts, settings))),
        Part(heading="Targets", lines=_listed(facts.week.targets, _MOST_TARGETS)),
        Part(heading="Data that is late", lines=tuple(late_checks(facts.week, zone, facts.now))),
    ]
    return Alert(
        incident_id=f"{DIGEST}{facts.slot.at.astimezone(zone):%Y%m%d-%H%M}",
        change=Change.OPENED,
        severity=_severity(facts),
        headline=f"{name}: {_headline(facts, settings, since)}",
        subject=f"{name} of {dates.day(facts.slot.at, zone, facts.now)}",
        numbers=data_to(facts.week, zone, facts.now),
        parts=tuple(part for part in parts if part.lines),
        verify=() if facts.is_judged else ("channelwatch doctor: it says what does not work",),
        facts=tuple(
            filter(
                None,
                [
                    f"{facts.old} more were off before the first look" if facts.old else "",
                    _capital(counted({str(v): n for v, n in facts.judged.items()})) if facts.judged else "",
                ],
            )
        ),
        at=facts.now.astimezone(zone).isoformat(),
    )


def _severity(facts: Facts) -> Severity:
    """News that nobody has seen is not mere information, and neither is it that nobody looks."""
    new = [e.incident.severity for e in facts.still_open if e.held]
    return min(new, key=RANK.index, default=Severity.INFO if facts.is_judged else Severity.WARNING)


def _headline(facts: Facts, settings: Settings, since: str) -> str:
    if not facts.still_open and not facts.closed:
        judged = sum(facts.week.series.values())
        words = headline(judged, len(facts.week.late), len(facts.week.fresh), f"since {since}")
        return words[:1].lower() + words[1:]
    lost = _lost([e.incident for e in facts.still_open])
    money = f", about {signed(lost, settings.currency)} so far" if lost else ""
    critical = sum(e.incident.severity is Severity.CRITICAL for e in facts.still_open)
    every = critical == len(facts.still_open)
    of_them = [f"{critical} critical" if not every else "critical"] if critical else []
    of_them += [f"{new} new"] if (new := sum(e.held is not None for e in facts.still_open)) else []
    opened = f"{len(facts.still_open):,} open" + (f" ({', '.join(of_them)})" if of_them else "")
    return f"{opened}{money}; {f'{len(facts.closed):,}' if facts.closed else 'none'} closed since {since}"


def _lost(open_now: Sequence[Incident]) -> float:
    """What is probably lost in all of them. Incidents that are measured by the very same money, as the whole business' is, count once."""
    claims = {claim(i.impact) for i in open_now}
    return sum(of[1] for of in claims if of is not None)


def _why_new(facts: Facts) -> str:
    """`the budget of 5 a day is used up`, in the past."""
    reasons = dict.fromkeys(h.reason.partition(": ")[2] or h.reason for h in facts.held)
    return ", ".join(reasons).replace(" is used up", " was used up")


def _cut(entries: Sequence[Entry], most: int, facts: Facts, zone: ZoneInfo) -> tuple[str, ...]:
    lines = [_line(e, facts, zone) for e in entries[:most]]
    if (left := len(entries) - most) > 0:
        lines.append(f"and {left:,} more; channelwatch incidents lists them")
    return tuple(lines)


def _line(entry: Entry, facts: Facts, zone: ZoneInfo) -> str:
    i = entry.incident
    marks = [_NEWS.get(entry.held.change, "" if i.status is Status.OPEN else "New")] if entry.held else []
    marks = [mark for mark in marks if mark]
    if i.severity is Severity.CRITICAL and i.status is Status.OPEN:
        marks.append("critical" if marks else "Critical")
    title = sentence(i.title or i.subject or i.id, _TITLE)
    said = [
        ", ".join(marks) + (": " if marks else "") + title,
        money_short(i.impact, is_over=i.status is not Status.OPEN),
        *_stands(entry, facts, zone),
    ]
    return sentence(" · ".join(words for words in said if words), _LINE)


def _stands(entry: Entry, facts: Facts, zone: ZoneInfo) -> Iterator[str]:
    """How it stands with people."""
    i, said = entry.incident, entry.incident.said
    if i.status is Status.RETRACTED:
        yield "withdrawn: the source corrected its numbers"
    elif i.status is Status.RESOLVED:
        yield (
            f"closed by {said.closed_by}" if said.closed_by else "back in range" if not i.new_base else "the new normal"
        )
    elif said.muted_until is not None and facts.now < said.muted_until:
        yield f"muted until {dates.moment(said.muted_until, zone, facts.now)}"
    elif entry.silence:
        yield entry.silence.partition(", ")[2].partition(" (")[0] or "silenced"
    elif said.acknowledged_by:
        yield f"acknowledged by {said.acknowledged_by}"
    if said.verdict is not None:
        yield f"called {VERDICT_WORDS[said.verdict]} by {said.verdict_by}"


def _time(facts: Facts, zone: ZoneInfo) -> str:
    """The days that the totals are about."""
    of = facts.business or facts.trends
    return f", {dates.span(min(t.first for t in of), max(t.last for t in of) + _DAY, zone)}" if of else ""


def _trends(facts: Facts, settings: Settings) -> Iterator[str]:
    """Of the whole business and of what moved most, a line each; the rest is counted."""
    moved = [t for t in facts.trends if abs(t.surprise) >= _MOVED][:_MOST_MOVED]
    shown = [*facts.business[:_MOST_BUSINESS], *moved]
    yield from (_trend(t, settings) for t in shown)
    rest = [t for t in (*facts.business, *facts.trends) if t not in shown and (t.channel, t.kpi) not in facts.told]
    if not rest:
        return
    out = sum(t.outside > 0 for t in rest)
    others = f"{count_of(len(rest), 'other total')}" if shown else f"All {len(rest):,} totals"
    if out:
        when = "" if all(t.periods == 1 for t in rest) else " at times"
        yield f"{others}: {len(rest) - out:,} within their range, {out:,} outside{when}, none by enough for an alert"
    else:
        yield f"{others}: within {'its' if len(rest) == 1 and shown else 'their'} range"


def _trend(t: Trend, settings: Settings) -> str:
    """`Paid social clicks: 41,200 against 45,300 expected, -9 %, within its range`."""
    say, face = spoken(settings), kpi_faces(settings).get(t.kpi)
    title = face.title if face else kpi_title(t.kpi)
    if t.channel is not None:
        channel = channel_faces(settings).get(t.channel)
        title = f"{_capital(channel.title if channel else channel_title(t.channel))} {in_sentence(title)}"
    mean = "" if face is None or face.adds_up or t.periods == 1 else " on average"
    apart = change(t.change)
    if face is not None and face.unit == "%":
        apart = points(t.observed * face.scale(t.observed) - t.expected * face.scale(t.expected))
    return sentence(
        f"{title}: {say(t.kpi, t.observed)} against {say(t.kpi, t.expected)} expected{mean}, {apart}, {_place(t)}",
        _LINE,
    )


def _place(t: Trend) -> str:
    """`within its range`, `below its range on 2 of 7 days`."""
    if not t.outside:
        return "within its range"
    side = "out of" if t.below and t.above else "below" if t.below else "above"
    if t.outside == t.periods:
        return f"{side} its range"
    is_daily = (t.last - t.first).days + 1 == t.periods
    return f"{side} its range " + (
        f"on {t.outside} of {t.periods} days" if is_daily else f"{t.outside} of {t.periods} times"
    )


def _listed(lines: Sequence[str], most: int) -> tuple[str, ...]:
    cut = tuple(sentence(line, _LINE) for line in lines[:most])
    return (*cut, f"and {len(lines) - most} more") if len(lines) > most else cut


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
