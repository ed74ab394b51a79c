"""One name of a stranger's making in every place of every kind of message where text comes from outside.

Names of channels, KPIs, dimensions and their values, campaigns, checks and feeds; titles of events and changes and who made
them; people's names, reasons and comments; what a source said when it failed.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

from config.business import ChannelKind
from config.outputs import Severity
from config.settings import Settings
from config.targets import Bound
from daemon import outages, unread
from daemon.alerts.alert import Alert, Answer, Link, Part
from daemon.alerts.change_words import change_sentence
from daemon.alerts.compose import compose
from daemon.alerts.story import ChannelFace, KpiFace, Story
from daemon.alerts.summary import known_at_start
from daemon.alerts.titles import channel_title, kpi_title, segment_title
from daemon.foresight.model import Pace
from daemon.foresight.words import alert_of
from daemon.model import Cause, Change, Factor, KnownChange, Said, Shift, ShiftKind, Status, Tree, Verdict, Where
from daemon.silences import Silence
from daemon.store.troubles import Trouble
from daemon.store.undelivered import Undelivered
from daemon.transition import Why
from daemon.upkeep import digest_words, quiet_week, silence_end
from daemon.upkeep.digest_facts import Entry, Facts
from detectors.finding import Shape
from detectors.panel import KpiType, SeriesKey
from tests import builders_alerts as stories

OWNER = "<@U024BE7LH>"
NOW = datetime(2025, 10, 16, 8, 15, tzinfo=UTC)
_ZONE = ZoneInfo("Europe/London")
_SETTINGS = cast(Settings, SimpleNamespace(timezone="Europe/London", checks={}, changes=[]))


def _written(name: str) -> str:
    """As a file or a database can hold it: half a character is none."""
    return name.encode(errors="replace").decode()


def story(name: str) -> Story:
    """Failing orders in which everything is called so."""
    base = stories.checkout_failing()
    findings = tuple(replace(f, key=SeriesKey(name, name, name, ((name, name),))) for f in base.incident.findings)
    changed = change_sentence(
        kind=name, title=name, who=name, at=NOW, whole_day=False, started=NOW, period=timedelta(days=1), zone=_ZONE
    )
    said = (name, f"{name} are steady", f"orders of {name}", changed, segment_title(name, (name, name)))
    cause = Cause(id="x", title=name, probability=0.7, supporting=said, against=said, verify=said, actions=said)
    tree = Tree(
        channels=(name,),
        segment=((name, name),),
        factors=tuple(
            Factor(kpi=name + "x" * i, title=name, depth=i, observed=1, expected=2, contribution=-1, share=1)
            for i in range(2)
        ),
        path=(name, name + "x"),
    )
    incident = replace(
        base.incident,
        id=f"20261014-{_written(name)[:30]}-ab12",
        title=name,
        findings=findings,
        causes=(cause, replace(cause, probability=0.2)),
        where=(Where(segment=((name, (name,)), ("channel", (name,))), share=0.9),),
        steady=said,
        shifts=(Shift(kind=ShiftKind.SUBSTITUTION, kpi="orders", words=f"{name} gained what {name} lost."),),
        changes=(KnownChange(feed=name, at=NOW, kind=name, title=name, channel=name, who=name, link=name),),
        tree=tree,
        decides=said,
        said=Said(acknowledged_by=name, muted_by=name, muted_until=base.now + timedelta(days=1)),
    )
    link = f"https://ads.example.com/?q={{{name}}}" if re.fullmatch(r"\w+", name) else None
    return replace(
        base,
        incident=incident,
        planned=name,
        channels={name: ChannelFace(title=channel_title(name), kind=ChannelKind.PAID, owner=OWNER, link=link)},
        kpis={name: KpiFace(title=kpi_title(name), type=KpiType.COUNT, unit="")},
        series={f.key: next(iter(base.series.values())) for f in findings},
        links=(Link(label=f"Open {channel_title(name)}", url="https://watch.example.com/incidents/1?a=1&b=2"),),
    )


def _shaped(name: str, shape: Shape, change: Change = Change.OPENED) -> Alert:
    told = story(name)
    found = tuple(replace(f, shape=shape) for f in told.incident.findings)
    return compose(replace(told, change=change, incident=replace(told.incident, findings=found)))


def _update(name: str, change: Change) -> Alert:
    told = story(name)
    before = replace(compose(told), size="-20 %")
    return compose(replace(told, change=change, previous=before, reason=Why.RESTATED))


def _closed(name: str, verdict: Verdict) -> Alert:
    told = story(name)
    said = Said(closed_by=name, closed_at=told.now, verdict=verdict, comment=name)
    over = replace(told.incident, status=Status.RESOLVED, ended_at=told.now, said=said, subject=name)
    return compose(replace(told, change=Change.RESOLVED, reason=Why.BY_HAND, incident=over))


def _trouble(name: str) -> Trouble:
    return Trouble(check=_written(name), since=NOW - timedelta(days=2), last_seen=NOW, reason=name)


def _out(name: str) -> Alert:
    seen = Undelivered(waiting=3, refused=1, reason=name)
    return outages._begun(_trouble(name), _written(name), seen, Severity.CRITICAL, _ZONE, NOW)


def _silence(name: str) -> Alert:
    silence = Silence(
        name="7", channel=name, kpi=name, segment={name: name}, until=NOW, author=_written(name), reason=name, begun=NOW
    )
    return silence_end._alert(silence, [story(name).incident] * 2, _ZONE, NOW)


def _quiet(name: str) -> Alert:
    week = quiet_week.Week(
        began=NOW - timedelta(days=30),
        cycles=7,
        alerts=0,
        series={name: 1},
        fresh={name: NOW},
        late=[name],
        open_incidents=1,
        targets=[name],
    )
    note = quiet_week.note(week, NOW, _ZONE)
    assert note is not None
    return note


def _target(name: str) -> Alert:
    day = date(2025, 10, 15)
    pace = Pace(kpi=name, channel=name, kind=Bound.GOAL, number=1000, last=day, month=day.replace(day=1), so_far=300, expected=700, lower=600, upper=800, missed=0.99, rest=16)  # fmt: skip
    return alert_of(pace, Change.OPENED, {}, {}, NOW.isoformat())


def _digest(name: str) -> Alert:
    said = Said(acknowledged_by=name, closed_by=name, verdict=Verdict.EXPECTED, verdict_by=name)
    told = replace(story(name).incident, said=said)
    facts = cast(Facts, SimpleNamespace(now=NOW))
    entries = [Entry(incident=told), Entry(incident=replace(told, said=Said()), silence=f"{name}, {name} ({name})")]
    entries.append(Entry(incident=replace(told, status=Status.RESOLVED)))
    lines = tuple(digest_words._line(entry, facts, _ZONE) for entry in entries)
    return Alert(
        incident_id="digest-1",
        change=Change.OPENED,
        severity=Severity.INFO,
        headline="Daily digest: 2 open; 1 closed since Wed 15 Oct",
        subject="Daily digest of Thu 16 Oct",
        parts=(Part(heading="Open (2)", lines=lines), Part(heading="Targets", lines=(name,))),
        at=NOW.isoformat(),
    )


_ANSWERS = tuple(Answer(kind=kind, label=label) for kind, label in (("ack", "Acknowledge"), ("mute", "Mute")))
_LINKS = tuple(replace(answer, url="https://watch.example.com/a/x") for answer in _ANSWERS)

MESSAGES: dict[str, Callable[[str], Alert]] = {
    "opened": lambda name: compose(story(name)),
    "possible repeat, with buttons": lambda name: replace(compose(story(name)), possible_repeat=True, answers=_ANSWERS),
    "with links to answer": lambda name: replace(compose(story(name)), answers=_LINKS),
    "worse": lambda name: _update(name, Change.WORSE),
    "spreading": lambda name: _update(name, Change.GROWN),
    "resolved": lambda name: compose(replace(story(name), change=Change.RESOLVED, reason=Why.CALM)),
    "withdrawn": lambda name: compose(replace(story(name), change=Change.RETRACTED, reason=Why.RESTATED)),
    "closed": lambda name: _closed(name, Verdict.REAL),
    "closed as the new normal": lambda name: _closed(name, Verdict.NEW_NORMAL),
    "data missing": lambda name: _shaped(name, Shape.MISSING),
    "data counted twice": lambda name: _shaped(name, Shape.DUPLICATE),
    "missing lift": lambda name: _shaped(name, Shape.MISSING_LIFT),
    "missing lift, over": lambda name: _shaped(name, Shape.MISSING_LIFT, Change.RESOLVED),
    "known at start": lambda name: known_at_start([story(name)] * 2),
    "source down": lambda name: unread.begun(_trouble(name), _SETTINGS, NOW),
    "source back": lambda name: unread.ended(_trouble(name), _SETTINGS, NOW),
    "destination out": _out,
    "silence ends": _silence,
    "quiet week": _quiet,
    "target": _target,
    "digest": _digest,
}
