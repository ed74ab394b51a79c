"""A digest comes when it should, once, to whom it should, about what concerns them; nothing that waited for it is left out."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.digests import Every
from config.outputs import Severity
from config.settings import Settings
from daemon.alerts import document, email, plain, slack, teams
from daemon.alerts.alert import Alert
from daemon.alerts.untrusted import for_slack
from daemon.model import Change, Incident
from daemon.outbox import deliver_due
from daemon.replies import Kind, Reply
from daemon.store import Store, activity, beginnings, deliveries, digests, judged, open_store, replies, verdicts
from daemon.store import incidents as stored
from daemon.upkeep import digest, digest_facts, digest_words, run_due, slots
from daemon.upkeep.trends import trends
from daemon.verdicts import Standing, Verdict
from tests.builders import digests as build
from tests.builders.troubles import off
from tests.daemon.outbox.builders import Clock, Recording, post
from tests.daemon.test_hearing import routed

NOW = build.NOW  # a Monday, nine o'clock in London
DAY = timedelta(days=1)
DAILY = {"to": ["growth"], "every": "day", "at": "09:00"}
WEEKLY = {"to": ["growth"], "every": "week", "weekday": "mon", "at": "09:00"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store("sqlite:///state.db", tmp_path)


def chosen(*of: dict[str, Any], route: dict[str, Any] | None = None, **more: Any) -> Settings:
    return routed({"to": ["growth"], **(route or {})}, digests=list(of), timezone="Europe/London", **more)


def put(store: Store, *of: Incident, held: bool = False, at: datetime = NOW - timedelta(hours=1)) -> None:
    with store.transaction() as connection:
        for incident in of:
            stored.record(connection, replace(incident, updated_at=at), at=at, change=Change.OPENED, reason="x")
            if held:
                why = {"growth": "held for the digest: the budget of 5 a day is used up"}
                beginnings.note(connection, incident.id, Change.OPENED, told=(), held=why, now=at)


def queued(store: Store) -> list[Alert]:
    with store.reading() as connection:
        return [Alert.from_dict(d.payload) for d in reversed(deliveries.listing(connection))]


def begin(store: Store, *names: str, at: datetime = NOW - 2 * DAY) -> None:
    with store.transaction() as connection:
        for name in names or ("growth",):
            digests.done(connection, name, at)
        for days in (0, 1):
            activity.note(connection, NOW + days * DAY - timedelta(minutes=45), series={"shop": 12}, alerts=0)


def test_the_first_one_comes_at_its_first_time_after_the_first_look(store: Store) -> None:
    settings = chosen(DAILY)

    for hours in (-6, -3, -0.1):
        assert digest.queue_due(settings, store, NOW + timedelta(hours=hours)) == 0
    assert digest.queue_due(settings, store, NOW + timedelta(seconds=20)) == 1


def test_it_comes_once_whatever_restarts_lie_between_and_late_when_nobody_ran_at_its_time(
    store: Store, tmp_path: Path
) -> None:
    begin(store)
    for minutes in (0, 1, 60, 60 * 23):
        digest.queue_due(chosen(DAILY), store, NOW + timedelta(minutes=minutes))
        store.close()
        store = open_store("sqlite:///state.db", tmp_path)
    assert len(queued(store)) == 1

    digest.queue_due(chosen(DAILY), store, NOW + 4 * DAY + timedelta(hours=5))
    assert [a.headline.partition(":")[0] for a in queued(store)] == ["Daily digest"] * 2
    assert "since Mon 23 Nov" in queued(store)[1].headline, "it speaks of all the time since the one before"


@pytest.mark.parametrize("minutes", [0, 31, 300], ids=["at its time", "by a look of every day", "late"])
def test_what_is_found_at_the_very_moment_of_a_digest_stands_in_that_one_and_in_no_other(
    store: Store, minutes: int
) -> None:
    """`channelwatch check` looks, and makes the digest that is due, at one instant."""
    look = NOW + timedelta(minutes=minutes)
    begin(store, at=look - DAY)
    for day in (0, 1):
        at = look + day * DAY
        put(store, build.closed(build.incident(f"{day}", f"Number {day} is over", 10)), at=at)
        with store.transaction() as connection:
            verdicts.keep(connection, "shop", at, [verdict(2 - day, 90.0 + day)])
        digest.queue_due(chosen(DAILY), store, at)

    for day, alert in enumerate(queued(store)):
        assert "1 closed" in alert.headline
        assert f"Number {day} is over" in plain.text(alert)
    with store.reading() as connection:
        found = list(verdicts.totals(connection, look, look + DAY))
    assert [k.verdict.observed for k in found] == [91.0]


def test_a_clock_that_was_wrong_does_not_silence_it_for_good(store: Store) -> None:
    begin(store, at=NOW + 400 * DAY)

    assert digest.queue_due(chosen(DAILY), store, NOW - timedelta(hours=1)) == 0, "at its time, not at once"
    assert digest.queue_due(chosen(DAILY), store, NOW) == 1
    assert digest.queue_due(chosen(DAILY), store, NOW + timedelta(hours=1)) == 0


def looks(store: Store, settings: Settings, *steps: tuple[timedelta, timedelta]) -> list[datetime]:
    """Real instants of digests in five days of looks every ten minutes. steps: from when on the clock is off, and by how much."""
    begin(store, at=NOW - DAY)
    found = []
    for minutes in range(0, 5 * 24 * 60, 10):
        real = timedelta(minutes=minutes)
        with store.transaction() as connection:
            midnight = (NOW - timedelta(hours=3) + real).replace(hour=0, minute=0)
            judged.mark(connection, "shop", midnight, midnight)
        wrong = next((off for since, off in reversed(steps) if real >= since), timedelta(0))
        if digest.queue_due(settings, store, NOW - timedelta(hours=3) + real + wrong):
            found.append(NOW - timedelta(hours=3) + real)
    return found


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("since", "until", "wrong", "early"),
    [
        (3.5 * HOUR, 12 * HOUR, -HOUR, 0),
        (3.5 * HOUR, 3 * DAY, -HOUR, 0),
        (2.5 * HOUR, 12 * HOUR, HOUR, 0),
        (4 * HOUR, 5 * HOUR, DAY, 1),
        (4 * HOUR, 5 * HOUR, 400 * DAY, 1),
        (4 * HOUR, 5 * HOUR, -DAY, 0),
        (4 * HOUR, 5 * HOUR, -9000 * DAY, 0),
    ],
    ids=["an hour back", "for days", "an hour ahead", "a day ahead", "a year ahead", "a day back", "decades back"],
)
def test_a_clock_that_is_put_right_again_repeats_none_and_loses_none(
    store: Store, since: timedelta, until: timedelta, wrong: timedelta, early: int
) -> None:
    found = looks(store, chosen(DAILY), (since, wrong), (until, timedelta(0)))

    assert len(found) == 5 + early, "one for each day, and where the clock said so one before its time"
    assert {at.date() for at in found} == {(NOW + n * DAY).date() for n in range(5)}


def test_what_ended_after_a_clock_was_put_right_stands_in_the_next_one(store: Store) -> None:
    begin(store, at=NOW)
    assert digest.queue_due(chosen(DAILY), store, NOW + HOUR + DAY) == 1, "a clock that is a day ahead"
    digest.queue_due(chosen(DAILY), store, NOW + 2 * HOUR)
    put(store, build.closed(build.incident("later", "It is over", 10)), at=NOW + 3 * HOUR)

    assert digest.queue_due(chosen(DAILY), store, NOW + DAY) == 1
    assert "It is over" in plain.text(queued(store)[-1])


def test_in_postgresql_it_is_made_delivered_and_after_a_restart_not_made_again(postgres: str) -> None:
    store = open_store(postgres)
    begin(store, at=NOW - DAY)
    put(store, build.incident("open", "Orders -41 %", 900), held=True)
    put(store, build.closed(build.incident("over", "Clicks -12 %", 10)))
    with store.transaction() as connection:
        verdicts.keep(connection, "shop", NOW, [verdict(1, 90.0)])
    assert run_due(chosen(DAILY), Path(), store, NOW).digests == 1

    arrived = Recording()
    assert deliver_due(post(store, Clock(NOW), growth=arrived)).sent == 1
    store.close()
    store = open_store(postgres)
    again = [run_due(chosen(DAILY), Path(), store, NOW + timedelta(minutes=m)).digests for m in (1, 600)]
    deliver_due(post(store, Clock(NOW), growth=arrived))
    tomorrow = run_due(chosen(DAILY), Path(), store, NOW + DAY).digests

    assert (again, tomorrow) == ([0, 0], 1)
    (alert,) = [Alert.from_dict(given) for given in arrived.taken]
    assert alert.headline.startswith("Daily digest: 1 open (1 new)")
    assert [part.heading.partition(",")[0] for part in alert.parts][:2] == ["New here", "Closed since Sun 22 Nov (1)"]
    assert "New here" not in plain.text(queued(store)[-1]), "what was new is known"
    store.close()


def test_one_that_is_taken_out_and_comes_back_begins_anew(store: Store) -> None:
    begin(store)
    assert digest.queue_due(chosen(DAILY), store, NOW) == 1
    digest.queue_due(chosen(), store, NOW + DAY)

    assert digest.queue_due(chosen(DAILY), store, NOW + 90 * DAY + timedelta(hours=5)) == 0
    assert digest.queue_due(chosen(DAILY), store, NOW + 91 * DAY) == 1


def test_several_at_one_time_are_one_about_the_longest() -> None:
    both = chosen(DAILY, WEEKLY)

    assert (monday := slots.newest(both, "growth", NOW)) is not None
    assert (monday.every, monday.since) == (Every.WEEK, NOW - 7 * DAY)
    assert (tuesday := slots.newest(both, "growth", NOW + DAY)) is not None
    assert (tuesday.every, tuesday.at, tuesday.since) == (Every.DAY, NOW + DAY, NOW)
    assert slots.newest(both, "boss", NOW) is None


@pytest.mark.parametrize(
    ("now", "at"),
    [
        (datetime(2026, 3, 29, 9, 0, tzinfo=UTC), datetime(2026, 3, 29, 8, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 8, 30, tzinfo=UTC), datetime(2026, 10, 24, 8, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 9, 30, tzinfo=UTC), datetime(2026, 10, 25, 9, 0, tzinfo=UTC)),
    ],
)
def test_its_time_is_that_of_the_wall_clock_also_when_clocks_change(now: datetime, at: datetime) -> None:
    assert (slot := slots.newest(chosen(DAILY), "growth", now)) is not None
    assert slot.at == at


def test_none_comes_on_quiet_days_and_the_next_one_speaks_of_them() -> None:
    weekdays = chosen(DAILY, route={"quiet": {"days": ["sat", "sun"]}})

    assert (sunday := slots.newest(weekdays, "growth", NOW - DAY + timedelta(hours=2))) is not None
    assert sunday.at == NOW - 3 * DAY  # Friday's
    assert (monday := slots.newest(weekdays, "growth", NOW)) is not None
    assert monday.at == NOW


def test_it_speaks_of_what_concerns_its_readers_at_any_severity_and_to_others_of_everything(store: Store) -> None:
    email_trouble = build.incident("a", "Email is off", 10, Severity.INFO)
    shop = replace(build.incident("b", "The shop is off", 20), findings=(off(None, "backoffice_orders", -0.3),))
    settings = routed(
        {"to": ["growth"], "channels": ["email"], "min_severity": "critical"},
        {"to": ["desk"], "channels": ["business"]},
        {"to": ["rest"], "fallback": True},
        digests=[{"to": ["growth", "desk", "rest", "boss"], "at": "09:00"}],
        destinations={n: {"kind": "inbox"} for n in ("growth", "desk", "rest", "boss")},
    )
    begin(store, "growth", "desk", "rest", "boss")
    put(store, email_trouble, shop)

    digest.queue_due(settings, store, NOW)

    with store.reading() as connection:
        said = {d.destination: plain.text(Alert.from_dict(d.payload)) for d in deliveries.listing(connection)}
    seen = {name: ("Email" in text, "The shop" in text) for name, text in said.items()}
    assert seen == {
        "growth": (True, False),
        "desk": (False, True),
        "rest": (True, False),  # no other route wants it as it is
        "boss": (True, True),
    }


def test_what_was_held_back_is_new_in_one_digest_and_known_in_the_next(store: Store) -> None:
    begin(store)
    put(store, build.incident("a", "Email is off", 10), held=True)

    for days in (0, 1):
        digest.queue_due(chosen(DAILY), store, NOW + days * DAY)

    first, second = queued(store)
    assert first.parts[0].heading == "New here, the budget of 5 a day was used up (1)"
    assert first.severity is Severity.WARNING, "news that nobody has seen is not mere information"
    assert second.parts[0].heading == "Open (1)"
    assert second.severity is Severity.INFO


def test_what_was_held_back_and_is_over_by_now_stands_among_what_closed(store: Store) -> None:
    begin(store)
    put(store, build.closed(build.incident("a", "Email was off", 10)), held=True)

    digest.queue_due(chosen(DAILY), store, NOW)

    (alert,) = queued(store)
    (part,) = [p for p in alert.parts if p.heading.startswith("Closed")]
    assert part.lines == ("New: Email was off · about -10 GBP in total · back in range",)


def test_what_a_person_closed_is_closed_in_the_next_digest_and_in_no_other(store: Store) -> None:
    begin(store)
    put(store, build.incident("a", "Email is off", 10), at=NOW - 9 * DAY)
    with store.transaction() as connection:
        replies.add(connection, Reply(incident_id="a", at=NOW - timedelta(hours=2), kind=Kind.RESOLVE, who="ana"))

    for days in (0, 1):
        digest.queue_due(chosen(DAILY), store, NOW + days * DAY)

    first, second = queued(store)
    assert "Email is off · about -10 GBP in total · closed by ana" in plain.text(first)
    assert "Email" not in plain.text(second)


def test_what_began_before_the_first_look_is_counted_and_not_listed(store: Store) -> None:
    begin(store)
    put(store, *(replace(build.incident(f"{n}", f"Old {n}", 10), known_at_start=True) for n in range(3)))

    digest.queue_due(chosen(DAILY), store, NOW)

    (alert,) = queued(store)
    assert alert.facts == ("3 more were off before the first look",)
    assert "Old" not in plain.text(alert)


def test_a_pager_gets_neither_a_digest_nor_the_note_of_a_quiet_week(store: Store, tmp_path: Path) -> None:
    settings = routed({"to": ["on_call"]}, {"to": ["growth"]}, digests=[], timezone="Europe/London")

    assert digest.queue_due(settings, store, NOW) == 0
    run_due(settings, tmp_path, store, NOW)
    with store.reading() as connection:
        assert "on_call" not in {d.destination for d in deliveries.listing(connection)}


def test_that_nothing_could_be_judged_is_a_warning_and_no_quiet_time(store: Store) -> None:
    with store.transaction() as connection:
        digests.done(connection, "growth", NOW - DAY)
    digest.queue_due(chosen(DAILY), store, NOW)

    (alert,) = queued(store)
    assert alert.headline == "Daily digest: no alerts, but nothing could be judged since Sun 22 Nov"
    assert (alert.severity, len(alert.verify)) == (Severity.WARNING, 1)


def test_where_a_digest_goes_no_note_of_a_quiet_week_does(store: Store, tmp_path: Path) -> None:
    begin(store)
    both = routed({"to": ["growth", "boss"]}, digests=[DAILY], timezone="Europe/London")
    with store.transaction() as connection:
        activity.note(connection, NOW - 20 * DAY, series={"shop": 12}, alerts=0)

    run_due(both, tmp_path, store, NOW)

    with store.reading() as connection:
        said = {d.destination: d.payload["headline"].partition(":")[0] for d in deliveries.listing(connection)}
    assert said == {"growth": "Daily digest", "boss": "Quiet"}

    for days in range(1, 8):
        run_due(both, tmp_path, store, NOW + days * DAY)
    with store.reading() as connection:
        to_boss = [d.created for d in deliveries.listing(connection, destination="boss")]
    assert to_boss == [NOW + 7 * DAY, NOW], "the digests of others are nothing that it heard"


def test_a_digest_at_its_own_time_does_not_wait_for_that_of_the_route(store: Store) -> None:
    begin(store)
    digest.queue_due(chosen(DAILY, route={"send_at": "17:00"}), store, NOW)

    with store.reading() as connection:
        (row,) = deliveries.listing(connection)
    assert row.not_before == deliveries.AT_ONCE


def verdict(day: int, observed: float | None, standing: Standing = Standing.IN_RANGE, **more: Any) -> Verdict:
    values: dict[str, Any] = {
        "channel": "email",
        "kpi": "orders",
        "segment": (),
        "start": NOW - day * DAY,
        "standing": standing,
        "observed": observed,
        "expected": 100.0,
        "lower": 80.0,
        "upper": 120.0,
        "p_value": 0.5,
        "needed": 0.001,
        "min_change": 0.1,
        "min_absolute": 0.0,
        "min_volume": 10.0,
        "persist_periods": 1.0,
        "sensitivity": 2.0,
    }
    return Verdict(**{**values, **more})


def test_a_total_is_a_sum_of_its_newest_verdicts_or_a_mean_of_what_does_not_add_up() -> None:
    thought = [("shop", verdict(2, 90.0)), ("shop", verdict(1, 130.0)), ("shop", verdict(2, 70.0))]
    unknown = [("shop", verdict(3, None, Standing.NOT_JUDGED))]

    (summed,) = trends([*thought, *unknown], lambda _: True)
    (mean,) = trends(thought, lambda _: False)

    assert (summed.observed, summed.expected, summed.below, summed.above, summed.periods) == (200.0, 200.0, 1, 1, 2)
    assert (mean.observed, mean.expected) == (100.0, 100.0)
    assert trends(unknown, lambda _: True) == []


def test_a_period_that_is_judged_again_belongs_to_the_time_in_which_it_was_first_judged(store: Store) -> None:
    with store.transaction() as connection:
        verdicts.keep(connection, "shop", NOW - 2 * DAY, [verdict(3, 90.0)])
        verdicts.keep(connection, "shop", NOW - DAY, [verdict(3, 20.0), verdict(2, 95.0)])
        found = list(verdicts.totals(connection, NOW - timedelta(hours=30), NOW))

    assert [k.verdict.observed for k in found] == [95.0]


@pytest.mark.parametrize("alert", [build.week(), build.flood(), build.quiet()], ids=["week", "flood", "quiet"])
def test_no_destination_cuts_it(alert: Alert) -> None:
    said = [line for part in alert.parts for line in part.lines]
    blocks = "\n".join(b["text"]["text"] for b in slack.layout(alert)["blocks"] if b["type"] == "section")

    assert not [line for line in said if for_slack(line) not in blocks]
    assert all(len(b["text"]["text"]) <= 3000 for b in slack.layout(alert)["blocks"] if b["type"] == "section")
    assert teams.size(teams.layout(alert)) <= teams.MOST_BYTES
    assert "…" not in str(teams.layout(alert))
    assert len(email.html(alert).encode()) <= email.MOST_HTML_BYTES
    assert len(document.layout(alert)) <= document.MOST_BYTES
    assert json.loads(document.layout(alert))["type"] == "digest"
    assert not [line for line in said if line not in plain.text(alert)]


def test_a_flood_is_read_on_one_screen_and_counted_as_a_whole() -> None:
    alert = build.flood(500)

    assert alert.headline.startswith("Daily digest: 500 open (5 critical, 495 new)")
    assert len(alert.parts[0].lines) == 11
    assert alert.parts[0].lines[-1] == "and 485 more; channelwatch incidents lists them"


def test_it_survives_the_store() -> None:
    assert Alert.from_dict(build.week().to_dict()) == build.week()


def test_revenue_orders_and_spend_of_the_business_come_first_and_the_record_that_counts() -> None:
    given = build.settings()
    kpis = {name: {"type": "count"} for name in ("clicks", "spend", "orders", "till", "revenue")}
    kpis["till"] = {"type": "count", "role": "backoffice_orders"}
    check = {"source": "s", "period": "day", "scope": "business", "columns": {name: name for name in kpis}}
    given = Settings.model_validate(
        {**given.model_dump(exclude_unset=True), "kpis": kpis, "checks": {"shop": check}, "digests": []}
    )

    found = digest_facts.in_order([build.trend(None, kpi, 1, 1, 0) for kpi in sorted(kpis)], given)

    assert [t.kpi for t in found] == ["revenue", "till", "spend", "clicks", "orders"]


@pytest.mark.parametrize(("periods", "said"), [(1, "1 outside, none by"), (7, "1 outside at times, none by")])
def test_what_is_outside_on_the_only_day_is_not_so_at_times(periods: int, said: str) -> None:
    off_by_little = replace(build.trend("email", "sessions", 9_100, 9_240, -0.3, out=1), periods=periods)
    facts = replace(build.facts(every=Every.DAY), trends=(off_by_little,), business=build.TRENDS[:1])

    assert said in plain.text(digest_words.alert(facts, build.settings()))


def test_what_was_missed_before_quiet_days_is_left_to_the_next_one_that_people_read(store: Store) -> None:
    settings = chosen(DAILY, route={"quiet": {"after": "20:00", "until": "08:00", "days": ["sat", "sun"]}})
    friday = NOW - 3 * DAY
    begin(store, at=friday - DAY)

    in_quiet_days = [digest.queue_due(settings, store, friday + timedelta(days=days)) for days in (0.6, 1, 2)]
    early_on_monday = digest.queue_due(settings, store, NOW - timedelta(minutes=50))

    assert (in_quiet_days, early_on_monday) == ([0, 0, 0], 0)
    assert digest.queue_due(settings, store, NOW) == 1


def test_one_that_is_half_a_day_late_waits_for_the_next(store: Store) -> None:
    begin(store)

    assert digest.queue_due(chosen(DAILY), store, NOW + timedelta(hours=13)) == 0
    assert digest.queue_due(chosen(DAILY), store, NOW + timedelta(hours=11)) == 1


def test_after_a_late_one_the_same_day_it_says_since_which_hour(store: Store) -> None:
    settings = chosen(DAILY)
    begin(store, at=NOW - timedelta(hours=7))
    put(store, build.incident("i", "Orders -30 % in email", 0))

    assert digest.queue_due(settings, store, NOW) == 1
    assert f"closed since {NOW - timedelta(hours=7):%a} " in queued(store)[0].headline
    assert queued(store)[0].headline.endswith("02:00")
