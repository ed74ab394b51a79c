"""What would decide between two causes: of what nobody has looked at, what tells most; and once it is seen, it does decide."""

from itertools import pairwise

import pytest

from config.causes import shipped
from detectors.causes.deciding import deciding
from detectors.causes.evidence import Evidence
from detectors.causes.graded import Grade
from detectors.causes.match import match
from detectors.causes.rank import rank
from detectors.causes.record import UNKNOWN
from detectors.segments.movement import Movement
from tests.builders.movements import everywhere, evidence, moved

RECORDS = {r.id: r for r in shipped().records()}
PAID_FOR = [
    row
    for role, change in {"orders": -0.7, "sessions": 0.01, "add_to_carts": 0.0, "checkouts": 0.0}.items()
    for row in everywhere(role, change)
]


def first_two(found: Evidence) -> list[tuple[str, float]]:
    ranked = [r for r in rank(list(RECORDS.values()), found) if r.id != UNKNOWN]
    return [(r.id, r.probability) for r in ranked[:2]]


def shop(change: float) -> Movement:
    return moved("backoffice_orders", change, check="shop", expected=5000.0)


@pytest.mark.parametrize(("change", "first"), [(0.0, "tracking_conversion_only"), (-0.7, "checkout_failure")])
def test_between_a_broken_tag_and_a_broken_checkout_the_back_office_decides(change: float, first: str) -> None:
    found = evidence(PAID_FOR)
    (one, p), (other, q) = first_two(found)

    told = deciding(RECORDS[one], RECORDS[other], (p, q), found)

    assert {one, other} == {"tracking_conversion_only", "checkout_failure"}
    assert told is not None
    assert told.token.kpi in ("backoffice_orders", "tracked_share")
    assert first_two(evidence([*PAID_FOR, shop(change)]))[0][0] == first


def test_what_was_looked_at_is_not_named_again() -> None:
    found = evidence([*PAID_FOR, shop(0.0)])
    ranked = [r for r in rank(list(RECORDS.values()), found) if r.id != UNKNOWN][:8]

    for one, other in pairwise(ranked):
        told = deciding(RECORDS[one.id], RECORDS[other.id], (one.probability, other.probability), found)
        assert told is None or match(told.token, found).grade is Grade.UNOBSERVED


def test_nothing_is_named_that_could_not_put_the_other_first() -> None:
    found = evidence(PAID_FOR)

    sure = deciding(RECORDS["tracking_conversion_only"], RECORDS["checkout_failure"], (0.99999, 0.00001), found)

    assert sure is None
