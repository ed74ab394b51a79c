"""Whatever a company's tables hold, the ranking answers and the sentences stay sentences."""

import re
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from config.causes import shipped
from daemon.alerts.reason_words import Speaker
from daemon.alerts.reasons import against, steady, supporting
from detectors.causes.evidence import gather
from detectors.causes.rank import rank
from detectors.panel import KpiType, SeriesKey
from detectors.segments.movement import Form, Moved, Movement
from tests.builders.movements import START, finding_of

RECORDS = shipped().records()
_ROLES = [
    "orders",
    "sessions",
    "clicks",
    "spend",
    "impressions",
    "backoffice_orders",
    "checkouts",
    "cvr",
    "page_load",
    "sent",
    "footfall",
    "error_rate",
    "revenue",
]
_NUMBERS = st.one_of(st.floats(0, 1e9), st.sampled_from([0.0, float("nan"), 1e-12]))
_MOVEMENTS = st.builds(
    lambda role, channel, segment, kind, observed, expected, change, noise, state: Movement(
        key=SeriesKey("web", channel, role, segment),
        role=role,
        type=kind,
        observed=observed,
        expected=expected,
        lower=expected,
        upper=expected,
        change=change,
        noise=noise,
        periods=1,
        state=state,
        forms=frozenset({Form.STEP}),
    ),
    st.sampled_from(_ROLES),
    st.sampled_from([None, "paid_search", "email", "direct", "x"]),
    st.sampled_from([(), (("device", "mobile"),), (("device", "desktop"),), (("campaign", "Brand <b>"),)]),
    st.sampled_from(KpiType),
    _NUMBERS,
    _NUMBERS,
    st.one_of(st.floats(-4.6, 4.6), st.just(float("nan"))),
    st.one_of(st.floats(0, 1e6), st.just(float("nan"))),
    st.sampled_from(Moved),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_MOVEMENTS, min_size=1, max_size=25))
def test_broken_numbers_never_break_the_ranking_nor_reach_a_sentence(rows: list[Movement]) -> None:
    found = gather(
        rows, findings=[finding_of(rows[0])], kinds={"paid_search": "paid", "email": "owned", "direct": "direct"}
    )
    speaker = Speaker(evidence=found, started_at=START, zone=ZoneInfo("UTC"))
    ranked = rank(RECORDS, found)
    told = [
        s for r in ranked[:8] for s in (*supporting(r.supporting, speaker), *against(r.against, r.unobserved, speaker))
    ] + list(steady(found, speaker))

    assert abs(sum(r.probability for r in ranked) - 1) < 1e-9
    assert all(re.fullmatch(r"[A-Z].*\.", s) for s in told)
    assert not [s for s in told if re.search(r"\bnan\b|\binf\b|unknown", s)]
