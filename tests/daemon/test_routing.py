from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from config.outputs import Severity
from config.settings import Settings
from daemon.advice import digest_advice, routing_advice
from daemon.routing import Unrouted, destinations, unrouted
from daemon.waiting import QUIET as QUIET_HOURS
from daemon.waiting import Wait, not_before
from tests.builders.troubles import off, opened, settings

EMAIL = opened(off("email", "orders", -0.4))
SHOP = opened(off(None, "backoffice_orders", -0.4))


def routed(*routes: dict[str, Any]) -> Settings:
    plain = settings().model_dump(exclude_unset=True)
    return Settings.model_validate({**plain, "routes": list(routes)})


@pytest.mark.parametrize(
    ("route", "email", "shop"),
    [
        ({}, True, True),
        ({"channels": ["email"]}, True, False),
        ({"channels": ["business"]}, False, True),
        ({"kpis": ["orders"]}, True, False),
        ({"channels": ["email"], "kpis": ["spend"]}, False, False),
        ({"min_severity": "warning"}, True, True),
        ({"min_severity": "critical"}, False, False),
    ],
)
def test_a_route_wants_what_all_its_filters_let_through(route: dict[str, Any], email: bool, shop: bool) -> None:
    chosen = routed({"to": ["growth"], **route})

    assert destinations(chosen, EMAIL) == (("growth",) if email else ())
    assert destinations(chosen, SHOP) == (("growth",) if shop else ())


def test_every_severity_at_or_above_the_least_is_sent() -> None:
    chosen = routed({"to": ["growth"], "min_severity": "warning"})
    sent = {s for s in Severity if destinations(chosen, replace(EMAIL, severity=s))}

    assert sent == {Severity.WARNING, Severity.CRITICAL}


def test_a_destination_of_several_routes_gets_an_incident_once_in_the_order_of_routes() -> None:
    chosen = routed({"to": ["desk", "growth"]}, {"to": ["growth", "boss"], "channels": ["email"]})

    assert destinations(chosen, EMAIL) == ("desk", "growth", "boss")
    assert destinations(chosen, SHOP) == ("desk", "growth")


def test_an_incident_of_several_channels_goes_to_the_routes_of_each() -> None:
    both = opened(off("email", "orders", -0.4), off("paid_search", "orders", -0.4))
    chosen = routed({"to": ["growth"], "channels": ["paid_search"]}, {"to": ["desk"], "channels": ["email"]})

    assert destinations(chosen, both) == ("growth", "desk")


def test_without_routes_nothing_is_sent() -> None:
    assert destinations(settings(), EMAIL) == ()


def test_patterns_choose_channels_and_kpis() -> None:
    chosen = routed({"to": ["growth"], "channels": ["paid_*"]}, {"to": ["desk"], "kpis": ["back*", "order?"]})

    assert destinations(chosen, opened(off("paid_social", "spend", 0.4))) == ("growth",)
    assert destinations(chosen, EMAIL) == ("desk",)
    assert destinations(chosen, SHOP) == ("desk",)


def test_an_owner_gets_what_her_channels_do() -> None:
    chosen = routed({"to": ["growth"], "owners": ["ana"]}, {"to": ["desk"], "owners": ["@ben"]})
    owned = chosen.model_copy(
        update={"channels": {n: c.model_copy(update={"owner": f"@{n[:3]}"}) for n, c in chosen.channels.items()}}
    )
    owned = owned.model_copy(
        update={"channels": {**owned.channels, "email": owned.channels["email"].model_copy(update={"owner": "@ana"})}}
    )

    assert destinations(owned, EMAIL) == ("growth",)
    assert destinations(owned, SHOP) == ()


def test_a_fallback_gets_what_no_other_route_wants() -> None:
    chosen = routed({"to": ["desk"], "fallback": True}, {"to": ["growth"], "channels": ["email"]})

    assert destinations(chosen, EMAIL) == ("growth",)
    assert destinations(chosen, SHOP) == ("desk",)


def test_what_nobody_would_hear_of_is_known_beforehand() -> None:
    kpis = tuple(settings().kpis)
    least = {"to": ["growth"], "min_severity": "warning"}

    assert unrouted(routed({"to": ["growth"]})) == ()
    assert unrouted(routed({"to": ["growth"], "channels": ["email"]}, {"to": ["desk"], "fallback": True})) == ()
    assert unrouted(routed(least)) == (
        Unrouted(channels=("paid_search", "paid_social", "email", "business"), severities=(Severity.INFO,)),
    )
    assert unrouted(routed({"to": ["growth"], "kpis": ["orders"]}, {"to": ["desk"], "channels": ["*_*"]})) == (
        Unrouted(
            channels=("email", "business"),
            severities=tuple(Severity),
            kpis=tuple(kpi for kpi in kpis if kpi != "orders"),
        ),
    )


NIGHT = datetime(2026, 3, 4, 22, tzinfo=UTC)
MORNING = datetime(2026, 3, 5, 7, tzinfo=UTC)
QUIET = {"quiet": {"after": "20:00", "until": "08:00"}, "timezone": "Europe/Berlin"}


def test_a_message_waits_where_every_route_to_the_destination_is_quiet() -> None:
    chosen = routed({"to": ["growth", "desk"], **QUIET}, {"to": ["desk"]})

    assert not_before(chosen, [EMAIL], ["growth", "desk"], NIGHT) == {"growth": Wait(until=MORNING, why=QUIET_HOURS)}


def test_an_end_that_matters_less_than_its_beginning_keeps_to_the_same_hours() -> None:
    chosen = routed({"to": ["growth"], "min_severity": "warning", **QUIET})

    over = replace(EMAIL, severity=Severity.INFO)

    assert not_before(chosen, [over], ["growth"], NIGHT) == {"growth": Wait(until=MORNING, why=QUIET_HOURS)}


def test_a_destination_without_a_route_any_more_gets_its_end_at_once() -> None:
    assert not_before(settings(), [EMAIL], ["growth"], NIGHT) == {}


def test_a_destination_that_no_route_names_is_advised_about() -> None:
    some = next(iter(settings().destinations))
    plain = settings().model_dump(exclude_unset=True)
    spare = {**plain["destinations"], "spare": {"kind": "inbox"}}
    chosen = Settings.model_validate({**plain, "destinations": spare, "routes": [{"to": [some]}]})
    told = " ".join(routing_advice(chosen))

    assert "no route leads to" in told and "spare" in told
    assert some not in told.partition("no route leads to ")[2].partition(".")[0]


def test_a_destination_of_the_quiet_note_alone_is_not_idle() -> None:
    plain = settings().model_dump(exclude_unset=True)
    names = list(plain["destinations"])
    chosen = Settings.model_validate({**plain, "routes": [{"to": names[:1]}], "upkeep": {"quiet_note": {"to": names}}})

    assert not any("no route leads to" in line for line in routing_advice(chosen))


@pytest.mark.parametrize(("at", "warned"), [("08:00", True), ("09:30", True), ("09:31", False)])
def test_a_digest_that_comes_before_the_numbers_is_advised_about(at: str, warned: bool) -> None:
    plain = settings().model_dump(exclude_unset=True)
    some = next(iter(settings().destinations))
    chosen = Settings.model_validate({**plain, "digests": [{"to": [some], "at": at}]})

    said = list(digest_advice(chosen))

    assert bool(said) is warned
    assert all(f"at {at} it comes before the daily checks of 09:30" in words for words in said)
