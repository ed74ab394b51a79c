"""Each destination gets at most the accepted false alerts, over all checks together."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.settings import Settings
from daemon import spending
from detectors.cadence import Cadence
from detectors.panel import Axis, KpiType, Panel, SeriesKey

WEEK = datetime(2026, 3, 2, tzinfo=UTC)
SETTINGS = Settings.model_validate(
    {
        "channels": {"paid_search": {"kind": "paid"}, "email": {"kind": "owned"}},
        "kpis": {
            "clicks": {"type": "count", "good": "up"},
            "orders": {"type": "count", "good": "up"},
            "revenue": {"type": "amount", "good": "up"},
        },
        "sources": {"exports": {"kind": "files", "path": "tables"}},
        "checks": {
            "ads": {
                "source": "exports",
                "table": "a.csv",
                "period": "day",
                "columns": {"c": "clicks"},
                "scope": "business",
            },
            "shop": {
                "source": "exports",
                "table": "b.csv",
                "period": "day",
                "columns": {"o": "orders"},
                "scope": "business",
            },
        },
        "destinations": {"growth": {"kind": "inbox"}, "post": {"kind": "inbox"}},
        "routes": [
            {"to": ["growth"], "channels": ["paid_search", "business"]},
            {"to": ["post"], "channels": ["email", "business"], "min_severity": "critical"},
        ],
    }
)


def _panel(check: str, mean: dict[tuple[str | None, str, str], float]) -> Panel:
    """Series (channel, kpi, campaign or "") with their mean, 60 days up to the week's begin."""
    start = np.datetime64("2026-01-01", "s") + np.arange(61) * np.timedelta64(86_400, "s")
    values = np.repeat(np.array(list(mean.values()), dtype=np.float64)[:, None], 60, axis=1)
    return Panel(
        axis=Axis(Cadence.parse("day"), start[:-1], start),
        keys=tuple(SeriesKey(check, c, k, (("campaign", s),) if s else ()) for c, k, s in mean),
        types=tuple(KpiType(SETTINGS.kpis[k].type) for _, k, _ in mean),
        values=values,
        exposure=np.full(values.shape, np.nan),
        factor=np.ones(len(mean)),
    )


ADS = _panel("ads", {("paid_search", "clicks", ""): 900.0, (None, "clicks", ""): 1000.0})
SHOP = _panel(
    "shop",
    {
        ("paid_search", "orders", ""): 100.0,
        ("email", "orders", ""): 8.0,
        ("email", "revenue", ""): 800.0,
        (None, "orders", ""): 108.0,
        ("paid_search", "orders", "brand"): 60.0,
        ("paid_search", "orders", "generic"): 38.0,
        ("paid_search", "orders", "rest"): 2.0,
    },
)


def _parts() -> dict[str, np.ndarray]:
    claims = {p.keys[0].check: spending.claim(p, SETTINGS, WEEK) for p in (ADS, SHOP)}
    return {check: spending.parts(claims, check) for check in claims}


def test_each_destination_gets_what_is_accepted_over_all_checks() -> None:
    part = _parts()
    series = [(key, part[p.keys[0].check][i]) for p in (ADS, SHOP) for i, key in enumerate(p.keys)]

    growth = sum(x for key, x in series if key.channel in (None, "paid_search"))
    post = sum(x for key, x in series if key.channel in (None, "email"))

    assert 0.5 < growth <= 1.0 + 1e-9
    assert 0.3 < post <= 1.0 + 1e-9


def test_what_several_destinations_hear_of_keeps_the_promise_to_each() -> None:
    part = _parts()

    assert part["ads"][1] == part["shop"][3]  # of the business: both hear of it
    assert part["ads"][1] <= part["ads"][0]


def test_money_made_of_few_events_needs_as_little_as_the_events() -> None:
    shop = _parts()["shop"]

    assert shop[1] == pytest.approx(shop[2])


def test_a_segment_that_hardly_matters_to_its_channel_leaves_the_budget_to_the_others() -> None:
    shop = _parts()["shop"]

    assert shop[6] < 0.05 * shop[4]
    assert shop[4] == shop[5]


def test_the_weights_stand_for_a_week() -> None:
    zone = ZoneInfo("Europe/Berlin")
    held = spending.claim(SHOP, SETTINGS, spending.week_of(datetime(2026, 3, 4, 8, tzinfo=UTC), zone))

    assert held.holds(SHOP, spending.week_of(datetime(2026, 3, 8, 20, tzinfo=UTC), zone))
    assert not held.holds(SHOP, spending.week_of(datetime(2026, 3, 8, 23, 30, tzinfo=UTC), zone))
    assert not held.holds(ADS, spending.week_of(datetime(2026, 3, 4, 8, tzinfo=UTC), zone))


def test_what_nobody_hears_of_keeps_the_promise_too() -> None:
    mute = SETTINGS.model_copy(update={"routes": []})
    claims = {p.keys[0].check: spending.claim(p, mute, WEEK) for p in (ADS, SHOP)}

    assert 0.5 < sum(spending.parts(claims, check).sum() for check in claims) <= 1.0 + 1e-9
