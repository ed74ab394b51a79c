"""One mark that held or failed as one plain sentence with its numbers. No statistics words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from zoneinfo import ZoneInfo

from daemon.alerts.change_words import change_sentence
from daemon.alerts.dates import day
from daemon.alerts.numbers import change, quantity, share
from daemon.alerts.titles import channel_title, in_sentence, is_on, kpi_title, listed, segment_title
from daemon.alerts.untrusted import quoted
from detectors.causes.combine import total
from detectors.causes.evidence import MOVING, Evidence, Flag, Health
from detectors.causes.graded import Grade, Match
from detectors.causes.observe import observe
from detectors.panel import KpiType
from detectors.segments.movement import Moved, Movement

# From here on a fall is told as "to almost nothing", and every further digit is noise.
_ALMOST_NOTHING = -0.9
FLAG_WORDS = {
    "calendar_event": "holiday",
    "promo_flag": "promotion",
    "promo_recent": "promotion just before",
    "deploy": "release",
    "experiment_flag": "test",
    "budget_limit": "budget change",
    "bid_change": "bid change",
    "account_status": "account change",
    "active_ads": "change of running ads",
    "disapproved_ads": "disapproved ad",
    "bucket_open": "unfinished period",
    "quality_flag": "quality note",
    "local_event": "local event",
    "weather_index": "unusual weather",
    "price_gap": "price gap to the competition",
    "launch": "launch",
    "offline_flight": "offline campaign",
}
_FAULTS = {
    "late": "are late",
    "missing": "lack whole periods",
    "partial": "are incomplete",
    "duplicate": "came twice",
    "restated": "were rewritten by the source",
    "frozen": "have stopped changing",
}
# Channels or segments that are named; more are counted.
_NAMED_TOGETHER = 3
BACK_OFFICE = frozenset({"backoffice_orders", "backoffice_revenue"})
# How sentences begin that may repeat what an alert has said above them.
OWN_COUNT, THE_DATA_OF = "The shop's own count", "The data of"
_SINGULAR = ("Cost", "Average", "Share", "Return", "Price", "Sessions for each")
_SHARES = frozenset({"cvr", "ctr", "click_cvr", "organic_ctr", "store_conversion"})
# What measures are called inside alerts, where the configuration says nothing else.
NAMES = {
    "clicks": "Ad clicks",
    "impressions": "Ad impressions",
    "spend": "Ad spend",
    "sessions_total": "All sessions together",
    "direct_sessions": "Direct sessions",
    "unattributed_share": "Share of sessions without a channel",
    "unattributed_sessions": "Sessions without a channel",
    "organic_clicks": "Organic clicks",
    "traffic_mix": "Traffic mix",
    "brand_search": "Searches for the brand",
    "in_stock_rate": "Products in stock",
    "sessions_per_click": "Sessions for each ad click",
    "uptime": "Uptime",
    "checkout_to_purchase_rate": "From checkout to order",
    "cart_to_checkout_rate": "From cart to checkout",
    "cart_to_order_rate": "From cart to order",
    "view_to_cart_rate": "From view to cart",
    "avg_position": "Average search position",
    "tracked_share": "Recorded orders beside those of the back office",
    "is_lost_budget": "Impressions lost for want of budget",
    "is_lost_rank": "Impressions lost to higher bids",
    "impression_share": "Share of possible impressions",
    "indexed_pages": "Pages in the search index",
    "price_gap": "Prices beside the competition's",
    "within_segment_rates": "Conversion within each channel and device",
    "hour_profile": "Spread over the hours of a day",
    "pieces_mailed": "Letters mailed",
    "mail_responses": "Answers to letters",
    "other_row_share": "Share of rows called (other)",
}


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """What the words depend on besides the marks. `title` names a KPI that has no name of its own here."""

    evidence: Evidence
    started_at: datetime
    zone: ZoneInfo
    currency: str = ""
    title: Callable[[str], str] = kpi_title


def sentence_of(found: Match, speaker: Speaker) -> str:
    """What a mark says; empty where it says nothing to a reader."""
    if found.flag is not None:
        return _flag_sentence(found.flag, speaker)
    if found.health is not None:
        return _health_sentence(found.health)
    if found.level == "record":
        return "The record of the source is complete and in time." if found.grade in (Grade.FITS, Grade.FLAT) else ""
    if not found.movements:
        return ""
    m = found.movements[0]
    if m.role in BACK_OFFICE:
        return _back_office_sentence(m, speaker)
    if m.role == "traffic_mix":
        return "Visitors came from other channels or devices than usual, while each part converts as before."
    if found.token.direction == "shift" and len(found.movements) > 1:
        return _shift_sentence(found, speaker)
    if m.state not in MOVING:
        return "" if m.state is Moved.UNCLEAR else steady_sentence([m], speaker)
    return _moved_sentence(found, m, speaker)


def _name(m: Movement, speaker: Speaker) -> str:
    if (
        m.role in ("clicks", "impressions", "spend")
        and speaker.evidence.kinds.get(m.key.channel or "", "paid") != "paid"
    ):
        return speaker.title(m.role)
    return NAMES.get(m.role) or speaker.title(m.role)


def steady_sentence(rows: Sequence[Movement], speaker: Speaker) -> str:
    """`Sessions (-1 %) and checkouts (+2 %) are steady.`"""
    return steady_words([(_name(m, speaker), change(m.relative)) for m in rows])


def steady_words(named: Sequence[tuple[str, str]]) -> str:
    """The same of names with their changes."""
    first, *others = named
    if not others:
        name, moved = first
        return f"{name[:1].upper()}{name[1:]} {'are' if _is_plural(name) else 'is'} steady ({moved})."
    parts = [f"{name} ({moved})" for name, moved in [first, *((in_sentence(n), c) for n, c in others)]]
    words = listed(parts)
    return f"{words[:1].upper()}{words[1:]} are steady."


def _is_plural(name: str) -> bool:
    return name.split()[-1].endswith("s") and not name.startswith(_SINGULAR)


def _back_office_sentence(m: Movement, speaker: Speaker) -> str:
    name = in_sentence(speaker.title(m.role))
    if m.state is Moved.FLAT:
        each = quantity(m.observed / max(m.periods, 1), speaker.currency if m.type is KpiType.AMOUNT else "")
        return f"{OWN_COUNT} is normal: {each} {name} ({change(m.relative)})."
    if m.state is Moved.UNCLEAR:
        return ""
    lead = speaker.evidence.lead
    agrees = lead is not None and lead.role not in BACK_OFFICE and lead.change * m.change > 0
    return f"{OWN_COUNT} {'agrees' if agrees else 'moved'}: {name} {change(m.relative)}."


def _moved_sentence(found: Match, m: Movement, speaker: Speaker) -> str:
    local = _local(found, m, speaker)
    where = _where(found, m, speaker)
    if local is not None:
        (m, part), where = local, _where(found, m, speaker).replace(" in every", ", in every")
        where = part + (where if where.startswith(",") else "")
    else:
        m = _together(found, m, speaker)
    name = _name(m, speaker)
    if found.stand_in is not None and m.role == found.token.kpi:  # read the other way round
        name = NAMES.get(found.stand_in) or speaker.title(found.stand_in)
    if m.role in _SHARES or m.role.endswith(("_rate", "_share")):
        if isfinite(m.observed) and 0 <= max(m.observed, m.expected) <= 1 and m.expected > 0 and found.stand_in is None:
            return f"{name}: {_percent(m.expected)} -> {_percent(m.observed)}{where}."
        return f"{name} {change(m.relative)}{where}."
    if m.state is Moved.ZERO or m.relative <= _ALMOST_NOTHING:
        return f"{name} fell to almost nothing{where}."
    return f"{name} {change(m.relative)}{where}."


def _local(found: Match, m: Movement, speaker: Speaker) -> tuple[Movement, str] | None:
    """The one value of a dimension that moved while another verifiably did not, and ` on mobile`."""
    if found.level not in ("whole", "channel") or found.stand_in is not None:
        return None
    seen = observe(speaker.evidence, m.role)
    for dimension, values in seen.segments.items() if seen else ():
        alike = [v for v, part in values.items() if part.state in MOVING and part.change * m.change > 0]
        if len(alike) == 1 and any(part.state is Moved.FLAT for part in values.values()):
            return values[alike[0]], f" {'on' if is_on(dimension) else 'in'} {segment_title(dimension, (alike[0],))}"
    return None


def _together(found: Match, m: Movement, speaker: Speaker) -> Movement:
    """The sum of the places that a sentence names, so that its number is true of them together; rates keep their own."""
    if len(found.units) < 2 or found.level == "whole" or m.type not in (KpiType.COUNT, KpiType.AMOUNT):
        return m
    seen = observe(speaker.evidence, m.role)
    if seen is None:
        return m
    values = next(
        (
            v
            for d, v in [("channel", seen.channels), *seen.segments.items()]
            if set(found.units) <= v.keys() and m in v.values()
        ),
        None,
    )
    return total([values[unit] for unit in found.units], speaker.evidence.limit) if values else m


def _percent(part: float) -> str:
    return share(part) if part >= 0.1 else quantity(part * 100, "%")


def _where(found: Match, m: Movement, speaker: Speaker) -> str:
    """` in every channel`, ` in paid search and e-mail`, ` on mobile`; nothing for the whole without channels."""
    units = found.units
    if found.level in ("whole", "channel"):
        of = _channels(found, m, speaker)
        if len(units) > 1 and len(units) >= of:
            return " in every channel"
        if found.level == "whole":
            return f" in {len(units)} of {of} channels" if len(units) > 1 else ""
        names = list(units) or ([m.key.channel] if m.key.channel else [])
        return (
            f" in {listed([channel_title(n) for n in names])}"
            if len(names) <= _NAMED_TOGETHER and names
            else f" in {len(names)} of {of} channels"
            if names
            else ""
        )
    names = list(units) or [v for _, v in m.key.segment]
    if not names:
        return ""
    if len(names) > _NAMED_TOGETHER:
        some = f"{len(names)} of {found.of}" if len(names) < found.of else str(len(names))
        return f" in {some} {found.level.replace('_', ' ')}s"
    return f" {'on' if is_on(found.level) else 'in'} {segment_title(found.level, tuple(names))}"


def _channels(found: Match, m: Movement, speaker: Speaker) -> int:
    """Of how many channels a mark speaks: those that are clear, and others as large as one that it names, although unclear."""
    seen = observe(speaker.evidence, m.role)
    named = [c for c in seen.channels if c in found.units] if seen else []
    if seen is None or not named or m.type not in (KpiType.COUNT, KpiType.AMOUNT):
        return found.of
    least = min(seen.channels[c].expected for c in named)
    others = [c for c, at in seen.channels.items() if c not in found.units and at.expected >= least]
    return max(found.of, len(found.units) + len(others))


def _shift_sentence(found: Match, speaker: Speaker) -> str:
    down = min(found.movements, key=lambda m: m.change)
    up = max(found.movements, key=lambda m: m.change)
    return (
        f"{_name(down, speaker)} moved between channels: {channel_title(down.key.channel)} {change(down.relative)}, "
        f"{channel_title(up.key.channel)} {change(up.relative)}."
    )


def _flag_sentence(flag: Flag, speaker: Speaker) -> str:
    what = FLAG_WORDS.get(flag.role, flag.role.replace("_", " "))
    if not flag.present:
        return f"No {what} is recorded near {day(flag.since or speaker.started_at, speaker.zone)}."
    if flag.logged is not None and flag.since is not None:
        return change_sentence(
            kind=flag.logged.kind,
            title=flag.title,
            who=flag.logged.who,
            at=flag.since,
            whole_day=flag.logged.whole_day,
            started=speaker.started_at,
            period=flag.logged.period,
            zone=speaker.zone,
        )
    named = f": {quoted(flag.title)}" if flag.title else ""
    since = f", {day(flag.since, speaker.zone)}" if flag.since else ""
    return f"{what[:1].upper()}{what[1:]} recorded{named}{since}."


def _health_sentence(fault: Health) -> str:
    whose = channel_title(fault.channel) if fault.channel else quoted(fault.check)
    return f"{THE_DATA_OF} {whose} {_FAULTS.get(fault.kind, fault.kind)}."
