"""What a cause does along the funnel, as causes.yaml writes it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.base import Section
from detectors.causes.moves import FACTORS, Moves, Pace, Reach, Word

Said = Annotated[Word, Field(description="what becomes of it; where nothing is said it stands still")]


class CauseMoves(Section):
    """One way in which a cause moves impressions, visits, sales and money; what is not named stands still."""

    reach: Annotated[Reach, Field(description="one, some, all, paid or unpaid channels")]
    volume: Said = Word.FLAT
    ctr: Said = Word.FLAT
    landing: Said = Word.FLAT
    cvr: Said = Word.FLAT
    aov: Said = Word.FLAT
    price: Said = Word.FLAT
    tracked: Said = Word.FLAT
    sales: Annotated[
        Literal["flat"] | None, Field(description="flat: sales stand still, whatever becomes of visits")
    ] = None
    rebooked: Annotated[
        list[Literal["visits", "sales"]], Field(description="what is lost here turns up in another channel")
    ] = []
    at: Annotated[
        list[str], Field(description="words in the names of channels, or kinds, that alone can have it; default: any")
    ] = []
    pace: Annotated[Pace, Field(description="sudden, slow, brief (over within days) or any")] = Pace.ANY

    @model_validator(mode="after")
    def _something_moves(self) -> Self:
        if all(getattr(self, factor) is Word.FLAT for factor in FACTORS):
            raise ValueError(f"name at least one of {', '.join(FACTORS)} that does not stand still")
        return self

    def moves(self) -> Moves:
        """The words as the ranking sees them."""
        return Moves(
            reach=self.reach,
            words={f: word for f in FACTORS if (word := getattr(self, f)) is not Word.FLAT},
            offset=self.sales == "flat",
            rebooked=frozenset(self.rebooked),
            at=frozenset(self.at),
            pace=self.pace,
        )
