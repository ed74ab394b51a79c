"""What must hold of every ranking."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.causes import shipped
from detectors.causes.evidence import gather
from detectors.causes.funnel import funnel_of
from detectors.causes.graded import Grade, Match
from detectors.causes.rank import Ranked, rank, score
from detectors.causes.record import CauseRecord
from detectors.causes.tokens import Token
from tests.builders.movements import everywhere, evidence, moved, rows_of, signature, world_of

RECORDS = shipped().records()
BY_ID = {c.id: c for c in RECORDS}
_MEASURED = [t for c in RECORDS for t in signature(c) if t.kpi not in ("value", "event_count", "row_count")]


def _scores(found: tuple[Ranked, ...]) -> dict[str, float]:
    return {r.id: r.score for r in found}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(_MEASURED), min_size=1, max_size=12))
def test_probabilities_sum_to_one_with_unknown_among_them(tokens: list[Token]) -> None:
    found = rank(RECORDS, world_of(tokens))

    assert sum(r.probability for r in found) == pytest.approx(1.0)
    assert all(0 <= r.probability < 0.98 or r.id == "unknown" for r in found)
    assert [r.probability for r in found] == sorted((r.probability for r in found), reverse=True)
    assert len({r.id for r in found}) == len(RECORDS) + 1


def test_nothing_observed_leaves_only_unknown_worth_naming() -> None:
    assert rank(RECORDS, evidence([moved("nps", -0.3)]))[0].id == "unknown"


def _without(tokens: list[Token], kpi: str) -> list[Token]:
    return [t for t in tokens if t.kpi != kpi]


@pytest.mark.parametrize("cause", [c for c in RECORDS if len(c.necessary) > 2 and not c.moves], ids=lambda c: c.id)
def test_an_unobserved_necessary_mark_lowers_a_cause_but_does_not_veto_it(cause: CauseRecord) -> None:
    hidden = cause.necessary[-1].kpi
    found = rank(RECORDS, world_of(_without(signature(cause), hidden), kind=min(cause.kinds, default="paid")))

    assert cause.id in [r.id for r in found if r.id != "unknown"][:3]


_NOTHING_RAISED = gather([], findings=[])
_NO_FUNNEL = funnel_of(_NOTHING_RAISED)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_mark_that_turns_out_contrary_never_raises_its_cause(data: st.DataObject) -> None:
    cause = data.draw(st.sampled_from(RECORDS))
    asked = (*cause.necessary, *cause.supporting)
    known = {t: _drawn(data, t) for t in (*asked, *cause.contradicting)}
    turned = data.draw(st.sampled_from(asked))
    worse = known | {turned: Match(token=turned, grade=Grade.CONTRARY)}

    assert (
        score(cause, worse, _NOTHING_RAISED, _NO_FUNNEL).score
        <= score(cause, known, _NOTHING_RAISED, _NO_FUNNEL).score + 1e-9
    )


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_contradiction_that_shows_never_raises_its_cause(data: st.DataObject) -> None:
    cause = data.draw(st.sampled_from([c for c in RECORDS if c.contradicting]))
    known = {t: _drawn(data, t) for t in (*cause.necessary, *cause.supporting, *cause.contradicting)}
    shown = data.draw(st.sampled_from(cause.contradicting))
    worse = known | {shown: Match(token=shown, grade=Grade.FITS, degree=1.0)}

    assert (
        score(cause, worse, _NOTHING_RAISED, _NO_FUNNEL).score
        <= score(cause, known, _NOTHING_RAISED, _NO_FUNNEL).score + 1e-9
    )


def _drawn(data: st.DataObject, token: Token) -> Match:
    grade = data.draw(st.sampled_from([Grade.FITS, Grade.PARTLY, Grade.UNOBSERVED, Grade.FLAT, Grade.CONTRARY]))
    degree = {Grade.FITS: 1.0, Grade.PARTLY: 0.6}.get(grade, 0.0)
    return Match(token=token, grade=grade, degree=degree)


def test_a_cause_of_paid_channels_loses_where_only_the_mailing_moved() -> None:
    row = moved("sessions", -0.6, channel="email")
    in_mail = {r.id: r.probability for r in rank(RECORDS, evidence([row, moved("sessions", 0.0, channel="direct")]))}
    in_ads = {
        r.id: r.probability
        for r in rank(
            RECORDS,
            evidence(
                [replace(row, key=replace(row.key, channel="paid_search")), moved("sessions", 0.0, channel="direct")]
            ),
        )
    }

    assert in_mail["budget_cut_or_pause"] < in_ads["budget_cut_or_pause"]


def test_many_marks_that_tell_of_one_thing_do_not_make_certainty() -> None:
    rows = [
        row for role in ("orders", "revenue", "cvr", "roas", "platform_conversions") for row in everywhere(role, -0.5)
    ]

    assert rank(RECORDS, evidence(rows))[0].probability < 0.8


def test_an_alarm_of_the_usual_size_fits_better_than_one_of_another_size() -> None:
    cause = replace(BY_ID["competitor_offer"], typical=(0.04, 0.4))
    small, large = (
        _scores(rank([cause], evidence(everywhere("cvr", size) + everywhere("sessions", 0.0))))[cause.id]
        for size in (-0.3, -0.9)
    )

    assert small > large


def test_the_same_evidence_gives_the_same_ranking() -> None:
    rows = rows_of(Token.parse("orders:down@all_channels~step"))

    assert rank(RECORDS, evidence(rows)) == rank(RECORDS, evidence(rows))
