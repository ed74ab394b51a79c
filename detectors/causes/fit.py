"""How well the funnel's factors fit what a cause does to them: a log-likelihood ratio against incidents at large."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, log

from detectors.causes.density import LEAST_NOISE, SLIGHT, STRAY, STRAY_SPREAD, USUAL, at_large, density, normal
from detectors.causes.evidence import Evidence
from detectors.causes.funnel import Change, Funnel, Part
from detectors.causes.moves import Moves, Pace, Reach, Word
from detectors.causes.record import CauseRecord
from detectors.segments.movement import DRIFT_PERIODS, FLOOR, Form

MOST_FOR, MOST_AGAINST = 4.0, -6.0  # of one factor: no single figure decides
REST = 0.6  # a factor of the other channels counts so much: they share the market's noise
REST_MOST = 2.5  # ... and no more: they have troubles of their own
MANY = -0.5  # a cause of one channel where the incident is in several, for each further one ...
MOST_MANY = -1.5
COUNTED = 0.06  # spread of the log ratio of two counts of the same sales that both are right ...
COUNTED_PART = 0.15  # ... and so much of how far they moved
UNSEEN = -0.7  # a factor that the cause must move cannot be seen
ALIKE_SPREAD = 0.3  # how much channels differ in what befalls all of them
_CLAIMS = frozenset({Word.UP, Word.DOWN, Word.ANY, Word.DOUBLE, Word.ZERO, Word.UNIT})
RIGHT_PLACE = 1.0
COURSE = 1.2  # the course is as the cause has it, or the other one
BRIEF_PERIODS, LONG = 3, -2.0  # after so many periods what is brief should be over
FAR, FAR_AT_ONCE = 0.5, -0.8  # so much within a few periods, from something that comes slowly
_VISITS = ("volume", "ctr", "landing")


@dataclass(frozen=True, slots=True)
class Fitted:
    """The log-likelihood ratio of what is known of the funnel: what each piece of it tells, and what belongs to no piece.

    claimed: the pieces that the cause moves; of the others it only says that they stand still.
    """

    pieces: Mapping[str, float]
    claimed: frozenset[str]
    beside: float

    @property
    def total(self) -> float:
        """The ratio of all of it."""
        return sum(self.pieces.values()) + self.beside


def fit(cause: CauseRecord, funnel: Funnel, evidence: Evidence) -> Fitted:
    """How well a cause tells the funnel; of several ways in which it may move it, each as likely, the pieces are those of the best."""
    ways = [_way(moves, funnel, cause, evidence) for moves in cause.moves]
    best = max(ways, key=lambda way: way.total)
    others = log(sum(exp(way.total - best.total) for way in ways) / len(ways))
    return replace(best, beside=best.beside + others)


def _way(moves: Moves, funnel: Funnel, cause: CauseRecord, evidence: Evidence) -> Fitted:
    pieces: dict[str, float] = {}
    claimed: set[str] = {"elsewhere"} if moves.rebooked else set()
    for number, part in enumerate(funnel.parts):
        told = _part(moves, part, funnel, cause.typical, cause.kinds)
        pieces |= {f"{factor} of part {number}": ratio for factor, ratio in told.items()}
        if _concerns(moves, part, cause.kinds):
            claimed |= {f"{factor} of part {number}" for factor in told if _word(moves, factor) is not Word.FLAT}
    hit = [part for part in funnel.parts if part.hit]
    if moves.reach is Reach.ONE:
        pieces["reach"] = max(MANY * (sum(part.channels for part in hit) - 1), MOST_MANY)
    if funnel.tracked is not None:
        claimed |= {"tracked"} if moves.word("tracked") is not Word.FLAT else set()
        pieces["tracked"] = _recorded(moves.word("tracked"), funnel.tracked, funnel.recorded)
    pieces |= {
        "elsewhere": _elsewhere(moves, funnel),
        "course": _course(moves, evidence),
        "place": _place(moves, funnel, evidence),
    }
    named = [f for f, word in moves.words.items() if word in _CLAIMS and f != "tracked"]
    seen = {f for part in hit for f in part.factors} | (
        {*_VISITS} if any("visits" in p.factors for p in hit) else set()
    )
    return Fitted(pieces, frozenset(claimed), UNSEEN * sum(f not in seen for f in named))


def _part(
    moves: Moves, part: Part, funnel: Funnel, typical: tuple[float, float] | None, kinds: frozenset[str]
) -> dict[str, float]:
    concerned = _concerns(moves, part, kinds)
    if not part.hit and not part.ads and moves.reach is Reach.UNPAID:
        return {}
    found: dict[str, float] = {}
    for name, change in part.factors.items():
        word = _word(moves, name) if concerned else Word.FLAT
        if name == ("cvr" if moves.offset and concerned else "sales"):
            continue  # one of the two tells the other
        if part.hit:
            found[name] = _ratio(change, word, _size(word, typical))
        elif moves.reach is Reach.SOME:
            moved = _ratio(change, _word(moves, name), _size(_word(moves, name), typical))
            found[name] = _of_rest(log((exp(moved) + exp(_ratio(change, Word.FLAT, USUAL))) / 2))
        elif word in _CLAIMS and (led := _led(moves, name, funnel)) is not None:
            found[name] = _of_rest(_alike(change, led))
        else:
            found[name] = _of_rest(_ratio(change, word, _size(word, typical)))
    return found


def _of_rest(ratio: float) -> float:
    return REST * min(max(ratio, -REST_MOST), REST_MOST)


def _led(moves: Moves, factor: str, funnel: Funnel) -> Change | None:
    """How the factor moved in the incident's own channels; for visits the factor that the cause names."""
    told = [
        factor,
        *((f for f in _VISITS if moves.word(f) in _CLAIMS) if factor == "visits" else ()),
        *(("visits",) if factor in _VISITS else ()),
    ]
    return next((p.factors[f] for f in told for p in funnel.parts if p.hit and f in p.factors), None)


def _alike(change: Change, led: Change) -> float:
    """The rest moves as the incident's channels do, more or less."""
    spread = (change.noise**2 + led.noise**2 + (ALIKE_SPREAD * led.size) ** 2 + LEAST_NOISE**2) ** 0.5
    own = 0.9 * normal(change.size, led.size, spread) + 0.1 * at_large(change.size, change.noise)
    return _bounded(log(own / at_large(change.size, change.noise)))


def _recorded(word: Word, tracked: Change, recorded: float) -> float:
    """Whether the record or the business moved: the ratio of both counts follows the recorded sales, or stands still."""
    spread = (max(tracked.noise, LEAST_NOISE) ** 2 + COUNTED**2 + (COUNTED_PART * recorded) ** 2) ** 0.5
    still, follows = normal(tracked.size, 0.0, spread), normal(tracked.size, recorded, spread)
    stray = STRAY * normal(tracked.size, 0.0, STRAY_SPREAD)
    usual = 0.7 * still + 0.3 * follows + stray
    own = {Word.FLAT: still, Word.FREE: usual}.get(word, follows if word in _CLAIMS else (still + follows) / 2)
    return _bounded(log((own + stray) / usual))


def _ratio(change: Change, word: Word, size: tuple[float, float]) -> float:
    return _bounded(log(density(change.size, change.noise, word, size) / at_large(change.size, change.noise)))


def _bounded(ratio: float) -> float:
    return min(max(ratio, MOST_AGAINST), MOST_FOR)


def _concerns(moves: Moves, part: Part, kinds: frozenset[str]) -> bool:
    if moves.reach is Reach.PAID or (kinds == {"paid"} and moves.reach is not Reach.ALL):
        return part.ads and (part.hit or moves.reach is Reach.PAID)
    if moves.reach is Reach.UNPAID:
        return not part.ads
    return part.hit or moves.reach is Reach.ALL


def _word(moves: Moves, factor: str) -> Word:
    if factor == "sales":
        return Word.FLAT
    if factor != "visits":
        return moves.word(factor)
    told = [moves.word(f) for f in _VISITS if moves.word(f) is not Word.FLAT]
    return told[0] if told else Word.FLAT


def _size(word: Word, typical: tuple[float, float] | None) -> tuple[float, float]:
    """The usual range of a log change's amount."""
    if typical is None:
        return USUAL
    least, most = typical
    if word is Word.UP:
        return log(1 + least), max(log(1 + most), log(1 + least) + SLIGHT[0])
    down = -log(max(1 - least, FLOOR))
    return down, max(-log(max(1 - most, FLOOR)), down + SLIGHT[0])


def _elsewhere(moves: Moves, funnel: Funnel) -> float:
    """What became of what the incident's channels lost."""
    return sum(_bounded(funnel.elsewhere[name]) for name in moves.rebooked if name in funnel.elsewhere)


def _place(moves: Moves, funnel: Funnel, evidence: Evidence) -> float:
    """Whether the incident is where alone the cause can be: of any other cause it would be there by chance."""
    if not moves.at:
        return 0.0
    there = sum(
        not moves.at.isdisjoint({*c.lower().split("_"), c.lower(), evidence.kinds.get(c, "")}) for c in funnel.hit
    )
    return RIGHT_PLACE if 2 * there > len(funnel.hit) else MOST_AGAINST


def _course(moves: Moves, evidence: Evidence) -> float:
    """Whether it came as the cause comes. One or two periods show no course, but what is far off at once did not creep."""
    lead = evidence.lead
    if lead is None or moves.pace is Pace.ANY or not lead.forms:
        return 0.0
    if moves.pace is Pace.BRIEF:
        return LONG if lead.periods > BRIEF_PERIODS else 0.0
    slow = moves.pace is Pace.SLOW
    if lead.periods < DRIFT_PERIODS:
        return (FAR_AT_ONCE if abs(lead.change) > FAR else 0.0) if slow else 0.0
    if Form.DRIFT in lead.forms:
        return COURSE if slow else -COURSE
    return -COURSE if slow else 0.0
