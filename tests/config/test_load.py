"""Layers, variables and blanks: what becomes of a configuration that can be used."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from config.inputs import Column
from config.load import load
from config.outputs import SlackWebhook
from config.problems import ConfigError
from config.settings import Settings

Written = Callable[..., Settings]

BASE = """\
channels:
  email: {kind: owned}
kpis:
  orders: {type: count, good: up}
sources:
  exports: {kind: files, path: data}
checks:
  marketing: {source: exports, period: date, channel_column: channel, columns: {orders: orders}}
"""
SLACK = """\
destinations:
  Growth-EU: {kind: slack_webhook, url: "${SLACK}"}
"""


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Load BASE with more text behind it and an environment of its own."""

    def write(more: str = "", environ: Mapping[str, str] | None = None, base: str = BASE) -> Settings:
        file = tmp_path / "channelwatch.yaml"
        file.write_text(base + more, encoding="utf-8")
        return load(file, environ or {})

    return write


def url(settings: Settings) -> str:
    (destination,) = settings.destinations.values()
    assert isinstance(destination, SlackWebhook)
    return destination.url.get_secret_value()


def test_defaults_hold_where_nothing_is_written(written: Written) -> None:
    settings = written()

    assert settings.timezone == "UTC"
    assert settings.tuning.defaults.min_change == 0.10
    assert settings.checks["marketing"].at == "08:15"


def test_the_environment_outranks_the_file_and_credentials_outrank_both(written: Written, tmp_path: Path) -> None:
    (tmp_path / "credentials").mkdir()
    environ = {"SLACK": "https://file", "CHANNELWATCH_CURRENCY": "USD"}
    assert (url(written("currency: GBP\n" + SLACK, environ)), written("currency: GBP\n", environ).currency) == (
        "https://file",
        "USD",
    )

    environ["CHANNELWATCH_DESTINATIONS__GROWTH_EU__URL"] = "https://environment"
    assert url(written(SLACK, environ)) == "https://environment"

    (tmp_path / "credentials" / "channelwatch_destinations__growth_eu__url").write_text("https://credential\n")
    environ["CREDENTIALS_DIRECTORY"] = str(tmp_path / "credentials")
    assert url(written(SLACK, environ)) == "https://credential"


def test_a_name_is_looked_up_in_the_environment_and_then_in_the_credentials_directory(
    written: Written, tmp_path: Path
) -> None:
    (tmp_path / "SLACK").write_text("https://credential\n")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}

    assert url(written(SLACK, environ)) == "https://credential"
    assert url(written(SLACK, {**environ, "SLACK": "https://environment"})) == "https://environment"


def test_a_higher_layer_spares_a_variable_that_is_not_set(written: Written) -> None:
    assert url(written(SLACK, {"CHANNELWATCH_DESTINATIONS__GROWTH_EU__URL": "https://x"})) == "https://x"


def test_variables_are_filled_in_once_and_after_parsing(written: Written) -> None:
    environ = {"A": "${B}: [x", "B": "b"}

    settings = written('timezone: "${ZONE}"\nstore: {url: "<${A}>$${A}"}\n', {**environ, "ZONE": "Europe/London"})

    assert settings.store.url == "<${B}: [x>${A}"
    assert settings.timezone == "Europe/London"


def test_a_list_in_the_environment_is_given_whole(written: Written) -> None:
    environ = {"SLACK": "x", "CHANNELWATCH_ROUTES": "[{to: [Growth-EU], kpis: [orders]}]"}

    assert written(SLACK, environ).routes[0].kpis == ["orders"]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        (
            "CHANNELWATCH_STOER__URL",
            "x",
            "environment variable CHANNELWATCH_STOER__URL  there is no section 'stoer'. Did you mean 'store'?",
        ),
        ("CHANNELWATCH_STORE_URL", "x", "Did you mean 'CHANNELWATCH_STORE__URL'?"),
        ("CHANNELWATCH_TIMEZON", "UTC", "Did you mean 'timezone'?"),
        ("CHANNELWATCH_ROUTES__0__TO", "x", "one item of a list cannot be set alone"),
        ("CHANNELWATCH_ROUTES", "[{to: [", "a value is missing here"),
        ("CHANNELWATCH_STORE__", "x", "a key is missing between two underscores"),
        (
            "CHANNELWATCH_CURRENCY",
            "canary",
            "environment variable CHANNELWATCH_CURRENCY  currency: the value is no currency.",
        ),
        ("CHANNELWATCH_KPIS__ORDERS__GOOD", "canary", "kpis.orders.good: `good` cannot be this value."),
    ],
)
def test_a_problem_from_the_environment_names_the_variable(
    written: Written, variable: str, value: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        written("routes: [{to: [inbox]}]\ndestinations: {inbox: {kind: inbox}}\n", {variable: value})

    assert said in str(caught.value)
    assert variable in str(caught.value)
    assert "canary" not in str(caught.value)


def test_variables_of_other_programs_are_let_be(written: Written) -> None:
    written(
        environ={"CHANNELWATCH_DATA": "x", "CHANNELWATCH_NO_SKIPS": "1", "CHANNELWATCH_CONFIG": "y", "CURRENCY": "no"}
    )


def test_settings_made_in_code_ignore_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURRENCY", "USD")
    monkeypatch.setenv("CHANNELWATCH_CURRENCY", "USD")

    assert Settings(kpis={}, sources={}, checks={}).currency == "EUR"


def test_a_key_with_nothing_behind_it_counts_as_not_written(written: Written) -> None:
    settings = written("tuning:\n  defaults:\n    min_change:\nroutes:\ncalendar:\n  country: ~\n")

    assert settings.tuning.defaults.min_change == 0.10
    assert settings.calendar.country is None


def test_words_that_yaml_dialects_disagree_about_stay_what_they_say(written: Written) -> None:
    settings = written(
        "calendar:\n  country: NO\n  events: [{title: 2026, start: 2026-11-27}]\n",
        base=BASE.replace("period: date", "period: date, at: 09:30, table: 1e3, enabled: yes").replace(
            "orders: orders", "on: orders"
        ),
    )

    check = settings.checks["marketing"]
    assert (settings.calendar.country, settings.calendar.events[0].title) == ("NO", "2026")
    assert settings.calendar.events[0].start == date(2026, 11, 27)
    assert (check.at, check.table, check.enabled, check.columns) == ("09:30", "1e3", True, {"on": "orders"})


def test_a_column_may_be_a_name_or_a_block(written: Written) -> None:
    settings = written(
        base=BASE.replace("{orders: orders}", "{a: orders, b: {kpi: orders, channel: email, divide_by: 100}}")
    )

    assert settings.checks["marketing"].columns == {
        "a": "orders",
        "b": Column(kpi="orders", channel="email", divide_by=100),
    }


@pytest.mark.parametrize(
    ("text", "fraction"), [("20", 0.2), ("20%", 0.2), ("'20 %'", 0.2), ("0.5%", 0.005), ("0", 0.0)]
)
def test_percentages_are_read_as_people_write_them(written: Written, text: str, fraction: float) -> None:
    assert written(f"tuning: {{defaults: {{min_change: {text}}}}}").tuning.defaults.min_change == pytest.approx(
        fraction
    )


@pytest.mark.parametrize("text", ["[60%, 100%]", "[0.6, 1]", '["60 %", 1.0]'])
def test_completeness_is_a_list_of_percents_or_of_shares(written: Written, text: str) -> None:
    base = BASE.replace("good: up", f"good: up, completeness: {text}")

    assert written(base=base).kpis["orders"].completeness == pytest.approx((0.6, 1.0))


def test_a_file_that_is_not_there_and_one_that_is_too_large_are_problems(tmp_path: Path) -> None:
    (tmp_path / "large.yaml").write_text("#" * 1_000_001)

    for name, said in {
        "none.yaml": "there is no such file",
        "large.yaml": "larger than 1 MB",
        ".": "cannot be read",
    }.items():
        with pytest.raises(ConfigError, match=said):
            load(tmp_path / name, {})


def test_an_unreadable_credentials_directory_is_a_problem(written: Written) -> None:
    with pytest.raises(ConfigError, match="CREDENTIALS_DIRECTORY  this folder cannot be read"):
        written(environ={"CREDENTIALS_DIRECTORY": "/nowhere/at/all"})
