"""Tests of benchmarks/scoring.py: what counts as found, false and apart."""

from datetime import date
from typing import Any

from benchmarks.scoring import Event, Oddity, score

_DAYS = date(2026, 1, 1), date(2026, 3, 31)
_EVENT = Event(
    name="outage",
    start=date(2026, 2, 10),
    end=date(2026, 2, 12),
    due=date(2026, 2, 11),
    channels=frozenset({"email"}),
    causes=frozenset({"site_outage"}),
    shape="spike",
)


def _incident(told: str, started: str, channel: str | None = "email", causes: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "id": f"{told} {channel}",
        "first_detected_at": f"{told}T08:15:00+00:00",
        "started_at": f"{started}T00:00:00+00:00",
        "title": "Orders -40 %",
        "findings": [{"channel": channel}],
        "causes": [{"id": cause} for cause in causes],
    }


def test_an_event_told_on_the_morning_after_it_began_is_found_in_the_first_cycle() -> None:
    account = score("a", [_incident("2026-02-11", "2026-02-10")], [_EVENT], _DAYS)
    (outcome,) = account.outcomes
    assert outcome.found
    assert outcome.at_once
    assert account.false == ()


def test_an_event_told_later_is_found_with_a_delay() -> None:
    (outcome,) = score("a", [_incident("2026-02-13", "2026-02-10")], [_EVENT], _DAYS).outcomes
    assert outcome.found
    assert outcome.delay == 2


def test_another_channel_s_incident_finds_nothing_and_is_counted_as_elsewhere() -> None:
    account = score("a", [_incident("2026-02-11", "2026-02-10", "display")], [_EVENT], _DAYS)
    assert not account.outcomes[0].found
    assert account.elsewhere == 1


def test_an_incident_before_the_event_is_false_even_when_it_lasts() -> None:
    account = score("a", [_incident("2026-01-20", "2026-01-19")], [_EVENT], _DAYS)
    assert not account.outcomes[0].found
    assert len(account.false) == 1


def test_recovery_belongs_to_the_event() -> None:
    assert score("a", [_incident("2026-02-18", "2026-02-17")], [_EVENT], _DAYS).false == ()


def test_a_labelled_oddity_is_neither_found_nor_false() -> None:
    weekend = Oddity(kind="one-off weekend", start=date(2026, 3, 7), end=date(2026, 3, 8))
    account = score("a", [_incident("2026-03-08", "2026-03-07")], [], _DAYS, oddities=[weekend])
    assert account.false == ()
    assert account.apart == ("one-off weekend: Orders -40 %",)


def test_a_late_load_excuses_only_its_own_channels() -> None:
    late = Oddity(kind="late load", start=date(2026, 3, 7), end=date(2026, 3, 9), channels=frozenset({"stores"}))
    incidents = [_incident("2026-03-08", "2026-03-07"), _incident("2026-03-08", "2026-03-07", "stores")]
    account = score("a", incidents, [], _DAYS, oddities=[late])
    assert (len(account.false), len(account.apart)) == (1, 1)


def test_the_place_of_an_accepted_cause_is_told() -> None:
    incident = _incident("2026-02-11", "2026-02-10", causes=("unknown", "site_outage"))
    (outcome,) = score("a", [incident], [_EVENT], _DAYS).outcomes
    assert outcome.rank == 2
    assert outcome.named


def test_incidents_on_every_day_would_find_anything_by_chance() -> None:
    many = [_incident(f"2026-{m:02d}-{d:02d}", f"2026-{m:02d}-{d:02d}") for m in (1, 2, 3) for d in range(1, 29)]
    (outcome,) = score("a", many, [_EVENT], _DAYS).outcomes
    assert outcome.chance > 0.9
