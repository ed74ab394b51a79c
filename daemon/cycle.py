"""THE STORY: one cycle. Read this file first.

1. Read each due check's tables as they stand at `now`, and judge the periods that are due and not judged yet.
   A check that cannot be read is a data problem; the others go on.
2. Data first: what is late, missing or doubled is a data problem; beyond its usual lateness it is an incident.
3. Give every finding to the open incident it belongs to, or open a new one.
4. Explain what is open: where it sits, why, what it costs.
5. Pure functions say what changed for each incident, why, and who hears of it: the most urgent first, as far as a budget goes.
6. Targets are looked at: will the month reach them, does a slow trend cross a limit.
7. One transaction keeps incidents, history, what was judged, and one outbox row per destination.

Nothing here sends: the outbox does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2s
from zoneinfo import ZoneInfo

from config.outputs import Severity
from daemon import announcing, explaining, incidents, standing, tracking
from daemon.changes import asked_feeds
from daemon.data_faults import fault_findings
from daemon.errors import SourceError
from daemon.escalation import escalated
from daemon.foresight.telling import foresee
from daemon.grouping import onset
from daemon.headline import worst_first
from daemon.judging import View, look
from daemon.keeping import Judged, Report, keep
from daemon.late_news import late_news
from daemon.model import Change, Incident, Status
from daemon.news import told
from daemon.periods import due_count
from daemon.recovery import Ending, ending, recovery_of
from daemon.remeasure import from_the_beginning, remeasured
from daemon.reminding import reminded
from daemon.replies import accept, begun, filtered, is_accepted
from daemon.sighting import Sighting
from daemon.silences import Silence
from daemon.silencing import in_force, why_silent
from daemon.sources.problems import DataProblem, ProblemKind
from daemon.sources.timeline import zone_of
from daemon.store import incidents as stored
from daemon.store import judged, pending, replies, troubles
from daemon.transition import Transition, Why
from daemon.verdicts import Aftermath, Standing
from daemon.watch import Watch
from daemon.way_back import ways_back
from detectors.finding import Finding
from detectors.pace import FIRST_PERIODS

# A trouble is explained anew each cycle while it is so young: every further day tells causes apart.
_YOUNG = timedelta(days=4)


def run_cycle(
    watch: Watch, due: Sequence[str], now: datetime, *, kept: bool = True, unanswered: Mapping[str, str] | None = None
) -> Report:
    """Run the checks that are due at `now` and keep what came out of it, unless `kept` is False.

    unanswered: check -> why its source did not answer just now; such a check is judged on what is known of it.

    Raises:
        StoreError: the state cannot be written; nothing of the cycle is kept.
    """
    watch.log.look(watch.settings, watch.folder, watch.store, now)
    feeds = asked_feeds(watch.settings)
    unread_feeds = {**watch.log.troubles, **{f: reason for f, reason in (unanswered or {}).items() if f in feeds}}
    watch.unreadable = {check: reason for check, reason in (unanswered or {}).items() if check not in feeds}
    with watch.store.reading() as connection:
        heard, known = replies.newest(connection), stored.tracked(connection)
        failing = {t.check: t.since for t in troubles.load_all(connection)}
    results = _judge_all(watch, due, now, known)
    # Evidence needs every check: one that is not due is looked at once, without judging anything new.
    unseen = [c for c in watch.enabled if c not in watch.views and c not in due]
    others = _judge_all(watch, unseen, now, known)
    watch.views.update({check: result.view for check, result in (others | results).items()})
    unreadable = {check: reason for check, reason in watch.unreadable.items() if check in due}
    unread = {check: f"cannot be read: {reason}" for check, reason in unreadable.items()} | unread_feeds
    problems = [_unread(name, reason, failing.get(name, now)) for name, reason in unread.items()]
    problems += [p for view in watch.views.values() for p in view.snapshot.problems]
    findings = [f for result in results.values() for f in result.view.findings]
    findings += fault_findings(problems, watch.views)

    while True:
        transitions, aftermath = _transitions(watch, known, findings, results, now)
        transitions = announcing.addressed(watch, transitions, now)
        report = Report(
            now=now,
            transitions=transitions,
            problems=problems,
            alerts=announcing.alerts(watch, transitions, now),
            not_judged=[n for result in results.values() for n in result.view.not_judged],
            judged={check: len(r.view.panel.keys) for check, r in results.items() if r.count > r.done},
            unreadable=unreadable,
            unread_feeds=unread_feeds,
            aftermath=aftermath,
            foresight=foresee(
                watch, [*({i.id: i for i in known} | {t.incident.id: t.incident for t in transitions}).values()], now
            ),
        )
        if not kept:
            return report
        with watch.store.transaction() as connection:
            replies.take_turns(connection)
            newest = replies.newest(connection)
            if newest == heard:
                keep(connection, watch, report, due, results)
                return report
            # Somebody spoke while this was worked out: it is heard first.
            heard, known = newest, stored.tracked(connection)


def _judge_all(watch: Watch, checks: Sequence[str], now: datetime, known: Sequence[Incident]) -> dict[str, Judged]:
    """Step 1 for those of the checks that can be read; `watch.unreadable` says why the others cannot."""
    results = {}
    for check in checks:
        try:
            results[check] = _judge(watch, check, now, known)
        except SourceError as error:
            watch.unreadable.setdefault(check, str(error))
    return results


def _unread(check: str, detail: str, since: datetime) -> DataProblem:
    return DataProblem(
        check=check,
        channel=None,
        kind=ProblemKind.LATE,
        periods=(),
        detail=detail,
        since=since,
        until=None,
        overdue=False,
    )


def _judge(watch: Watch, check: str, now: datetime, known: Sequence[Incident]) -> Judged:
    """Step 1 for one check."""
    of = watch.settings.checks[check]
    watch.views.pop(check, None)  # a newer one comes: of many series two would fill the memory
    snapshot = watch.snapshot(check, now)
    axis = snapshot.panel.axis
    count = due_count(axis, of, zone_of(of, watch.settings), now)
    while count and not snapshot.has_values(count - 1):
        count -= 1  # the newest period is late as a whole: it stays to be judged
    with watch.store.reading() as connection:
        last, waiting = judged.last(connection, check), pending.load(connection, check)
    done = max(count - FIRST_PERIODS, 0) if last is None else min(axis.position(last), count)
    view = look(
        snapshot,
        watch.settings,
        check=check,
        due=count,
        judged=done,
        incidents=known,
        waiting=waiting,
        calendar=snapshot.calendar(watch.events, watch.closing),
        workers=watch.workers,
        budget=watch.budget(check, snapshot.panel, now),
    )
    return Judged(view=view, done=done, count=count, first_sight=last is None)


def _transitions(
    watch: Watch, known: Sequence[Incident], findings: Sequence[Finding], results: Mapping[str, Judged], now: datetime
) -> tuple[list[Transition], list[Aftermath]]:
    """Steps 3 to 5, and the findings that only tell what comes after a trouble that was told."""
    length = {check: _period_length(view) for check, view in watch.views.items()}
    day = timedelta(days=1)

    def sightings(of: Sequence[Finding]) -> list[Sighting]:
        return [tracking.sighting(f, watch.settings, length.get(f.key.check, day)) for f in of]

    held = in_force(watch, now)
    accepted = [i for i in known if is_accepted(i)]
    candidates = [
        (i, sightings(i.everything))
        for i in known
        if (i.status is Status.OPEN and i not in accepted)
        or tracking.may_return(i, length.get(i.findings[0].key.check, day), now)
    ]
    at_hand = {i.id for i, _ in candidates}
    new = sightings(findings)
    back = ways_back(new, [i for i in known if i.id not in at_hand], now)
    new = [one for one in new if not any(one in b.sightings for b in back)]
    over = [i for i in known if i.status is Status.RESOLVED and i.id not in at_hand] if new else []
    ended = [(i, sightings(i.everything)) for i in over]
    late = late_news(new, ended, watch.settings, now)
    aftermath = [Aftermath(finding=s.finding, standing=Standing.LATE_NEWS, incident=i.id) for s, i in late]
    new = [one for one in new if all(one is not s for s, _ in late)]
    assigned = tracking.assign(new, candidates)
    joined = {a.incident.id: a.findings for a in assigned if a.incident}
    new_periods = {check: r.count - r.done for check, r in results.items()}
    transitions = [_explained(watch, accept(incident, now), now) for incident in accepted]
    for incident, _ in candidates:
        own = from_the_beginning(joined.get(incident.id, ()), incident, watch.views)
        seen = standing.seen(incident, own, watch.views, new_periods)
        if incident.status is not Status.OPEN and not own and not seen.restated:
            continue
        moved = remeasured(incidents.advance(incident, seen, now), watch.views)
        silence = why_silent(watch, held, moved.incident, now)
        explained = _explained(watch, filtered(incident, moved, now, silence=silence), now)
        critical = escalated(explained, now, silence=silence)
        transitions.append(reminded(incident, critical, now, silence=silence))
    for b in back:
        silence = why_silent(watch, held, b.incident, now)
        ended_at_last = filtered(b.incident, incidents.returned(b.incident, b.since, now), now, silence=silence)
        transitions.append(_explained(watch, ended_at_last, now))
    endings = _endings([*(t.incident for t in transitions), *over], watch, sightings)
    for of in (a.findings for a in assigned if a.incident is None):
        told_by = recovery_of(sightings(of), endings)
        if told_by is None:
            transitions.append(_open(watch, of, results, held, now))
        else:
            aftermath += [Aftermath(finding=f, standing=Standing.RECOVERY, incident=told_by.id) for f in of]
    return transitions, aftermath


def _endings(
    of: Sequence[Incident], watch: Watch, sightings: Callable[[Sequence[Finding]], list[Sighting]]
) -> list[Ending]:
    """Of the incidents those that are over, or nearly so."""
    found = []
    for incident in of:
        view = watch.views.get(incident.findings[0].key.check)
        if view is not None and len(axis := view.panel.axis):
            found.append(ending(incident, sightings(incident.findings), axis.start(len(axis))))
    return [one for one in found if one is not None]


def _open(
    watch: Watch, findings: Sequence[Finding], results: Mapping[str, Judged], held: Sequence[Silence], now: datetime
) -> Transition:
    started = onset(findings)
    known_at_start = all(_is_old(f, results.get(f.key.check)) for f in findings)
    ordered = worst_first(findings)
    incident = Incident(
        id=incident_id(ordered, started, watch.zone),
        status=Status.OPEN,
        severity=Severity.WARNING,
        title="",
        first_detected_at=now,
        started_at=started,
        ended_at=None,
        findings=ordered,
        known_at_start=known_at_start,
        updated_at=now,
    )
    why = Why.BEFORE_START if known_at_start else Why.FIRST_SEEN
    opened = Transition(incident=incident, change=Change.OPENED, why=why)
    return _explained(watch, begun(opened, silence=why_silent(watch, held, incident, now)), now)


def _is_old(finding: Finding, result: Judged | None) -> bool:
    """Whether a finding began before the newest periods on the first sight of its check."""
    return result is not None and result.first_sight and finding.start < result.view.panel.axis.start(result.done)


def _explained(watch: Watch, transition: Transition, now: datetime) -> Transition:
    """Step 4: where, why, what it costs. What changed or is young is explained anew; of what goes on for longer only the cost
    is; what ended gets its final one.
    """
    incident, change = transition.incident, transition.change
    seen = all(f.key.check in watch.views for f in incident.findings)
    if not seen and change is Change.NOTHING:
        return transition  # nothing can be seen of it just now: what was said of it stands
    if incident.status is not Status.OPEN:
        incident = explaining.settle(watch, incident, now)
    elif seen and (change is not Change.NOTHING or now - incident.first_detected_at <= _YOUNG):
        incident = explaining.explain(watch, incident, now)
    elif seen and transition.why is not Why.NO_NEWS:
        incident = explaining.costed(watch, incident, now)
    if change is Change.OPENED:
        incident = replace(incident, causes_at_open=incident.causes)
    if change is not Change.NOTHING:
        incident = told(incident)
    return replace(transition, incident=explaining.named(watch, incident, now))


def incident_id(findings: Sequence[Finding], started: datetime, zone: ZoneInfo) -> str:
    """A short name that the same trouble always gets: its first day, its worst KPI, four characters of its series."""
    worst = findings[0].key
    mark = blake2s(f"{worst}|{started.isoformat()}".encode(), digest_size=2).hexdigest()
    return f"{started.astimezone(zone):%Y%m%d}-{worst.kpi.replace('_', '-')}-{mark}"


def _period_length(view: View) -> timedelta:
    axis = view.panel.axis
    return axis.start(1) - axis.start(0) if len(axis) else timedelta(days=1)
