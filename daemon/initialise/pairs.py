"""Two sources of truth that tables hold: what analytics counts against what the back office booked."""

from collections.abc import Mapping

from config.business import Kpi
from config.inputs import Check, Column
from detectors.panel import KpiType

# Role of the share that the web's own count sees, of its count and of the back office's; the most telling first.
_SHARE, _SEEN, _BOOKED = "tracked_share", "orders", "backoffice_orders"
_TITLE = "Share of orders that analytics sees"


def of(checks: Mapping[str, Check], kpis: Mapping[str, Kpi]) -> dict[str, Kpi]:
    """The gap between orders as analytics and as the back office counts them, where two checks of one cadence hold them."""
    for booked, kpi_booked in _holding(_BOOKED, checks, kpis):
        for seen, kpi_seen in _holding(_SEEN, checks, kpis):
            if seen == booked or checks[seen].cadence != checks[booked].cadence or _SHARE in kpis:
                continue
            share = Kpi(
                type=KpiType.RATIO, title=_TITLE, numerator=kpi_seen, denominator=kpi_booked, across=(seen, booked)
            )
            return {_SHARE: share}
    return {}


def _holding(role: str, checks: Mapping[str, Check], kpis: Mapping[str, Kpi]) -> list[tuple[str, str]]:
    """Checks that run and have a KPI of a role, with its name."""
    found = []
    for name, check in checks.items():
        held = {column.kpi if isinstance(column, Column) else column for column in check.columns.values()}
        found += [(name, kpi) for kpi in sorted(held) if check.enabled and (kpis[kpi].role or kpi) == role]
    return found
