import pytest

from config.settings import Settings
from daemon.worth import events_behind
from tests.builders.troubles import settings


def shop(*kpis: str) -> Settings:
    plain = settings().model_dump(mode="json", exclude_unset=True)
    types = {"revenue": {"type": "amount"}, "roas": {"type": "ratio", "numerator": "revenue", "denominator": "spend"}}
    known = {kpi: {"type": "count"} for kpi in kpis} | types | {"spend": {"type": "amount"}}
    return Settings.model_validate({**plain, "kpis": known})


@pytest.mark.parametrize(
    ("counts", "expected"), [(("orders", "subscriptions"), "orders"), (("subscriptions",), "subscriptions"), ((), None)]
)
def test_money_is_made_of_the_sales_that_are_counted(counts: tuple[str, ...], expected: str | None) -> None:
    counted_by = events_behind(shop(*counts))

    assert (counted_by("revenue"), counted_by("roas"), counted_by("spend")) == (expected, expected, None)
