"""What is known beforehand, from every place that people keep it, and what it says about series."""

from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.context import Action
from daemon.advice import calendar_advice
from daemon.calendar import KnownEvent, known_events
from daemon.calendar_masks import masks
from daemon.errors import CalendarError
from daemon.sources import timeline
from detectors.cadence import Cadence
from detectors.panel import KpiType, Panel, SeriesKey
from tests.daemon.sources.build import settings_of

KEYS = (SeriesKey("shop", None, "orders"), SeriesKey("shop", "search", "orders"), SeriesKey("shop", "email", "orders"))


def events_of(folder: Path, **calendar: Any) -> tuple[KnownEvent, ...]:
    return known_events(settings_of(folder, calendar=calendar), folder)


def panel(first: str, periods: int, cadence: str = "day") -> Panel:
    of = Cadence.parse(cadence)
    number = int(timeline.number(np.array([first], "datetime64[s]"), of)[0])
    shape = (len(KEYS), periods)
    return Panel(
        axis=timeline.axis(number, periods, of, ZoneInfo("Europe/London")),
        keys=KEYS,
        types=(KpiType.COUNT,) * 3,
        values=np.ones(shape),
        exposure=np.full(shape, np.nan),
        factor=np.ones(3),
    )


def event(
    start: str,
    end: str,
    kind: str = "event",
    channel: str | None = None,
    action: Action = Action.EXPLAIN,
    *,
    lasting: bool = False,
) -> KnownEvent:
    return KnownEvent(
        title="t",
        start=date.fromisoformat(start),
        end=date.fromisoformat(end),
        kind=kind,
        channel=channel,
        action=action,
        lasting=lasting,
    )


def test_public_holidays_come_by_country_and_part_of_it(tmp_path: Path) -> None:
    bavaria = {e.start: e for e in events_of(tmp_path, country="de", subdivision="BY")}
    germany = {e.start for e in events_of(tmp_path, country="DE")}

    assert bavaria[date(2024, 12, 25)].kind == "holiday"
    assert date(2024, 1, 6) in bavaria
    assert date(2024, 1, 6) not in germany


def test_own_events_end_on_the_day_after_their_last(tmp_path: Path) -> None:
    events = events_of(
        tmp_path,
        events=[
            {"title": "Sale", "start": "2024-03-01", "end": "2024-03-03", "kind": "promo"},
            {"title": "New budget", "start": "2024-02-01", "kind": "budget_change", "channel": "search"},
        ],
    )

    assert [(e.title, e.start, e.end, e.lasting) for e in events] == [
        ("New budget", date(2024, 2, 1), date(2024, 2, 2), True),
        ("Sale", date(2024, 3, 1), date(2024, 3, 4), False),
    ]


def test_a_table_of_events_is_read_by_its_own_column_names(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(
        "date_start,date_end,kind,title,channel\n2024-01-08,2024-01-28,offline_flight,Brand TV,tv\n2024-02-01,,deploy,,\n"
    )

    events = events_of(
        tmp_path,
        files=[{"path": "events.csv", "start": "date_start", "end": "date_end", "kind": "kind", "channel": "channel"}],
    )

    assert [(e.title, e.end, e.kind, e.channel, e.lasting) for e in events] == [
        ("Brand TV", date(2024, 1, 29), "offline_flight", "tv", False),
        ("deploy", date(2024, 2, 2), "deploy", None, True),
    ]


SENDS = {"path": "sends.csv", "kind": "kind", "channel": "channel"}


def test_a_table_of_sends_says_for_each_what_it_should_bring(tmp_path: Path) -> None:
    (tmp_path / "sends.csv").write_text(
        "title,start,kind,channel,action,lift\n"
        "Spring,2024-03-04,send,email,expect_lift,40%\n"
        "Terms,2024-03-05,send,email,Exempt,\n"
        "Summer,2024-03-06,send,email,,25\n"
        "Plain,2024-03-07,send,email,,\n"
    )

    events = events_of(tmp_path, files=[SENDS | {"action": "expect_lift"}])

    assert [(e.title, e.action, e.lift) for e in events] == [
        ("Spring", Action.EXPECT_LIFT, 0.4),
        ("Terms", Action.EXEMPT, None),
        ("Summer", Action.EXPECT_LIFT, 0.25),
        ("Plain", Action.EXPECT_LIFT, None),
    ]


def test_a_row_with_a_lift_asks_for_it_where_no_action_is_written(tmp_path: Path) -> None:
    (tmp_path / "sends.csv").write_text(
        "title,start,kind,channel,lift\nA,2024-03-04,send,email,40%\nB,2024-03-05,send,email,\n"
    )

    events = events_of(tmp_path, files=[SENDS])

    assert [(e.action, e.lift) for e in events] == [(Action.EXPECT_LIFT, 0.4), (Action.EXPLAIN, None)]


def test_the_column_with_the_lift_may_have_another_name(tmp_path: Path) -> None:
    (tmp_path / "sends.csv").write_text(
        "title,start,kind,channel,action,uplift\nA,2024-03-04,send,email,expect_lift,40%\n"
    )

    (one,) = events_of(tmp_path, files=[SENDS | {"lift": "uplift"}])

    assert one.lift == 0.4


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "expect_lfit,30%",
            "action: 'expect_lfit' is no action. Did you mean 'expect_lift'? Write one of: explain, exempt, expect_lift; or empty the cell.",
        ),
        ("expect_lift,much", "lift: 'much' is no percentage. Write a percentage from 0% to 1000%, e.g. 20%."),
        (
            "expect_lift,0.3",
            "lift: '0.3' is no clear percentage. Write 20% for a fifth, or 0.2% for two in a thousand.",
        ),
        (
            "expect_lift,0%",
            "lift: '0%' is no lift that could be missing. Write the least that the event should bring, e.g. lift: 30%",
        ),
        (
            "explain,30%",
            "a lift of 30%, but the action is explain. Write expect_lift in a column called action, or action: expect_lift",
        ),
    ],
)
def test_an_action_or_a_lift_in_a_table_that_is_none_is_told_with_its_line(
    tmp_path: Path, row: str, message: str
) -> None:
    (tmp_path / "sends.csv").write_text(
        f"title,start,kind,channel,action,lift\nA,2024-03-04,send,email,,\nB,2024-03-05,send,email,{row}\n"
    )

    with pytest.raises(CalendarError) as refused:
        events_of(tmp_path, files=[SENDS])

    assert str(refused.value).startswith(f"calendar.files: sends.csv line 3: {message}")


def test_a_channel_of_a_table_that_is_not_configured_is_warned_of_once_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "sends.csv").write_text(
        "title,start,kind,channel\nA,2024-03-04,send,emial\nB,2024-03-05,send,email\nC,2024-03-06,send,emial\nD,2024-03-07,send,\n"
    )

    (said,) = calendar_advice(settings_of(tmp_path, calendar={"files": [SENDS]}), tmp_path)

    assert said == (
        "calendar.files: sends.csv line 2 and 1 more: 'emial' is no channel. Did you mean 'email'? No channel's numbers are explained "
        "by such an event, and its lift is not asked for. Write one of: search, email, stores; or leave the cell empty for all channels."
    )


ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//team//calendar//EN
BEGIN:VEVENT
UID:1
SUMMARY:Payday
DTSTART;VALUE=DATE:20240131
RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Black Friday
CATEGORIES:Promo
DTSTART;VALUE=DATE:20241129
DTEND;VALUE=DATE:20241203
END:VEVENT
BEGIN:VEVENT
UID:3
SUMMARY:Newsletter
DTSTART:20240102T090000Z
DTEND:20240102T100000Z
RRULE:FREQ=WEEKLY;UNTIL=20240131T000000Z
EXDATE:20240116T090000Z
END:VEVENT
END:VCALENDAR
"""


def test_an_ics_calendar_gives_its_events_and_their_repetitions(tmp_path: Path) -> None:
    (tmp_path / "team.ics").write_text(ICS.replace("\n", "\r\n"))

    events = events_of(tmp_path, files=[{"path": "team.ics"}])

    assert [str(e.start) for e in events if e.title == "Payday"] == ["2024-01-31", "2024-02-29", "2024-03-31"]
    assert [(str(e.start), str(e.end), e.kind) for e in events if e.title == "Black Friday"] == [
        ("2024-11-29", "2024-12-03", "promo")
    ]
    assert [str(e.start) for e in events if e.title == "Newsletter"] == [
        "2024-01-02",
        "2024-01-09",
        "2024-01-23",
        "2024-01-30",
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a.csv",
            "title,begin\nSale,2024-01-01\n",
            "calendar.files: a.csv has no column 'start'. It has: title, begin. Set start: to the right one.",
        ),
        (
            "a.csv",
            "title,start\nSale,1.2.24\n",
            "calendar.files: a.csv line 2: start is '1.2.24', no date. Write it like 2024-11-29.",
        ),
        ("a.ics", "BEGIN:NONSENSE", "calendar.files: a.ics is no .ics calendar"),
        ("a.ics", "hello", "calendar.files: a.ics is no .ics calendar"),
    ],
)
def test_a_calendar_that_cannot_be_read_says_where_and_what_to_do(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    (tmp_path / name).write_text(content)

    with pytest.raises(CalendarError) as refused:
        events_of(tmp_path, files=[{"path": name}])

    assert str(refused.value).startswith(message)


def test_an_unknown_country_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(CalendarError, match=r"calendar\.country: 'GBR1' is not known"):
        events_of(tmp_path, country="GBR1")


def test_an_event_explains_its_channel_and_the_business_and_a_promotion_the_day_after() -> None:
    result = masks([event("2024-03-03", "2024-03-05", "promo", "search")], panel("2024-03-01", 7))

    assert result.explained.astype(int).tolist() == [[0, 0, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 0, 0], [0] * 7]
    assert not result.exempt.any()
    assert not result.breaks.any()


def test_an_exempting_event_is_not_judged_on_its_days_only() -> None:
    result = masks([event("2024-03-03", "2024-03-04", "holiday", action=Action.EXEMPT)], panel("2024-03-01", 4))

    assert result.exempt.astype(int).tolist() == [[0, 0, 1, 0]] * 3


def test_a_lasting_event_breaks_the_level_of_its_channel_where_it_begins() -> None:
    result = masks(
        [
            event("2024-03-03", "2024-03-05", "budget_change", "email", lasting=True),
            event("2024-02-01", "2024-03-02", "deploy", lasting=True),
        ],
        panel("2024-03-01", 4),
    )

    assert result.breaks.astype(int).tolist() == [[0] * 4, [0] * 4, [0, 0, 1, 0]]


def test_a_week_is_touched_by_any_of_its_days() -> None:
    result = masks([event("2024-03-10", "2024-03-12")], panel("2024-03-04", 3, "week"))

    assert result.explained[0].astype(int).tolist() == [1, 1, 0]


def test_an_event_covers_all_hours_of_its_day() -> None:
    result = masks([event("2024-03-02", "2024-03-03")], panel("2024-03-01", 72, "hour"))

    assert np.flatnonzero(result.explained[0]).tolist() == list(range(24, 48))


def test_events_outside_the_panel_say_nothing() -> None:
    result = masks(
        [event("2023-01-01", "2023-01-02"), event("2030-01-01", "2030-01-02", lasting=True)], panel("2024-03-01", 4)
    )

    assert not (result.explained | result.exempt | result.breaks).any()
