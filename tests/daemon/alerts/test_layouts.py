"""Every form of every alert: within its limits, accepted by validators that are not ours, and nothing of a stranger's is live.

`python -m benchmarks layouts` counts the same over 50,000 alerts and every name in every kind of message.
"""

import json
import os
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.alerts.alert import Alert
from tests.daemon.alerts.strategies import alerts
from tests.hostile import NAMES
from tests.messages import chance
from tests.messages.layouts import LAYOUTS, OURS
from tests.messages.places import MESSAGES, OWNER

LOTS = settings(
    max_examples=int(os.environ.get("CHANNELWATCH_EXAMPLES", "20")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("name", LAYOUTS)
@LOTS
@given(st.one_of(alerts, st.integers(0, 10**9).map(lambda seed: chance.alert(Random(seed)))))
def test_any_alert_keeps_every_limit_and_is_accepted(name: str, alert: Alert) -> None:
    assert LAYOUTS[name].against(alert) == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_hostile_name_stays_text(name: str) -> None:
    """Some of them: each goes out to each destination in tests/daemon/destinations/test_hostile_names.py."""
    kinds = list(MESSAGES.values())
    for i, hostile in enumerate(NAMES[::7]):
        message = kinds[i % len(kinds)](hostile)
        assert LAYOUTS[name].against(message) == []
        assert LAYOUTS[name].alive(message, ours=OURS, owner=OWNER) == [], hostile


@pytest.mark.parametrize("kind", MESSAGES)
def test_what_strangers_wrote_is_cleaned_whoever_makes_the_message(kind: str) -> None:
    alert = MESSAGES[kind]("\u202ea\ud800\r\nBcc:\x1b[1m b\u200b")

    kept = json.dumps(alert.to_dict() | {"incident_id": ""}, ensure_ascii=False).replace("\\n", "")
    assert [c for c in "\u202e\ud800\u200b\x1b\r" if c in kept] == []
