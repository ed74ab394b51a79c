"""What a cause does along the funnel: a word for each factor of what ads, visits and sales are made of.

    impressions x ctr x landing = visits;  visits x cvr = sales;  sales x aov = revenue;  clicks x price = spend

and `tracked`: recorded sales beside those that the back office knows, of the whole business.

The factors of a channel hardly depend on each other, so that what happens to one of them tells of its own. A factor that a
cause does not name stands still under it: that, too, is a claim that figures can contradict.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

FACTORS = ("volume", "ctr", "landing", "cvr", "aov", "price", "tracked")


class Word(StrEnum):
    """What becomes of a factor. `..._if` may as well stand still; `unit` is a step by a power of ten or a rate of exchange."""

    FLAT = "flat"
    UP = "up"
    DOWN = "down"
    ANY = "any"
    UP_IF = "up?"
    DOWN_IF = "down?"
    ANY_IF = "any?"
    DOUBLE = "double"
    ZERO = "zero"
    UNIT = "unit"
    FREE = "free"  # it may do anything: nothing is claimed

    def allows(self, change: float) -> bool:
        """Whether it can be a move in this direction."""
        if self in (Word.FLAT, Word.FREE):
            return False
        return self not in ((Word.DOWN, Word.DOWN_IF, Word.ZERO) if change > 0 else (Word.UP, Word.UP_IF, Word.DOUBLE))


class Reach(StrEnum):
    """Which channels it befalls: the incident's own alone, some more, all, or all that are (not) paid for."""

    ONE = "one"
    SOME = "some"
    ALL = "all"
    PAID = "paid"
    UNPAID = "unpaid"


class Pace(StrEnum):
    """How it comes."""

    SUDDEN = "sudden"
    SLOW = "slow"
    BRIEF = "brief"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """The words of a cause. offset: sales stand still, whatever becomes of visits. rebooked: what is lost turns up in another channel.

    at: words of names, or kinds, of the channels that alone can have it; empty: any.
    """

    reach: Reach
    words: Mapping[str, Word]
    offset: bool = False
    rebooked: frozenset[str] = frozenset()  # of `visits`, `sales`
    pace: Pace = Pace.ANY
    at: frozenset[str] = frozenset()

    def word(self, factor: str) -> Word:
        """What it does to a factor; what is not named stands still."""
        return self.words.get(factor, Word.FLAT)
