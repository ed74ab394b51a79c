"""Which two checks a gap may lie between: a ratio of what two sources say of the same thing."""

from collections.abc import Iterator

from config.business import Kpi
from config.inputs import Check, Column
from config.problems import Path, did_you_mean, listed
from config.settings import Settings
from detectors.panel import KpiType

# Where a problem is below the KPI, what it is, and what to do.
Trouble = tuple[Path, str, str]


def troubles(kpi: Kpi, settings: Settings) -> Iterator[Trouble]:
    """Every rule that a KPI `across` two checks breaks."""
    kpis, checks, zone = settings.kpis, settings.checks, settings.timezone
    if kpi.across is None or kpi.numerator is None or kpi.denominator is None:
        return
    for at, (check, part) in enumerate(zip(kpi.across, (kpi.numerator, kpi.denominator), strict=True)):
        if check not in checks:
            yield (
                ("across", at),
                f"'{check}' is no check{did_you_mean(check, checks)}",
                f"Checks are: {listed(checks)}.",
            )
        elif not _may_hold(checks[check], part):
            holding = [name for name, of in checks.items() if _may_hold(of, part)]
            yield (
                ("across", at),
                f"the check '{check}' has no column with the KPI '{part}'.",
                f"Name the check of the numerator first, then that of the denominator; '{part}' is in: {listed(holding)}."
                if holding
                else f"Give '{part}' a column in that check.",
            )
        if part in kpis and kpis[part].type is KpiType.LEVEL:
            yield (
                (("numerator", "denominator")[at],),
                f"'{part}' is a level: it has no total that could be compared.",
                "Compare counts or amounts.",
            )
    first, second = (checks.get(name) for name in kpi.across)
    if first is None or second is None:
        return
    if first is second:
        yield (
            ("across",),
            "names one check twice.",
            "A ratio of KPIs of one check needs no across: remove it.",
        )
    elif first.cadence != second.cadence:
        yield (
            ("across",),
            f"the periods of '{kpi.across[0]}' are a {first.cadence} long, those of '{kpi.across[1]}' a {second.cadence}.",
            "Compare checks of one cadence.",
        )
    elif (first.timezone or zone) != (second.timezone or zone):
        yield (
            ("across",),
            f"the days of '{kpi.across[0]}' are those of {first.timezone or zone}, of '{kpi.across[1]}' those of {second.timezone or zone}.",
            "Compare checks of one time zone.",
        )


def _may_hold(check: Check, kpi: str) -> bool:
    """Whether a check has a KPI; a long table names its KPIs itself."""
    held = {column.kpi if isinstance(column, Column) else column for column in check.columns.values()}
    return kpi in held or check.kpi_column is not None
