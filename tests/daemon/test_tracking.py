from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from daemon.late_news import late_news
from daemon.model import Incident, Status
from daemon.tracking import assign, may_return, sighting
from detectors.cadence import Cadence, Unit
from detectors.finding import Finding
from detectors.pace import pace_of
from tests.builders.troubles import DAY, day, off, opened, settings, sighted

NAN = float("nan")
PACE = pace_of(Cadence(Unit.DAY))
EMAIL = off("email", "orders", -0.4)


def homes(new: Sequence[Finding], *known: Incident) -> list[str | None]:
    given = assign(sighted(*new), [(i, sighted(*i.everything)) for i in known])
    return [a.incident.id if a.incident else None for a in given]


def test_a_finding_of_an_open_incident_joins_it_and_a_stranger_opens_another() -> None:
    assert homes([off("email", "revenue", -0.4), off("paid_search", "cpc", 0.5)], opened(EMAIL)) == ["i", None]


def test_what_begins_later_in_another_channel_is_not_swallowed() -> None:
    assert homes(
        [off("paid_search", "orders", -0.4, start=6)], opened(EMAIL, off("direct", "orders", -0.4, start=2))
    ) == [None]


def test_the_own_series_lead_home_before_age_and_kinship() -> None:
    older = opened(off("direct", "orders", -0.4), name="older")
    own = opened(off("email", "orders", -0.4, start=1), name="own")

    assert (
        homes([off("email", "orders", -0.4, start=1)], older, own)
        == homes([off("email", "orders", -0.4, start=1)], own, older)
        == ["own"]
    )


def test_of_two_related_incidents_the_open_and_older_one_is_home_whatever_their_order() -> None:
    older, newer = (
        opened(off("direct", "orders", -0.4), name="a"),
        opened(off("email", "orders", -0.4, start=1), name="b"),
    )
    closed = replace(older, status=Status.RESOLVED, ended_at=day(1))
    found = [off("paid_search", "orders", -0.4, start=1)]

    assert homes(found, newer, older) == homes(found, older, newer) == ["a"]
    assert homes(found, closed, newer) == ["b"]


def test_a_trouble_may_return_for_three_periods_unless_it_became_the_base() -> None:
    short = replace(opened(EMAIL), status=Status.RESOLVED, ended_at=day(3))
    long = replace(short, ended_at=day(PACE.absorb), new_base=True)

    assert may_return(short, DAY, day(7)) and not may_return(short, DAY, day(7) + timedelta(hours=1))
    assert not may_return(long, DAY, day(PACE.absorb + 1))
    assert not may_return(opened(EMAIL), DAY, day(2))


def test_a_kpi_that_settles_late_opens_nothing_of_its_own_for_a_trouble_that_was_over() -> None:
    slow = settings()
    slow.kpis["orders"] = slow.kpis["orders"].model_copy(update={"settle_periods": 7})
    over = replace(opened(off("email", "clicks", -0.4)), status=Status.RESOLVED, ended_at=day(3))
    belated, anew, of_others, quick = (
        sighting(f, slow, DAY)
        for f in (
            off("email", "orders", -0.4, start=1, end=3),
            off("email", "orders", -0.4, start=4),
            off("direct", "page_load", 0.4, start=1, end=3),
            off("email", "sessions", -0.4, start=1, end=3),
        )
    )
    ended = [(over, sighted(*over.everything))]

    late = late_news([belated, anew, of_others, quick], ended, slow, day(10))
    assert [(one, told_by.id) for one, told_by in late] == [(belated, ended[0][0].id)]

    beyond = sighting(off("email", "orders", -0.4, start=1, end=5), slow, DAY)
    much_later = late_news([belated, beyond], ended, slow, day(15))
    assert [one for one, _ in much_later] == [belated], "what lies within the time of it is never news again"


def test_a_role_comes_from_the_configuration_and_a_ratio_knows_its_parts() -> None:
    cvr, unknown = (sighting(off("email", k, -0.3), settings(), DAY) for k in ("cvr", "mystery"))

    assert (cvr.role, cvr.parts) == ("cvr", frozenset({"orders", "sessions"}))
    assert (unknown.role, unknown.parts) == ("mystery", frozenset())


def test_a_series_of_an_open_trouble_goes_home_however_it_is_dated_and_the_other_way_it_does_not() -> None:
    whole = opened(off(None, "orders", -0.3, start=4), off("email", "orders", -0.2, start=6))

    assert homes([off("email", "orders", -0.2)], whole) == ["i"]
    assert homes([off("email", "orders", 0.9)], whole) == [None]
