"""10,000 random stories of incidents, people, destinations and crashes: what people were told must make sense in all of them.

A story is up to 20 steps: days with whatever cycles may see, answers, silences, other routes, destinations that fail in every
way, ends of the program while it sends (tests/daemon/lives/story.py). Hypothesis makes them up.
"""

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from benchmarks.results import headline
from daemon import logs
from daemon.redact import Redactor
from tests.daemon.lives.story import Story

STORIES, STEPS, SEED = 10_000, 20, 20260302


def run(stories: int = STORIES) -> list[str]:
    """So many stories. A story that goes wrong is printed, and ends the measure with its error."""
    logs.set_up(Redactor(()), level="CRITICAL")
    Story.told.clear()
    run_state_machine_as_test(
        seed(SEED)(Story),
        settings=settings(
            max_examples=stories,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    told = Story.told
    messages = {name.partition(": ")[2]: count for name, count in told.items() if name.startswith("messages")}
    return [
        "## Stories of incidents",
        "",
        headline(
            "stories in which somebody heard no end, two ends, an end without a beginning, or anything too late or in silence",
            "0",
            f"0 of {told['stories']:,}",
        ),
        "",
        f"{told['incidents']:,} incidents, {sum(messages.values()):,} messages at three destinations "
        f"({', '.join(f'{count:,} {name}' for name, count in sorted(messages.items(), key=lambda item: -item[1]))}), "
        f"{told['starts after a crash']:,} new starts after the program had ended while it sent. Seed {SEED}.",
    ]
