"""The pages say what is true: examples load, commands exist, paths are there, links lead somewhere."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from config.load import load
from config.settings import Settings
from daemon import answers, cycle
from daemon.backtest import Replay
from daemon.backtest import answer as backtest_answer
from daemon.cli import app
from daemon.watch import Watch
from tests import builders_alerts as build

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("systemd/*.md")])
README, ARCHITECTURE, CONTRIBUTING, FIRST_HOUR = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "docs/architecture.md", "CONTRIBUTING.md", "docs/first-hour.md")
)

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_CODE = re.compile(r"`([^`\n]+)`|^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"^(?:[\w.-]+/)+[\w.-]*$|^[\w-]+\.(?:md|toml|lock)$")


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _tracked() -> set[str]:
    """Files that git knows or would take, and their folders, which end in a slash."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    files = {name for name in listed if name and (ROOT / name).exists()}
    return files | {f"{folder}/" for name in files for folder in Path(name).parents if str(folder) != "."}


def _block(page: str, mark: str) -> str:
    """The fenced block below a comment."""
    found = re.search(rf"<!-- {re.escape(mark)} -->\n```\w*\n(.*?)```", page, re.DOTALL)
    assert found is not None, mark
    return found.group(1)


def _code(page: str) -> Iterator[str]:
    """What stands in backquotes, and each line of shell."""
    for inline, shell in _CODE.findall(page):
        yield from [inline] if inline else (line.split("#")[0] for line in shell.splitlines())


# --- examples


def test_the_configuration_in_the_readme_loads(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert found is not None
    file = tmp_path / "channelwatch.yaml"
    file.write_text(found.group(1), encoding="utf-8")

    settings = load(file, {"SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/x"})

    assert list(settings.checks) == ["marketing"]


def test_the_destinations_of_the_first_hour_fit_into_what_init_writes(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.*?)```", FIRST_HOUR, re.DOTALL)
    example = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert found is not None
    assert example is not None
    file = tmp_path / "channelwatch.yaml"
    own = YAML(typ="safe").load(found.group(1))
    with file.open("w", encoding="utf-8") as out:
        YAML().dump({**YAML(typ="safe").load(example.group(1)), **own}, out)

    settings = load(file, {"SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/x"})

    assert set(settings.destinations) == {"inbox", "growth"}


def test_the_alert_in_the_readme_is_the_one_the_demo_sent() -> None:
    shown = _block(README, "alert: written by docs/make_pictures.py")

    assert shown == (ROOT / "docs" / "alert.txt").read_text(encoding="utf-8"), "run: make demo, docs/make_pictures.py"


def test_the_first_hour_shows_what_init_and_validate_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    simulator = [sys.executable, "-m", "simulator", str(tmp_path / "tables")]
    subprocess.run(simulator, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    _run("init", "--from", "tables", "--timezone", "Europe/Dublin", "--currency", "EUR")
    assert capsys.readouterr().err == _block(FIRST_HOUR, "output: init")
    _run("validate")
    assert capsys.readouterr().out == _block(FIRST_HOUR, "output: validate")


def _run(*arguments: str) -> None:
    get_command(app).main(list(arguments), standalone_mode=False)


# --- contracts


def _keys(value: Any) -> Any:
    """The names in a JSON value, without the values."""
    if isinstance(value, dict):
        return {name: _keys(inner) for name, inner in value.items() if name != "segment"}
    return _keys(value[0]) if isinstance(value, list) and value else None


def test_an_incident_has_the_shape_of_the_contract() -> None:
    story = build.checkout_failing()

    shown = json.loads(_block(ARCHITECTURE, "contract: incident"))

    assert _keys(answers.incident(story.incident, build.LONDON)).keys() == _keys(shown).keys()
    assert _filled(answers.incident(story.incident, build.LONDON), shown) == []


def _filled(answer: dict[str, Any], shown: dict[str, Any]) -> list[str]:
    """Sections of the answer that are not empty and have other names than those that are shown."""
    return [name for name in shown if answer[name] and shown[name] and _keys(answer[name]) != _keys(shown[name])]


def test_a_backtest_has_the_shape_of_the_contract() -> None:
    watch = object.__new__(Watch)

    assert backtest_answer(Replay(), watch).keys() == json.loads(_block(ARCHITECTURE, "contract: backtest")).keys()


def test_the_configuration_in_the_readme_runs_and_answers_in_the_shape_of_the_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert example is not None
    (tmp_path / "channelwatch.yaml").write_text(example.group(1), encoding="utf-8")
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "marketing.csv").write_text(_two_months(), encoding="utf-8")
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/T0/B0/x")

    _run("check", "--config", str(tmp_path / "channelwatch.yaml"), "--now", "2026-03-03T09:00", "--dry-run", "--json")

    answer = json.loads(capsys.readouterr().out)
    shown = json.loads(_block(ARCHITECTURE, "contract: check"))
    assert answer.keys() == shown.keys()
    assert answer["not_judged"]
    assert answer["data_problems"]
    assert _filled(answer, shown) == []


def _two_months() -> str:
    """Two channels, one of them new, and no row for yesterday."""
    days = [date(2026, 1, 1) + timedelta(days=i) for i in range(60)]
    rows = [f"{day},paid_search,{900 + 37 * (i % 5)},{80 + 7 * (i % 3)}" for i, day in enumerate(days)]
    rows += [f"{day},email,{300 + 11 * (i % 4)},{30 + 2 * (i % 3)}" for i, day in enumerate(days[-10:])]
    return "\n".join(["date,channel,sessions,orders", *rows])


@pytest.mark.parametrize("command", ["localise", "changepoints"])
def test_what_analysts_get_has_the_shape_of_the_contract(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "table.csv"
    rows = [
        f"{c},{d},{10 if c == 'ie' else 100},100"
        for c in ("ie", "gb", "fr", "de")
        for d in ("mobile", "desktop", "tablet")
    ]
    table.write_text("\n".join(["country,device,actual,expected", *rows]), encoding="utf-8")
    options = ["--actual", "actual", "--expected", "expected"] if command == "localise" else []

    _run(command, str(table), *options, "--json")

    answer = json.loads(capsys.readouterr().out)
    shown = json.loads(_block(ARCHITECTURE, f"contract: {command}"))
    assert answer.keys() == shown.keys()
    assert _filled(answer, shown) == []


def test_the_steps_of_a_cycle_are_those_of_the_code() -> None:
    steps = re.findall(r"^\d\. .*$", cycle.__doc__ or "", re.MULTILINE)

    assert len(steps) > 3
    assert [step for step in steps if step not in ARCHITECTURE] == []


# --- commands


def test_every_command_that_a_page_names_exists() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    named = {
        (_name(page), found)
        for page in PAGES
        for code in _code(page.read_text(encoding="utf-8"))
        for found in re.findall(r"(?:^|(?<!another)[\s/])channelwatch ([a-z-]+)", code)
        if not re.search(r"systemctl|journalctl", code)
    }

    assert len(named) > 20
    assert [pair for pair in named if pair[1] not in commands] == []


def _options(command: Any) -> set[str]:
    """A command's options, with those of the commands below it."""
    own = {option for parameter in command.params for option in parameter.opts}
    return own.union(*(_options(below) for below in getattr(command, "commands", {}).values()))


def test_every_option_that_a_page_names_exists() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    wrong = []
    for page in PAGES:
        for code in _code(page.read_text(encoding="utf-8")):
            for command, rest in re.findall(r"(?:^|[\s/])channelwatch ([a-z-]+)([^#|]*)", code):
                known = _options(commands[command]) if command in commands else set()
                wrong += [
                    (_name(page), command, o)
                    for o in re.findall(r"--[a-z-]+", rest)
                    if command in commands and o not in known
                ]

    assert wrong == []


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        (_name(p), t)
        for p in PAGES
        for code in _code(p.read_text(encoding="utf-8"))
        for t in re.findall(r"(?<!: )\bmake ([a-z]+)", code)
    }

    assert {"demo", "test"} <= {target for _, target in named}
    assert [pair for pair in named if pair[1] not in targets] == []


def test_every_module_that_a_page_runs_exists() -> None:
    named = {
        m
        for p in PAGES
        for code in _code(p.read_text(encoding="utf-8"))
        for m in re.findall(r"python -m ([a-z_.]+)", code)
    }
    ours = {m for m in named if m.split(".")[0] in {"config", "benchmarks", "simulator", "demo"}}

    assert ours
    assert [m for m in ours if not any((ROOT / m.replace(".", "/")).with_suffix(s).exists() for s in (".py", ""))] == []


# --- paths and links


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md", "systemd/README.md"])
def test_every_path_that_the_page_names_is_there(page: str) -> None:
    tracked = _tracked()
    code = [part.rstrip("`") for part in _code((ROOT / page).read_text(encoding="utf-8"))]
    named = {path for path in code if _PATH.match(path) and "NAME" not in path}

    assert [p for p in named if p not in tracked and f"{p}/" not in tracked] == []


def test_the_house_shows_what_is_there() -> None:
    tracked = _tracked()
    house = re.findall(r"^([\w./-]+) {2,}\S", _house(), re.MULTILINE)

    assert [path for path in house if path not in tracked] == []
    assert len(house) == len(set(house))


def test_no_package_is_missing_from_the_house() -> None:
    house = _house()
    packages = {
        str(p.parent.relative_to(ROOT))
        for top in ("daemon", "config", "detectors")
        for p in (ROOT / top).rglob("__init__.py")
    }

    assert [p for p in sorted(packages - {"daemon/store/migrations/versions"}) if f"{p}/ " not in house] == []


def _house() -> str:
    found = re.search(r"## The house.*?```text\n(.*?)```", ARCHITECTURE, re.DOTALL)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_line_sends_people_to_a_package_registry(page: Path) -> None:
    registries = re.compile(r"https?://\S*(?:pypi|pythonhosted|npmjs|crates\.io|docker\.(?:io|com)|ghcr\.io)")

    assert registries.findall(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_code_in_a_sentence_is_broken_over_two_lines(page: Path) -> None:
    prose = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)

    assert [line for line in prose.splitlines() if line.count("`") % 2] == []


def test_every_section_of_the_configuration_has_its_heading() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

    sections = [name for name in Settings.model_fields if name not in ("timezone", "currency")]
    assert [name for name in sections if f"## `{name}" not in page] == []
