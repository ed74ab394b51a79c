"""Which findings are worth a message besides being real.

Money made of enough events, segments that matter to their channel, bursts of an own channel that are unlike its usual ones.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from config.business import ChannelKind
from config.settings import Settings
from daemon.model import Incident, Status
from daemon.sent_otherwise import sent_otherwise
from detectors.finding import Finding, NotJudged, Reason, Shape
from detectors.panel import Floats, KpiType, Panel, SeriesKey
from detectors.series.gates import Gates

# Money is made of events. Where fewer are expected than `min_volume`, an amount (or its ratio) says little: one large
# order is no trend. Of several the first that is measured.
_EVENTS_OF: Mapping[str, Sequence[str]] = {
    "revenue": ("orders", "subscriptions", "bookings"),
    "store_revenue": ("store_transactions",),
    "call_revenue": ("bookings",),
    "backoffice_revenue": ("backoffice_orders", "subscriptions"),
    "platform_revenue": ("platform_conversions",),
}
# The newest periods whose mean says how much is usual.
_USUAL = 7
# Where a series has no expectation, its own mean over so many newest periods stands in.
_RECENT = 28
# A burst of an own channel is like those of so many periods before, up to this factor.
_BEST_OF = 56
_LIKE_THE_BEST = 1.25


def worth_telling(
    findings: Sequence[Finding], panel: Panel, expected: Floats, gates: Gates, settings: Settings
) -> tuple[list[Finding], list[NotJudged]]:
    """The findings that are worth a message, and those set aside because too few events lie behind them.

    expected: [series x periods] of the panel. A segment's change must reach `min_change` of its whole channel: the
    owner of a channel does not act on a region that moves it by one percent.
    """
    row = {key: i for i, key in enumerate(panel.keys)}
    counted_by = events_behind(settings)

    def usual(key: SeriesKey) -> float | None:
        """What is usual for a series: expected, or where nothing can be expected, observed; None where there is no such series."""
        i = row.get(key)
        if i is None:
            return None
        known = expected[i][np.isfinite(expected[i])][-_USUAL:]
        if not len(known):
            known = np.nan_to_num(panel.values[i][-_RECENT:])
        return float(known.mean())

    kept: list[Finding] = []
    small: list[NotJudged] = []
    for finding in findings:
        if _is_usual_burst(finding, panel, row[finding.key], settings) or sent_otherwise(finding, panel, row, settings):
            continue
        events = counted_by(finding.key.kpi)
        count = usual(replace(finding.key, kpi=events)) if events else None
        i = row[finding.key]
        if count is not None and count < gates.min_volume[i]:
            detail = f"about {count:.1f} {events} a period are expected"
            small.append(NotJudged(finding.key, Reason.TOO_SMALL, detail))
        elif not finding.key.segment or _part_of_channel(finding, panel, i, usual, settings) >= gates.min_change[i]:
            kept.append(finding)
    return kept, small


def without_idle_scatter(findings: Sequence[Finding], incidents: Sequence[Incident]) -> list[Finding]:
    """The findings but for scatter that has a reason: something else was off in the KPI meanwhile, somewhere in the business."""
    others = [f for i in incidents if i.status is not Status.RETRACTED for f in i.everything] + list(findings)

    def has_reason(scatter: Finding) -> bool:
        return any(
            f.shape is not Shape.VARIANCE and f.key.kpi == scatter.key.kpi and (f.end is None or f.end > scatter.start)
            for f in others
        )

    return [f for f in findings if f.shape is not Shape.VARIANCE or not has_reason(f)]


def _is_usual_burst(finding: Finding, panel: Panel, row: int, settings: Settings) -> bool:
    """Whether an own channel had a day like its best ones on another weekday: the newsletter went out on a Friday for once."""
    channel = settings.channels.get(finding.key.channel or "")
    if finding.shape is not Shape.SPIKE or channel is None or channel.kind is not ChannelKind.OWNED:
        return False
    start = max(panel.axis.position(finding.start), 0)
    before = panel.values[row, max(0, start - _BEST_OF) : start]
    before = before[np.isfinite(before)]
    return len(before) > 0 and finding.observed <= _LIKE_THE_BEST * float(before.max())


def events_behind(settings: Settings) -> Callable[[str], str | None]:
    """A function from a KPI to the one that counts the events behind an amount, or behind a ratio of one; else None."""
    by_role = {kpi.role or name: name for name, kpi in settings.kpis.items()}

    def counted_by(kpi: str) -> str | None:
        amount = settings.kpis[kpi].numerator or kpi
        counts = _EVENTS_OF.get(settings.kpis[amount].role or amount, ())
        return next((by_role[role] for role in counts if role in by_role), None)

    return counted_by


def _part_of_channel(
    finding: Finding, panel: Panel, row: int, usual: Callable[[SeriesKey], float | None], settings: Settings
) -> float:
    """The change of a segment as a part of what its whole channel is expected to have; infinite where that is not known."""
    change = abs(finding.observed - finding.expected)
    kpi = finding.key.kpi
    match panel.types[row]:
        case KpiType.LEVEL:
            return float("inf")
        case KpiType.RATIO:
            exposure = panel.exposure[row][np.isfinite(panel.exposure[row])][-_USUAL:]
            change *= float(exposure.mean()) / float(panel.factor[row]) if len(exposure) else 0.0
            kpi = settings.kpis[kpi].numerator or kpi
    whole = usual(replace(finding.key, kpi=kpi, segment=()))
    return change / whole if whole else float("inf")
