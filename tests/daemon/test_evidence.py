"""What is known of the days around an incident."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from config.context import Action
from daemon.calendar import KnownEvent
from daemon.evidence import moved, of_incident
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


def test_a_campaign_that_had_ended_a_week_before_tells_nothing_of_a_trouble() -> None:
    usual, ended = [60.0] * 20, [60.0] * 5 + [0.0] * 15
    whole = view({("email", "orders"): usual, ("email", "part"): ended}, expected=60.0)
    total, part = whole.panel.keys
    keys = (total, replace(part, kpi="orders", segment=(("campaign", "old"),)))
    views = {"web": replace(whole, panel=replace(whole.panel, keys=keys))}

    segments = {
        start: [m for m in moved(opened(off("email", "orders", -0.5, start=start)), views) if m.key.segment]
        for start in (6, 14)
    }

    assert len(segments[6]) == 1
    assert segments[14] == []
