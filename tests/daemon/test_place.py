from itertools import product

import numpy as np

from daemon.model import Where
from daemon.place import where
from daemon.sources.snapshot import LeafTable
from detectors.finding import Finding, Shape
from tests.builders.troubles import Series, off, opened, settings, view

CHANNELS, DEVICES, REGIONS = ("email", "paid_search"), ("desktop", "mobile", "tablet"), ("north", "south", "west")
PERIODS = 35
SINCE = 33


def placed(
    *findings: Finding,
    lost: dict[str, float],
    since: int = SINCE,
    until: int = PERIODS,
    unknown: int | None = None,
    channels: tuple[str, ...] = CHANNELS,
) -> tuple[Where, ...]:
    """Where an incident sits when the named cells keep this part of what they had."""
    cells = list(product(channels, DEVICES, REGIONS))
    top = np.array([[100.0 + 3 * ((i * 7 + t) % 5) for t in range(PERIODS)] for i in range(len(cells))])
    for i, cell in enumerate(cells):
        kept = min((part for name, part in lost.items() if name in cell or name == "all"), default=1.0)
        top[i, since:until] *= kept
    if unknown is not None:
        top[:, unknown] = np.nan
    table = LeafTable(
        channels=np.array([c for c, _, _ in cells]),
        dimensions=("device", "region"),
        top=top,
        bottom=None,
        values=(np.array([d for _, d, _ in cells]), np.array([r for _, _, r in cells])),
    )
    of = findings[0]
    totals: dict[Series, list[float]] = {(of.key.channel, "orders"): list(top.sum(axis=0))}
    shown = view(totals, expected=106.0 * len(cells), noise=10.0, cells=table)
    return where(opened(*findings), {"web": shown}, settings())


def segments(found: tuple[Where, ...]) -> list[dict[str, tuple[str, ...]]]:
    return [dict(w.segment) for w in found]


def test_the_device_that_carries_it_is_named() -> None:
    found = placed(off(None, "orders", -0.15, start=SINCE), lost={"mobile": 0.5})

    assert segments(found) == [{"device": ("mobile",)}]
    assert 0.7 <= found[0].share <= 1.0


def test_within_a_channel_its_device_is_named_with_the_channel() -> None:
    found = placed(off("email", "orders", -0.15, start=SINCE), lost={"mobile": 0.5}, channels=("email",))

    assert segments(found) == [{"channel": ("email",), "device": ("mobile",)}]


def test_one_channel_of_the_business_is_named() -> None:
    assert segments(placed(off(None, "orders", -0.25, start=SINCE), lost={"email": 0.5})) == [{"channel": ("email",)}]


def test_what_moved_alike_everywhere_is_nowhere_in_particular() -> None:
    assert placed(off(None, "orders", -0.4, start=SINCE), lost={"all": 0.6}) == ()


def test_what_moved_alike_within_a_channel_sits_in_the_channel() -> None:
    assert segments(placed(off("email", "orders", -0.4, start=SINCE), lost={"all": 0.6}, channels=("email",))) == [
        {"channel": ("email",)}
    ]


def test_all_devices_but_one_that_stood_still_is_a_place_and_all_devices_are_none() -> None:
    found = placed(off(None, "orders", -0.3, start=SINCE), lost={"mobile": 0.5, "desktop": 0.5})

    assert {value for w in segments(found) for value in w["device"]} == {"mobile", "desktop"}
    assert placed(off(None, "orders", -0.4, start=SINCE), lost={"mobile": 0.5, "desktop": 0.5, "tablet": 0.7}) == ()


def test_days_after_the_end_do_not_hide_the_place() -> None:
    found = placed(off(None, "orders", -0.15, start=20, end=22), lost={"mobile": 0.5}, since=20, until=22)

    assert segments(found) == [{"device": ("mobile",)}]


def test_a_day_that_is_not_known_yet_is_not_lost() -> None:
    found = placed(off(None, "orders", -0.15, start=SINCE), lost={"mobile": 0.5}, unknown=PERIODS - 1)

    assert segments(found) == [{"device": ("mobile",)}]


def test_a_data_fault_sits_in_the_channels_whose_data_are_at_fault() -> None:
    faults = [off(c, "orders", -1.0, shape=Shape.MISSING, start=SINCE) for c in CHANNELS]

    assert segments(placed(*faults, lost={})) == [{"channel": ("email",)}, {"channel": ("paid_search",)}]


def test_without_a_view_the_findings_say_where() -> None:
    incident = opened(off("email", "orders", -0.4, device="mobile"))

    assert segments(where(incident, {}, settings())) == [{"channel": ("email",), "device": ("mobile",)}]
