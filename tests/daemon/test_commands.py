"""What commands say to arguments that cannot be."""

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon.cli import app
from daemon.initialise import initialise
from tests.process import business


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration with a small table."""
    folder = tmp_path_factory.mktemp("usage")
    business.write(folder / "tables", business.FELL, days=30)
    initialise([folder / "tables"], folder / "channelwatch.yaml")
    return folder / "channelwatch.yaml"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("backtest --from 2026-02-01 --to 2026-01-01", "--to: 2026-01-01 does not lie after --from 2026-02-01"),
        ("backtest --from 2026-01-01 --to soon", "--to: 'soon' is no ISO date or time; write e.g. 2026-03-01"),
        ("backtest --from 2026-01-01 --to 2026-02-01 --html nowhere/page.html", "--html: there is no folder nowhere"),
        ("backtest --from 2026-01-01 --to 2026-02-01 --expectations nowhere/a.csv", "there is no folder nowhere"),
        ("inbox --save nowhere/page.html", "--save: there is no folder nowhere"),
        ("inbox --save .", "--save: . cannot be written"),
        ("validate --explain paid_serch orders", "no channel 'paid_serch'; known are business, email, paid_search"),
        ("validate --explain paid_search ordres", "no KPI 'ordres'; known are sessions, orders"),
        ("incidents mute x --until friday", "--until: 'friday' is no time; write e.g. 12h, 3d, 2w, 2026-03-01"),
        ("incidents mute x --until 2026-03-01 --now 2026-03-02", "--until: '2026-03-01' is over already; `now` ends a"),
        ("incidents feedback x maybe", "'maybe' is not one of 'real', 'expected', 'data_fault', 'new_normal'"),
        ("incidents ack x --by ''", "--by: who are you? Write --by NAME"),
        ("outbox frob", "'frob' is no action; choose among list, show, redrive, purge"),
        ("outbox show", "ID: which delivery? List them with: channelwatch outbox"),
        ("outbox show 99", "there is no delivery 99; list them with: channelwatch outbox"),
        ("outbox redrive 99", "there is no delivery 99; list them with: channelwatch outbox"),
    ],
)
def test_an_argument_that_cannot_be_is_wrong_usage_told_with_a_remedy(config: Path, command: str, said: str) -> None:
    done = CliRunner().invoke(app, [*shlex.split(command), "--config", str(config)])

    assert (done.exit_code, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.replace("│", " ").split())
