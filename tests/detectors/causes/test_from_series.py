"""From daily numbers to a cause: panel, movements, evidence, ranking together."""

import numpy as np

from config.causes import shipped
from detectors.cadence import Cadence
from detectors.causes.evidence import gather
from detectors.causes.rank import rank
from detectors.panel import Axis, Floats, KpiType, Panel, SeriesKey
from detectors.segments.movement import Movement, movements
from tests.builders.movements import KINDS, finding_of

DAYS, BROKEN = 6, 3
VOLUME = {"paid_search": 5000.0, "paid_social": 3500.0, "email": 2500.0, "organic_search": 6000.0, "direct": 4000.0}


def _moved(check: str, rows: dict[tuple[str | None, str], tuple[Floats, Floats, float]]) -> list[Movement]:
    edges = np.datetime64("2025-10-11", "s") + np.arange(DAYS + 1) * np.timedelta64(1, "D")
    values, expected = (np.array([row[part] for row in rows.values()]) for part in (0, 1))
    panel = Panel(
        axis=Axis(Cadence.parse("day"), edges[:-1], edges),
        keys=tuple(SeriesKey(check, c, k) for c, k in rows),
        types=(KpiType.COUNT,) * len(rows),
        values=values,
        exposure=np.full(values.shape, np.nan),
        factor=np.ones(len(rows)),
    )
    scale = np.array([np.full(DAYS, row[2]) for row in rows.values()])
    return movements(panel, expected, scale, [k for _, k in rows], BROKEN, DAYS)


def _company(recorded: float, sold: float) -> list[Movement]:
    """Analytics records, and the shop sells, these parts of the usual orders on the broken days; all else is as always, with noise."""
    chance = np.random.default_rng(5)
    web: dict[tuple[str | None, str], tuple[Floats, Floats, float]] = {}
    for role, share in {"clicks": 1.1, "sessions": 1.0, "checkouts": 0.08, "orders": 0.04}.items():
        for channel, volume in VOLUME.items():
            if role == "clicks" and not channel.startswith("paid"):
                continue
            usual = np.full(DAYS, volume * share)
            part = np.where(np.arange(DAYS) >= BROKEN, recorded if role == "orders" else 1.0, 1.0)
            web[channel, role] = (
                chance.poisson(usual * part).astype(float),
                usual,
                float(np.hypot(0.04, 1 / np.sqrt(volume * share))),
            )
        mine = [row for (c, k), row in web.items() if k == role and c is not None]
        web[None, role] = (np.sum([m[0] for m in mine], axis=0), np.sum([m[1] for m in mine], axis=0), 0.03)
    usual = web[None, "orders"][1]
    shop = chance.poisson(usual * np.where(np.arange(DAYS) >= BROKEN, sold, 1.0)).astype(float)
    return [*_moved("web", web), *_moved("shop", {(None, "backoffice_orders"): (shop, usual, 0.04)})]


def _first(rows: list[Movement]) -> tuple[str, float]:
    lead = next(m for m in rows if m.role == "orders" and m.key.channel is None)
    best = rank(shipped().records(), gather(rows, findings=[finding_of(lead)], kinds=KINDS))[0]
    return best.id, best.probability


def test_a_lost_tag_and_a_broken_checkout_are_told_apart_from_noisy_days() -> None:
    tag, checkout = _first(_company(recorded=0.35, sold=1.0)), _first(_company(recorded=0.6, sold=0.62))

    assert tag[0] == "tracking_conversion_only"
    assert checkout[0] == "checkout_failure"
    assert min(tag[1], checkout[1]) > 0.6
