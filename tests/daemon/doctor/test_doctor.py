"""The doctor finds what is wrong, says what to do, changes nothing, sends nothing, and shows no secret."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from config.destinations.slack import Slack as SlackSettings
from daemon.answering.page import ROOT, note_page
from daemon.doctor import Line, Verdict, answering, destinations, examine, machine, worst
from daemon.doctor import examine as examined
from daemon.doctor.destinations import _clock
from daemon.doctor.line import ok
from daemon.doctor.machine import _memory
from daemon.store import open_store
from tests.mail_server import PASSWORD, USER, Authority, MailServer
from tests.process.business import FELL, TABLE, write
from tests.receiver import Receiver
from tests.slack_server import APP_TOKEN, CHANNEL, TOKEN, Slack
from tests.vendor_server import Answer, VendorServer

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def drawing(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Iterable[Line]]:
    """Drawing takes half a second, so that only one test does."""
    real = machine._charts
    monkeypatch.setattr(machine, "_charts", lambda: [ok("charts", "drawn")])
    return real


def configured(folder: Path, **sections: Any) -> Path:
    """A configuration of the small business, JSON being YAML, with its tables beside it."""
    write(folder / "tables", FELL)
    check = {"source": "tables", "period": "date", "channel_column": "channel", "columns": {"orders": "orders"}}
    given = {
        "channels": {"email": {"kind": "owned"}, "paid_search": {"kind": "paid"}},
        "kpis": {"orders": {"type": "count"}},
        "sources": {"tables": {"kind": "files", "path": "tables"}},
        "checks": {"shop": check},
        "destinations": {"inbox": {"kind": "inbox"}},
        "routes": [{"to": ["inbox"]}],
        **sections,
    }
    file = folder / "channelwatch.yaml"
    file.write_text(json.dumps(given), encoding="utf-8")
    return file


def lines(file: Path, what: str, **environ: str) -> list[tuple[str, str]]:
    """What is said of one thing."""
    return [(str(n.verdict), n.seen) for n in examine(file, environ, NOW) if n.what == what]


def test_a_healthy_setup_is_all_ok_but_for_the_hint_that_alerts_stay_here(tmp_path: Path) -> None:
    found = examine(configured(tmp_path), {}, NOW)

    assert {n.what: n.seen for n in found if n.verdict is not Verdict.OK} == {"routes": "alerts stay on this machine"}
    assert {"configuration", "state", "disk", "check shop", "destination inbox", "time zones", "charts"} <= {
        n.what for n in found
    }


def test_nothing_is_changed(tmp_path: Path) -> None:
    file = configured(tmp_path)
    before = sorted(p for p in tmp_path.rglob("*"))

    examine(file, {}, NOW)

    assert sorted(p for p in tmp_path.rglob("*")) == before


def test_every_mistake_in_the_configuration_is_a_line_with_its_remedy(tmp_path: Path) -> None:
    found = examine(configured(tmp_path, routes=[{"to": ["growht"]}], timezone="Europe/Lundon"), {}, NOW)

    wrong = [n for n in found if n.verdict is Verdict.FAIL]
    assert [n.what for n in wrong] == ["configuration", "configuration"]
    assert all(n.todo for n in wrong)
    assert "Europe/London" in wrong[0].seen + wrong[1].seen


def test_a_file_that_others_may_change_is_told(tmp_path: Path) -> None:
    file = configured(tmp_path)
    file.chmod(0o664)

    assert ("warn", "others may change the file, and with it what this user reads") in lines(file, "configuration")


def test_what_nobody_hears_of_is_told(tmp_path: Path) -> None:
    file = configured(tmp_path, routes=[{"to": ["inbox"], "channels": ["email", "business"]}])

    assert ("warn", "nobody hears of paid_search") in lines(file, "routes")


def test_how_far_the_data_goes_is_told(tmp_path: Path) -> None:
    assert lines(configured(tmp_path), "check shop") == [
        ("ok", "240 rows, 2 channels, KPIs orders; newest 2026-03-02 (UTC)")
    ]


def test_data_that_ended_or_lies_ahead_is_told(tmp_path: Path) -> None:
    file = configured(tmp_path)
    late = [n.seen for n in examine(file, {}, NOW + timedelta(days=3)) if n.what == "check shop"]
    early = [n.seen for n in examine(file, {}, NOW - timedelta(days=30)) if n.what == "check shop"]

    assert "its data ends with 2026-03-02" in late
    assert "its newest period, 2026-03-02, lies in the future" in early


def test_a_missing_table_and_a_missing_column_fail_with_the_name(tmp_path: Path) -> None:
    file = configured(tmp_path)
    table = tmp_path / "tables" / TABLE
    table.write_text(table.read_text().replace("orders", "ordres", 1))
    ((renamed, seen),) = lines(file, "check shop")
    table.unlink()
    ((gone, why),) = lines(file, "check shop")

    assert (renamed, gone) == ("fail", "fail")
    assert "no column 'orders'. Nearest: 'ordres'" in seen
    assert "holds no table" in why


def test_rows_that_stand_there_twice_are_counted(tmp_path: Path) -> None:
    file = configured(tmp_path)
    table = tmp_path / "tables" / TABLE
    text = table.read_text().splitlines()
    table.write_text("\n".join([*text, *text[-5:]]) + "\n")

    assert ("warn", "5 rows stand there twice") in lines(file, "check shop")


def test_a_dimension_that_looks_like_people_is_told_without_them(tmp_path: Path) -> None:
    check = {
        "source": "tables", "period": "date", "scope": "business", "columns": {"orders": "orders"},
        "dimensions": {"buyer": {}},
    }  # fmt: skip
    file = configured(tmp_path, checks={"shop": check})
    rows = [f"2026-03-0{day},ana.canary{n}@example.com,1" for day in (1, 2) for n in range(60)]
    (tmp_path / "tables" / TABLE).write_text("\n".join(["date,buyer,orders", *rows]) + "\n")

    found = lines(file, "check shop")

    assert ("warn", "the dimension buyer looks like e-mail addresses") in found
    assert "canary" not in str(found)


def test_the_state_is_looked_at_and_left_alone(tmp_path: Path) -> None:
    file = configured(tmp_path)
    open_store("sqlite:///channelwatch.db", tmp_path).close()
    ((fine, seen),) = lines(file, "state")
    with sqlite3.connect(tmp_path / "channelwatch.db") as connection:
        connection.execute("UPDATE channelwatch_schema SET version_num = '0001'")
    connection.close()
    ((old, why),) = lines(file, "state")

    assert (fine, old) == ("ok", "warn")
    assert "sound, schema" in seen
    assert "schema 0001, of an older release" in why
    assert not list(tmp_path.glob("*.schema-*"))


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"date,orders\n" * 400, "no SQLite database"), (b"", "not there yet")],
)
def test_a_file_that_is_no_state_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    file = configured(tmp_path)
    (tmp_path / "channelwatch.db").write_bytes(content)

    ((_, seen),) = lines(file, "state")

    assert said in seen


def test_the_folder_of_nightly_copies_is_looked_at(tmp_path: Path) -> None:
    file = configured(tmp_path, upkeep={"backup": {"folder": "copies"}})
    before = lines(file, "copies")
    (tmp_path / "copies").write_text("a file")

    assert before == [("ok", f"{tmp_path}/copies: 0 so far")]
    assert lines(file, "copies") == [("fail", f"{tmp_path}/copies may not be written by this user")]


def test_a_web_address_is_knocked_at_and_nothing_is_sent(tmp_path: Path) -> None:
    with Receiver() as receiver:
        growth = {"growth": {"kind": "slack_webhook", "url": receiver.url}}
        file = configured(tmp_path, destinations=growth, routes=[{"to": ["growth"]}])
        found = lines(file, "destination growth")

    assert found == [("ok", "127.0.0.1 answers; nothing was sent")]
    assert receiver.requests == []


def test_the_dead_mans_switch_is_knocked_at_and_told_nothing(tmp_path: Path) -> None:
    with Receiver() as receiver:
        file = configured(tmp_path, upkeep={"heartbeat": {"url": receiver.url, "allow_private": True}})
        found = lines(file, "upkeep.heartbeat")

    assert found == [("ok", "127.0.0.1 answers; nothing was sent")]
    assert receiver.requests == []
    assert lines(configured(tmp_path), "upkeep.heartbeat") == []


def test_a_door_that_is_closed_is_told_without_the_secret(tmp_path: Path) -> None:
    growth = {"growth": {"kind": "slack_webhook", "url": "http://127.0.0.1:9/services/T0CANARY/canarysecretcanary"}}
    file = configured(tmp_path, destinations=growth, routes=[{"to": ["growth"]}])

    found = examine(file, {}, NOW)

    assert [n.seen for n in found if n.what == "destination growth"] == ["no connection to 127.0.0.1 (ConnectError)"]
    assert "CANARY" not in str(found)
    assert "canarysecret" not in str(found)


def _slack_said(slack: Slack, token: str = TOKEN) -> list[tuple[str, str]]:
    settings = SlackSettings(kind="slack", token=SecretStr(token), channel=CHANNEL)
    found = list(destinations.slack("destination growth", settings, "growth", slack.url))
    assert slack.messages == {}
    assert "secret" not in str(found)
    return [(str(line.verdict), line.seen) for line in found]


def test_slack_is_asked_who_a_token_belongs_to_and_what_it_may_do() -> None:
    with Slack() as all_scopes, Slack(scopes=frozenset({"chat:write"})) as few, Slack(scopes=frozenset()) as none:
        signed = ("ok", "Slack: signed in as channelwatch in Acme; nothing was sent")
        chart = ("warn", "the app lacks the scope files:write: alerts come without their chart")
        words = ("fail", "the app lacks the scope chat:write: nothing can be posted")

        assert _slack_said(all_scopes) == [signed]
        assert _slack_said(few) == [signed, chart]
        assert _slack_said(none) == [signed, words, chart]


def _buttons_said(slack: Slack, token: str) -> list[tuple[str, str]]:
    settings = SlackSettings(kind="slack", token=SecretStr(TOKEN), channel=CHANNEL, app_token=SecretStr(token))
    return [(n.verdict, n.seen) for n in answering.slack_socket("growth", settings, "growth", slack.url)]


def test_slack_is_asked_whether_it_would_bring_clicks_and_no_socket_is_opened() -> None:
    with Slack(socket="ws://127.0.0.1:9/link") as slack:
        assert _buttons_said(slack, APP_TOKEN) == [("ok", "its buttons are heard by Socket Mode")]
        ((verdict, seen),) = _buttons_said(slack, "xapp-another")

    assert verdict == "fail"
    assert "app_token" in seen
    assert "xapp-another" not in seen


def test_the_page_for_answers_is_looked_for_where_people_will(tmp_path: Path) -> None:
    said = []
    with VendorServer(Answer(body=note_page(ROOT)), Answer(body="another site")) as proxy:
        file = configured(tmp_path, answering={"url": proxy.url, "secret": "s" * 32, "allow_private": True})
        said += lines(file, "answering") + lines(file, "answering")
    said += lines(file, "answering")

    assert [verdict for verdict, _ in said] == ["ok", "fail", "warn"]
    assert "leads to the page for answers" in said[0][1]
    assert "leads somewhere else" in said[1][1]
    assert "was not reached from here" in said[2][1]


def test_a_token_that_slack_does_not_know_is_told() -> None:
    with Slack() as slack:
        ((verdict, seen),) = _slack_said(slack, "xoxb-another-secretsecret")

    assert verdict == "fail"
    assert "said no (200 invalid_auth): is the token still valid?" in seen


@pytest.mark.parametrize(("password", "said"), [(PASSWORD, "signed in over TLS"), ("wrong-canary", "refused")])
def test_a_mail_server_is_greeted_and_signed_in_to(tmp_path: Path, password: str, said: str) -> None:
    with MailServer(authority=Authority(tmp_path), tls="starttls", sign_in=True) as server:
        mail = {
            "kind": "email_smtp", "host": "localhost", "port": server.port, "username": USER, "password": password,
            "ca_file": "internal-ca.pem", "sender": "alerts@example.com", "to": ["ana@example.com"],
        }  # fmt: skip
        ((_, seen),) = lines(
            configured(tmp_path, destinations={"mail": mail}, routes=[{"to": ["mail"]}]), "destination mail"
        )

    assert said in seen
    assert "canary" not in seen
    assert server.mails == []


@pytest.mark.parametrize(("minutes", "verdict"), [(0, None), (1, None), (5, Verdict.WARN), (600, Verdict.FAIL)])
def test_a_clock_that_is_wrong_is_told(minutes: int, verdict: Verdict | None) -> None:
    said = list(_clock("Tue, 03 Mar 2026 09:00:00 GMT", "example.com", NOW + timedelta(minutes=minutes)))

    assert [n.verdict for n in said] == ([] if verdict is None else [verdict])
    assert list(_clock("whenever", "example.com", NOW)) == list(_clock("", "example.com", NOW)) == []


def test_little_memory_is_told(tmp_path: Path) -> None:
    table = tmp_path / "meminfo"
    table.write_text("MemTotal: 900000 kB\nMemAvailable: 100000 kB\n")
    (little,) = _memory(table)
    (unknown,) = _memory(tmp_path / "nothing")

    assert (little.verdict, little.seen) == (Verdict.WARN, "102 MB available")
    assert unknown.verdict is Verdict.OK


def test_systemd_that_watches_nothing_is_told(tmp_path: Path) -> None:
    file = configured(tmp_path)

    assert [verdict for verdict, _ in lines(file, "systemd")] == ["ok"]
    assert [verdict for verdict, _ in lines(file, "systemd", NOTIFY_SOCKET="@x")] == ["warn"]
    assert [verdict for verdict, _ in lines(file, "systemd", NOTIFY_SOCKET="@x", WATCHDOG_USEC="60000000")] == ["ok"]
    assert [verdict for verdict, _ in lines(file, "systemd", NOTIFY_SOCKET=str(tmp_path / "no"))] == ["warn"]


def test_one_that_hangs_or_breaks_takes_no_other_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hang = threading.Event()

    def breaks(*_: object) -> Iterable[Line]:
        raise ZeroDivisionError

    def hangs(*_: object) -> Iterable[Line]:
        hang.wait(20)
        return [ok("state", "too late")]

    monkeypatch.setattr("daemon.doctor.sources.look", breaks)
    monkeypatch.setattr("daemon.doctor.state.look", hangs)

    found = examined(configured(tmp_path), {}, NOW, patience_seconds=2)
    hang.set()

    said = {n.what: (n.verdict, n.seen) for n in found if n.verdict is Verdict.FAIL}
    assert said == {
        "state": (Verdict.FAIL, "no answer within 2 s"),
        "check shop": (Verdict.FAIL, "looking failed unexpectedly (ZeroDivisionError)"),
    }


def test_the_worst_line_is_the_verdict() -> None:
    lines = [Line(verdict=verdict, what="x", seen="y") for verdict in Verdict]

    assert [worst(lines[:n]) for n in (0, 1, 2, 3)] == [Verdict.OK, Verdict.OK, Verdict.WARN, Verdict.FAIL]


def test_a_state_that_may_not_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = configured(tmp_path)
    open_store("sqlite:///channelwatch.db", tmp_path).close()
    monkeypatch.setattr("daemon.store.inspecting.os.access", lambda path, _: str(path).endswith(".db"))

    ((verdict, seen),) = lines(file, "state")

    assert (verdict, seen) == ("fail", f"{tmp_path} may not be written by this user: check owner and mode")


def test_a_state_in_postgresql_is_looked_at(tmp_path: Path, postgres: str) -> None:
    file = configured(tmp_path, store={"url": postgres})
    file.chmod(0o600)
    before = lines(file, "state")
    open_store(postgres).close()
    after = lines(file, "state")

    assert [verdict for verdict, _ in before + after] == ["ok", "ok"]
    assert "not there yet" in before[0][1]
    assert "sound, schema" in after[0][1]
    assert "canary" not in str(before + after)


def test_a_chart_is_really_drawn(drawing: Callable[[], Iterable[Line]]) -> None:
    (drawn,) = drawing()

    assert drawn.verdict is Verdict.OK
    assert "kB" in drawn.seen
