"""What one part of a whole lost another gained: amounts, names, and when nothing is said."""

import pytest

from detectors.segments.movement import Movement
from detectors.segments.substitution import Substitution, substitution
from tests.builders.movements import moved


def part(channel: str, expected: float, observed: float, noise: float = 0.03) -> Movement:
    return moved("orders", observed / expected - 1, channel=channel, expected=expected, noise=noise)


def found(*parts: Movement, noise: float = 0.02) -> Substitution | None:
    expected, observed = sum(p.expected for p in parts), sum(p.observed for p in parts)
    return substitution(parts, moved("orders", observed / expected - 1, expected=expected, noise=noise))


STILL = part("email", 400, 402)


def test_what_one_channel_lost_and_another_gained_are_amounts_a_period() -> None:
    of = found(part("paid_search", 400, 318), part("direct", 300, 378), STILL)

    assert of is not None
    assert ([k.channel for k in of.losers], [k.channel for k in of.gainers]) == (["paid_search"], ["direct"])
    assert of.whole
    assert of.lost == pytest.approx(-41)
    assert of.gained == pytest.approx(39)


def test_a_loss_that_nobody_gained_is_no_substitution() -> None:
    assert found(part("paid_search", 400, 318), part("direct", 300, 302), STILL) is None


def test_a_gain_that_makes_up_for_half_of_it_leaves_a_loss() -> None:
    assert found(part("paid_search", 400, 300), part("direct", 300, 350), STILL) is None


def test_where_the_total_is_too_uneven_to_tell_the_parts_themselves_may_show_it() -> None:
    of = found(part("paid_search", 400, 200), part("direct", 300, 490), part("app", 9000, 9000), noise=0.05)

    assert of is not None
    assert not of.whole


def test_where_neither_the_total_nor_the_parts_are_sure_nothing_is_said() -> None:
    parts = part("paid_search", 400, 318, 0.09), part("direct", 300, 378, 0.1), STILL
    assert found(*parts, noise=0.08) is None


def test_a_part_that_moved_next_to_nothing_is_not_named() -> None:
    of = found(part("paid_search", 400, 318), part("display", 10, 6), part("direct", 300, 382), STILL)

    assert of is not None
    assert [k.channel for k in of.losers] == ["paid_search"]


def test_rates_do_not_move_from_one_to_another() -> None:
    assert substitution([moved("cvr", -0.3, channel="a"), moved("cvr", 0.3, channel="b")], moved("cvr", 0.0)) is None
