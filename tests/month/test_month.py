"""The whole daemon for a month: PostgreSQL, an HTTP API and files on one side, Slack and e-mail on the other.

The clock is moved by the test, a day or half a day at a time. Three things happen: paid search loses most of its orders
for three days, the API is down for a day, and e-mail's rows fail to arrive for two. At the end of March the clocks change.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text

from tests.mail_server import MailServer
from tests.month import shop
from tests.month.clock import Clock, library
from tests.month.shop import Api, Fall
from tests.postgres import Server
from tests.process.command import assert_harmless, channelwatch
from tests.process.running import Service, running
from tests.receiver import Receiver

ZONE = ZoneInfo("Europe/Berlin")
BEGIN, END = date(2026, 3, 3), date(2026, 4, 3)
FALL = Fall(channel="paid_search", first=date(2026, 3, 10), last=date(2026, 3, 12), left=0.35)
UNSENT = (date(2026, 3, 24), date(2026, 3, 25))
ARRIVE = date(2026, 3, 28)
CONFIG = """
timezone: Europe/Berlin
currency: EUR
channels:
  paid_search: {kind: paid, owner: "@ana"}
  email: {kind: owned}
  stores: {kind: offline}
kpis:
  sessions: {type: count, good: up}
  orders: {type: count, good: up}
  revenue: {type: amount, good: up}
  conversion_rate: {type: ratio, good: up, numerator: orders, denominator: sessions}
  footfall: {type: count, good: up}
  store_revenue: {type: amount, good: up}
sources:
  warehouse: {kind: sql, url: "${WAREHOUSE_URL}"}
  site_api: {kind: http, url: "${API_URL}", allow_private: true, auth: {bearer: "${API_KEY}"}}
  exports: {kind: files, path: tables}
checks:
  marketing:
    source: warehouse
    query: SELECT day, channel, sessions, orders, revenue FROM marketing WHERE day >= :since AND day < :until
    history_periods: 180
    period: day
    channel_column: channel
    columns: {sessions: sessions, orders: orders, revenue: revenue}
  site:
    source: site_api
    cadence: hour
    history_periods: 1440
    period: hour
    scope: business
    request:
      path: /v1/site
      query: {from: "{since:%Y-%m-%dT%H:%M:%S}", to: "{until:%Y-%m-%dT%H:%M:%S}", page: "{page}"}
      rows: $.data[*]
      paging: {by: page, size: 500}
    columns: {sessions: sessions, orders: orders}
  stores:
    source: exports
    table: stores_weekly.csv
    cadence: week
    at: "10:00"
    period: week
    channel: stores
    columns: {footfall: footfall, store_revenue: store_revenue}
tuning:
  defaults: {min_change: 20%}  # what is told of smaller changes is a matter of chance, which other tests measure
destinations:
  growth: {kind: slack_webhook, url: "${SLACK_URL}"}
  mail: {kind: email_smtp, host: localhost, port: "${MAIL_PORT}", tls: none, sender: watch@example.com, to: [ana@example.com]}
routes:
  - {to: [growth, mail]}
"""


@dataclass(frozen=True, kw_only=True)
class Month:
    """What the month left."""

    code: int
    log: str
    slack: list[str]
    mails: list[str]
    incidents: list[dict[str, Any]]
    status: dict[str, Any]


@pytest.fixture(scope="module")
def month(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    if library() is None:
        pytest.skip("libfaketime is not installed")
    yield live(postgres_server.new_database(), tmp_path_factory.mktemp("month"))


def live(url: str, folder: Path) -> Month:
    """Run the service through the month."""
    clock = Clock(folder / "clock", _morning(BEGIN))
    engine = create_engine(url, poolclass=NullPool)
    rows = list(shop.days(FALL))
    late = [row for row in rows if row[1] == "email" and UNSENT[0] <= row[0] <= UNSENT[1]]
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE marketing (day date, channel text, sessions int, orders int, revenue numeric(12, 2))")
        )
    _insert(engine, [row for row in rows if row not in late])
    shop.write_stores(folder / "tables")
    key = "key-of-the-api-0123456789"
    with Receiver() as slack, Api(key=key, hours=shop.hours(FALL)) as api, MailServer() as mailbox:
        (folder / "channelwatch.yaml").write_text(CONFIG, encoding="utf-8")
        env = {
            "MAIL_PORT": str(mailbox.port),
            "WAREHOUSE_URL": url,
            "API_URL": api.url,
            "API_KEY": key,
            "SLACK_URL": slack.url,
        }
        with running(folder, folder / "run.log", env | clock.environment) as service:
            service.wait_for("ready")
            _wait_for_looks(service, clock.now)
            for now in _moments():
                day = now.astimezone(ZONE).date()
                api.down = day == date(2026, 3, 18)
                if day == ARRIVE and late:
                    _insert(engine, late)
                    late = []
                clock.move_to(now)
                _wait_for_looks(service, now)
            _wait_until_delivered(folder, env | clock.environment)
            incidents = channelwatch(folder, "incidents", "--all", "--json", env=env).json
            status = channelwatch(folder, "status", "--json", env=env | clock.environment).json
            code = service.end()
        messages = [request.body["text"] for request in slack.requests]
        mails = [str(mail.message["subject"]) for mail in mailbox.mails]
    return Month(code=code, log=service.words, slack=messages, mails=mails, incidents=incidents, status=status)


def _wait_for_looks(service: Service, now: datetime) -> None:
    for check in ("marketing", "site") if now.hour < 12 else ("site",):
        service.wait_for_look(check, f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}")


def _wait_until_delivered(folder: Path, env: dict[str, str]) -> None:
    ends = time.monotonic() + 60
    while channelwatch(folder, "outbox", "--json", env=env).json:
        assert time.monotonic() < ends
        time.sleep(0.5)


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, 20, tzinfo=ZONE)


def _moments() -> Iterator[datetime]:
    for number in range(1, (END - BEGIN).days + 1):
        day = BEGIN + timedelta(days=number)
        yield _morning(day)
        if FALL.first <= day <= FALL.last:
            yield _morning(day).replace(hour=17)


def _insert(engine: Engine, rows: Sequence[tuple[object, ...]]) -> None:
    names = ("day", "channel", "sessions", "orders", "revenue")
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO marketing VALUES (:day, :channel, :sessions, :orders, :revenue)"),
            [dict(zip(names, row, strict=True)) for row in rows],
        )


def test_the_service_ends_well_and_showed_no_trouble_of_its_own(month: Month) -> None:
    assert month.code == 0
    assert_harmless(month.log)
    events = {json.loads(line)["event"] for line in month.log.splitlines()}
    assert events.isdisjoint({"cycle_failed", "cycle_crashed", "pull_crashed", "delivery_crashed", "stands_still"})


def test_the_problems_are_told_as_one_incident_each_and_nothing_else(month: Month) -> None:
    told = {i["started_at"][:10]: (i["status"], _shapes(i), _channels(i)) for i in month.incidents}

    assert told == {
        "2026-03-10": ("resolved", "fall", {None, "paid_search"}),
        "2026-03-17": ("resolved", "missing", {None}),
        "2026-03-24": ("resolved", "missing", {"email"}),
    }


def test_people_hear_of_each_beginning_and_each_end_once_and_of_the_quiet_week(month: Month) -> None:
    firsts = [message.splitlines()[0] for message in month.slack]

    assert [line.split(" ", 1)[1].split(" for ")[0].split(" since ")[0] for line in firsts] == [
        "All quiet: 17 series judged in the last 7 days, 0 alerts",
        "Orders -38 % everywhere",
        "Resolved: orders in paid search back in range after 3 days (10-12 Mar)",
        "Data missing",
        "Resolved: data",
        "Data missing",
        "Resolved: data",
    ]


def test_what_was_said_in_slack_was_said_by_mail(month: Month) -> None:
    assert len(month.mails) == len(month.slack)
    assert month.status["deliveries"] == {"growth": {"sent": 7}, "mail": {"sent": 7}}


def test_every_period_was_judged_up_to_the_last_day(month: Month) -> None:
    assert month.status["checks"] == {
        "marketing": "2026-04-03T00:00:00+02:00",
        "site": "2026-04-03T08:00:00+02:00",
        "stores": "2026-03-30T00:00:00+02:00",
    }


def _shapes(incident: dict[str, Any]) -> str:
    """Days tell a fall of three days as a step, hours and what settles in between as dips."""
    shapes = {finding["shape"] for finding in incident["findings"]}
    return "fall" if shapes <= {"dip", "step_down"} else "+".join(sorted(shapes))


def _channels(incident: dict[str, Any]) -> set[str | None]:
    return {finding["channel"] for finding in incident["findings"]}
