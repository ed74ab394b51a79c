"""Feeds of changes, from a file and from an API on this machine: they are evidence for causes, and stop nobody."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.process.command import CONFIG, Done, channelwatch
from tests.process.contract import CHECK, assert_fits
from tests.vendor_server import Answer, VendorServer

NEXT_MORNING = "2026-03-03T09:00"
KEY = "canarysecret-of-the-feed"
DEPLOYS = (
    "deployed_at,version,kind,author,url\n"
    "2026-02-12T16:00,search v5,deploy,Tom,\n"
    "2026-03-02T00:20,checkout v2.3,deploy,Anna,https://ci.example/41\n"
)
FEED = "changes:\n  deploys: {path: deploys.csv, at: deployed_at, title: version, who: author, link: url}\n"
SAID = "A deploy on the day it began, at 00:20: “checkout v2.3”, by Anna."
API = """\
sources:
  ci:
    kind: http
    url: ${CI_URL}
    allow_private: true
    auth: {bearer: "${CI_KEY}"}
changes:
  deploys:
    source: ci
    kind: deploy
    request:
      path: /deploys
      query: {from: "{since:utc}", to: "{until:utc}"}
      rows: $.deploys[*]
      fields: {at: created, title: name, who: author.login, link: web.url}
"""


def check(folder: Path, more: str = "", **env: str) -> Done:
    """Add to the configuration, and look on the morning after the fall."""
    text = (folder / CONFIG).read_text(encoding="utf-8")
    if "\nsources:\n" in text and more.startswith("sources:\n"):
        head, more = more.split("changes:\n")
        text = text.replace("\nsources:\n", "\n" + head)
        more = "changes:\n" + more
    (folder / CONFIG).write_text(text + more, encoding="utf-8")
    return channelwatch(folder, "check", "--now", NEXT_MORNING, "--json", env=env)


def test_a_deploy_of_a_file_is_told_as_evidence_and_kept_for_explain(fallen: Path) -> None:
    (fallen / "deploys.csv").write_text(DEPLOYS, encoding="utf-8")

    done = check(fallen, FEED)

    assert done.code == 0, done.err
    assert_fits(done.json, CHECK)
    (incident,) = done.json["incidents"]
    assert incident["changes"] == [
        {
            "at": "2026-03-02T00:20:00+00:00",
            "kind": "deploy",
            "title": "checkout v2.3",
            "channel": None,
            "who": "Anna",
            "link": "https://ci.example/41",
        }
    ]
    assert SAID in [s for cause in incident["causes"] for s in cause["for"]]
    (fallen / "deploys.csv").unlink()
    told = channelwatch(fallen, "explain", incident["id"]).out
    assert "Mon 2 Mar, 00:20  deploy  checkout v2.3 (by Anna)  https://ci.example/41" in told


def test_a_change_widens_nothing_that_is_expected(fallen: Path) -> None:
    (plain,) = check(fallen).json["incidents"]
    (fallen / "deploys.csv").write_text(DEPLOYS, encoding="utf-8")
    (fallen / "channelwatch.db").unlink(missing_ok=True)
    for state in fallen.glob("*.db*"):
        state.unlink()

    (logged,) = check(fallen, FEED).json["incidents"]

    assert logged["findings"] == plain["findings"]


def test_a_file_that_cannot_be_read_is_a_data_problem_with_its_line_and_stops_nothing(fallen: Path) -> None:
    (fallen / "deploys.csv").write_text(DEPLOYS + "\nyesterday,cart v1,deploy,Tom,\n", encoding="utf-8")

    done = check(fallen, FEED)

    assert done.code == 0, done.err
    (problem,) = [p for p in done.json["data_problems"] if p["check"] == "changes.deploys"]
    assert "deploys.csv line 5: deployed_at is 'yesterday', no instant. Write it like" in problem["detail"]
    assert SAID in [s for cause in done.json["incidents"][0]["causes"] for s in cause["for"]]


def test_an_api_tells_of_deploys_and_its_secret_stays_one(fallen: Path) -> None:
    deploy = {
        "created": "2026-03-01T23:40:00Z",
        "name": "checkout v2.3",
        "author": {"login": "Anna"},
        "web": {"url": "https://ci.example/41"},
    }
    with VendorServer(Answer(body={"deploys": [deploy]})) as server:
        done = check(fallen, API, CI_URL=server.url, CI_KEY=KEY)

    assert done.code == 0, done.err
    (asked,) = server.asked
    assert (asked.path, asked.headers["authorization"]) == ("/deploys", f"Bearer {KEY}")
    assert asked.query["to"].startswith("2026-03-03T09:00")
    (incident,) = done.json["incidents"]
    said = "A deploy the day before it began, at 23:40: “checkout v2.3”, by Anna."
    assert said in [s for cause in incident["causes"] for s in cause["for"]]


def test_an_api_that_refuses_is_a_data_problem_and_everything_else_goes_on(fallen: Path) -> None:
    with VendorServer(Answer(status=401, body={"error": f"bad key {KEY}"})) as server:
        done = check(fallen, API, CI_URL=server.url, CI_KEY=KEY)

    assert (done.code, len(done.json["incidents"])) == (0, 1)
    (problem,) = [p for p in done.json["data_problems"] if p["check"] == "changes.deploys"]
    assert 'source "ci", changes "deploys": the key is wrong or has expired (401)' in problem["detail"]
    assert KEY not in done.out + done.err


def test_a_database_tells_of_budget_edits_of_one_channel(fallen: Path) -> None:
    with closing(sqlite3.connect(fallen / "edits.sqlite")) as connection, connection:
        connection.execute("CREATE TABLE edits (at TEXT, what TEXT, target TEXT)")
        rows = [
            ("2026-03-02 00:05", "Brand budget -60 %", "paid_search"),
            ("2026-03-02 00:10", "Newsletter budget +5 %", "email"),
        ]
        connection.executemany("INSERT INTO edits VALUES (?, ?, ?)", rows)
    feed = (
        "sources:\n  ads: {kind: sql, url: 'sqlite:///edits.sqlite'}\n"
        "changes:\n  edits: {source: ads, title: what, kind: budget_change, channel_column: target,"
        " query: 'SELECT at, what, target FROM edits WHERE at >= :since AND at < :until'}\n"
    )

    done = check(fallen, feed)

    assert done.code == 0, done.err
    (incident,) = done.json["incidents"]
    assert [c["title"] for c in incident["changes"]] == ["Brand budget -60 %"]


def test_validate_names_the_line_of_a_feed_that_is_wrong(fallen: Path) -> None:
    with (fallen / CONFIG).open("a", encoding="utf-8") as file:
        file.write("changes:\n  deploys: {path: deploys.csv, kind: deplyo}\n  edits: {title: what}\n")

    done = channelwatch(fallen, "validate")

    assert done.code == 78
    assert "changes.deploys.kind: 'deplyo' is no kind of change. Did you mean 'deploy'?" in done.err
    assert "changes.edits: a feed of changes has a `path`, or a `source`" in done.err
