"""A cause's own moves along the funnel as movements that agree with each other: counts, rates and money of every channel."""

from math import exp, log, sqrt

from detectors.causes.funnel import FACTORS_OF, TOLD
from detectors.causes.moves import Moves, Reach, Word
from detectors.causes.record import CauseRecord
from detectors.causes.tokens import Token
from detectors.segments.movement import Form, Moved, Movement
from tests.builders.movements import KINDS, moved, signature

ADS = ("paid_search", "paid_social")
VISITS = ("email", "organic_search", "direct", "referral", "affiliate", "app")
_USUAL = {Word.DOUBLE: log(2.0), Word.ZERO: -4.0, Word.UNIT: log(100.0)}


def other_marks(cause: CauseRecord) -> list[Token]:
    """The marks of a cause that its moves do not tell already."""
    return [t for t in signature(cause) if t.kpi not in FACTORS_OF and t.kpi not in TOLD]


def funnel_rows(cause: CauseRecord, kind: str = "paid") -> list[Movement]:
    """Everything that the funnel shows under the first of a cause's ways; what raised the alarm comes first."""
    moves = cause.moves[0]
    hit = _hit(moves, kind)
    forms = frozenset({Form.DRIFT if moves.pace == "slow" else Form.STEP})
    periods = 7 if moves.pace == "slow" else 2
    rows: list[Movement] = []
    lost = won = 0.0
    for channel in (*ADS, *VISITS):
        size = {
            f: _size(cause, moves.word(f)) if channel in hit else 0.0
            for f in ("volume", "ctr", "landing", "cvr", "aov", "price")
        }
        visits = size["volume"] + size["ctr"] + size["landing"]
        sales = 0.0 if moves.offset and channel in hit else visits + size["cvr"]
        if moves.rebooked and channel == "direct":
            visits, sales = (log(1 + lost) if name in moves.rebooked else 0.0 for name in ("visits", "sales"))
        lost += 1 - exp(sales if moves.rebooked == {"sales"} else visits)
        figures = {
            "sessions": visits,
            "orders": sales,
            "revenue": sales + size["aov"],
            "cvr": sales - visits,
            "aov": size["aov"],
        }
        if channel in ADS:
            clicks = size["volume"] + size["ctr"]
            figures |= {
                "impressions": size["volume"],
                "clicks": clicks,
                "ctr": size["ctr"],
                "sessions_per_click": size["landing"],
            }
            figures |= {"spend": clicks + size["price"], "cpc": size["price"], "cpm": size["price"] + size["ctr"]}
        won += (exp(sales) - 1) / len((*ADS, *VISITS))
        rows += [
            moved(role, exp(of) - 1, channel=channel, forms=forms, periods=periods) for role, of in figures.items()
        ]
    tracked = 0.0 if moves.word("tracked") is Word.FLAT else won
    rows += [
        moved("orders", won, expected=6_000.0, forms=forms, periods=periods),
        moved("backoffice_orders", won - tracked, check="shop", expected=6_000.0, forms=forms, periods=periods),
    ]
    return sorted(
        rows, key=lambda m: (m.state in (Moved.FLAT, Moved.UNCLEAR), m.key.channel not in hit, m.role != _lead(moves))
    )


def home_of(cause: CauseRecord) -> str:
    """The channel in which a cause of one channel shows itself."""
    return next((c for m in cause.moves if m.at for c in _hit(m, "paid")), "paid_search")


def _lead(moves: Moves) -> str:
    if moves.word("cvr") is not Word.FLAT:
        return "orders"
    if moves.word("aov") is not Word.FLAT:
        return "revenue"
    return "spend" if moves.word("price") is not Word.FLAT else "sessions"


def _hit(moves: Moves, kind: str) -> tuple[str, ...]:
    if moves.reach in (Reach.ALL, Reach.SOME):
        return (*ADS, *VISITS)
    if moves.reach is Reach.PAID:
        return ADS
    if moves.at:
        return tuple(c for c in (*ADS, *VISITS) if moves.at & {c, KINDS[c], *c.split("_")})
    if moves.reach is Reach.UNPAID:
        return VISITS
    return ADS[:1] if kind == "paid" else tuple(c for c in VISITS if KINDS[c] == kind)[:1] or ADS[:1]


def _size(cause: CauseRecord, word: Word) -> float:
    """The middle of the usual sizes, as a log change."""
    if word in _USUAL:
        return _USUAL[word]
    if word in (Word.FLAT, Word.FREE) or word.endswith("?"):
        return 0.0
    least, most = cause.typical or (0.1, 0.8)
    if word is Word.DOWN:
        return log(1 - sqrt(least * min(most, 0.95)))
    return log(1 + sqrt(least * most))
