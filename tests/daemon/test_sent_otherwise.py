"""A newsletter on another weekday moves the rate of its channel, and nobody's own rate."""

from dataclasses import replace

import numpy as np

from daemon.sent_otherwise import sent_otherwise
from detectors.finding import Finding, Shape
from detectors.panel import KpiType, Panel, SeriesKey
from tests.builders.troubles import off, settings
from tests.detectors.series.panels import axis

DAYS, FRIDAY = 71, 70
TOTAL, NEWSLETTER, REMINDERS = (
    SeriesKey("web", "email", "cvr", segment)
    for segment in ((), (("campaign", "newsletter"),), (("campaign", "reminders"),))
)
SOUTH = SeriesKey("web", "email", "cvr", (("region", "south"),))


def told(*, rate: float = 0.2, of: SeriesKey = TOTAL, channel: str = "email") -> bool:
    """Newsletters go out every third day of the week, and on the last day for once, when they are opened at `rate`."""
    sent = np.array([np.where(np.arange(DAYS) % 7 == 2, 900.0, 0.0), np.full(DAYS, 100.0)])
    sent[0, FRIDAY] = 900.0
    rates = np.array([np.where(sent[0] > 0, 0.2, np.nan), np.full(DAYS, 0.5)])
    rates[0, FRIDAY] = rate
    whole = np.nansum(rates * sent, axis=0) / sent.sum(axis=0)
    keys = tuple(replace(key, channel=channel) for key in (TOTAL, NEWSLETTER, REMINDERS, SOUTH))
    panel = Panel(
        axis=axis(DAYS),
        keys=keys,
        types=(KpiType.RATIO,) * 4,
        values=np.array([whole, *rates, whole]),
        exposure=np.array([sent.sum(axis=0), *sent, sent.sum(axis=0) / 2]),
        factor=np.ones(4),
    )
    found: Finding = replace(
        off(channel, "cvr", -0.5, shape=Shape.DIP), key=replace(of, channel=channel), start=panel.axis.start(FRIDAY)
    )
    return not sent_otherwise(found, panel, {key: i for i, key in enumerate(keys)}, settings())


def test_a_channels_rate_on_a_day_of_another_mailing_is_no_news_in_any_region() -> None:
    assert not told()
    assert not told(of=SOUTH)


def test_a_mailing_that_is_opened_less_than_others_of_its_kind_is_news() -> None:
    assert told(rate=0.1)


def test_the_rate_of_a_mailing_itself_and_those_of_channels_that_others_fill_are_news() -> None:
    assert told(of=NEWSLETTER)
    assert told(channel="paid_search")
