"""A secret in every setting that may hold one: whatever fails, and whatever people look at, none of them gets out."""

import base64
import json
import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from config.load import load
from config.problems import ConfigError
from tests.process import canaries, watched
from tests.process import running as services
from tests.process.canaries import Canaries, Parrot
from tests.process.command import CONFIG
from tests.process.running import running
from tests.process.story import morning_after
from tests.process.warm import Warm
from tests.process.watched import BAD, BEFORE

_REPO = Path(__file__).resolve().parents[2]
_LOOKING = ("status", "outbox", "outbox --json", "outbox show 1", "outbox show 7 --json", "incidents --all")
_TALKATIVE = f"""\
#!{sys.executable}
import os
import sys

sys.path.insert(0, {str(_REPO)!r})
if __name__ == "__main__":  # worker processes import this file
    from tests.process import canaries

    canaries.unlock(os.environ["PARROT"], "nothing")
    from daemon.cli import main

    main()
"""


@dataclass(kw_only=True)
class Cage:
    """A folder whose configuration is full of canaries, and all that was said in it."""

    folder: Path
    canaries: Canaries
    parrot: Parrot
    settings: dict[str, Any]
    port: int
    said: dict[str, str] = field(default_factory=dict)

    @property
    def hits(self) -> dict[str, list[str]]:
        """Where canaries got out: in what was said, and in what was written."""
        found = {name: self.canaries.hits(text.encode()) for name, text in self.said.items()}
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name != CONFIG:
                found[path.name] = self.canaries.hits(path.read_bytes())
        return {name: words for name, words in found.items() if words}


@pytest.fixture
def cage(tmp_path: Path) -> Iterator[Cage]:
    folder, birds = tmp_path / "cage", Canaries()
    with Parrot() as parrot:
        sources, destinations = canaries.sources(birds, parrot), canaries.destinations(birds, parrot)
        port = canaries.free_port()
        watched.configure(folder, *watched.FILES)
        watched.stores(folder, BEFORE)
        stores = {"source": "tables", "table": "stores.csv", "period": "date", "channel": "stores"}
        settings = {
            "timezone": "Europe/London",
            "currency": "GBP",
            "channels": {"paid_search": {"kind": "paid"}, "stores": {"kind": "offline"}},
            "kpis": {"orders": {"type": "count", "good": "up"}, "footfall": {"type": "count", "good": "up"}},
            "sources": sources,
            "checks": canaries.checks(sources) | {"stores": {**stores, "columns": {"visitors": "footfall"}}},
            "destinations": destinations,
            "routes": [{"to": list(destinations)}],
            "upkeep": {"web": {"port": port}},
            "answering": canaries.answering(birds, canaries.free_port()),
        }
        _write(folder, settings)
        yield Cage(folder=folder, canaries=birds, parrot=parrot, settings=settings, port=port)


def _write(folder: Path, settings: dict[str, Any]) -> None:
    (folder / CONFIG).write_text(json.dumps(settings, indent=1), encoding="utf-8")
    (folder / CONFIG).chmod(0o600)


def test_every_setting_that_may_hold_a_secret_has_a_canary(cage: Cage) -> None:
    held: dict[str, set[str]] = {}
    for section in ("sources", "destinations"):
        for of in cage.settings[section].values():
            held.setdefault(of["kind"], set()).update(canaries.set_settings(of, cage.canaries.words))
    held["answering"] = set(canaries.set_settings(cage.settings["answering"], cage.canaries.words))

    needed = canaries.all_secret_settings()
    assert set(held) == set(needed)
    assert {kind: missing for kind in needed if (missing := needed[kind] - held[kind])} == {}
    assert sum(map(len, needed.values())) >= 15


def test_a_canary_is_found_however_it_is_written() -> None:
    birds = Canaries()
    secret = birds.new()
    hidden = ["Basic " + base64.b64encode(f"{'u' * n}:{secret}".encode()).decode() for n in range(4)]

    assert all(birds.hits(text.encode()) for text in [secret, quote(secret), json.dumps(secret), *hidden])
    assert not birds.hits(b"nothing to be seen here, Cnry or not")


def test_whatever_is_wrong_with_a_setting_its_value_is_not_shown(cage: Cage) -> None:
    said = []
    for key, value in list(_places(cage.settings)):
        for wrong in ([value], {"value": value}, f"{value}\u0007 {value}", f"http://[{value}", f"$ {value}", None):
            broken = json.loads(json.dumps(cage.settings))
            of = broken
            for part in key[:-1]:
                of = of[part]
            if wrong is None:  # the key is misspelt
                of[f"{key[-1]}x"] = of.pop(key[-1])
            else:
                of[key[-1]] = wrong
            _write(cage.folder, broken)
            try:
                load(cage.folder / CONFIG, {})
            except ConfigError as error:
                said.append("".join(traceback.format_exception(error)) + repr(error.problems))
    text = json.dumps(cage.settings, indent=1)
    (cage.folder / CONFIG).write_text(text.replace('"bearer":', "bearer: '", 1), encoding="utf-8")
    with pytest.raises(ConfigError) as no_yaml:
        load(cage.folder / CONFIG, {})
    said.append("".join(traceback.format_exception(no_yaml.value)))

    assert len(said) > 60
    assert cage.canaries.hits("\n".join(said).encode()) == []


def _places(settings: dict[str, Any]) -> Iterator[tuple[list[str], str]]:
    """Keys and value of every secret setting."""
    needed = canaries.all_secret_settings()
    for name in needed["answering"]:
        yield ["answering", name], settings["answering"][name]
    for section in ("sources", "destinations"):
        for name, of in settings[section].items():
            for path in needed[of["kind"]]:
                value: Any = of
                for part in path.split("."):
                    value = value.get(part) if isinstance(value, dict) else None
                if isinstance(value, str):
                    yield [section, name, *path.split(".")], value


def test_no_command_shows_a_secret_while_everything_fails(cage: Cage, warm: Warm) -> None:
    crash = cage.settings["sources"]["crash"]["auth"]["bearer"]

    def run(*arguments: str) -> int:
        first = ("tests.process.canaries.unlock", [cage.parrot.url, crash])
        done = warm.channelwatch(cage.folder, *arguments, first=first, may_crash=True)
        cage.said[" ".join(arguments)] = done.out + done.err
        return done.code

    codes = [run("validate"), run("check", "--now", morning_after(BEFORE), "--json")]
    watched.stores(cage.folder, BAD)
    codes.append(run("check", "--now", morning_after(BAD)))
    heard = cage.parrot.heard
    codes += [run(*looking.split()) for looking in _LOOKING]
    codes += [run("inbox", "--save", "inbox.html"), run("backup", "--to", "copy.db")]
    failed = [run("doctor"), *(run("test-alert", name) for name in cage.settings["destinations"])]

    assert cage.hits == {}
    assert codes == [0, 1, 1, *[0] * 8]
    assert failed.count(0) == 1  # the terminal
    assert heard > 12
    assert "could not open" in cage.said[f"check --now {morning_after(BAD)}"]


def test_a_service_that_says_all_it_can_shows_no_secret_to_logs_to_monitoring_or_to_who_lists_processes(
    cage: Cage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "channelwatch"
    program.write_text(_TALKATIVE, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(services, "SCRIPT", program)
    monkeypatch.setattr(services, "assert_harmless", lambda *_: None)
    with running(cage.folder, tmp_path / "run.log", {"PARROT": cage.parrot.url}) as service:
        service.wait_for("cycle")
        for place in ("metrics", "healthz", "readyz"):
            with urlopen(f"http://127.0.0.1:{cage.port}/{place}") as answer:
                cage.said[place] = answer.read().decode()
        for name, text in _processes(os.getpid()).items():
            cage.said[name] = text
        code = service.end()
    cage.said["log"] = service.words

    assert code == 0
    assert cage.hits == {}
    assert "channelwatch_" in cage.said["metrics"]
    assert service.words.count("check_unreadable") >= 8
    assert any("forkserver" in text for name, text in cage.said.items() if name.startswith("process"))


def _processes(of: int) -> dict[str, str]:
    """The command lines of all that a process started, and what they started."""
    found = {}
    for child in Path(f"/proc/{of}/task").glob("*/children"):
        for process in child.read_text().split():
            found[f"process {process}"] = Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
            found |= _processes(int(process))
    return found
