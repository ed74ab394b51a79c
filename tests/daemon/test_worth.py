from dataclasses import replace

import numpy as np
import pytest

from config.settings import Settings
from daemon.worth import events_behind, without_idle_scatter, worth_telling
from detectors.finding import Finding, Shape
from detectors.panel import SeriesKey
from tests.builders.troubles import off, opened, settings
from tests.detectors.series.panels import gates
from tests.detectors.series.panels import panel as series


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


def test_a_newsletter_on_another_weekday_is_no_news_but_three_times_its_size_is() -> None:
    weekly = np.where(np.arange(70) % 7 == 1, 900.0, 4.0)[None, :]
    panel = replace(series(weekly), keys=(SeriesKey("web", "email", "orders", ()),))
    day = panel.axis.start(69)
    friday = replace(off("email", "orders", 200.0, shape=Shape.SPIKE), start=day, expected=4.0)
    nothing = np.full((1, 70), np.nan)

    def told(observed: float, of: Finding = friday) -> int:
        kept, _ = worth_telling([replace(of, observed=observed)], panel, nothing, gates(panel), settings())
        return len(kept)

    assert told(900.0) == 0
    assert told(2700.0) == 1
    assert told(900.0, replace(friday, shape=Shape.STEP_UP)) == 1


def test_scatter_that_a_trouble_of_the_kpi_explains_is_no_news() -> None:
    scatter = off("email", "orders", 2.0, start=20, shape=Shape.VARIANCE)
    fall = off("paid_search", "orders", -0.9, start=22, end=25)

    assert without_idle_scatter([scatter], []) == [scatter]
    assert without_idle_scatter([scatter], [opened(fall)]) == []
    assert without_idle_scatter([scatter, fall], []) == [fall]
    assert without_idle_scatter([scatter], [opened(off("email", "aov", -0.9, start=22))]) == [scatter]
