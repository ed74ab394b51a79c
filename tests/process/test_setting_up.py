"""init, validate, schema, and what every command says to a mistake."""

from pathlib import Path

import pytest

from tests.process.command import CONFIG, channelwatch
from tests.process.conftest import Made

_BROKEN = """\
timezone: Europe/Lundon
currency: pounds
kpis:
  orders: {type: cuont}
sources:
  exports: {kind: files, path: tables}
checks:
  shop: {source: exprots, period: date, scope: business, columns: {orders: ordres}}
routes:
  - to: [growth]
"""


def test_init_writes_a_configuration_that_validate_accepts(made: Made) -> None:
    validated = channelwatch(made.folder, "validate", "--config", CONFIG)

    assert (made.done.code, made.done.out) == (0, "")
    assert f"Next: channelwatch validate --config {CONFIG}" in made.done.err
    assert (validated.code, validated.err) == (0, "")
    assert validated.out == f"{CONFIG}: fine. 2 channels, 5 KPIs, 1 check: marketing_daily\n"


def test_every_mistake_of_a_file_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    (tmp_path / CONFIG).write_text(_BROKEN, encoding="utf-8")

    done = channelwatch(tmp_path, "validate")

    assert (done.code, done.out) == (78, "")
    for place, said in {
        "1:11": "'Europe/Lundon' is no time zone. Did you mean 'Europe/London'?",
        "2:11": "'pounds' is no currency.",
        "4:18": "`type` cannot be 'cuont'. Did you mean 'count'?",
        "8:18": "'exprots' is no source. Did you mean 'exports'?",
        "8:76": "'ordres' is no KPI. Did you mean 'orders'?",
        "10:10": "'growth' is no destination.",
    }.items():
        assert [line for line in done.err.splitlines() if line.startswith(f"{CONFIG}:{place}  ") and said in line], said


def test_a_configuration_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    done = channelwatch(tmp_path, "check", "--config", "nowhere.yaml", "--json")

    assert (done.code, done.out) == (78, "")
    assert "nowhere.yaml" in done.err
    assert "there is no such file" in done.err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("frobnicate", "No such command 'frobnicate'"),
        ("check --frob", "No such option: --frob"),
        ("check --now yesterday", "'yesterday' is no ISO date or time"),
        ("init --from nowhere --output new.yaml", "there is no file or folder nowhere"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(made: Made, command: str, said: str) -> None:
    done = channelwatch(made.folder, *command.split())

    assert (done.code, done.out) == (2, "")
    assert said in " ".join(done.err.replace("│", " ").split())
    assert not (made.folder / "new.yaml").exists()


def test_explain_shows_which_line_of_tuning_wins(quiet: Path) -> None:
    text = (quiet / CONFIG).read_text(encoding="utf-8")
    override = "tuning:\n  overrides:\n    - {channel: email, min_change: 35%}\n"
    (quiet / CONFIG).write_text(text.replace("tuning:\n", override, 1), encoding="utf-8")

    email = channelwatch(quiet, "validate", "--explain", "email", "orders")

    assert email.code == 0
    assert _line(email.out, "min_change").split()[1:] == ["35%", _place(quiet, "35%"), "tuning.overrides[0].min_change"]
    assert _line(email.out, "min_volume").split()[1] == "10"


def test_schema_is_the_one_in_the_repository(tmp_path: Path) -> None:
    done = channelwatch(tmp_path, "schema")

    published = Path(__file__).parents[2] / "config" / "schema.json"
    assert (done.code, done.err) == (0, "")
    assert done.out == published.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["validate", "run"])
def test_a_webhook_that_is_not_slacks_is_bad_configuration_and_stays_secret(quiet: Path, command: str) -> None:
    text = (quiet / CONFIG).read_text(encoding="utf-8")
    growth = 'growth: {kind: slack_webhook, url: "https://example.org/services/T0CANARY/B0CANARY/canarysecret"}'
    (quiet / CONFIG).write_text(text.replace("destinations:\n", f"destinations:\n  {growth}\n", 1), encoding="utf-8")

    done = channelwatch(quiet, command)

    assert (done.code, done.out) == (78, "")
    assert done.err.startswith(
        f"{_place(quiet, 'growth:')}:3  destinations.growth: url must be https://hooks.slack.com/"
    )


def test_a_table_that_is_gone_fails_the_run_with_what_to_look_at(quiet: Path) -> None:
    (quiet / "tables" / "marketing_daily.csv").unlink()

    done = channelwatch(quiet, "check", "--json")

    assert (done.code, done.json["incidents"]) == (1, [])
    assert [(p["check"], p["kind"]) for p in done.json["data_problems"]] == [("marketing_daily", "late")]
    assert "marketing_daily.csv does not exist: see checks.marketing_daily.table" in done.err


def _line(text: str, start: str) -> str:
    return next(line.strip() for line in text.splitlines() if line.strip().startswith(start))


def _place(folder: Path, said: str) -> str:
    """The file and the line where something is written."""
    lines = (folder / CONFIG).read_text(encoding="utf-8").splitlines()
    return f"{CONFIG}:{next(n for n, line in enumerate(lines, 1) if said in line and not line.startswith('#'))}"
