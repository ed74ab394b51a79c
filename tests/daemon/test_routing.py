from dataclasses import replace
from typing import Any

import pytest

from config.outputs import Severity
from config.settings import Settings
from daemon.routing import destinations
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
