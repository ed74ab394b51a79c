"""Whatever stands in the file or the environment: Settings or ConfigError, and never a secret in a message."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load
from config.outputs import SlackWebhook
from config.problems import ConfigError
from config.settings import Settings
from tests.config.test_load import BASE

CANARY = "https://hooks.slack.com/services/T0/B0/canary"

keys = st.sampled_from(
    [*Settings.model_fields, "email", "orders", "kind", "type", "url", "to", "overrides", "channel", "x", "1", ""]
)
scalars = st.one_of(
    st.sampled_from(
        [
            "count",
            "ratio",
            "paid",
            "day",
            "08:15",
            "20%",
            "~",
            "nan",
            "1e999",
            "${X}",
            "${",
            "$${X}",
            "slack_webhook",
            "",
            "é\u2028",
        ]
    ),
    st.text(max_size=8),
    st.integers(),
    st.floats(),
)
trees = st.recursive(
    scalars,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(keys, below, max_size=4)),
    max_leaves=20,
)
sections = st.dictionaries(st.sampled_from([*Settings.model_fields]), trees, max_size=6)
snippets = st.sampled_from(
    [
        *list("{}[]:-,#&*!|>'\"%@\t\n ?~\\"),
        "---",
        "<<",
        "a: ",
        "\n  b: ",
        "kpis:",
        "checks:",
        "${A}",
        "\\UFFFFFFFF",
        "\\ud800",
        "%YAML 1.1\n",
    ]
)


def outcome(data: bytes, environ: Mapping[str, str]) -> str:
    with tempfile.NamedTemporaryFile(suffix=".yaml") as handle:
        handle.write(data)
        handle.flush()
        try:
            return repr(load(Path(handle.name), environ))
        except ConfigError as error:
            assert error.problems
            str(error).encode()
            return str(error)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_settings_or_problems(data: bytes) -> None:
    outcome(data, {})


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(snippets, st.text(max_size=5)), max_size=30))
def test_any_text_gives_settings_or_problems(pieces: list[str]) -> None:
    outcome("".join(pieces).encode("utf-8", "ignore"), {"A": "a"})


@settings(max_examples=300, deadline=None)
@given(sections)
def test_any_tree_gives_settings_or_problems(tree: dict[str, object]) -> None:
    outcome(flow(tree).encode("utf-8", "ignore"), {"X": "x"})


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.lists(keys, max_size=5).map(lambda parts: "CHANNELWATCH_" + "__".join(parts)),
        st.one_of(st.text(max_size=10), trees.map(lambda tree: flow(tree))),
        max_size=4,
    )
)
def test_any_environment_gives_settings_or_problems(environ: dict[str, str]) -> None:
    outcome(BASE.encode(), environ)


@pytest.mark.parametrize(
    "more",
    [
        "destinations: {g: {kind: slack_webhook, url: CANARY}}\nroutes: [{to: [CANARY]}]",
        "destinations: {g: {kind: slack_webhook, ulr: CANARY}}",
        "destinations: {g: {kind: CANARY, url: CANARY}}",
        "destinations: {g: CANARY}",
        "destinations: CANARY",
        "destinations: {CANARY: {kind: inbx}}",
        "destinations:\n  g:\n    kind: slack_webhook\n    url CANARY\n",
        "destinations:\n  g:\n    kind: slack_webhook\n    url: CANARY: x\n",
        "destinations:\n  g: {url: 'CANARY\n",
        "destinations:\n  g: {url: CANARY, kind: &CANARY}\n",
        "store: {url: [CANARY]}",
        "store: {url: CANARY}\ntimezone: ${SECRET}",
        "timezone: CANARY\ncurrency: ${SECRET}\ncalendar: {country: '${SECRET}'}",
        "tuning: {overrides: [{channel: '${SECRET}', min_change: '${SECRET}', sensitivity: '${SECRET}'}]}",
        "CANARY: CANARY",
        "CANARY",
    ],
)
def test_no_message_and_no_repr_ever_shows_a_secret(more: str) -> None:
    shown = outcome(
        (BASE + more.replace("CANARY", CANARY)).encode(),
        {"SECRET": CANARY, "CHANNELWATCH_STORE__URL": CANARY, "CHANNELWATCH_TUNING__DEFAULTS__DIRECTION": CANARY},
    )

    assert "canary" not in shown


def test_a_secret_that_is_loaded_is_still_there_to_be_used(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(BASE + "destinations: {g: {kind: slack_webhook, url: '${SECRET}'}}\nstore: {url: '${SECRET}'}\n")

    loaded = load(file, {"SECRET": CANARY})

    assert isinstance(loaded.destinations["g"], SlackWebhook)
    assert (loaded.destinations["g"].url.get_secret_value(), loaded.store.url) == (CANARY, CANARY)
    assert "canary" not in repr(loaded) + str(loaded)


def flow(tree: object) -> str:
    """A tree as YAML in one line, mostly valid."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key}: {flow(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(flow, tree)) + "]"
    return str(tree)
