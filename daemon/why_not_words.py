"""The words of `why-not`: what kept it silent, and which setting would have told it. Pure."""

from collections.abc import Sequence
from math import isclose, isfinite

from daemon.alerts.numbers import change, quantity
from daemon.alerts.story import Spoken
from daemon.verdicts import Standing, Verdict

# A sensitivity so many times higher tells of much else besides.
_MUCH_ELSE = 5.0
# What chance brings every month is ordinary; and the configuration allows no higher sensitivity.
_ORDINARY, _MOST = 0.03, 1000.0

_REFUSED = {
    "min_change": "{together} off by {change}: less than the {min_change} % that `min_change` asks for.",
    "min_absolute": "{together} off by {off}: less than the {min_absolute} that `min_absolute` asks for.",
    "min_volume": "Too few events: fewer than the {min_volume} a period that `min_volume` asks for.",
    "persist": "It was not off for {persist} periods in a row, which `persist_periods` asks for.",
    "direction": "It moved in the direction that nobody asked to hear of (`direction`).",
    "known_change": "A known lasting change begins there: the calendar said so, or an incident's level had become the base.",
    "known_part": "It moved no further than a known change of a part of it may move it.",
    "next_to_nothing": "Next to nothing was expected: of so little no change can be told.",
    "an_hour": "What came more is less than an ordinary hour brings.",
    "like_usual_scatter": "Its days lie about as far apart as they always do.",
    "disagrees": "Several periods together looked off, but their mean did not.",
    "usual_burst": "A mailing on another weekday looks so: it is no higher than its best days of eight weeks, or at the rate that its parts always have.",
    "usual_hours": "It has hours like these oftener than once a month.",
    "few_events": "Too few events lie behind the money: one large order is no trend (`min_volume`).",
    "small_part": "A part of its channel too small to move it by `min_change`.",
    "idle_scatter": "Its days scattered, and something else that was off in this KPI explains that.",
}
_NOT_JUDGED = {
    "too_short": "There was too little history to say what is normal",
    "too_small": "Too few events to judge (`min_volume`)",
    "no_value": "There was no value for the period",
    "not_settled": "The period was still filling up, and it was not yet known how its figures fill up",
    "late": "The data were late",
    "exempt": "A calendar entry exempts the period",
    "muted": "It was muted",
    "constant": "The series never varied",
    "irregular": "It comes and goes without a pattern",
    "inactive": "It was not running",
}


def reasons(verdict: Verdict) -> list[str]:
    """Why the period was not told, in plain sentences; empty where it was told."""
    match verdict.standing:
        case Standing.TOLD:
            return []
        case Standing.IN_RANGE:
            return _in_range(verdict)
        case Standing.REFUSED | Standing.DIRECTION:
            return [*_deviation(verdict), _REFUSED[verdict.gate].format(**_numbers(verdict))]
        case Standing.EXEMPT:
            return ["A calendar entry exempts the period: nothing in it is judged."]
        case Standing.PAST_PROBLEM:
            return [
                "The period lies in a problem that is over: nothing new is found in it, and nothing is learned from it."
            ]
        case Standing.OPEN_INCIDENT:
            return ["The period belongs to an incident that was open: it is told once."]
        case Standing.RECOVERY:
            return [*_deviation(verdict), f"It is the recovery from {verdict.detail}, whose end is told there."]
        case Standing.LATE_NEWS:
            return [
                *_deviation(verdict),
                f"It settles late, and tells of {verdict.detail}, which is over and was told.",
            ]
        case Standing.NOT_JUDGED:
            detail = f" ({verdict.detail})" if verdict.detail else ""
            return [f"{_NOT_JUDGED.get(verdict.gate, verdict.gate)}{detail}."]


def _in_range(verdict: Verdict) -> list[str]:
    low, high, seen = verdict.lower, verdict.upper, verdict.observed
    inside = low is not None and high is not None and seen is not None and low <= seen <= high
    said = ["It was within what is normal." if inside else "It was a little outside what is normal, and not surely so."]
    if verdict.p_value is not None and verdict.needed:
        said.append(
            f"Chance alone brings a period as far out {_once_in(verdict.p_value)} (p {verdict.p_value:.2g}). News is what it brings "
            f"{_once_in(verdict.needed)} (p {verdict.needed:.2g}): that is this series' part of the false alerts that were accepted."
        )
    if verdict.event:
        said.append("A known event lies on the period, so that more was allowed for.")
    return said


def _deviation(verdict: Verdict) -> list[str]:
    return [f"It did deviate (p {verdict.p_value:.2g})."] if verdict.p_value is not None else []


def would_have_told(verdict: Verdict) -> list[str]:
    """Settings that would have told it, as they would have to be; or that none sensible would."""
    numbers = _numbers(verdict)
    match verdict.standing, verdict.gate:
        case Standing.IN_RANGE, _:
            return _sensitivity(verdict)
        case Standing.REFUSED, "min_change":
            return [f"`min_change: {_below(numbers['relative'])}%` instead of {numbers['min_change']}%"]
        case Standing.REFUSED, "min_absolute":
            return [f"`min_absolute: {_below(numbers['size'])}` instead of {numbers['min_absolute']}"]
        case Standing.REFUSED, "min_volume" | "few_events":
            return [f"a lower `min_volume` than {numbers['min_volume']}"]
        case Standing.REFUSED, "persist":
            return [f"a lower `persist_periods` than {numbers['persist']}"]
        case ((Standing.REFUSED | Standing.DIRECTION), "direction"):
            return ["`direction: both`"]
        case Standing.EXEMPT, _:
            return ["no calendar entry with `action: exempt` on that day"]
        case Standing.NOT_JUDGED, "too_small":
            return [f"a lower `min_volume` than {numbers['min_volume']}"]
        case Standing.NOT_JUDGED, "not_settled":
            return ["`settle_periods` or `completeness` of the KPI, if you know how its figures fill up"]
        case _:
            return []


def _sensitivity(verdict: Verdict) -> list[str]:
    if verdict.p_value is None or not verdict.needed:
        return []
    asked = verdict.sensitivity * verdict.p_value / verdict.needed
    if verdict.p_value >= _ORDINARY or asked > _MOST:
        return ["no sensible setting, for as ordinary a period comes all the time"]
    much = ", and much else with it" if asked > _MUCH_ELSE * verdict.sensitivity else ""
    return [
        f"`sensitivity: {_above(asked)}` (false alerts a month) instead of {verdict.sensitivity:g}, for this series{much}"
    ]


def _numbers(verdict: Verdict) -> dict[str, str]:
    seen, hoped = verdict.run or (verdict.observed or 0.0, verdict.expected or 0.0)
    relative = (seen - hoped) / abs(hoped) if hoped else 0.0
    return {
        "together": "It was"
        if _is_alone(verdict)
        else "As one deviation with the periods beside it, it was on average",
        "change": change(relative),
        "relative": f"{abs(relative) * 100:.6g}",
        "off": quantity(abs(seen - hoped)),
        "size": f"{abs(seen - hoped):.6g}",
        "min_change": f"{verdict.min_change * 100:g}",
        "min_absolute": f"{verdict.min_absolute:g}",
        "min_volume": f"{verdict.min_volume:g}",
        "persist": f"{verdict.persist_periods:g}",
    }


def _is_alone(verdict: Verdict) -> bool:
    """Whether what was refused is this one period, not a mean over several."""
    own = (verdict.observed or 0.0, verdict.expected or 0.0)
    return verdict.run is None or all(isclose(a, b, rel_tol=1e-3) for a, b in zip(verdict.run, own, strict=True))


def _below(number: str) -> str:
    """A number with two digits that is no larger."""
    return _rounded(float(number), 0.99)


def _above(number: float) -> str:
    return _rounded(number, 1.05)


def _rounded(number: float, factor: float) -> str:
    return f"{float(f'{number * factor:.2g}'):g}"


def _once_in(p_value: float) -> str:
    """`once in 2,500 periods`."""
    if p_value >= 0.5 or not isfinite(p_value):
        return "more often than not"
    return f"once in {quantity(float(round(1 / max(p_value, 1e-12))))} periods"


def line(verdict: Verdict, spoken: Spoken) -> str:
    """`118 seen, 131 expected (96 to 170 is normal)`."""
    if verdict.observed is None:
        return "no value"
    seen = f"{spoken(verdict.kpi, verdict.observed)} seen"
    if verdict.expected is None:
        return f"{seen}, no expectation"
    low, high = (spoken(verdict.kpi, end) for end in (verdict.lower, verdict.upper))
    return f"{seen}, {spoken(verdict.kpi, verdict.expected)} expected ({low} to {high} is normal)"


def counted(periods: Sequence[Verdict]) -> str:
    """What became of the other periods of a day: `22 in range, 1 told`."""
    number: dict[str, int] = {}
    for verdict in periods:
        number[str(verdict.standing)] = number.get(str(verdict.standing), 0) + 1
    return ", ".join(f"{count} {standing}" for standing, count in number.items())
