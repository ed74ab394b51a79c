"""How the factors of the funnel moved: in the channels that the incident is in, and in the rest.

Channels with ads (impressions or clicks are reported) show every factor; of others visits are the first thing that is known, of
mailings what was sent.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot, isfinite, log, sqrt

from detectors.causes.combine import quotient, total
from detectors.causes.density import LEAST_NOISE, SIDE_EFFECTS, STRAY, normal
from detectors.causes.evidence import Evidence
from detectors.causes.observe import observe
from detectors.panel import KpiType
from detectors.segments.movement import COMMON_NOISE, Moved, Movement

SALES = ("orders", "leads", "subscriptions", "signups", "installs")
LEAST_EXPECTED = 1e-6  # of anything: below, a change has no size
LEAST_EVENTS = 0.25  # keeps the error of no event finite
LEAST_LOST = 0.05  # of what was expected: less is not missed
LEAST_ERROR = 0.01  # of the share that another channel won
REBOOKED_SPREAD = 0.25  # how exactly what is booked elsewhere turns up there
# Roles that speak of the funnel, and the factors that each of them holds.
FACTORS_OF: Mapping[str, frozenset[str]] = {
    "impressions": frozenset({"volume"}),
    "reach": frozenset({"volume"}),
    "clicks": frozenset({"volume", "ctr"}),
    "ctr": frozenset({"ctr"}),
    "sessions": frozenset({"volume", "ctr", "landing"}),
    "users": frozenset({"volume", "ctr", "landing"}),
    "sessions_per_click": frozenset({"landing"}),
    **dict.fromkeys((*SALES, "platform_conversions"), frozenset({"volume", "ctr", "landing", "cvr"})),
    "revenue": frozenset({"volume", "ctr", "landing", "cvr", "aov"}),
    "platform_revenue": frozenset({"volume", "ctr", "landing", "cvr", "aov"}),
    "cvr": frozenset({"cvr"}),
    "click_cvr": frozenset({"landing", "cvr"}),
    "aov": frozenset({"aov"}),
    "spend": frozenset({"volume", "ctr", "price"}),
    "cpc": frozenset({"ctr", "price"}),
    "cpm": frozenset({"ctr", "price"}),
    "cpa": frozenset({"price", "landing", "cvr"}),
    "platform_cpa": frozenset({"price", "landing", "cvr"}),
    "roas": frozenset({"price", "landing", "cvr", "aov"}),
}


# What lies between a visit and a sale is a measure of its own, but what raises an alarm there speaks of the same factors.
BETWEEN = frozenset({"engaged_sessions", "product_views", "add_to_carts", "checkouts", "form_starts", "new_users"})
# Comparisons that the funnel's parts already tell: marks of them count no second time.
TOLD = frozenset(
    {
        "direct_sessions",
        "referral_sessions",
        "organic_social_sessions",
        "unattributed_sessions",
        "unattributed_share",
        "sessions_elsewhere",
        "sessions_total",
        "tracked_share",
        "backoffice_orders",
        "backoffice_revenue",
    }
)
FUNNEL_ROLES = FACTORS_OF.keys() | TOLD


@dataclass(frozen=True, slots=True)
class Change:
    """A log change and its standard error."""

    size: float
    noise: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The factors of some channels together. `hit`: those of the incident; `ads`: those that report impressions or clicks."""

    hit: bool
    ads: bool
    channels: int
    factors: Mapping[str, Change]  # with `visits` instead of the first three where there are no ads, and `sales`


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """All parts. elsewhere: the log-likelihood ratio that another channel won what the incident's channels lost."""

    parts: tuple[Part, ...]
    elsewhere: Mapping[str, float]  # of `visits` and of `sales`
    hit: frozenset[str]
    tracked: Change | None  # recorded sales beside those that the back office knows
    recorded: float  # the log change of recorded sales, of the whole business


def nothing() -> Funnel:
    """No funnel: what befell the record of one table is told by the record, not by what people did."""
    return Funnel(parts=(), elsewhere={}, hit=frozenset(), tracked=None, recorded=0.0)


def factors_of(role: str) -> frozenset[str]:
    """The factors that a measure holds; none where it is no measure of the funnel."""
    return FACTORS_OF["orders"] if role in BETWEEN else FACTORS_OF.get(role, frozenset())


def funnel_of(evidence: Evidence) -> Funnel:
    """The funnel's factors as the evidence has them."""
    roles = {role: _channels(evidence, role) for role in ("impressions", "clicks", "sessions", "revenue", "spend")}
    roles |= {role: _channels(evidence, role) for role in ("ctr", "sessions_per_click", "cpc", "cpm", "aov")}
    sold = next((s for s in SALES if _channels(evidence, s)), "platform_conversions")
    roles["sales"] = _channels(evidence, sold)
    roles["sent"] = _channels(evidence, "sent")
    roles["cvr"] = {**_ratios(roles["sales"], roles["sessions"], evidence.limit), **_channels(evidence, "cvr")}
    mailed = {m.key.channel: m for m in evidence.by_role.get("clicks", ()) if m.key.channel and not m.key.segment}
    roles["click_rate"] = _ratios(mailed, roles["sent"], evidence.limit)
    roles["mail_landing"] = _ratios(
        roles["sessions"], {c: m for c, m in mailed.items() if c in roles["sent"]}, evidence.limit
    )
    known = sorted({channel for of in roles.values() for channel in of})
    hit = (evidence.focus & set(known)) or frozenset(known)
    hit = _moved_with(evidence.lead, hit, roles)
    parts = []
    for is_hit in (True, False):
        own = [channel for channel in known if (channel in hit) == is_hit]
        for names, has_ads in _kinds(own, roles):
            if factors := _factors(roles, names, evidence.limit, has_ads=has_ads):
                parts.append(Part(hit=is_hit, ads=has_ads, channels=len(names), factors=factors))
    elsewhere = {
        name: found
        for name, of in (("visits", roles["sessions"]), ("sales", roles["sales"]))
        if (found := _elsewhere(of, hit)) is not None
    }
    share, whole = observe(evidence, "tracked_share"), observe(evidence, sold)
    known_whole = whole is not None and whole.whole is not None and _is_sound(whole.whole)
    return Funnel(
        parts=tuple(parts),
        elsewhere=elsewhere,
        hit=hit,
        tracked=_known(share.whole) if share and share.whole and known_whole else None,
        recorded=whole.whole.change if whole and whole.whole and known_whole else 0.0,
    )


def _ratios(above: Mapping[str, Movement], below: Mapping[str, Movement], limit: float) -> Mapping[str, Movement]:
    """The quotient in each channel that has both."""
    both = {c: quotient("", above[c], below[c], limit, above[c].key) for c in above.keys() & below.keys()}
    return {c: m for c, m in both.items() if _is_sound(m)}


def _kinds(names: Sequence[str], roles: Mapping[str, Mapping[str, Movement]]) -> Iterator[tuple[list[str], bool]]:
    """The channels by what is known of them: mailings, ads, visits alone; and whether they are ads."""
    mail = [c for c in names if c in roles["sent"]]
    ads = [c for c in names if c not in mail and (c in roles["impressions"] or c in roles["clicks"])]
    rest = [c for c in names if c not in mail and c not in ads]
    yield from ((of, has_ads) for of, has_ads in ((mail, False), (ads, True), (rest, False)) if of)


def _channels(evidence: Evidence, role: str) -> Mapping[str, Movement]:
    seen = observe(evidence, role)
    if seen is None or seen.role != role:
        return {}
    return {c: m for c, m in seen.channels.items() if _is_sound(m)}


def _is_sound(m: Movement) -> bool:
    return all(map(isfinite, (m.observed, m.expected, m.change, m.noise))) and m.expected > LEAST_EXPECTED


def _moved_with(
    lead: Movement | None, hit: frozenset[str], roles: Mapping[str, Mapping[str, Movement]]
) -> frozenset[str]:
    """The incident's channels without those that went the other way: what they won may be what the others lost."""
    of = roles.get("sales" if lead and lead.role in SALES else lead.role if lead else "", {})
    if lead is None or not of:
        return hit
    opposite = {
        c
        for c in hit
        if c in of
        and of[c].state is not Moved.UNCLEAR
        and of[c].change * lead.change < 0
        and of[c].state is not Moved.FLAT
    }
    return (hit - opposite) or hit


def _factors(
    roles: Mapping[str, Mapping[str, Movement]], names: Sequence[str], limit: float, *, has_ads: bool
) -> dict[str, Change]:
    def rate(role: str, of: str, each: str) -> Change | None:
        return _counted(_together(roles[role], names, limit), roles[of], roles[each], names)

    found: dict[str, Change | None] = {
        "cvr": rate("cvr", "sales", "sessions"),
        "aov": rate("aov", "sales", "sales"),
        "sales": _together(roles["sales"], names, limit),
    }
    if has_ads:
        shown = [c for c in names if c in roles["impressions"]]
        found["volume"] = _together(roles["impressions"] if shown else roles["clicks"], names, limit)
        found["ctr"] = rate("ctr", "clicks", "impressions") if shown else None
        found["landing"] = rate("sessions_per_click", "sessions", "clicks")
        found["price"] = _price(rate("cpc", "clicks", "clicks"), rate("cpm", "impressions", "impressions"))
    elif all(c in roles["sent"] for c in names):
        found["volume"] = _together(roles["sent"], names, limit)
        found["ctr"] = _together(roles["click_rate"], names, limit)
        found["landing"] = _together(roles["mail_landing"], names, limit)
    else:
        found["visits"] = _together(roles["sessions"], names, limit)
    return {name: change for name, change in found.items() if change is not None}


def _counted(
    rate: Change | None, events: Mapping[str, Movement], each: Mapping[str, Movement], names: Sequence[str]
) -> Change | None:
    """A rate's change, as unsure as the few events are that are left to tell it: of nothing, nothing can be told."""
    both = [(events[c], each[c]) for c in names if c in events and c in each]
    if rate is None or not both:
        return rate
    usual = sum(e.expected for e, _ in both)
    left = sum(e.expected * of.observed / of.expected for e, of in both)
    more = 1 / (left + LEAST_EVENTS) - 1 / (usual + LEAST_EVENTS)
    return Change(rate.size, hypot(rate.noise, sqrt(max(more, 0.0))))


def _together(of: Mapping[str, Movement], names: Iterable[str], limit: float) -> Change | None:
    rows = [of[c] for c in names if c in of]
    if not rows:
        return None
    if rows[0].type is KpiType.RATIO or rows[0].type is KpiType.LEVEL:
        return _mean(rows)
    return _known(total(rows, limit))


def _mean(rows: Iterable[Movement]) -> Change | None:
    """The mean of ratios' changes, the surest counting most; a part of their errors is common to all."""
    rows = [m for m in rows if _is_sound(m)]
    if not rows:
        return None
    noises = [max(m.noise, LEAST_NOISE) for m in rows]
    weights = [1 / n**2 for n in noises]
    whole = sum(weights)
    shared = sum(w * n for w, n in zip(weights, noises, strict=True)) / whole
    return Change(
        sum(w * m.change for w, m in zip(weights, rows, strict=True)) / whole,
        sqrt((1 - COMMON_NOISE) / whole + COMMON_NOISE * shared**2),
    )


def _known(m: Movement) -> Change | None:
    return Change(m.change, m.noise) if _is_sound(m) else None


def _price(click: Change | None, thousand: Change | None) -> Change | None:
    """Whichever of the two prices moved less: bought by the click or by the thousand, only that one is set."""
    known = [p for p in (click, thousand) if p is not None]
    return min(known, key=lambda p: abs(p.size), default=None)


def _elsewhere(of: Mapping[str, Movement], hit: frozenset[str]) -> float | None:
    """The log-likelihood ratio of "one other channel won what these lost" against "the others stand still".

    Any of the others may have won it, each as likely. None where nothing was lost or nobody else is known.
    """
    lost, had = (sum(part(of[c]) for c in hit if c in of) for part in (_lack, _expected))
    rest = [m for c, m in of.items() if c not in hit]
    if not rest or not isfinite(lost) or abs(lost) <= LEAST_LOST * had:
        return None
    ratios = []
    for m in rest:
        won = -_lack(m) / lost
        error = max(hypot(m.noise, SIDE_EFFECTS) * m.expected / abs(lost), LEAST_ERROR)
        all_of_it = normal(won, 1.0, hypot(error, REBOOKED_SPREAD))
        nothing = (1 - STRAY) * normal(won, 0.0, error) + STRAY * normal(won, 0.0, 4 * error)
        ratios.append((all_of_it + 1e-12) / (nothing + 1e-12))
    return log(sum(ratios) / len(ratios))


def _lack(m: Movement) -> float:
    return m.expected - m.observed


def _expected(m: Movement) -> float:
    return m.expected
