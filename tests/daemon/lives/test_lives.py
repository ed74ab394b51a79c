"""Any story: whoever heard of a beginning hears of its end, once; and nothing overtakes, doubles or speaks out of turn."""

import os

from hypothesis import HealthCheck, settings

from tests.daemon.lives.story import Story

Story.TestCase.settings = settings(
    max_examples=int(os.environ.get("CHANNELWATCH_EXAMPLES", "60")),
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestStory = Story.TestCase
