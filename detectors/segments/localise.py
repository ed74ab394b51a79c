"""Which segments carry a change: the few conjunctions of dimension values that explain actual against expected.

The model: leaves inside a segment moved by one common ratio, all others only vary as leaves do anyway. A segment's gain
is how much likelier it makes its leaves, so a parent that holds healthy leaves gains less than the right child, and a
child of a larger segment less than its parent. Segments are taken greedily, best gain first (matching pursuit), while
the gain pays for the number of alternatives that were tried; then each is dropped or exchanged where that explains the
table better, and the noise is learned again from the leaves that remain. The same is tried with all leaves moved by one
ratio: where that explains more and nothing stood still, everything moved alike.

The "common ratio" is the ripple effect of Sun et al. (HotSpot, IEEE Access 2018) and Li et al. (Squeeze, ISSRE 2019).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detectors.panel import Bools, Floats
from detectors.segments.leaves import FIRST_TRUST, OUTLIER, Cuboid, Leaves, Noise, leaves_of, noise_of, shifted

# Leaves of one segment may move more alike than noise would let them, down to this part of it ...
_LEAST_SCATTER = 0.2
# ... once there are more of them than this assumption is worth.
_SCATTER_WEIGHT = 2.0
# Part of the unexplained leaves that is trusted to have had noise alone, once segments are known.
_TRUST = 0.6
# Candidates whose exact gain is computed.
_SHORT_LIST = 12
# How far below its price the estimated gain of a candidate may lie for the exact one to be computed.
_SLACK = 8.0
# Scatter of a segment's leaves in parts of their size that is never held against it.
_OWN_SCATTER = 0.1
# Symmetric deviation below which nobody would act on a segment; forecasts of whole segments err as well.
_LEAST_CHANGE = 0.08
# Differences of gain that are rounding.
_TIE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One conjunction, dimension -> values (several values: any of them), and its part of the whole change."""

    conditions: tuple[tuple[str, tuple[str, ...]], ...]
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Localise:
    """What is tuned: how deep conjunctions go, how many are named, and how much gain each must bring.

    most_dimensions: conditions of one segment at most. most_segments: segments at most. price: multiplies the log of
    the alternatives tried; higher names fewer. entry: gain that a segment must bring besides.
    """

    most_dimensions: int = 4
    most_segments: int = 12
    price: float = 1.0
    entry: float = 5.5

    def segments(
        self,
        dimensions: Mapping[str, NDArray[np.str_]],
        actual: Floats,
        expected: Floats,
        spread: Floats | None = None,
    ) -> tuple[Segment, ...]:
        """Name the segments, best first. dimensions: name -> [leaves] values; actual, expected: [leaves], sums >= 0.

        spread: [leaves] standard deviation of (actual - expected) / their mean by noise alone; without it, it is learned here.

        An empty answer means that everything moved alike, or that nothing stands out of the leaves' own noise.
        """
        leaves = leaves_of(dimensions, actual, expected, self.most_dimensions, spread)
        if leaves is None:
            return ()
        chosen, loss = self._explain(leaves)
        together = shifted(leaves)
        if together is not None:
            beyond, loss_together = self._explain(together)
            if loss_together + self.entry < loss and not any(_stood_still(leaves, together, f) for f in beyond):
                further = np.sign(together.expected.sum() - leaves.expected.sum())
                return _named(leaves, [f for f in beyond if f.change * further > 0])
        return _named(leaves, chosen)

    def _explain(self, leaves: Leaves) -> "tuple[list[_Found], float]":
        """Choose segments and learn the noise in turn, until they agree; and say how unlikely the table then is."""
        everywhere = np.ones(len(leaves.actual), dtype=bool)
        calm, light, trusted = everywhere, everywhere, FIRST_TRUST
        chosen: list[_Found] = []
        for _ in range(5):
            before = {f.name for f in chosen}
            view = _View(leaves, noise_of(leaves, calm, light, trusted))
            chosen = self._pursue(view)
            if trusted > FIRST_TRUST and {f.name for f in chosen} == before:
                break
            calm = ~np.any([f.leaves for f in chosen], axis=0) if chosen else everywhere
            light = ~np.any([f.leaves for f in chosen if f.leaves.sum() > 2] or [~everywhere], axis=0)
            trusted = _TRUST
            if calm.sum() < max(2, 0.1 * len(calm)):
                break
        loss = view.state(chosen).loss + np.log(view.noise.scale) + np.log(leaves.middle)
        return chosen, float(loss.sum()) + sum(self._price(f.cuboid) + f.still for f in chosen)

    def _pursue(self, view: "_View") -> "list[_Found]":
        """Add the best segment while it pays; then drop or exchange those that the others make superfluous."""
        chosen: list[_Found] = []
        while len(chosen) < self.most_segments and (found := self._best(view, chosen)) is not None:
            chosen.append(found)
        for _ in range(3):
            before = list(chosen)
            for old in sorted(before, key=lambda f: f.gain):
                others = [f for f in chosen if f is not old]
                found = self._best(view, others)
                kept = view.gain(old, view.state(others)) - self._price(old.cuboid)
                if kept <= 0 and found is None:
                    chosen = others
                elif found is not None and found.name != old.name and found.gain > kept + _TIE:
                    chosen = [*others, found]
            if len(chosen) == len(before) and all(a is b for a, b in zip(chosen, before, strict=True)):
                break
        return chosen

    def _price(self, cuboid: Cuboid) -> float:
        return self.price * cuboid.price + self.entry

    def _best(self, view: "_View", chosen: Sequence["_Found"]) -> "_Found | None":
        """The segment that pays best on top of the chosen ones; its gain less its price. None: none pays."""
        state, known, top = view.state(chosen), {f.name for f in chosen}, None
        worth = 0.0
        for cuboid, number in view.short_list(state, self._price):
            found = view.fit(cuboid, number, state)
            gain = view.gain(found, state) - self._price(cuboid)
            if gain > worth + _TIE and abs(found.change) >= _LEAST_CHANGE and found.name not in known:
                top, worth = replace(found, gain=gain), gain
        return top


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A segment. loss: [leaves] how unlikely each leaf is as part of the segment; still: see _stillness."""

    cuboid: Cuboid
    codes: tuple[int, ...]
    leaves: Bools
    change: float
    loss: Floats
    still: float
    gain: float = 0.0

    @property
    def name(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """What it is, whatever it gains."""
        return self.cuboid.dimensions, self.codes


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """How unlikely each leaf is with the chosen segments, and the leaves that are in none of them."""

    loss: Floats
    free: Bools


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """The leaves seen with one estimate of their noise."""

    leaves: Leaves
    noise: Noise

    def state(self, chosen: Sequence["_Found"]) -> _State:
        """Every leaf belongs to that chosen segment which suits it best."""
        loss, free = self.noise.loss.copy(), np.ones(len(self.noise.loss), dtype=bool)
        for found in chosen:
            mine = found.leaves
            loss[mine] = np.where(free[mine], found.loss[mine], np.minimum(loss[mine], found.loss[mine]))
            free &= ~mine
        return _State(loss, free)

    def gain(self, found: _Found, state: _State) -> float:
        """What a segment adds to the likelihood of the table; a leaf of another segment need not follow it."""
        more = state.loss - found.loss
        return float(np.where(state.free, more, np.maximum(more, 0.0))[found.leaves].sum()) - found.still

    def short_list(self, state: _State, price: "Callable[[Cuboid], float]") -> list[tuple[Cuboid, int]]:
        """The most promising segments, judged by sums over the leaves that no chosen segment holds."""
        free = state.free
        if not free.any():
            return []
        x, s, loss = self.noise.deviation[free], self.noise.scale[free], self.noise.loss[free]
        w = 1 / s**2
        found: list[tuple[float, int, int]] = []
        for c, cuboid in enumerate(self.leaves.cuboids):
            group = cuboid.group[free]
            n, s_sum, sw, swx, swxx, noise = (
                np.asarray(np.bincount(group, weights=part, minlength=cuboid.count), dtype=np.float64)
                for part in (np.ones_like(x), s, w, w * x, w * x * x, loss)
            )
            rest = np.maximum(swxx - np.divide(swx**2, sw, out=np.zeros_like(sw), where=sw > 0), 0.0)
            most = _most_scatter(s_sum / np.maximum(n, 1))
            gain = noise - _stillness(n, 2 * noise) - _scattered(n, rest, most)[0] - price(cuboid)
            gain[np.abs(swx) < _LEAST_CHANGE * sw] = -np.inf
            gain[n == 0] = -np.inf
            best = np.argsort(-gain, kind="stable")[:_SHORT_LIST]
            found += [(float(gain[b]), c, int(b)) for b in best if gain[b] > -_SLACK]
        found.sort(key=lambda f: (-f[0], f[1], f[2]))
        return [(self.leaves.cuboids[c], b) for _, c, b in found[:_SHORT_LIST]]

    def fit(self, cuboid: Cuboid, number: int, state: _State) -> _Found:
        """A segment's common deviation and scatter, by the leaves that it has for itself; stray leaves do not count."""
        leaves = cuboid.group == number
        own = np.flatnonzero(leaves & state.free)
        x, s = self.noise.deviation[own], self.noise.scale[own]
        most = _most_scatter(np.array([s.mean()]))
        kept = np.ones(len(x), dtype=bool)
        for _ in range(3):
            middle = float((x / s**2)[kept].sum() / (1 / s**2)[kept].sum())
            rest = float((((x - middle) / s)[kept] ** 2).sum())
            scatter = float(_scattered(np.array([float(kept.sum())]), np.array([rest]), most)[1][0])
            off = np.abs((x - middle) / s)
            kept = off <= max(4.0 * scatter, 2.0 * float(np.median(off)))
        z = (self.noise.deviation - middle) / (scatter * self.noise.scale)
        loss = np.log(scatter) - np.logaddexp(-(z**2) / 2, OUTLIER)
        first = int(own[0])
        still = float(_stillness(np.array([float(len(own))]), np.array([2 * self.noise.loss[own].sum()]))[0])
        return _Found(
            cuboid, tuple(int(self.leaves.codes[d][first]) for d in cuboid.dimensions), leaves, middle, loss, still
        )


def _most_scatter(scale: Floats) -> Floats:
    """Leaves of a segment may scatter as others do, or by a part of their size where others hardly do."""
    return np.maximum(1.0, _OWN_SCATTER / np.maximum(scale, 1e-12))


def _scattered(count: Floats, squares: Floats, most: Floats) -> tuple[Floats, Floats]:
    """Loss of leaves with a scatter of their own, and that scatter in units of the noise."""
    square = np.clip((squares + _SCATTER_WEIGHT) / (count + _SCATTER_WEIGHT), _LEAST_SCATTER**2, most**2)
    return count / 2 * np.log(square) + squares / (2 * square), np.sqrt(square)


def _stillness(count: Floats, squares: Floats) -> Floats:
    """How much likelier leaves are that only scatter less than others, around no deviation: no merit of a segment."""
    return np.maximum(squares / 2 - _scattered(count, squares, np.ones(1))[0], 0.0)


def _stood_still(leaves: Leaves, together: Leaves, found: _Found) -> bool:
    """Whether a segment moved less than half as far as all leaves together are said to have moved, or the other way."""
    inside = found.leaves
    common = float(np.log(together.expected.sum() / leaves.expected.sum()))
    own = float(np.log(max(leaves.actual[inside].sum(), _TIE) / max(leaves.expected[inside].sum(), _TIE)))
    return own / common < 0.5


def _named(leaves: Leaves, chosen: Sequence[_Found]) -> tuple[Segment, ...]:
    """The chosen segments with their values' names and their part of the whole change."""
    change = leaves.actual - leaves.expected
    whole = float(change.sum())
    return tuple(
        Segment(
            conditions=tuple(
                (leaves.names[d], (str(leaves.values[d][c]),))
                for d, c in zip(f.cuboid.dimensions, f.codes, strict=True)
            ),
            share=float(change[f.leaves].sum()) / whole if whole else 0.0,
        )
        for f in chosen
    )
