"""Messages in every form: 50,000 alerts of any kind against each limit and outside validators, and each hostile name in each message.

What is counted and by whom stands in tests/messages; alerts come from seeds, so that a fault can be made again.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from benchmarks import results
from daemon.alerts.alert import Alert
from tests.hostile import NAMES
from tests.messages import chance
from tests.messages.layouts import LAYOUTS, OURS
from tests.messages.places import MESSAGES, OWNER

ALERTS, SEED = 50_000, 20260302
_PER_TASK = 250
_ACCEPTED_BY = {
    "slack": "slackblocks",
    "slack_webhook": "slackblocks",
    "teams": "Adaptive Card schema 1.4",
    "teams without a card": "Adaptive Card schema 1.4",
    "pagerduty": "schema of its reference",
    "email_smtp": "email.parser (strict), html5lib (strict)",
    **dict.fromkeys(("email_sendgrid", "email_mailgun", "email_postmark", "email_resend"), "html5lib (strict)"),
    "webhook": "json",
    "inbox": "html5lib (strict)",
}


@dataclass(kw_only=True)
class Count:
    """Of one layout. wrong: what was found, how often; example: where the first of each was."""

    messages: int = 0
    largest: int = 0
    over: int = 0
    refused: int = 0
    live: int = 0
    wrong: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Count") -> None:
        """Take another part of the same in."""
        self.messages += other.messages
        self.largest = max(self.largest, other.largest)
        self.over, self.refused, self.live = (
            self.over + other.over,
            self.refused + other.refused,
            self.live + other.live,
        )
        self.wrong += other.wrong


Counts = dict[str, Count]


def run(keep: Path | None = None) -> list[str]:
    """Lines for RESULTS.md. CHANNELWATCH_ALERTS: another number of alerts, for a quick look. keep: see `python -m benchmarks --help`."""
    alerts = int(os.environ.get("CHANNELWATCH_ALERTS", ALERTS))
    seeds = [range(first, min(first + _PER_TASK, alerts)) for first in range(0, alerts, _PER_TASK)]
    names = [NAMES[first : first + 20] for first in range(0, len(NAMES), 20)]
    with ProcessPoolExecutor(max_workers=2) as pool:
        any_alert = _together(pool.map(partial(_kept, keep), seeds))
        hostile = _together(pool.map(_hostile, names))
    for which, counts in (("any alert", any_alert), ("hostile names", hostile)):
        for name, count in counts.items():
            for wrong, times in count.wrong.most_common(5):
                print(f"{which}, {name}: {wrong} ({times} times)", file=sys.stderr)
    return [*_of_any(any_alert, alerts), "", *_of_hostile(hostile)]


def _kept(keep: Path | None, seeds: range) -> Counts:
    """What was counted of these seeds, by now or before."""
    file = None if keep is None else keep / f"{seeds.start}-{seeds.stop}.json"
    if file is not None and file.exists():
        known = json.loads(file.read_text(encoding="utf-8"))
        return {name: Count(**{**count, "wrong": Counter(count["wrong"])}) for name, count in known.items()}
    counts = _any_alerts(seeds)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({name: vars(count) for name, count in counts.items()}), encoding="utf-8")
    return counts


def _any_alerts(seeds: range) -> Counts:
    counts = {name: Count() for name in LAYOUTS}
    for seed in seeds:
        alert = _stored(chance.alert(Random(SEED + seed)))
        for name, layout in LAYOUTS.items():
            count = counts[name]
            message = layout.lay(alert)
            if message is None:
                continue
            size = layout.size(message)
            over = [*layout.over(message), *([f"{size} {layout.unit}"] if size > layout.most else [])]
            refused = layout.refused(message) if layout.refused is not None else []
            count.messages += 1
            count.largest = max(count.largest, size)
            count.over += bool(over)
            count.refused += bool(refused)
            count.wrong.update(f"seed {SEED + seed}: {wrong[:200]}" for wrong in (*over, *refused))
    return counts


def _hostile(names: Iterable[str]) -> Counts:
    counts = {name: Count() for name in LAYOUTS}
    for hostile in names:
        for kind, message in MESSAGES.items():
            alert = _stored(message(hostile))
            for name, layout in LAYOUTS.items():
                count, live = counts[name], layout.alive(alert, ours=OURS, owner=OWNER)
                count.messages += 1
                count.live += bool(live)
                count.wrong.update(f"{kind} {hostile[:60]!a}: {found[:200]}" for found in live)
    return counts


def _stored(alert: Alert) -> Alert:
    """As a destination gets it."""
    return Alert.from_dict(json.loads(json.dumps(alert.to_dict())))


def _together(parts: Iterable[Counts]) -> Counts:
    whole = {name: Count() for name in LAYOUTS}
    for part in parts:
        for name, count in part.items():
            whole[name].add(count)
    return whole


def _of_any(counts: Counts, alerts: int) -> list[str]:
    over, refused = (sum(getattr(c, what) for c in counts.values()) for what in ("over", "refused"))
    return [
        "## Messages in every form",
        "",
        results.headline(f"Messages over a limit, of {alerts:,} alerts in each of {len(counts)} forms", "0", f"{over}"),
        results.headline("Messages that an independent validator refuses, of the same", "0", f"{refused}"),
        "",
        f"{alerts:,} alerts by chance (seed {SEED} on): composed from absurd incidents, summaries, and alerts whose every field holds anything; with emoji,",
        "right-to-left text, names of 10 kB, 5,000 items or dimension values, NaN, nothing at all. Slack's characters are counted over all blocks and `text`,",
        "after escaping, as code points or UTF-16 units, whichever are more.",
        "",
        "| form | messages | largest | at most | over a limit | refused | by |",
        "|---|---:|---:|---|---:|---:|---|",
        *(
            f"| {name} | {c.messages:,} | {c.largest:,} | {_at_most(name)} | {c.over} | {c.refused} | {_ACCEPTED_BY.get(name, '')} |"
            for name, c in counts.items()
        ),
    ]


def _at_most(name: str) -> str:
    layout = LAYOUTS[name]
    return f"{layout.most:,} {layout.unit}" if layout.most < 10**9 else layout.unit


def _of_hostile(counts: Counts) -> list[str]:
    live, messages = (sum(getattr(c, what) for c in counts.values()) for what in ("live", "messages"))
    names, kinds, forms = len(set(NAMES)), len(MESSAGES), len(counts)
    return [
        results.headline(
            f"Messages with a live mention, link, tag or header of a stranger's: {names} hostile names in every place of {kinds} kinds of message, {forms} forms",
            "0",
            f"{live} of {messages:,}",
        ),
        "",
        "Read back as its receiver would: Block Kit's mrkdwn, CommonMark for cards, an HTML parser, the mail parser, JSON; and what clients make links of by themselves.",
        "",
        "| form | messages | live |",
        "|---|---:|---:|",
        *(f"| {name} | {c.messages:,} | {c.live} |" for name, c in counts.items()),
    ]
