"""What events say about the totals above the channel that they belong to, and which of them are alike."""

from dataclasses import replace

import numpy as np

from config.context import Action
from daemon.calendar import KnownEvent
from daemon.calendar_masks import masks
from detectors.series.occasions import Occasions
from tests.daemon.test_calendar import event, panel


def occasions(*events: KnownEvent, search: float = 30.0) -> Occasions:
    """Of business, search and email orders: 100, `search` and the rest a day."""
    of = panel("2026-01-01", 60)
    values = np.array([[100.0], [search], [100.0 - search]]) * np.ones((3, 60))
    found = masks(events, replace(of, values=values)).occasions
    assert found is not None
    return found


def test_a_budget_of_a_channel_concerns_the_business_by_the_channels_part() -> None:
    of = occasions(event("2026-02-10", "2026-02-11", "budget_change", "search", lasting=True))

    np.testing.assert_allclose(of.share[:, 0], [0.3, 1.0, 0.0])
    assert of.lasting.all()
    assert of.partly(60, 2)[0, 38:43].tolist() == [0.3] * 5
    assert of.partly(60, 2)[1].max() == 0.0


def test_the_same_event_of_another_year_is_known_by_its_name_without_numbers() -> None:
    one = replace(event("2026-01-05", "2026-01-06", "holiday"), title="Easter Monday 2025")
    other = replace(event("2026-02-05", "2026-02-06", "holiday"), title="Easter Monday 2026 (observed)")
    different = replace(event("2026-02-08", "2026-02-09", "holiday"), title="St Brigid's Day")

    of = occasions(one, other, different)

    assert of.title[0] == of.title[1] != of.title[2]
    assert len(set(of.kind.tolist())) == 1


def test_a_lift_is_only_expected_where_somebody_asked_for_it() -> None:
    asked = event("2026-02-05", "2026-02-06", "send", "email", Action.EXPECT_LIFT)
    of = occasions(asked, replace(asked, lift=0.5), event("2026-02-07", "2026-02-08", "send", "email"))

    np.testing.assert_allclose(of.lift, [np.log(1.15), np.log(1.5), np.nan])


def test_an_event_that_is_not_over_says_so() -> None:
    of = occasions(event("2026-02-20", "2026-03-20", "promo"))

    assert not of.over[0]
    assert of.stop[0] == 60


def test_a_public_holiday_may_close_channels_with_doors_and_telephones_alone() -> None:
    of = panel("2026-01-01", 60)
    days = (event("2026-02-05", "2026-02-06", "holiday"), event("2026-02-10", "2026-02-11", "promo"))

    found, none = masks(days, of, {"email"}).occasions, masks(days, of).occasions

    assert found is not None and found.closes is not None
    assert found.closes.tolist() == [[False, False], [False, False], [True, False]]
    assert none is not None and none.closes is None
