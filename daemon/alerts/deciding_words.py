"""What would decide between two causes, as one sentence."""

from collections.abc import Callable

from daemon.alerts.reason_words import FLAG_WORDS, NAMES
from daemon.alerts.untrusted import clean
from detectors.causes.deciding import Deciding
from detectors.causes.roles import FLAG_ROLES, HEALTH_ROLES
from detectors.causes.tokens import Direction, Token

_IS = {
    Direction.UP: "up",
    Direction.DOWN: "down",
    Direction.ZERO: "down to nothing",
    Direction.FLAT: "as usual",
    Direction.ANY: "changed",
    Direction.SHIFT: "made up of other parts",
}
# Where nothing is a row of a KPI: what to ask of the source.
_RECORD = {
    "row_count": "The number of rows",
    "freshness_lag": "How late the rows came",
    "duplicate_ratio": "The share of rows that stand there twice",
    "fetch_errors": "Failed requests to the source",
}
_IN = {"geo": "region", "provider": "provider (mailbox or carrier)", "call_site": "call centre"}


def sentence(found: Deciding, first: str, second: str, title: Callable[[str], str]) -> str:
    """`Back-office orders: as usual speaks for “conversion tag broken”, down for “checkout or payment failing”.`"""
    token = found.token
    asked, other = (first, second) if found.for_first else (second, first)
    asked, other = f"“{clean(asked)}”", f"“{clean(other)}”"
    if token.kpi in FLAG_ROLES:
        what = FLAG_WORDS.get(token.kpi, token.kpi.replace("_", " "))
        which = {Direction.UP: "", Direction.DOWN: " downwards"}.get(token.direction, "")
        return (
            f"Whether there was {_article(what)} {what}{which} at its start: one speaks for {asked}, none for {other}."
        )
    name = NAMES.get(token.kpi) or _RECORD.get(token.kpi) or title(token.kpi)
    if token.kpi in HEALTH_ROLES and token.kpi in _RECORD:
        name = _RECORD[token.kpi]
    otherwise = _IS[found.otherwise.direction] if found.otherwise is not None else _opposite(token)
    return f"{name}{_where(token)}: {_IS[token.direction]} speaks for {asked}, {otherwise} for {other}."


def _opposite(token: Token) -> str:
    return "a change" if token.direction is Direction.FLAT else "as usual"


def _where(token: Token) -> str:
    """` by device`: which part to look at."""
    dimension = token.scope.dimension
    if dimension is None or token.direction is Direction.FLAT:
        return ""
    return f" by {_IN.get(dimension, dimension.replace('_', ' '))}"


def _article(word: str) -> str:
    return "an" if word[:1] in "aeiou" else "a"
