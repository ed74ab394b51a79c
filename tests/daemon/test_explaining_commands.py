"""`explain` and `why-not` as people type them, on a business whose orders fell."""

import json
import shlex
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from config.problems import ConfigError
from daemon.cli import app
from daemon.initialise import initialise
from tests.process import business
from tests.process.business import FELL, Fall

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Three mornings: a small fall of e-mail that is below `min_change`, then a large one of paid search."""
    folder = tmp_path_factory.mktemp("explained")
    small = Fall(first=FELL - 3 * DAY, last=FELL - 3 * DAY, channel="email", left=0.85)
    business.write(folder / "tables", FELL, Fall(), small, days=200)
    initialise([folder / "tables"], folder / "channelwatch.yaml", currency="EUR")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CHANNELWATCH_TUNING__DEFAULTS__MIN_CHANGE", "20%")
        closed = [{"title": "Shop closed for moving", "start": f"{FELL - 5 * DAY}", "action": "exempt"}]
        environment.setenv("CHANNELWATCH_CALENDAR__EVENTS", json.dumps(closed))
        for back in (3, 1, 0):
            now = f"{FELL + DAY - back * DAY}T08:20"
            done = CliRunner().invoke(app, ["check", "--config", str(folder / "channelwatch.yaml"), "--now", now])
            assert done.exit_code == 0, done.output
        (folder / "tables" / business.TABLE).write_text("", encoding="utf-8")  # the answer is that of the cycle
        yield folder / "channelwatch.yaml"


def run(config: Path, command: str) -> Result:
    return CliRunner().invoke(app, [*shlex.split(command), "--config", str(config)])


@pytest.fixture(scope="module")
def name(config: Path) -> str:
    """Of the incident."""
    listed = json.loads(run(config, "incidents --json").stdout)
    return str(listed[0]["id"])


def test_explain_tells_the_whole_story_without_the_tables(config: Path, name: str) -> None:
    done = run(config, f"explain {name}")

    assert done.exit_code == 0
    for part in (
        "What was expected\n",
        "business orders: ",
        "Gates that it passed (Tue 3 Mar, 08:20)\n",
        "(min_change 20 %)",
        "What carries it: paid search, expected -> seen",
        "  >     Conversion rate",
        "Almost all of it: conversion rate 5.99 % -> 2.48 %; sessions and average order value as usual.",
        "Where\n  channel paid_search: 100 % of the change",
        "Money: about -",
        "What would decide\n",
        "▲",
    ):
        assert part in done.stdout


def test_the_lines_of_the_tree_stand_in_columns(config: Path, name: str) -> None:
    lines = run(config, f"explain {name}").stdout.split("\n")
    tree = [line for line in lines if " -> " in line and line.endswith(" %")]

    assert len(tree) == 5
    assert len({len(line) for line in tree}) == 1


def test_explain_in_json_has_the_incident_its_gates_and_its_tree(config: Path, name: str) -> None:
    found = json.loads(run(config, f"explain {name} --json").stdout)

    assert found["incident"]["tree"]["path"] == ["revenue", "orders", "cvr"]
    assert found["gates"][0]["p_value"] < found["gates"][0]["needed"]
    assert found["gates"][0]["min_change"] == 0.2
    assert found["decides"]
    assert sum(f["contribution"] for f in found["incident"]["tree"]["factors"] if f["depth"] == 1) == pytest.approx(
        found["incident"]["tree"]["factors"][0]["contribution"], abs=1e-4
    )


def test_the_picture_can_be_had(config: Path, name: str, tmp_path: Path) -> None:
    run(config, f"explain {name} --chart {tmp_path / 'a.png'}")

    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_change_below_min_change_says_so_and_which_value_would_have_told(config: Path) -> None:
    done = run(config, "why-not email orders 2026-02-27")

    assert done.exit_code == 0
    assert done.stdout.startswith("email orders, Fri 27 Feb: refused\n")
    assert "less than the 20 % that `min_change` asks for." in done.stdout
    assert "Would have told it: `min_change: 1" in done.stdout
    assert "judged it Sat 28 Feb, 08:20" in done.stdout


def test_an_ordinary_day_is_told_as_one_with_what_was_told_at_that_time(config: Path) -> None:
    done = run(config, "why-not email orders 2026-03-02")

    assert "email orders, Mon 2 Mar: in range\n" in done.stdout
    assert "no sensible setting" in done.stdout
    assert "At that time: " in done.stdout


def test_what_was_told_names_its_incident_and_where_the_message_went(config: Path, name: str) -> None:
    done = run(config, "why-not paid_search revenue 2026-03-02")

    assert f"Part of {name} (open): Orders" in done.stdout
    assert "Listed there as a consequence of what is told, not told by itself." in done.stdout
    assert "Message to " in done.stdout


def test_why_not_in_json_has_the_numbers_of_the_cycle(config: Path, name: str) -> None:
    found = json.loads(run(config, "why-not email orders 2026-02-27 --json").stdout)

    assert found["verdict"]["standing"] == "refused"
    assert found["verdict"]["gate"] == "min_change"
    assert found["verdict"]["would_have_told"][0].startswith("`min_change:")
    assert found["incidents"] == []


def test_a_day_that_the_calendar_exempts_names_the_entry(config: Path) -> None:
    done = run(config, "why-not email orders 2026-02-25")

    assert "email orders, Wed 25 Feb: exempt\n" in done.stdout
    assert "A calendar entry exempts the period" in done.stdout
    assert "In the calendar, as it is now: Shop closed for moving." in done.stdout
    assert "no calendar entry with `action: exempt`" in done.stdout


def test_a_day_that_no_cycle_judged_says_how_far_was_judged(config: Path) -> None:
    done = run(config, "why-not email orders 2026-03-05")

    assert done.exit_code == 0
    assert "no cycle judged it, as far as is kept" in done.stdout
    assert "judged up to 2026-03-03 00:00" in done.stdout


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("why-not emial orders 2026-03-01", "there is no 'emial'. Did you mean 'email'?"),
        ("why-not email ordres 2026-03-01", "there is no 'ordres'. Did you mean 'orders'?"),
        ("why-not email orders sunday", "DATE: 'sunday' is no ISO date or time"),
    ],
)
def test_what_is_not_there_is_wrong_usage(config: Path, command: str, said: str) -> None:
    done = run(config, command)

    assert done.exit_code == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())


def test_a_mistake_in_identities_beside_the_configuration_is_told_with_its_line(config: Path) -> None:
    own = config.parent / "identities.yaml"
    own.write_text("version: 1\ntrees:\n  web:\n    - orders = sesions x cvr\n", encoding="utf-8")
    try:
        done = run(config, "validate")
    finally:
        own.unlink()

    assert isinstance(done.exception, ConfigError)
    assert "identities.yaml:4:" in str(done.exception)
    assert "`sesions` is not known. Did you mean 'sessions'?" in str(done.exception)


def test_an_incident_that_is_not_there_is_told_as_one(config: Path) -> None:
    done = run(config, "explain 20260302-nothing")

    assert done.exit_code != 0
