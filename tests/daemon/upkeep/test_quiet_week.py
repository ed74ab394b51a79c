"""The note of a quiet week: said only when it is true, and readable everywhere."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from config.outputs import Severity
from config.routes import Route
from config.upkeep import QuietNote
from daemon.alerts import plain, slack, terminal
from daemon.alerts.alert import Alert
from daemon.console.page import page
from daemon.upkeep.quiet_week import Week, note, recipients

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
WEEK = Week(
    began=NOW - timedelta(days=30),
    cycles=7,
    alerts=0,
    series={"marketing": 400, "shop": 12},
    fresh={"marketing": datetime(2026, 11, 16, tzinfo=UTC), "shop": datetime(2026, 11, 16, tzinfo=UTC)},
    late=(),
    open_incidents=0,
)
LATE = replace(WEEK, late=["shop"], fresh={**WEEK.fresh, "shop": datetime(2026, 11, 13, tzinfo=UTC)}, open_incidents=2)


def said(week: Week) -> Alert:
    alert = note(week, NOW, LONDON)
    assert alert is not None
    return alert


def test_it_says_what_was_judged_and_how_far_the_data_reaches() -> None:
    assert plain.text(said(WEEK)) == (
        "ℹ️ All quiet: 412 series judged in the last 7 days, 0 alerts\nData reaches to Sun 15 Nov.\n\nInfo\n"
    )


def test_it_names_what_is_late_and_what_is_still_open() -> None:
    assert plain.text(said(LATE)) == (
        "ℹ️ Quiet: 412 series judged in the last 7 days, 0 alerts, but 1 of 2 checks is late\n"
        "Data reaches to Sun 15 Nov.\n"
        "• shop: data to Thu 12 Nov only\n"
        "\n"
        "Info · 2 incidents still open\n"
    )


def test_it_does_not_call_it_quiet_when_nothing_was_looked_at() -> None:
    alert = said(replace(WEEK, series={}, late=["marketing", "shop"], fresh={"marketing": None, "shop": None}))

    assert alert.severity is Severity.WARNING
    assert alert.headline == "No alerts, but nothing could be judged in the last 7 days"
    assert alert.items == ("marketing: never judged so far", "shop: never judged so far")
    assert alert.verify


@pytest.mark.parametrize(
    "week",
    [
        replace(WEEK, alerts=1),
        replace(WEEK, began=None),
        replace(WEEK, cycles=0, series={}),
        replace(WEEK, began=NOW - timedelta(days=6, hours=23)),
    ],
    ids=["something was said", "nothing was ever judged", "nothing was due", "the first week is not over"],
)
def test_it_is_not_sent(week: Week) -> None:
    assert note(week, NOW, LONDON) is None


def test_data_by_the_hour_reaches_to_an_hour() -> None:
    week = replace(WEEK, fresh={"web": datetime(2026, 11, 16, 8, tzinfo=UTC)})

    assert said(week).numbers == "Data reaches to Mon 16 Nov, 08:00."


def test_many_late_checks_are_cut() -> None:
    names = [f"check {n}" for n in range(300)]
    alert = said(replace(WEEK, fresh=dict.fromkeys(names, NOW), late=names))

    assert len(alert.items) == 11
    assert alert.items[-1] == "and 290 more"


@pytest.mark.parametrize("week", [WEEK, LATE, replace(LATE, series={})])
def test_every_layout_shows_it(week: Week) -> None:
    alert = said(week)
    out = StringIO()
    Console(file=out, width=200).print(terminal.layout(alert))
    headers = [block["text"]["text"] for block in slack.layout(alert)["blocks"] if block["type"] == "header"]

    assert Alert.from_dict(alert.to_dict()) == alert
    assert alert.headline in out.getvalue()
    assert headers == [f"{alert.icon} {alert.headline}"]
    assert alert.headline in page([alert], LONDON)


def test_it_goes_where_mere_information_goes_unless_told_otherwise() -> None:
    routes = [
        Route(to=["growth", "inbox"]),
        Route(to=["pager"], min_severity=Severity.CRITICAL),
        Route(to=["inbox"], channels=["email"]),
    ]

    assert recipients(QuietNote(), routes) == ("growth", "inbox")
    assert recipients(QuietNote(to=["pager"]), routes) == ("pager",)
    assert recipients(QuietNote(), [*routes, Route(to=["rest"], fallback=True)]) == ("growth", "inbox")
    assert recipients(QuietNote(), [Route(to=["rest"], fallback=True)]) == ("rest",)
    assert recipients(QuietNote(), []) == ()


def test_it_says_how_the_targets_stand() -> None:
    line = "Revenue: 46,000 EUR so far, 181,000 EUR expected by Tue 31 Mar"

    assert said(replace(WEEK, targets=[line])).items == (line,)
