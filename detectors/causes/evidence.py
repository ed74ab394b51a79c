"""All that is known about an incident: what moved, what verifiably did not, the state of the data, the calendar.

`gather` builds it once for an incident; detectors.causes.observe answers what is known of one role.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import isfinite, log

from detectors.finding import Finding, Shape
from detectors.panel import KpiType
from detectors.segments.movement import FLOOR, Form, Moved, Movement, immaterial, size_forms, state_of

MOVING = frozenset({Moved.UP, Moved.DOWN, Moved.ZERO})
_DATA_KIND = {Shape.MISSING: "missing", Shape.DUPLICATE: "duplicate", Shape.RESTATED: "restated"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A fact about the data of a check: late, missing, partial, duplicate, restated or frozen. `channel` None: all its channels."""

    kind: str
    check: str
    channel: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What a log of changes says beyond the calendar: the kind in the log's words, who did it, and whether `since` is a day.

    period: the length of the incident's first period; its start is known no better.
    """

    kind: str
    who: str
    whole_day: bool
    period: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A known fact from the calendar or a change log near the incident's start, or (present False) its verified absence.

    role: a context flag of the vocabulary (promo_flag, deploy ...). direction: `up`, `down`, or `any` where the log does not say.
    by_chance: how often one lies so near by chance; None: as entries of a calendar do.
    """

    role: str
    present: bool = True
    direction: str = "up"
    title: str = ""
    channel: str | None = None
    since: datetime | None = None
    logged: Logged | None = None
    by_chance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One role on every level. `trust` below 1: not the role itself but a documented stand-in, `role`."""

    role: str
    whole: Movement | None
    channels: Mapping[str, Movement]
    segments: Mapping[str, Mapping[str, Movement]]
    trust: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Build it with `gather`. `focus`: channels that the incident is in; `lead`: the movement that raised the alarm."""

    movements: tuple[Movement, ...]
    lead: Movement | None
    lead_shape: Shape | None
    roles: frozenset[str]
    kinds: Mapping[str, str]
    dimensions: Mapping[str, str]
    focus: frozenset[str]
    focus_values: Mapping[str, frozenset[str]]
    health: tuple[Health, ...]
    checked: frozenset[str]
    flags: tuple[Flag, ...]
    limit: float
    by_role: Mapping[str, tuple[Movement, ...]] = field(default_factory=dict, repr=False, compare=False)
    observed: dict[str, Observed | None] = field(
        default_factory=dict, repr=False, compare=False
    )  # what observe() has worked out

    @property
    def speaks_of_the_record(self) -> bool:
        """Whether rows are known to be missing, doubled or rewritten: that raised the alarm, not what they say."""
        return self.lead_shape in _DATA_KIND

    def flag(self, role: str) -> Flag | None:
        """The flag of a role that holds for the incident; one that is present before one known to be absent."""
        fitting = [
            f for f in self.flags if f.role == role and (f.channel is None or not self.focus or f.channel in self.focus)
        ]
        return next((f for f in fitting if f.present), fitting[0] if fitting else None)

    def fault(self, *kinds: str) -> Health | None:
        """A data fault of the incident's own source, of one of the kinds."""
        check = self.lead.key.check if self.lead else None
        channel = self.lead.key.channel if self.lead else None
        return next(
            (
                h
                for h in self.health
                if h.kind in kinds
                and h.check == check
                and (channel is None or h.channel is None or h.channel == channel)
            ),
            None,
        )


def gather(
    movements: Iterable[Movement],
    *,
    findings: Sequence[Finding],
    kinds: Mapping[str, str] | None = None,
    dimensions: Mapping[str, str] | None = None,
    health: Sequence[Health] = (),
    checked: Iterable[str] = (),
    flags: Sequence[Flag] = (),
) -> Evidence:
    """The evidence about one incident.

    movements: of all series over the incident's window, business and channels and one-dimension segments, of all checks.
    findings: of the incident, worst first. kinds: channel -> kind. dimensions: dimension -> role (default: its own name).
    checked: checks whose record was examined, so that the absence of a fault means that there is none.
    That a planned event did not bring its lift is a fact of its own: the flag `missing_lift`.
    """
    lead = findings[0] if findings else None
    limit = immaterial(_log(lead.relative_change) if lead else 0.0)
    seen = {f.key: f for f in reversed(findings)}
    judged = [_judged(m, seen.get(m.key), limit) for m in movements]
    by_key = {m.key: m for m in judged}
    first = (by_key.get(lead.key) or _from_finding(lead)) if lead else None
    role_of = {m.key: m.role for m in judged}
    names = dict(dimensions or {})
    facts = [
        *health,
        *(
            Health(kind=_DATA_KIND[f.shape], check=f.key.check, channel=f.key.channel)
            for f in findings
            if f.shape in _DATA_KIND
        ),
    ]
    return Evidence(
        movements=tuple(judged),
        lead=first,
        lead_shape=lead.shape if lead else None,
        roles=frozenset(role_of.get(f.key, f.key.kpi) for f in findings),
        kinds=dict(kinds or {}),
        dimensions=names,
        focus=_focus(judged, first, findings),
        focus_values=_focus_values(judged, first, findings, names),
        health=tuple(facts),
        checked=frozenset(checked),
        flags=(*flags, Flag(role="missing_lift", present=lead is not None and lead.shape is Shape.MISSING_LIFT)),
        limit=limit,
        by_role=_by_role(judged),
    )


def _by_role(movements: Iterable[Movement]) -> dict[str, tuple[Movement, ...]]:
    found: dict[str, list[Movement]] = {}
    for m in movements:
        found.setdefault(m.role, []).append(m)
    return {role: tuple(rows) for role, rows in found.items()}


def _log(relative: float) -> float:
    return log(min(max(1 + relative, FLOOR), 1 / FLOOR))


def _judged(movement: Movement, finding: Finding | None, limit: float) -> Movement:
    """The movement judged beside this incident; where a detector found something, it did move, in the detector's shape."""
    if not (isfinite(movement.observed) and isfinite(movement.expected)):
        return replace(movement, state=Moved.UNCLEAR)
    state, forms = movement.state, movement.forms
    if not (state is Moved.ZERO and abs(movement.change) >= limit):
        state = state_of(movement.change, movement.noise, limit)
    if (
        finding is not None
        and state in (Moved.FLAT, Moved.UNCLEAR)
        and isfinite(movement.change)
        and finding.shape not in _DATA_KIND
    ):
        state = Moved.UP if movement.change > 0 else Moved.DOWN
    if finding is not None and finding.shape in (Shape.DRIFT_UP, Shape.DRIFT_DOWN):
        forms = forms - {Form.STEP} | {Form.DRIFT}
    elif finding is not None and finding.shape in (Shape.STEP_UP, Shape.STEP_DOWN):
        forms = forms - {Form.DRIFT} | {Form.STEP}
    return replace(movement, state=state, forms=forms)


def _from_finding(finding: Finding) -> Movement:
    change = _log(finding.relative_change)
    up = change > 0
    return Movement(
        key=finding.key,
        role=finding.key.kpi,
        type=KpiType.COUNT,
        observed=finding.observed,
        expected=finding.expected,
        lower=finding.lower,
        upper=finding.upper,
        change=change,
        noise=abs(change) / 4,
        periods=1,
        state=Moved.UP if up else Moved.DOWN,
        forms=size_forms(change, 0.05) | {Form.STEP},
    )


def _focus(movements: Sequence[Movement], lead: Movement | None, findings: Sequence[Finding]) -> frozenset[str]:
    """Channels with findings; else those in which the leading KPI moved as it did in the whole."""
    named = frozenset(f.key.channel for f in findings if f.key.channel is not None)
    if named or lead is None:
        return named
    return frozenset(
        m.key.channel
        for m in movements
        if m.role == lead.role and m.key.channel is not None and not m.key.segment and _alike(m, lead)
    )


def _focus_values(
    movements: Sequence[Movement], lead: Movement | None, findings: Sequence[Finding], names: Mapping[str, str]
) -> dict[str, frozenset[str]]:
    """Per dimension role the values that the incident is in: those with findings, else those whose leading KPI moved alike."""
    found: dict[str, set[str]] = {}
    for key in (f.key for f in findings):
        for dimension, value in key.segment:
            found.setdefault(names.get(dimension, dimension), set()).add(value)
    for m in movements:
        if lead is not None and len(m.key.segment) == 1 and m.role == lead.role and _alike(m, lead):
            dimension, value = m.key.segment[0]
            role = names.get(dimension, dimension)
            if not any(names.get(d, d) == role for f in findings for d, _ in f.key.segment):
                found.setdefault(role, set()).add(value)
    return {role: frozenset(values) for role, values in found.items()}


def _alike(one: Movement, other: Movement) -> bool:
    return one.state in MOVING and one.change * other.change > 0
