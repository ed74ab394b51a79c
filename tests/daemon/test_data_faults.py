import numpy as np
import pytest

from daemon.data_faults import fault_findings
from daemon.sources.problems import DataProblem, ProblemKind
from detectors.finding import Shape
from tests.builders.troubles import day, view

NAN = float("nan")


def problem(
    kind: ProblemKind = ProblemKind.LATE,
    *,
    channel: str | None = "email",
    since: int = 4,
    periods: int = 1,
    until: int | None = None,
    overdue: bool = True,
    check: str = "web",
) -> DataProblem:
    return DataProblem(
        check=check,
        channel=channel,
        kind=kind,
        periods=tuple(str(since + n) for n in range(periods)),
        detail="",
        since=day(since),
        until=None if until is None else day(until),
        overdue=overdue,
    )


VIEW = view(
    {("email", "clicks"): [100] * 4 + [NAN], ("email", "orders"): [100] * 4 + [NAN], ("direct", "orders"): [100] * 5}
)


def test_only_what_is_overdue_is_a_finding() -> None:
    assert fault_findings([problem(overdue=False)], {"web": VIEW}) == []


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        (ProblemKind.LATE, Shape.MISSING),
        (ProblemKind.MISSING, Shape.MISSING),
        (ProblemKind.PARTIAL, Shape.MISSING),
        (ProblemKind.DUPLICATE, Shape.DUPLICATE),
        (ProblemKind.FROZEN, Shape.FLATLINE),
        (ProblemKind.RESTATED, Shape.RESTATED),
    ],
)
def test_every_kind_of_problem_has_its_shape(kind: ProblemKind, shape: Shape) -> None:
    assert [f.shape for f in fault_findings([problem(kind)], {"web": VIEW})] == [shape]


def test_a_channel_is_told_by_what_people_ask_for_first() -> None:
    [found] = fault_findings([problem()], {"web": VIEW})

    assert (found.key.channel, found.key.kpi) == ("email", "orders")


def test_a_problem_of_the_whole_table_is_one_finding_for_each_channel() -> None:
    assert [f.key.channel for f in fault_findings([problem(channel=None)], {"web": VIEW})] == ["email", "direct"]


def test_what_goes_on_has_no_end_whatever_periods_are_listed_and_a_hole_has_ended() -> None:
    [late], [hole] = (
        fault_findings([p], {"web": VIEW})
        for p in (problem(since=2), problem(ProblemKind.MISSING, since=1, periods=2, until=3))
    )

    assert (late.start, late.end) == (day(2), None)
    assert (hole.start, hole.end) == (day(1), day(3))


def test_what_was_seen_counts_from_the_start_of_the_problem_to_its_end() -> None:
    halves = view({("email", "orders"): [100, 100, NAN, NAN]}, reported=np.array([[100.0, 100.0, 40.0, 60.0]]))
    [going_on] = fault_findings([problem(ProblemKind.PARTIAL, since=2, periods=1)], {"web": halves})
    [over] = fault_findings([problem(ProblemKind.PARTIAL, since=2, until=3)], {"web": halves})

    assert (going_on.observed, over.observed) == (50, 40)


def test_what_is_missing_shows_as_nothing_against_what_was_expected_before() -> None:
    [found] = fault_findings([problem()], {"web": VIEW})

    assert (found.observed, found.expected, found.relative_change) == (0.0, 100.0, -1.0)


def test_what_was_counted_twice_shows_as_the_table_says_it() -> None:
    doubled = view({("email", "orders"): [100, 100, NAN]}, reported=np.array([[100.0, 100.0, 200.0]]))
    [found] = fault_findings([problem(ProblemKind.DUPLICATE, since=2)], {"web": doubled})

    assert (found.observed, found.expected) == (200.0, 100.0)


def test_problems_without_periods_without_a_view_or_beyond_the_axis_are_no_findings() -> None:
    cases = [problem(periods=0), problem(check="other"), problem(channel="stores"), problem(since=5)]

    assert fault_findings(cases, {"web": VIEW}) == []
