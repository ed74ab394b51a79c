"""Advertising at risk is what leads into something broken."""

from types import SimpleNamespace
from typing import cast

import pytest

from daemon.costing import leads_into_a_fault
from daemon.watch import Watch
from tests.builders.troubles import off, opened, settings


@pytest.mark.parametrize(
    ("kpi", "at_risk"), [("clicks", False), ("spend", False), ("orders", True), ("sessions", True)]
)
def test_where_fewer_ads_are_shown_no_money_leads_into_a_fault(kpi: str, at_risk: bool) -> None:
    watch = cast(Watch, SimpleNamespace(settings=settings()))

    assert leads_into_a_fault(watch, opened(off("email", kpi, -0.5))) is at_risk
