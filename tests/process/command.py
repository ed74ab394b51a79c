"""Runs the installed `channelwatch` as people and schedulers do, and holds every run to what no run may do."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(sys.executable).with_name("channelwatch")
CONFIG = "channelwatch.yaml"
# What marks the secret part of a test receiver's address.
_CANARIES = ("T0CANARY", "B0CANARY", "canarysecret")
_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document."""
        return json.loads(self.out)


def environment(**more: str) -> dict[str, str]:
    """A plain environment, whatever that of the tests is."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return plain | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"} | more


def slack(**urls: str) -> dict[str, str]:
    """The environment that sends everything to Slack-like webhooks and to the inbox."""
    growth = {name: {"kind": "slack_webhook", "url": url} for name, url in urls.items()}
    return {
        "CHANNELWATCH_DESTINATIONS": json.dumps(growth | {"inbox": {"kind": "inbox"}}),
        "CHANNELWATCH_ROUTES": json.dumps([{"to": [*growth, "inbox"]}]),
    }


def channelwatch(folder: Path, *arguments: str | Path, env: Mapping[str, str] | None = None) -> Done:
    """Run a command in a folder to its end; no run may show a traceback or a secret."""
    ended = subprocess.run(
        [SCRIPT, *arguments],
        cwd=folder,
        env=environment(**(env or {})),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert_harmless(ended.stdout, ended.stderr)
    return Done(code=ended.returncode, out=ended.stdout, err=ended.stderr)


def assert_harmless(*texts: str) -> None:
    """Nothing that people must not see."""
    for text in texts:
        assert "Traceback" not in text, text
        assert not [canary for canary in _CANARIES if canary in text], text
