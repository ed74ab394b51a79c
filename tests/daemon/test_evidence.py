"""What is known of the days around an incident."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from config.context import Action
from daemon.calendar import KnownEvent
from daemon.evidence import of_incident
from tests.builders.troubles import off, opened, settings, view

HOLIDAY = KnownEvent(
    title="Christmas Day",
    start=date(2025, 12, 25),
    end=date(2025, 12, 26),
    kind="holiday",
    channel=None,
    action=Action.EXPLAIN,
    lasting=False,
)


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "America/New_York", "Asia/Tokyo"])
def test_a_known_event_has_the_date_of_the_calendar_wherever_the_business_is(name: str) -> None:
    zone = ZoneInfo(name)
    midnight = datetime(2025, 12, 25, tzinfo=zone).astimezone(UTC)
    here = settings().model_copy(update={"timezone": name})
    views = {"web": view({("email", "orders"): [60.0] * 3}, first=date(2025, 12, 24))}
    start = (midnight - datetime(2025, 10, 14, tzinfo=UTC)).total_seconds() / 86400

    found = of_incident(opened(off("email", "orders", -0.4, start=start)), views, here, [HOLIDAY])

    since = [f.since for f in found.flags if f.title == "Christmas Day"]
    assert [s.astimezone(zone).date() for s in since if s is not None] == [date(2025, 12, 25)]
