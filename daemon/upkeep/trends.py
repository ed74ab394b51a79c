"""How totals did over some days against what was expected of them, although no alert was due. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from math import sqrt

from daemon.verdicts import Standing, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One total over several periods: sums of what adds up, else means. below, above: periods out of their own range.

    surprise: how far off it is, in widths of what was expected; its sign is that of the change. first, last: when its periods start.
    """

    channel: str | None
    kpi: str
    observed: float
    expected: float
    periods: int
    below: int
    above: int
    surprise: float
    first: datetime
    last: datetime

    @property
    def outside(self) -> int:
        """Periods out of their own range."""
        return self.below + self.above

    @property
    def change(self) -> float:
        """Relative to what was expected; 0 where nothing was."""
        return (self.observed - self.expected) / abs(self.expected) if self.expected else 0.0


def trends(thought: Iterable[tuple[str, Verdict]], adds_up: Callable[[str], bool]) -> list[Trend]:
    """What cycles thought of totals (check, verdict), the earliest cycle first, put together; the least expected first.

    Of a period that was judged more than once the newest verdict counts; what could not be judged is left out.
    """
    newest: dict[tuple[str, str | None, str], dict[datetime, Verdict]] = {}
    for check, verdict in thought:
        newest.setdefault((check, verdict.channel, verdict.kpi), {})[verdict.start] = verdict
    found = [
        trend
        for (_, channel, kpi), periods in newest.items()
        if (trend := _trend(channel, kpi, list(periods.values()), adds_up=adds_up(kpi))) is not None
    ]
    return sorted(found, key=lambda t: (-abs(t.surprise), t.channel or "", t.kpi))


def _trend(channel: str | None, kpi: str, of: list[Verdict], *, adds_up: bool) -> Trend | None:
    known = [
        (v.observed, v.expected, v.lower, v.upper)
        for v in of
        if v.standing is not Standing.NOT_JUDGED
        and v.observed is not None
        and v.expected is not None
        and v.lower is not None
        and v.upper is not None
    ]
    if not known:
        return None
    observed, expected = sum(o for o, _, _, _ in known), sum(e for _, e, _, _ in known)
    width = sqrt(sum(((high - low) / 2) ** 2 for _, _, low, high in known))
    parts = 1 if adds_up else len(known)
    return Trend(
        channel=channel,
        kpi=kpi,
        observed=observed / parts,
        expected=expected / parts,
        periods=len(known),
        below=sum(o < low for o, _, low, _ in known),
        above=sum(o > high for o, _, _, high in known),
        first=min(v.start for v in of),
        last=max(v.start for v in of),
        surprise=(observed - expected) / width if width else 0.0,
    )
