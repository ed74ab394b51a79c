"""Simulate, configure, replay day by day, deliver over HTTP, and count what was found against what was planted."""

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import Progress

from benchmarks.scoring import Event, score
from daemon import answers
from daemon.alerts.alert import Alert
from daemon.alerts.terminal import layout
from daemon.app import App, open_app
from daemon.commands.options import DEFAULT_CONFIG
from daemon.cycle import run_cycle
from daemon.inbox import received, save
from daemon.logs import set_up
from daemon.outbox import deliver_due
from daemon.periods import ticks
from daemon.redact import Redactor
from daemon.store import incidents as stored
from daemon.store import outbox_totals
from daemon.store.deliveries import State
from demo.receiver import Receiver

OUT = Path("out/demo")
# The truth speaks of tables; a table without channels is one channel, or (None) the whole business.
_CHANNEL_OF_TABLE = {
    "stores": "stores",
    "call_centre": "call_centre",
    "email": "email",
    "organic": "organic_search",
    "app": "app",
}
# How long deliveries may take at the end, in seconds.
_DRAIN_SECONDS = 20.0
WEEKS_PER_MONTH = 4.35

console = Console()


def main() -> int:
    """Run the demo; 1 when a problem was missed, more alerts were false than promised, or a message did not arrive."""
    begun = time.perf_counter()
    set_up(Redactor(), level="ERROR")
    shutil.rmtree(OUT, ignore_errors=True)
    tables = OUT / "tables"
    _say("Simulating fourteen months of an omnichannel retailer ...")
    subprocess.run([sys.executable, "-m", "simulator", str(tables)], check=True, stdout=subprocess.DEVNULL)
    truth = json.loads((tables / "truth.json").read_text(encoding="utf-8"))
    (tables / "truth.json").rename(OUT / "truth.json")
    config = OUT / DEFAULT_CONFIG
    _say(f"channelwatch init --from {tables} --output {config}")
    subprocess.run(
        [
            Path(sys.executable).with_name("channelwatch"),
            "init",
            "--from",
            tables,
            "--output",
            config,
            "--timezone",
            truth["timezone"],
            "--currency",
            truth["currency"],
        ],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    with Receiver() as slack:
        os.environ |= {
            "CHANNELWATCH_DESTINATIONS__SLACK__KIND": "slack_webhook",
            "CHANNELWATCH_DESTINATIONS__SLACK__URL": slack.url,
            "CHANNELWATCH_ROUTES": json.dumps([{"to": ["slack", "inbox"]}]),
        }
        app = open_app(config, many_cycles=True)
        try:
            _replay(app, truth)
        finally:
            app.watch.workers.close()
        _drain(app)
        alerts = received(app.store)
        for alert in reversed(alerts):
            console.print(layout(alert))
        save(OUT / "inbox.html", alerts, app.watch.zone)
        return _count(app, truth, alerts, slack, time.perf_counter() - begun)


def _replay(app: App, truth: dict[str, Any]) -> None:
    """Every cycle of the simulated nine weeks, each delivering what it decided, as the service does."""
    start = datetime.fromisoformat(truth["first_pull"]).astimezone(UTC)
    end = datetime.combine(
        _last(truth) + timedelta(days=2), datetime.min.time(), ZoneInfo(truth["timezone"])
    ).astimezone(UTC)
    moments = list(ticks(app.settings, start, end))
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        for now, checks in bar.track(moments, description="Replaying nine weeks, a cycle a day"):
            due = app.watch.with_unjudged_periods(checks, now)
            if due:
                run_cycle(app.watch, due, now)
                deliver_due(app.post)


def _drain(app: App) -> None:
    """Send what had to wait: the first messages met a busy and a broken server."""
    ends = time.monotonic() + _DRAIN_SECONDS
    while _open(app) and time.monotonic() < ends:
        deliver_due(app.post)
        time.sleep(0.2)


def _open(app: App) -> int:
    with app.store.reading() as connection:
        return sum(
            count
            for (_, state), count in outbox_totals.counts(connection).items()
            if state not in (State.SENT, State.COLLAPSED)
        )


def _count(app: App, truth: dict[str, Any], alerts: list[Alert], slack: Receiver, seconds: float) -> int:
    with app.store.reading() as connection:
        incidents = [answers.incident(i, app.watch.zone) for i in stored.recent(connection) if not i.known_at_start]
    events = [_event(i) for i in truth["incidents"]]
    first = datetime.fromisoformat(truth["first_pull"]).date()
    scored = score("demo", incidents, events, (first, _last(truth)))
    found = [o for o in scored.outcomes if o.found]
    promised = app.settings.tuning.defaults.sensitivity * scored.weeks / WEEKS_PER_MONTH
    undelivered = _open(app)
    _say(
        f"\nPlanted {len(events)} problems: {len(found)} found, {len(events) - len(found)} missed; the right cause "
        f"came first for {sum(o.rank == 1 for o in found)}, among the first three for {sum(o.named for o in found)}."
    )
    _say(
        f"False alerts: {len(scored.false)} in {scored.weeks:.0f} weeks, at most {promised:.0f} were promised. "
        "Silent as they should be: a promotion, holidays, late rows, a filling column."
    )
    for line in (
        *(f"missed: {o.event.name}" for o in scored.outcomes if not o.found),
        *(f"false: {title}" for title in scored.false),
        *(f"cause: {o.event.name}: said {', '.join(o.said) or 'nothing'}" for o in found if o.rank != 1),
    ):
        _say(f"  {line}")
    _say(
        f"{len(alerts)} messages; {len(slack.messages)} of them arrived at the webhook over HTTP although it refused {slack.refused} times; "
        f"{undelivered} undelivered."
    )
    _say(
        f"{seconds:.0f} seconds. The inbox with charts: {OUT / 'inbox.html'}   the configuration: {OUT / DEFAULT_CONFIG}"
    )
    return int(len(found) < len(events) or len(scored.false) > promised or undelivered > 0)


def _event(incident: dict[str, Any]) -> Event:
    tables = {a["table"] for a in incident["affected"]}
    channels: set[str | None] = set(incident["channels"]) or {_CHANNEL_OF_TABLE.get(t) for t in tables}
    if len(incident["channels"]) > 1:
        channels.add(None)
    start = date.fromisoformat(incident["start"])
    return Event(
        name=f"{incident['cause']} from {incident['start']}",
        start=start,
        end=date.fromisoformat(incident["end"]),
        channels=frozenset(channels),
        causes=frozenset({incident["cause"]}),
        due=start + timedelta(days=1),
    )


def _last(truth: dict[str, Any]) -> date:
    return date.fromisoformat(truth["start"]) + timedelta(days=truth["days"] - 1)


def _say(text: str) -> None:
    console.print(text, highlight=False)


if __name__ == "__main__":  # worker processes import this file too
    sys.exit(main())
