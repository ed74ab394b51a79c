"""What carries an incident's change, in one plain sentence, from its KPI tree."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from config.business import ChannelKind, Kpi
from config.identities import Identities
from config.settings import Settings
from config.vocabulary import Role, derived, measured
from daemon.alerts.money import is_recording_fault
from daemon.alerts.numbers import change, quantity, share
from daemon.alerts.reason_words import NAMES
from daemon.alerts.story import Story
from daemon.alerts.titles import in_sentence, kpi_title, listed
from daemon.alerts.untrusted import clean
from daemon.model import Factor, Tree
from detectors.panel import KpiType, SeriesKey

# Parts of the change from which on a factor carries almost all, and most of it.
_ALMOST_ALL, _MOST = 0.9, 0.7
# What goes the other way, or beside others the same way, is told from this part of the change on.
_WORTH_TELLING = 0.2
# Clicks and impressions are those of ads in paid channels alone.
_OF_ANY_CHANNEL = {"clicks": "Clicks", "impressions": "Impressions", "sessions_per_click": "Sessions for each click"}
# More steady measures convince nobody further.
_STEADY_TOGETHER = 3


def with_words(tree: Tree, settings: Settings, identities: Identities) -> Tree:
    """The tree with what people call its lines, in the units in which they speak of them."""
    own = {kpi.role or name: kpi for name, kpi in settings.kpis.items()}
    kinds = {settings.channels[c].kind for c in tree.channels if c in settings.channels}
    names = {**NAMES, **({} if kinds == {ChannelKind.PAID} else _OF_ANY_CHANNEL), **identities.titles}
    return replace(tree, factors=tuple(_spoken(f, own.get(f.kpi), names, settings, identities) for f in tree.factors))


def _spoken(
    factor: Factor, own: Kpi | None, names: Mapping[str, str], settings: Settings, identities: Identities
) -> Factor:
    role = measured().get(factor.kpi) or derived().get(factor.kpi)
    title = clean(own.title) if own and own.title else names.get(factor.kpi)
    scale = role.factor if role else 1.0
    return replace(
        factor,
        title=title or kpi_title(factor.kpi),
        unit=_unit(factor.kpi, role, identities, settings.currency),
        observed=factor.observed * scale,
        expected=factor.expected * scale,
    )


def _unit(kpi: str, role: Role | None, identities: Identities, currency: str) -> str:
    if role is not None and role.numerator is None:
        return currency if role.type is KpiType.AMOUNT else ""
    if kpi not in identities.rates:
        return ""
    above, below = (measured().get(part) for part in identities.rates[kpi])
    if below is None or above is None or below.type is KpiType.AMOUNT:
        return ""
    if above.type is KpiType.AMOUNT:
        return currency
    return "%" if role is None or role.factor == 1 else ""


def told_in(tree: Tree | None) -> frozenset[str]:
    """The measures of which the sentence says that they are as usual."""
    return frozenset() if tree is None else frozenset(f.kpi for f in _steady(tree))


def carried(story: Story, headline: SeriesKey) -> str:
    """Which factor carries the change of the headline's KPI. Of what is only missing in the record, its own factors tell nothing,
    nor do those of a place wider than the headline's: what else goes on there mixes in.
    """
    tree = story.incident.tree
    if tree is None or is_recording_fault(story.incident.impact) or _is_wider(tree, headline):
        return ""
    return sentence(tree, story.kpi(headline.kpi).role or headline.kpi)


def _is_wider(tree: Tree, place: SeriesKey) -> bool:
    return not set(place.segment) <= set(tree.segment) or (place.channel is not None and not tree.channels)


def sentence(tree: Tree, headline: str) -> str:
    """`Almost all of it: from checkout to order 52 % -> 30 %; sessions and average order value as usual.`

    headline: the role of the KPI that the headline names. Empty where there is nothing to add to it.
    """
    path = tree.of_path
    if len(path) == 1:
        return _spread(tree)
    deepest, top = path[-1], path[0]
    usual = _as_usual(tree)[:_STEADY_TOGETHER]
    tail = f"; {listed(usual)} as usual" if usual else ""
    against = [f for f in _beside(tree) if f.share <= -_WORTH_TELLING and not f.steady]
    other = f"; partly offset by {in_sentence(against[0].title)} {_moved(against[0])}" if against else ""
    if deepest.kpi == headline:
        follow = [f"{in_sentence(f.title)} {_moved(f)}" for f in path[-2::-1]]
        return f"It takes {listed(follow)} with it{other}{tail}."
    above = next((f for f in path if f.kpi == headline), None)
    part = deepest.contribution / above.contribution if above is not None and above.contribution else deepest.share
    much = "Almost all" if part >= _ALMOST_ALL else "Most" if part >= _MOST else "More than half"
    of = f"{much} of it" if above is not None else f"{top.title} {_moved(top)}, {in_sentence(much)} of it"
    return f"{of}: {in_sentence(deepest.title)} {moved(deepest)}{_leak(tree)}{other}{tail}."


def _spread(tree: Tree) -> str:
    """`Spread over sessions (-14 %) and conversion rate (-16 %).`"""
    parts = [f for f in tree.factors if f.depth == 1 and not f.steady and f.share >= _WORTH_TELLING]
    if len(parts) < 2:
        return ""
    return f"Spread over {listed([f'{in_sentence(f.title)} ({_moved(f)})' for f in parts])}."


def _leak(tree: Tree) -> str:
    """The step of a journey that leaks most, where the change is spread over several: ` (most at from cart to checkout 40 % -> 33 %)`."""
    steps = [
        f
        for way, f in _ways(tree)
        if way[:-1] == tree.path and f.unit == "%" and not f.steady and f.share >= _WORTH_TELLING
    ]
    if not steps:
        return ""
    worst = max(steps, key=lambda f: f.share)
    return f" (most at {in_sentence(worst.title)} {moved(worst)})"


def says(tree: Tree | None, reason: str) -> bool:
    """Whether the tree's sentence says what a reason says: the same measure with the same numbers."""
    if tree is None or len(tree.path) == 1:
        return False
    deepest = tree.of_path[-1]
    return reason.casefold().startswith(deepest.title.casefold()) and moved(deepest) in reason


def moved(factor: Factor) -> str:
    """`52 % -> 30 %` for a share, `-41 %` for anything else."""
    if factor.unit == "%" and max(factor.observed, factor.expected) <= 1:
        return f"{_percent(factor.expected)} -> {_percent(factor.observed)}"
    return _moved(factor)


def _percent(part: float) -> str:
    return share(part) if part >= 0.1 else quantity(part * 100, "%")


def _moved(factor: Factor) -> str:
    return change((factor.observed - factor.expected) / factor.expected) if factor.expected else "from nothing"


def _beside(tree: Tree) -> Sequence[Factor]:
    """The other factors along the path, counts first, then from the top down."""
    found = [
        f
        for way, f in _ways(tree)
        if way != tree.path[: len(way)] and way[:-1] == tree.path[: f.depth] and f.depth < len(tree.path)
    ]
    return sorted(found, key=lambda f: f.kpi not in measured())


def _ways(tree: Tree) -> Iterator[tuple[tuple[str, ...], Factor]]:
    """Every line with the KPIs that lead down to it, itself the last."""
    way: tuple[str, ...] = ()
    for f in tree.factors:
        way = (*way[: f.depth], f.kpi)
        yield way, f


def _as_usual(tree: Tree) -> list[str]:
    """What is steady, in words; the other steps of a journey are named together."""
    steps = [f for f in _beside(tree) if _is_step(f, tree)]
    named = [in_sentence(f.title) for f in _steady(tree) if f not in steps]
    return [*named, *(["the other steps"] if steps and all(f.steady for f in steps) else [])]


def _is_step(factor: Factor, tree: Tree) -> bool:
    """Whether a factor is a step of the journey beside the one that carries the change."""
    deepest = tree.of_path[-1]
    return factor.depth == deepest.depth and factor.unit == deepest.unit == "%"


def _steady(tree: Tree) -> list[Factor]:
    found = [f for f in _beside(tree) if f.steady] if len(tree.path) > 1 else []
    return [f for f in found if not _is_step(f, tree)][:_STEADY_TOGETHER] + [f for f in found if _is_step(f, tree)]
