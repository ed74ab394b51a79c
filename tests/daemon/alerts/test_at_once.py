"""The list of what began in a storm besides the most urgent."""

from dataclasses import replace

import pytest

from config.outputs import Severity
from daemon.alerts import plain
from daemon.alerts.summary import MOST_ITEMS, at_once
from daemon.model import Listed
from tests.builders_alerts import checkout_failing

LISTED = Listed(id="at-once-1", at=checkout_failing().now, to=("growth",))


def test_the_others_stand_in_one_message_most_urgent_first_with_how_many_more() -> None:
    story = checkout_failing()
    stories = [
        replace(
            story, incident=replace(story.incident, id=f"i{n}", severity=Severity.CRITICAL if n < 3 else Severity.INFO)
        )
        for n in range(37)
    ]

    alert = at_once(stories, LISTED)

    assert alert.headline == "37 more things began at once, 3 of them critical"
    assert alert.severity is Severity.CRITICAL
    assert len(alert.items) == MOST_ITEMS + 1
    assert alert.items[-1] == f"And {37 - MOST_ITEMS} more"
    assert "told one by one" in plain.text(alert)
    assert alert.incident_id == "at-once-1"


def test_without_anything_there_is_no_list() -> None:
    with pytest.raises(ValueError, match="nothing else"):
        at_once([], LISTED)
