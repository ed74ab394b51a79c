"""Which findings follow from others: they are listed with the incident and not told one by one. Pure."""

from collections.abc import Collection, Sequence

from config.settings import Settings
from config.vocabulary import derived, measured
from daemon.headline import worst_first
from daemon.model import Tree
from detectors.finding import Finding
from detectors.panel import KpiType

# Check, channel, segment and KPI of a finding.
Place = tuple[str, str | None, tuple[tuple[str, str], ...], str]


def without_consequences(
    findings: Sequence[Finding], tree: Tree | None, settings: Settings
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """What is told, worst first, and what follows from it."""
    told = _told(tree)
    above = {} if tree is None else {f.kpi: f.observed >= f.expected for f in tree.of_path if f.kpi not in told}
    deep = [f for f in findings if _role(f, settings) in told]
    off = {(f.key.check, f.key.channel, f.key.segment, f.key.kpi) for f in findings}
    kept: list[Finding] = []
    dropped: list[Finding] = []
    for finding in findings:
        follows = _moves_with_its_part(finding, off, settings) or _follows(finding, above, deep, settings)
        (dropped if follows else kept).append(finding)
    if not kept:
        return worst_first(findings), ()
    return worst_first(kept), tuple(dropped)


def _told(tree: Tree | None) -> frozenset[str]:
    """The deepest factor that moved; where that is a rate, also the last count before it, which people know."""
    if tree is None or len(tree.path) == 1:
        return frozenset()
    counted = [kpi for kpi in tree.path if kpi in measured() and measured()[kpi].type is not KpiType.LEVEL]
    return frozenset({tree.path[-1], *counted[-1:]})


def _role(finding: Finding, settings: Settings) -> str:
    kpi = settings.kpis.get(finding.key.kpi)
    return (kpi.role if kpi else None) or finding.key.kpi


def _follows(finding: Finding, above: dict[str, bool], deep: Sequence[Finding], settings: Settings) -> bool:
    """Whether a KPI on the way down moved as it does there, in a channel where the deeper one was found too: no place is lost.

    What is neither good nor bad in itself, such as spend, is decided by people and follows from nothing.
    """
    role = _role(finding, settings)
    if role not in above or above[role] != (finding.observed >= finding.expected):
        return False
    of = measured().get(role) or derived().get(role)
    if of is not None and of.good == "none":
        return False
    return any(f.key.channel == finding.key.channel and f.key.segment in ((), finding.key.segment) for f in deep)


def _moves_with_its_part(finding: Finding, off: Collection[Place], settings: Settings) -> bool:
    """Whether a ratio moved only because what it is counted in did: the part is what is told.

    A ratio stays when it is the deeper answer: its numerator moved with it while its denominator stood still.
    """
    key, kpi = finding.key, settings.kpis.get(finding.key.kpi)
    if kpi is not None and kpi.across is not None:  # of two sources that part, the one that moved tells of it
        parts = set(zip(kpi.across, (kpi.numerator, kpi.denominator), strict=True))
        return any((check, name) in parts for check, _, _, name in off)
    return (
        kpi is not None
        and kpi.denominator is not None
        and (key.check, key.channel, key.segment, kpi.denominator) in off
    )
