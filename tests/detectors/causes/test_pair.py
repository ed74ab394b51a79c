"""Two causes at once: told where two sets of findings ask for two, and never of one trouble alone."""

import pytest

from config.causes import shipped
from detectors.causes.evidence import Evidence
from detectors.causes.pair import Pair, best_pair
from detectors.causes.rank import rank
from detectors.segments.movement import Movement
from tests.builders.movements import everywhere, evidence, finding_of, moved

RECORDS = shipped().records()
STEADY = {
    "sessions": 0.01,
    "engaged_sessions": 0.0,
    "add_to_carts": 0.0,
    "checkouts": 0.0,
    "spend": 0.0,
    "clicks": 0.01,
}
TILLS = [
    moved(role, change, check="stores", channel="stores", segment={"store": store})
    for role in ("footfall", "store_transactions")
    for store, change in (("leeds", -0.99), ("york", 0.0))
]


def web(back_office: float) -> list[Movement]:
    rows = [row for role, change in {"orders": -0.7, **STEADY}.items() for row in everywhere(role, change)]
    return [*rows, moved("backoffice_orders", back_office, check="shop", expected=5000.0)]


def pair_of(found: Evidence) -> Pair:
    pair = best_pair(RECORDS, rank(RECORDS, found), found)
    assert pair is not None
    return pair


@pytest.mark.parametrize(("back_office", "first"), [(0.0, "tracking_conversion_only"), (-0.7, "checkout_failure")])
def test_a_closed_store_beside_lost_web_orders_is_a_cause_of_its_own(back_office: float, first: str) -> None:
    found = evidence([*web(back_office), *TILLS], more=[finding_of(TILLS[0]), finding_of(TILLS[2])])

    pair = pair_of(found)

    assert {pair.first, pair.second} == {first, "store_closed"}
    assert pair.probability > 0.5


@pytest.mark.parametrize("back_office", [0.0, -0.7])
def test_one_trouble_alone_has_no_second_cause(back_office: float) -> None:
    assert pair_of(evidence(web(back_office))).probability < 0.1
    assert pair_of(evidence(TILLS)).probability < 0.1
