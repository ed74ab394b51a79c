"""Secrets do not leave in logs, however they are written."""

import base64
import io
import json
import logging
from urllib.parse import quote, quote_plus

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from config.outputs import SlackWebhook, Store
from daemon import logs
from daemon.redact import HIDDEN, Redactor, secrets_of

URL = "https://hooks.slack.com/services/T0ABCDEF/B0ABCDEF/aB3dE5gH7jK9mN1pQ3sT5vW7"
ODD = 'pass"word\\ with ü & space/+='


@pytest.mark.parametrize(
    "form",
    [
        ODD,
        quote(ODD),
        quote(ODD, safe=""),
        quote_plus(ODD),
        repr(ODD),
        json.dumps(ODD),
        json.dumps(ODD, ensure_ascii=False)[1:-1],
        base64.b64encode(ODD.encode()).decode(),
    ],
)
def test_a_secret_is_hidden_in_every_form(form: str) -> None:
    redacted = Redactor([ODD])(f"before {form} after")

    assert HIDDEN in redacted
    assert "space" not in redacted
    assert base64.b64encode(ODD.encode()).decode()[:12] not in redacted


@pytest.mark.parametrize("part", [URL, URL.removeprefix("https://hooks.slack.com"), "aB3dE5gH7jK9mN1pQ3sT5vW7"])
def test_a_secret_address_is_hidden_whole_and_in_its_telling_parts(part: str) -> None:
    assert "aB3dE5" not in Redactor([URL])(f"POST {part} failed")


def test_the_host_of_a_secret_address_may_be_said() -> None:
    assert Redactor([URL])("no connection to hooks.slack.com") == "no connection to hooks.slack.com"


def test_the_file_of_a_database_may_be_said_and_its_password_not() -> None:
    clean = Redactor(
        ["sqlite:////srv/warehouse/shop.db", "postgresql://ana:hunter22@db/warehouse?sslpassword=canary33"]
    )

    assert clean("/srv/warehouse/shop.db is not there") == "/srv/warehouse/shop.db is not there"
    assert clean("warehouse of hunter22 with canary33") == f"warehouse of {HIDDEN} with {HIDDEN}"
    assert clean("?sslpassword=canary33") == f"?{HIDDEN}"


def test_a_short_word_is_no_secret() -> None:
    assert Redactor(["on", ""])("on and on") == "on and on"


@given(st.text(min_size=6), st.text())
def test_a_hidden_secret_never_shows(secret: str, around: str) -> None:
    redacted = Redactor([secret])(f"{around}{secret}{around}")

    assert secret not in redacted.replace(HIDDEN, "") or secret in around * 2


def test_every_secret_of_a_configuration_is_found() -> None:
    settings = {
        "destinations": {"growth": SlackWebhook(kind="slack_webhook", url=SecretStr(URL))},
        "others": [SecretStr("hunter22")],
    }

    assert secrets_of(settings) == [URL, "hunter22"]


@pytest.mark.parametrize("as_json", [True, False])
def test_no_log_line_shows_a_secret_whoever_writes_it(as_json: bool) -> None:
    written = io.StringIO()
    logs.set_up(Redactor([ODD, URL]), level="DEBUG", as_json=as_json, stream=written)

    structlog.get_logger("ours").info("delivery", url=URL, nested={"password": ODD})
    logging.getLogger("theirs").warning("POST %s with %r", URL, ODD)
    try:
        raise RuntimeError(f"could not reach {URL}")
    except RuntimeError:
        logging.getLogger("theirs").exception("failed")
        structlog.get_logger("ours").exception("failed", url=URL)

    said = written.getvalue()
    assert said.count(HIDDEN) >= 6
    assert "RuntimeError" in said
    assert "aB3dE5" not in said
    assert "space" not in said


def test_json_logs_are_one_document_a_line_and_leave_standard_output_alone(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(Redactor(), as_json=True)
    structlog.get_logger("daemon.outbox").info("delivery", destination="growth", seconds=0.2)
    logging.getLogger("theirs").error("two\nlines")

    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in err.splitlines()]
    assert out == ""
    assert [(line["event"], line["level"], line["logger"]) for line in lines] == [
        ("delivery", "info", "daemon.outbox"),
        ("two\nlines", "error", "theirs"),
    ]
    assert lines[0]["seconds"] == 0.2


def test_libraries_that_write_addresses_stay_quiet_even_when_debugging() -> None:
    logs.set_up(Redactor(), level="DEBUG", stream=io.StringIO())

    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert logging.getLogger("daemon").isEnabledFor(logging.DEBUG)


@pytest.mark.parametrize("said", ["s3cr%40t!", "s3cr@t!", "postgresql://watch:s3cr%40t!@db.example/state"])
def test_the_password_of_a_database_is_a_secret_wherever_its_url_stands(said: str) -> None:
    url = "postgresql+psycopg://watch:s3cr%40t!@db.example/state"
    for secret in (secrets_of(Store(url=url)), [url]):
        assert "s3cr" not in Redactor(secret)(f"the server said: {said}")


def test_a_state_without_a_password_may_be_named() -> None:
    assert secrets_of(Store()) == []


def test_the_path_of_a_database_in_a_file_is_no_secret_but_its_password_is() -> None:
    plain, locked = SecretStr("sqlite:///tables/shop.db"), SecretStr("sqlite+pysqlcipher://:long-password@/shop.db")

    assert secrets_of([plain]) == []
    assert Redactor(secrets_of([locked]))("it was long-password") == f"it was {HIDDEN}"
