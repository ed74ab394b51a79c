"""Movements without a time series: a scenario is a table of what moved how much, as people would tell it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from math import exp, log

from detectors.causes.evidence import Evidence, Flag, Health, gather
from detectors.causes.record import CauseRecord
from detectors.causes.roles import HEALTH_ROLES
from detectors.causes.tokens import Direction, Scope, Token
from detectors.finding import Finding, Shape
from detectors.panel import KpiType, SeriesKey
from detectors.segments.movement import FLOOR, Form, Moved, Movement, Z, size_forms, state_of

START = datetime(2025, 10, 14, tzinfo=UTC)
KINDS = {
    "paid_search": "paid",
    "paid_social": "paid",
    "email": "owned",
    "organic_search": "organic",
    "direct": "direct",
    "referral": "referral",
    "affiliate": "referral",
    "stores": "offline",
    "app": "product",
}
CHANNELS = ("paid_search", "paid_social", "email", "organic_search", "direct")
_AMOUNTS = frozenset({"spend", "revenue", "backoffice_revenue", "store_revenue"})
_RATES = (
    "_rate",
    "_share",
    "ctr",
    "cvr",
    "cpc",
    "cpm",
    "cpa",
    "roas",
    "aov",
    "position",
    "uptime",
    "page_load",
    "frequency",
)


def moved(
    role: str,
    change: float,
    *,
    channel: str | None = None,
    noise: float = 0.02,
    expected: float = 1000.0,
    check: str = "web",
    forms: frozenset[Form] | None = None,
    periods: int = 2,
    segment: Mapping[str, str] | None = None,
) -> Movement:
    """One movement; `change` is relative: -0.4 is 40 % less."""
    size = log(max(1 + change, FLOOR))
    is_rate = role.endswith(_RATES)
    kind = KpiType.RATIO if is_rate else KpiType.AMOUNT if role in _AMOUNTS else KpiType.COUNT
    usual = expected / 1000 if is_rate else expected
    state = state_of(size, noise, 0.08, is_zero=change <= -0.99)
    told = forms if forms is not None else frozenset({Form.STEP})
    return Movement(
        key=SeriesKey(check, channel, role, tuple(sorted((segment or {}).items()))),
        role=role,
        type=kind,
        observed=usual * (1 + change),
        expected=usual,
        lower=usual * exp(-Z * noise),
        upper=usual * exp(Z * noise),
        change=size,
        noise=noise,
        periods=periods,
        state=state,
        forms=(told | size_forms(size, noise)) if abs(size) >= 0.08 else frozenset(),
    )


def everywhere(
    role: str,
    change: float,
    *,
    channels: Sequence[str] = CHANNELS,
    noise: float = 0.02,
    check: str = "web",
    forms: frozenset[Form] | None = None,
) -> list[Movement]:
    """The whole business and every channel alike."""
    parts = [
        moved(role, change, channel=c, noise=noise * 1.5, expected=1000.0, check=check, forms=forms) for c in channels
    ]
    whole = moved(role, change, noise=noise, expected=1000.0 * len(parts), check=check, forms=forms)
    return [whole, *parts]


def finding_of(movement: Movement) -> Finding:
    """What a detector would have said of a movement."""
    shape = Shape.STEP_UP if movement.change > 0 else Shape.STEP_DOWN
    if Form.DRIFT in movement.forms:
        shape = Shape.DRIFT_UP if movement.change > 0 else Shape.DRIFT_DOWN
    return Finding(
        key=movement.key,
        shape=shape,
        start=START,
        end=None,
        observed=movement.observed,
        expected=movement.expected,
        lower=movement.lower,
        upper=movement.upper,
        p_value=1e-6,
    )


def evidence(
    rows: Iterable[Movement],
    lead: Movement | None = None,
    *,
    flags: Sequence[Flag] = (),
    health: Sequence[Health] = (),
    checked: Iterable[str] = (),
    dimensions: Mapping[str, str] | None = None,
    more: Sequence[Finding] = (),
    kinds: Mapping[str, str] | None = None,
) -> Evidence:
    """Evidence about an incident that `lead` raised (default: the first row)."""
    found = list(rows)
    first = lead or found[0]
    return gather(
        found,
        findings=[finding_of(first), *more],
        kinds=kinds or KINDS,
        flags=flags,
        health=health,
        checked=checked,
        dimensions=dimensions,
    )


# --- a cause's own signature as a world -------------------------------------------------------------------------------

_CHANGE = {
    Direction.UP: 0.4,
    Direction.DOWN: -0.4,
    Direction.ZERO: -1.0,
    Direction.FLAT: 0.0,
    Direction.ANY: 0.35,
    Direction.SHIFT: 0.35,
}
_FAULT = {
    ("freshness_lag", Direction.UP): "late",
    ("row_count", Direction.DOWN): "partial",
    ("row_count", Direction.ZERO): "missing",
    ("row_count", Direction.UP): "duplicate",
    ("duplicate_ratio", Direction.UP): "duplicate",
}
_FLAGS = frozenset(
    {
        "calendar_event",
        "promo_flag",
        "promo_recent",
        "deploy",
        "experiment_flag",
        "budget_limit",
        "bid_change",
        "account_status",
        "active_ads",
        "disapproved_ads",
        "bucket_open",
        "quality_flag",
        "local_event",
        "price_gap",
        "launch",
        "missing_lift",
    }
)


def size_of(token: Token) -> float:
    """How much a token's measure moves in its world."""
    if token.direction is Direction.UP and token.shape is Form.DOUBLE:
        return 1.0
    if token.direction is Direction.DOWN and token.shape is Form.CLIFF:
        return -0.6
    return _CHANGE[token.direction]


def rows_of(token: Token, size: float | None = None, one: str = "paid_search") -> list[Movement]:
    """The movements that make a token true; `one`: the channel that a mark of one channel speaks of."""
    change = size_of(token) if size is None else size
    forms = frozenset({token.shape}) if token.shape is not None else frozenset({Form.STEP})
    role, dimension = token.kpi, token.scope.dimension
    if token.direction is Direction.SHIFT and token.scope is Scope.SOME_CHANNELS:
        return [moved(role, change if i % 2 else -change, channel=c) for i, c in enumerate(CHANNELS)]
    if dimension is not None:
        values = [moved(role, change, channel=one, forms=forms, segment={dimension: "a"})]
        if token.direction is not Direction.FLAT:
            values += [moved(role, 0.0, channel=one, segment={dimension: v}) for v in ("b", "c")]
        return values
    if token.scope is Scope.ONE_CHANNEL:
        return [
            moved(role, change, channel=one, forms=forms),
            *(moved(role, 0.0, channel=c) for c in CHANNELS if c != one),
        ]
    if token.scope is Scope.SOME_CHANNELS:
        return [moved(role, change if i < 2 else 0.0, channel=c, forms=forms) for i, c in enumerate(CHANNELS)]
    return everywhere(role, change, forms=forms)


def world_of(
    tokens: Sequence[Token],
    *,
    first: Sequence[Movement] = (),
    extra: Sequence[Movement] = (),
    checked: Iterable[str] = (),
    kind: str = "paid",
    one: str = "paid_search",
) -> Evidence:
    """An incident in which exactly these tokens were observed; what is at one channel is at one of this kind.

    first: movements that are there besides, of which the first raised the alarm.
    """
    open_bucket = any(t.kpi == "bucket_open" for t in tokens)
    rows: dict[SeriesKey, Movement] = {row.key: row for row in first}
    flags: list[Flag] = []
    health: list[Health] = []
    lead: Movement | None = first[0] if first else None
    for token in tokens:
        if token.kpi in HEALTH_ROLES:
            if fault := _FAULT.get((token.kpi, token.direction)):
                health.append(Health(kind=fault, check="web"))
            continue
        if token.kpi == "value":
            if token.shape is Form.REVISED:
                health.append(Health(kind="restated", check="web"))
            elif token.shape is Form.TRUNCATED:
                health.append(Health(kind="partial" if open_bucket else "late", check="web"))
            shown = rows_of(Token("orders", token.direction, token.scope, token.shape), one=one)
        elif token.kpi == "event_count":
            shown = [moved("orders", -0.4, channel=one, expected=16.0, noise=0.15)]
        elif token.kpi in _FLAGS:
            flags.append(Flag(role=token.kpi, direction=token.direction.value))
            continue
        else:
            shown = rows_of(token, one=one)
        for row in shown:
            rows.setdefault(row.key, row)
        if lead is None and shown and shown[0].state not in (Moved.FLAT, Moved.UNCLEAR):
            lead = shown[0]
    for row in extra:
        rows.setdefault(row.key, row)
    if lead is None:
        lead = moved("orders", -0.3, forms=frozenset({Form.STEP}))
        rows.setdefault(lead.key, lead)
    return evidence(
        rows.values(), rows[lead.key], flags=flags, health=health, checked=checked, kinds={**KINDS, "paid_search": kind}
    )


def signature(cause: CauseRecord) -> list[Token]:
    """All marks that a cause asks for."""
    return [*cause.necessary, *cause.supporting]
