"""The service on a booted machine, installed by the guide's own commands, and the Slack that it writes to."""

import json
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.process import business
from tests.receiver import OK, Answer, Receiver, Request
from tests.systemd.container import ROOT, Machine, booted
from tests.systemd.guide import commands

CHECKOUT = "/root/channelwatch"
YAML = "/etc/channelwatch/channelwatch.yaml"
DROP_IN = "/etc/systemd/system/channelwatch.service.d/test.conf"
CONFIG = """\
timezone: UTC
currency: GBP
channels: {email: {kind: owned}, paid_search: {kind: paid}}
kpis:
  sessions: {type: count, good: up}
  orders: {type: count, good: up}
  revenue: {type: amount, good: up, unit: GBP}
sources: {tables: {kind: files, path: /srv/exports}}
checks:
  marketing_daily:
    source: tables
    table: marketing_daily.csv
    cadence: day
    at: "00:00"
    period: date
    channel_column: channel
    columns: {sessions: sessions, orders: orders, revenue: revenue}
destinations: {growth: {kind: slack_webhook, url: "${SLACK_WEBHOOK_URL}"}, inbox: {kind: inbox}}
routes: [{to: [growth, inbox]}]
"""


class Service:
    """The installed service, and the Slack that it writes to."""

    def __init__(self, machine: Machine, slack: Receiver, hurry: threading.Event) -> None:
        """Without `hurry`, Slack takes three seconds for an answer."""
        self.machine, self.slack, self.hurry = machine, slack, hurry
        self.install_said = ""

    def install(self) -> None:
        """Run the guide's Install; keep what its look at the service printed."""
        *lines, follow = commands("Install")
        assert follow == "journalctl -u channelwatch -f"
        for line in lines:
            code, self.install_said = self.machine.attempt(line, stdin=self.slack.url + "\n", cwd=CHECKOUT)
            if code:
                journal = self.machine.attempt("journalctl -u channelwatch -n 50")[1]
                raise AssertionError(f"{line}\n{self.install_said}\n{journal}")

    def show(self, name: str) -> str:
        """One property, as systemd knows it."""
        return self.machine.run(f"systemctl show channelwatch -p {name} --value").strip()

    def settings(self, *lines: str) -> None:
        """Give the unit settings for one test, and start it with them."""
        self.machine.write(DROP_IN, "\n".join(["[Service]", *lines, ""]))
        self.machine.run("systemctl daemon-reload && systemctl restart channelwatch")

    def journal(self, *matches: str, since: str = "") -> list[dict[str, Any]]:
        """Entries of the service, the oldest first."""
        after = f"--since={since}" if since else ""
        said = self.machine.run(f"journalctl -q -u channelwatch -o json -a {after} {' '.join(matches)}")
        return [json.loads(line) for line in said.splitlines() if line.startswith("{")]

    def now(self) -> str:
        """This instant, as the journal takes it."""
        return self.machine.run("date +@%s.%6N").strip()

    def wait_for(self, words: str, since: str = "", seconds: float = 60.0) -> None:
        """Return once the journal has the words about the service."""
        after = f"--since={since}" if since else ""
        self.machine.wait_until(f"journalctl -q -u channelwatch -o cat {after} | grep -F -- '{words}'", seconds)


@pytest.fixture(scope="session")
def installed() -> Iterator[Service]:
    """A machine on which every line of the guide's Install was run, as written there."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    hurry = threading.Event()
    hurry.set()

    def answer(_: Request) -> Answer:
        hurry.wait(3.0)
        return OK

    with booted() as machine, Receiver(answer=answer) as slack:
        checkout = machine.root / CHECKOUT.lstrip("/")
        checkout.mkdir(parents=True)
        for name in ("daemon", "config", "detectors", "systemd"):
            shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "requirements.lock", "README.md", "LICENSE", "CHANGELOG.md"):
            shutil.copy(ROOT / name, checkout)
        machine.write(f"{CHECKOUT}/channelwatch.yaml", CONFIG)
        business.write(machine.root / "srv/exports", yesterday, business.Fall(first=yesterday, last=yesterday))
        service = Service(machine, slack, hurry)
        service.install()
        yield service


@pytest.fixture
def service(installed: Service) -> Service:
    """The service as the guide leaves it, running."""
    machine = installed.machine
    if not (machine.root / "opt/channelwatch").exists():
        installed.install()
    changed = machine.attempt(f"test ! -e {DROP_IN} && cmp {YAML} {CHECKOUT}/channelwatch.yaml")[0] != 0
    machine.write(YAML, CONFIG)
    machine.run(f"rm -f {DROP_IN} && systemctl daemon-reload")
    if changed or (installed.show("ActiveState"), installed.show("SubState")) != ("active", "running"):
        machine.run("systemctl reset-failed channelwatch; systemctl restart channelwatch")
    return installed
