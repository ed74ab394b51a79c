"""Secrets that everybody on the machine can read are refused, with the command that mends it; nothing else is."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from config.exposure import is_open_to_all, is_secret
from config.load import load
from config.problems import ConfigError

SLACK = "https://hooks.slack.com/services/T0/B0/canary"
YAML = """\
kpis: {orders: {type: count}}
sources: {shop: {kind: files, path: data}}
checks: {daily: {source: shop, period: day, scope: business, columns: {orders: orders}}}
destinations:
  growth:
    kind: slack_webhook
    url: %s
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every user can enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="channelwatch-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if any(not parent.stat().st_mode & 0o001 for parent in folder.resolve().parents):
            pytest.fail(f"{folder} lies in a private folder: set TMPDIR=/tmp")
        yield folder


def config(folder: Path, url: str, mode: int) -> Path:
    file = folder / "channelwatch.yaml"
    file.write_text(YAML % url, encoding="utf-8")
    file.chmod(mode)
    return file


def test_a_secret_in_a_file_that_all_can_read_is_refused_with_its_line_and_the_remedy(public: Path) -> None:
    file = config(public, SLACK, 0o644)

    with pytest.raises(ConfigError) as refused:
        load(file, {})

    assert str(refused.value) == (
        f"{file}:7:10  destinations.growth.url: a secret stands here, and everybody on this machine can read this file.\n"
        f"    Write ${{NAME}}, and set NAME in the environment or as a credential file; or: chmod 600 {file}"
    )


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o660])
def test_a_secret_in_a_file_for_its_owner_or_group_is_taken(public: Path, mode: int) -> None:
    load(config(public, SLACK, mode), {})


def test_a_file_without_a_secret_may_be_read_by_all(public: Path) -> None:
    load(config(public, "${HOOK}", 0o644), {"HOOK": SLACK})


def test_a_file_in_a_folder_that_others_cannot_enter_is_not_open_to_all(public: Path) -> None:
    file = config(public, SLACK, 0o644)
    public.chmod(0o700)

    load(file, {})


def test_a_credential_file_that_all_can_read_is_refused_with_the_command_that_mends_it(public: Path) -> None:
    file = config(public, "${HOOK}", 0o644)
    secrets = public / "secrets"
    secrets.mkdir(mode=0o755)
    (secrets / "HOOK").write_text(SLACK)
    (secrets / "HOOK").chmod(0o644)

    with pytest.raises(ConfigError) as refused:
        load(file, {"CREDENTIALS_DIRECTORY": str(secrets)})

    assert "credential file HOOK  everybody on this machine can read it" in str(refused.value)
    assert f"chmod 600 {secrets}/HOOK" in str(refused.value)
    (secrets / "HOOK").chmod(0o400)
    load(file, {"CREDENTIALS_DIRECTORY": str(secrets)})


def test_what_cannot_be_changed_because_its_file_system_is_read_only_is_taken(
    public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = config(public, SLACK, 0o644)
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))

    assert not is_open_to_all(file)


def test_a_file_that_is_not_there_is_not_open(public: Path) -> None:
    assert not is_open_to_all(public / "nothing")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("destinations", "growth", "url"), SLACK),
        (("store", "url"), "postgresql+psycopg://ana:hunter22@db/x"),
        (("store", "url"), "postgresql+psycopg://ana:hunter22@${HOST}/x"),
        (("sources", "shop", "url"), "snowflake://ana@account/db?token=hunter22"),
        (("sources", "shop", "auth", "bearer"), "hunter22"),
        (("sources", "shop", "credentials"), '{"private_key": "x"}'),
        (("destinations", "mail", "password"), "hunter22"),
    ],
)
def test_what_gives_a_secret_away(path: tuple[str, ...], text: str) -> None:
    assert is_secret(path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("store", "url"), "sqlite:///channelwatch.db"),
        (("store", "url"), "postgresql+psycopg://ana@db/x"),
        (("store", "url"), "postgresql+psycopg://ana:${PASSWORD}@db/x"),
        (("sources", "shop", "url"), "https://api.example.com/v1/reports?format=json"),
        (("sources", "shop", "auth", "username"), "reports"),
        (("destinations", "growth", "url"), "${SLACK_WEBHOOK_URL}"),
        (("destinations", "growth", "url"), "https://hooks.slack.com/services/${SLACK_PATH}"),
        (("destinations", "growth", "url"), "http://127.0.0.1:8080/services/T0/B0/x"),
        (("destinations", "mail", "password"), ""),
        (("destinations", "growth", "url"), "growth"),
    ],
)
def test_what_gives_nothing_away(path: tuple[str, ...], text: str) -> None:
    assert not is_secret(path, text)
