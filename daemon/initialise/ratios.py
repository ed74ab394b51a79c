"""Which ratios are worth watching in a check: those whose parts it holds, the most useful first."""

from collections.abc import Mapping

from config import vocabulary
from config.business import Kpi
from detectors.panel import KpiType

# More ratios of one check say the same thing again.
MOST = 12


def of(by_role: Mapping[str, str], kpis: Mapping[str, Kpi], stem: str, currency: str) -> dict[str, Kpi]:
    """Ratios by name, from a check's KPIs by role; a name that another check uses for other parts is led by `stem`."""
    found: dict[str, Kpi] = {}
    for name, role in vocabulary.derived().items():
        if name in by_role or len(found) == MOST:
            continue  # a column holds it already
        numerator = by_role.get(role.numerator or "")
        denominator = next((by_role[d] for d in (role.denominator or "", *role.proxies) if d in by_role), None)
        if numerator is None or denominator is None or _is_level(kpis, numerator) or _is_level(kpis, denominator):
            continue
        ratio = Kpi(
            type=KpiType.RATIO,
            good=role.good,
            unit=currency if role.unit == "currency" else role.unit,
            numerator=numerator,
            denominator=denominator,
            factor=role.factor,
            settle_periods=max(kpis[numerator].settle_periods, kpis[denominator].settle_periods),
        )
        if name in kpis and (kpis[name].numerator, kpis[name].denominator) != (numerator, denominator):
            name, ratio = f"{stem}_{name}", ratio.model_copy(update={"role": name})
        found[name] = ratio
    return found


def _is_level(kpis: Mapping[str, Kpi], name: str) -> bool:
    return kpis[name].type is KpiType.LEVEL
