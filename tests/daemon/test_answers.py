import json
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from daemon import answers
from daemon.model import Cause, Impact, Where
from detectors.finding import NotJudged, Reason
from detectors.panel import SeriesKey
from tests.builders.troubles import BERLIN, day, off, opened

_FULL = replace(
    opened(off("paid_search", "orders", -0.42, device="mobile"), off(None, "orders", -0.3, end=2)),
    title="Orders -30 %",
    causes=(
        Cause(
            id="checkout_failure",
            title="checkout failing",
            probability=0.71,
            supporting=("a",),
            against=("b",),
            verify=("c",),
            actions=("d",),
        ),
        Cause(id="unknown", title="no known cause fits", probability=0.29),
    ),
    causes_at_open=(Cause(id="unknown", title="no known cause fits", probability=1.0),),
    consequences=(off(None, "cvr", -0.3),),
    where=(Where(segment=(("channel", ("paid_search",)), ("device", ("mobile", "tablet"))), share=0.8341),),
    impact=Impact(
        kpi="revenue", unit="EUR", to=day(2), value=-21400.0, lower=-26000.0, upper=-17000.0, recorded_value=-21400.0
    ),
)

_INCIDENT = {
    "id": str,
    "status": str,
    "severity": str,
    "title": str,
    "first_detected_at": str,
    "started_at": str,
    "ended_at": (str, type(None)),
    "findings": list,
    "causes": list,
    "where": list,
    "impact": (dict, type(None)),
}
_FINDING = {
    "channel": (str, type(None)),
    "kpi": str,
    "segment": dict,
    "shape": str,
    "start": str,
    "end": (str, type(None)),
    "observed": float,
    "expected": float,
    "lower": float,
    "upper": float,
    "relative_change": float,
    "p_value": float,
}
_CAUSE = {"id": str, "probability": float, "for": list, "against": list, "verify": list, "actions": list}
_IMPACT = {"kpi": str, "value": float, "lower": float, "upper": float, "unit": str, "to": str, "recorded_value": float}
# Beside the contract: the pace, and what it comes to by the end of the month.
_OF_PACE = {"per_day", "month_end"}
# Beside the contract: derived KPIs that moved along, the KPI tree, whether it began before the first sight, ads spent in vain.
_OURS = {"known_at_start", "consequences", "tree", "spend_at_risk_per_day", "changes", "shifts"}


def has_shape(value: dict[str, Any], shape: dict[str, Any]) -> bool:
    return value.keys() == shape.keys() and all(isinstance(value[k], t) for k, t in shape.items())


def test_an_incident_has_the_keys_and_types_of_the_contract() -> None:
    answer = answers.incident(_FULL, BERLIN)

    assert has_shape({k: v for k, v in answer.items() if k not in _OURS}, _INCIDENT)
    assert answer.keys() >= _OURS
    assert all(has_shape(f, _FINDING) for f in answer["findings"])
    assert all(has_shape(c, _CAUSE) for c in answer["causes"])
    assert answer["where"] == [{"segment": {"channel": "paid_search", "device": ["mobile", "tablet"]}, "share": 0.834}]
    assert has_shape({k: v for k, v in answer["impact"].items() if k not in _OF_PACE}, _IMPACT)
    assert answer["impact"].keys() >= _OF_PACE


def test_only_a_backtest_tells_the_causes_at_open() -> None:
    assert "causes_at_open" not in answers.incident(_FULL, BERLIN)
    assert answers.incident(_FULL, BERLIN, causes_at_open=True)["causes_at_open"] == [
        {"id": "unknown", "probability": 1.0, "for": [], "against": [], "verify": [], "actions": []}
    ]


def test_instants_carry_the_local_offset_so_that_ten_characters_are_the_local_day() -> None:
    started = datetime(2025, 10, 14, tzinfo=BERLIN)
    answer = answers.incident(
        replace(_FULL, started_at=started, ended_at=datetime(2025, 10, 27, tzinfo=BERLIN)), BERLIN
    )

    assert answer["started_at"] == "2025-10-14T00:00:00+02:00"
    assert answer["ended_at"] == "2025-10-27T00:00:00+01:00"
    assert (
        answers.incident(replace(_FULL, started_at=started), ZoneInfo("UTC"))["started_at"]
        == "2025-10-13T22:00:00+00:00"
    )


def test_without_impact_there_is_null() -> None:
    assert answers.incident(replace(_FULL, impact=None), BERLIN)["impact"] is None


def test_at_most_fifty_findings_the_worst_first() -> None:
    many = tuple(off("email", "orders", -0.4, campaign=str(n)) for n in range(80))
    answer = answers.incident(replace(_FULL, findings=many), BERLIN)

    assert [f["segment"]["campaign"] for f in answer["findings"]] == [str(n) for n in range(50)]


_any = st.floats(allow_nan=True, allow_infinity=True)


@given(_any, _any, _any)
def test_what_is_no_number_is_null_and_never_nan(observed: float, expected: float, p_value: float) -> None:
    finding = replace(
        off("email", "orders", -0.4),
        observed=observed,
        expected=expected,
        lower=observed,
        upper=expected,
        p_value=p_value,
    )
    impact = Impact(
        kpi="revenue", unit="EUR", to=day(1), value=observed, lower=expected, upper=p_value, recorded_value=observed
    )

    text = json.dumps(answers.incident(replace(_FULL, findings=(finding,), impact=impact), BERLIN), allow_nan=False)

    assert json.loads(text)["id"] == _FULL.id


def test_what_was_not_judged_says_why() -> None:
    key = SeriesKey("web", "email", "orders", (("device", "mobile"),))

    assert answers.not_judged(
        [NotJudged(key, Reason.TOO_SHORT, "12 periods of history, 28 needed"), NotJudged(key, Reason.MUTED)]
    ) == [
        {
            "channel": "email",
            "kpi": "orders",
            "segment": {"device": "mobile"},
            "reason": "too little history: 12 periods of history, 28 needed",
        },
        {"channel": "email", "kpi": "orders", "segment": {"device": "mobile"}, "reason": "muted"},
    ]
