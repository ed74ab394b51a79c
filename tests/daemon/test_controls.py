"""What people say changes what whole cycles judge and tell, over real tables."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from daemon import answers, controls
from daemon.app import App, open_app
from daemon.cycle import run_cycle
from daemon.foreseen import calendar_lines
from daemon.initialise import initialise
from daemon.model import Incident, Status, Verdict
from daemon.replies import Kind, Reply
from daemon.store import Connection, Store, deliveries
from daemon.store import incidents as stored
from detectors.panel import SeriesKey
from tests.process import business
from tests.process.business import FELL, Fall

DAY = timedelta(days=1)
LAST = FELL + 40 * DAY
ORDERS = SeriesKey("marketing_daily", "paid_search", "orders")
CONFIG = "channelwatch.yaml"


@dataclass
class Desk:
    """A business in front of somebody who answers."""

    app: App
    today: date = FELL

    def days(self, count: int) -> None:
        """Let so many days be judged, each on the morning after."""
        for _ in range(count):
            run_cycle(self.app.watch, self.app.watch.enabled, self.now)
            self.today += DAY

    @property
    def now(self) -> datetime:
        return datetime.combine(self.today + DAY, datetime.min.time(), UTC) + timedelta(hours=9)

    def says(self, kind: Kind, verdict: Verdict | None = None, days: int | None = None, comment: str = "") -> None:
        now = self.now - DAY + timedelta(hours=1)
        until = None if days is None else now + days * DAY
        reply = Reply(
            incident_id=self.incidents[-1].id,
            at=now,
            kind=kind,
            who="ana",
            verdict=verdict,
            until=until,
            comment=comment,
        )
        controls.say(self.app.watch, [reply], now)

    @property
    def incidents(self) -> list[Incident]:
        with self.app.store.reading() as connection:
            return sorted(stored.recent(connection), key=lambda i: i.first_detected_at)

    @property
    def tracked(self) -> Incident:
        """The one incident, as its trouble stands."""
        with self.app.store.reading() as connection:
            (incident,) = stored.tracked(connection)
        return incident

    @property
    def told(self) -> list[str]:
        """The changes that went out, oldest first."""
        with self.app.store.reading() as connection:
            return [d.change for d in sorted(deliveries.listing(connection, destination="inbox"), key=lambda d: d.id)]

    @property
    def headlines(self) -> list[str]:
        with self.app.store.reading() as connection:
            rows = sorted(deliveries.listing(connection, destination="inbox"), key=lambda d: d.id)
        return [row.payload["headline"] for row in rows]

    def newest(self) -> tuple[float, float, float, float]:
        """Observed, expected, lower and upper of the newest day of the orders."""
        view = self.app.watch.views[ORDERS.check]
        (row,) = view.rows_of([ORDERS])
        of = view.expectation
        observed, *band = (float(x[row, -1]) for x in (view.panel.values, of.expected, of.lower, of.upper))
        return observed, band[0], band[1], band[2]


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("configured")
    business.write(folder / "tables", FELL, days=60)
    initialise([folder / "tables"], folder / CONFIG, "UTC", "GBP")
    return (folder / CONFIG).read_text(encoding="utf-8")


@pytest.fixture
def desk_of(configured: str, tmp_path: Path) -> Callable[..., Desk]:
    """Makes a desk whose business meets some falls, the first of them told already."""

    def make(*falls: Fall) -> Desk:
        business.write(tmp_path / "tables", LAST, *falls, days=business.DAYS + 40)
        (tmp_path / CONFIG).write_text(configured, encoding="utf-8")
        desk = Desk(app=open_app(tmp_path / CONFIG, throw_away=True))
        desk.days(1)
        assert desk.told == ["opened"]
        return desk

    return make


STAYS = Fall(last=LAST)
WEEK = Fall(last=FELL + 6 * DAY)


def test_a_new_normal_is_silent_and_the_band_moves_there_at_once(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(STAYS)
    before = desk.newest()
    desk.days(1)

    desk.says(Kind.FEEDBACK, Verdict.NEW_NORMAL)
    desk.days(2)

    observed, expected, lower, upper = desk.newest()
    assert before[1] > 2 * before[0], "the old level was expected"
    assert lower < observed < upper
    assert expected == pytest.approx(observed, rel=0.15)
    desk.days(15)
    assert desk.told == ["opened", "resolved"]
    assert [i.status for i in desk.incidents] == [Status.RESOLVED]
    assert "is the new normal" in desk.headlines[-1]


def test_a_fall_from_the_new_normal_is_a_new_incident(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(Fall(last=FELL + 14 * DAY), Fall(first=FELL + 15 * DAY, last=LAST, left=0.15))
    desk.says(Kind.FEEDBACK, Verdict.NEW_NORMAL)

    desk.days(16)

    assert desk.told == ["opened", "resolved", "opened"]
    assert len(desk.incidents) == 2


def test_what_was_expected_is_silent_and_never_widens_the_band(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(WEEK)
    _, _, lower, upper = desk.newest()

    desk.says(Kind.FEEDBACK, Verdict.EXPECTED, comment="flash sale")
    desk.days(20)

    observed, _, low, high = desk.newest()
    assert desk.told == ["opened", "resolved"]
    assert desk.headlines[-1].startswith("Closed by ana as expected: orders in paid search")
    assert low < observed < high
    assert high - low == pytest.approx(upper - lower, rel=0.35)
    (incident,) = desk.incidents
    assert incident.status is Status.RESOLVED


def test_what_a_person_closed_stays_closed_while_it_goes_on_and_the_next_one_is_told(
    desk_of: Callable[..., Desk],
) -> None:
    next_one = FELL + 25 * DAY
    desk = desk_of(WEEK, Fall(first=next_one, last=next_one + 3 * DAY))

    desk.says(Kind.RESOLVE)
    desk.days(24)
    assert desk.told == ["opened", "resolved"]
    desk.days(1)

    assert desk.told == ["opened", "resolved", "opened"]
    assert len(desk.incidents) == 2


def test_what_gets_clearly_worse_after_it_was_closed_is_told_again_with_one_end(
    desk_of: Callable[..., Desk],
) -> None:
    desk = desk_of(Fall(last=FELL + DAY, left=0.7), Fall(first=FELL + 2 * DAY, last=FELL + 8 * DAY, left=0.1))

    desk.says(Kind.RESOLVE)
    desk.days(20)

    assert desk.told == ["opened", "resolved", "reopened", "resolved"]


def test_a_data_fault_waits_for_the_data_however_long_it_takes(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(Fall(last=FELL + 20 * DAY))
    desk.says(Kind.FEEDBACK, Verdict.DATA_FAULT)

    shown: dict[str, Any] = answers.incident(desk.incidents[0], desk.app.watch.zone)
    assert shown["status"] == "open"
    assert shown["impact"]["value"] == 0
    assert shown["impact"]["recorded_value"] < 0
    desk.days(20)
    assert desk.told == ["opened"]
    observed, expected, *_ = desk.newest()
    assert expected > 2 * observed, "faulty data never become the base"
    desk.days(4)

    assert desk.told == ["opened", "resolved"]
    assert desk.incidents[0].status is Status.RESOLVED
    assert answers.incident(desk.incidents[0], desk.app.watch.zone)["impact"]["value"] == 0


def test_a_muted_incident_says_nothing_but_its_end(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(Fall(last=FELL + 1 * DAY, left=0.7), Fall(first=FELL + 2 * DAY, last=FELL + 6 * DAY, left=0.1))

    desk.says(Kind.MUTE, days=30)
    desk.days(20)

    assert desk.told == ["opened", "resolved"]


def test_an_acknowledged_incident_names_who_looks_when_it_gets_clearly_worse(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(Fall(last=FELL + 1 * DAY, left=0.7), Fall(first=FELL + 2 * DAY, last=FELL + 6 * DAY, left=0.1))

    desk.says(Kind.ACK)
    desk.days(20)

    assert desk.told == ["opened", "worse", "resolved"]
    with desk.app.store.reading() as connection:
        worse = next(d for d in deliveries.listing(connection) if d.change == "worse")
    assert [words.partition(",")[0] for words in worse.payload["said"]] == ["Acknowledged by ana"]


@pytest.mark.parametrize(("last", "told"), [(FELL + 1 * DAY, []), (FELL + 5 * DAY, ["opened", "resolved"])])
def test_what_is_silenced_is_told_when_the_silence_is_over_if_its_trouble_lasts(
    configured: str, tmp_path: Path, last: date, told: list[str]
) -> None:
    business.write(tmp_path / "tables", LAST, Fall(last=last), days=business.DAYS + 40)
    silence = f"silences: [{{channel: '*', until: {FELL + 5 * DAY}, author: ana, reason: relaunch}}]\n"
    (tmp_path / CONFIG).write_text(configured + silence, encoding="utf-8")
    desk = Desk(app=open_app(tmp_path / CONFIG, throw_away=True))
    desk.app.watch.is_replay = False
    desk.days(4)
    assert desk.told == []
    (incident,) = desk.incidents
    with desk.app.store.reading() as connection:
        reason = stored.silence(connection, incident.id)
    ends = FELL + 5 * DAY
    assert reason is not None
    assert reason.startswith(f"not told, silence silences[0] of ana until {ends} 00:00: relaunch")

    desk.days(12)

    assert desk.told == told


class _Interrupted:
    """A state in which somebody speaks just before the next thing is written."""

    def __init__(self, store: Store, speak: Callable[[], None]) -> None:
        self._store, self._speak = store, speak
        self.spoke = 0

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        if not self.spoke:
            self.spoke += 1
            self._speak()
        with self._store.transaction() as connection:
            yield connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@pytest.mark.parametrize(
    ("kind", "told"),
    [(Kind.RESOLVE, ["opened", "resolved"]), (Kind.ACK, ["opened", "worse"]), (Kind.MUTE, ["opened"])],
)
def test_what_is_said_while_a_cycle_is_under_way_is_heard_before_it_tells_anything(
    desk_of: Callable[..., Desk], kind: Kind, told: list[str]
) -> None:
    desk = desk_of(
        Fall(left=0.7), Fall(first=FELL + DAY, last=FELL + 6 * DAY, left=0.65 if kind is Kind.RESOLVE else 0.1)
    )
    watch, store = desk.app.watch, desk.app.store

    def speak() -> None:
        watch.store = store
        desk.says(kind, days=30 if kind is Kind.MUTE else None)
        watch.store = interrupted  # type: ignore[assignment]

    interrupted = _Interrupted(store, speak)
    watch.store = interrupted  # type: ignore[assignment]
    desk.days(4)

    assert interrupted.spoke == 1
    assert desk.told == told
    assert desk.tracked.said.newest == 1


def test_an_unknown_incident_is_refused_with_the_nearest_ids(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(STAYS)
    name = desk.incidents[0].id
    reply = Reply(incident_id=name[:-2], at=desk.now, kind=Kind.ACK, who="ana")

    with pytest.raises(controls.UnknownIncident, match=f"no incident '{name[:-2]}'; nearest are {name}; list them"):
        controls.say(desk.app.watch, [reply], desk.now)


def test_replies_that_do_not_fit_are_refused_and_nothing_of_them_is_kept(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(STAYS)
    desk.says(Kind.RESOLVE)

    for kind, said in ((Kind.RESOLVE, "closed already, by ana"), (Kind.ACK, "nothing is left"), (Kind.MUTE, "nothing")):
        with pytest.raises(controls.NothingToSay, match=said):
            desk.says(kind, days=1 if kind is Kind.MUTE else None)

    assert desk.tracked.said.newest == 1
    assert desk.told == ["opened", "resolved"]


def test_what_is_over_cannot_be_the_new_normal(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(Fall())
    desk.days(4)

    with pytest.raises(controls.NothingToSay, match="its level did not stay"):
        desk.says(Kind.FEEDBACK, Verdict.NEW_NORMAL)
    desk.says(Kind.FEEDBACK, Verdict.REAL)

    assert desk.told == ["opened", "resolved"]


def test_what_was_expected_comes_with_the_calendar_lines_for_next_time(desk_of: Callable[..., Desk]) -> None:
    from ruamel.yaml import YAML

    desk = desk_of(WEEK)
    desk.says(Kind.FEEDBACK, Verdict.EXPECTED, comment='a "flash" sale')

    lines = calendar_lines(desk.incidents[0], 'a "flash" sale: over', desk.app.watch.zone)

    (event,) = YAML(typ="safe").load("\n".join(lines))["calendar"]["events"]
    assert event["title"] == 'a "flash" sale: over'
    assert (event["start"], event["action"]) == (FELL, "explain")


def test_what_waits_for_its_time_is_not_told_before_a_mute_ends(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(Fall())
    desk.days(1)
    with desk.app.store.transaction() as connection:
        (first,) = deliveries.listing(connection, destination="inbox")
        deliveries.put_off(connection, first, desk.now, "the end of quiet hours")

    desk.says(Kind.MUTE, days=3)

    with desk.app.store.reading() as connection:
        (waiting,) = deliveries.listing(connection, destination="inbox")
    ends = desk.now - DAY + timedelta(hours=1) + 3 * DAY
    assert (waiting.not_before, waiting.waits_for) == (ends, "the end of a mute")
    assert waiting.payload["due"] == ends.isoformat()


def test_a_first_notice_that_waits_says_how_things_stand_at_the_newest_look(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(WEEK)
    due = desk.now + 3 * DAY
    with desk.app.store.transaction() as connection:
        (first,) = deliveries.listing(connection, destination="inbox")
        deliveries.put_off(connection, first, due, "the end of quiet hours")
        payload = {**first.payload, "due": due.isoformat()}
        deliveries.reword(connection, first.id, {**payload, "facts": [*payload["facts"], "3 more began here"]})
    desk.days(2)

    with desk.app.store.reading() as connection:
        (waiting,) = deliveries.listing(connection, destination="inbox")
    assert "(3 days)" in waiting.payload["headline"]
    assert [fact.partition(" ")[0] for fact in waiting.payload["facts"]] == ["First", "Data", "3"]
    assert (waiting.payload["change"], waiting.payload["due"]) == ("opened", due.isoformat())


def test_what_a_trouble_costs_is_counted_for_as_long_as_it_lasts(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(STAYS)
    costs = []
    for _ in range(8):
        desk.days(1)
        costs.append((desk.tracked.impact or pytest.fail("no money is known")).value or 0.0)

    a_day = -costs[0] / 2  # it was told a day before
    assert all(-later + earlier == pytest.approx(a_day, rel=0.4) for earlier, later in pairwise(costs)), costs
