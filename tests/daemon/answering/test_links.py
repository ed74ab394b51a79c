"""A link shows a form and changes nothing; its form acts once; whatever else comes is refused in words that help."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.alerts.compose import compose
from daemon.answering.web import application
from daemon.errors import StoreError
from daemon.model import Change, Status, Verdict
from daemon.outbox import announce
from daemon.replies import Kind
from daemon.store import deliveries, incidents
from daemon.upkeep.retention import prune
from daemon.waiting import Wait
from tests import builders_alerts as build
from tests.daemon.answering.place import NOW, URL, Place, place


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    with place(tmp_path) as made:
        yield made


def test_a_message_offers_four_ways_and_its_end_only_the_question_whether_it_was_real(here: Place) -> None:
    assert list(here.links()) == ["ack", "mute", "feedback", "resolve"]
    assert list(here.links(Change.RESOLVED)) == ["feedback"]
    assert here.links(Change.RETRACTED) == {}


def test_acknowledging_by_link_is_kept_with_the_name_and_comment(here: Place) -> None:
    link = here.links()["ack"]

    done = here.fill(link, who="  Ana\tMaria ", comment="on it")
    shown = here.ask(link)

    assert (done.status_code, done.headers["location"]) == (303, link.removeprefix("/a/"))
    assert [(r.kind, r.who, r.comment, r.at) for r in here.said] == [(Kind.ACK, "Ana Maria", "on it", here.now)]
    assert "Acknowledged by Ana Maria: on it" in shown.text
    assert "Thu 16 Oct, 10:14" in shown.text
    assert here.woken == 1


def test_a_double_click_acts_once(here: Place) -> None:
    link = here.links()["ack"]

    first, second = here.fill(link, who="ana"), here.fill(link, who="tom")

    assert (first.status_code, second.status_code) == (303, 303)
    assert [r.who for r in here.said] == ["ana"]
    assert here.woken == 1


def test_an_answer_is_kept_with_all_that_follows_from_it_or_not_at_all(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = here.links()["resolve"]
    before = here.state()
    with monkeypatch.context() as broken:
        broken.setattr("daemon.answering.desk.answered.add", _fails)
        assert here.fill(link, who="ana").status_code == 503

    assert here.state() == before
    assert here.fill(link, who="ana").status_code == 303
    assert here.incident.status is Status.RESOLVED


def _fails(*_: object, **__: object) -> None:
    raise StoreError("the disk is full")


@pytest.mark.parametrize(
    ("fields", "until"),
    [
        ({"until": "1d"}, "2025-10-17T09:14:00+00:00"),
        ({"until": "3d"}, "2025-10-19T09:14:00+00:00"),
        ({"until": "1w"}, "2025-10-23T09:14:00+00:00"),
        ({"until": "date", "date": "2025-10-20"}, "2025-10-19T23:00:00+00:00"),
    ],
)
def test_muting_lasts_as_long_as_was_chosen(here: Place, fields: dict[str, str], until: str) -> None:
    assert here.fill(here.links()["mute"], who="ana", **fields).status_code == 303

    (reply,) = here.said
    assert reply.until is not None
    assert reply.until.isoformat() == until


@pytest.mark.parametrize("verdict", list(Verdict))
def test_feedback_is_kept_and_says_what_follows(here: Place, verdict: Verdict) -> None:
    link = here.links()["feedback"]

    here.fill(link, who="ana", verdict=verdict.value)

    assert [r.verdict for r in here.said] == [verdict]
    closed = verdict in (Verdict.EXPECTED, Verdict.NEW_NORMAL)
    assert (here.incident.status is Status.RESOLVED) is closed
    assert ("growth: told that it is closed." in here.ask(link).text) is closed


def test_closing_tells_everybody_who_heard_of_it(here: Place) -> None:
    link = here.links()["resolve"]

    here.fill(link, who="ana")

    assert here.incident.status is Status.RESOLVED
    assert "growth: told that it is closed." in here.ask(link).text


def test_the_other_ways_of_a_message_are_one_step_away_and_each_works_once(here: Place) -> None:
    links = here.links()
    page = here.ask(links["ack"]).text

    assert all(path.removeprefix("/a/") in page for path in links.values())
    here.fill(links["mute"], who="ana", until="1d")
    after = here.ask(links["ack"]).text
    assert links["mute"].removeprefix("/a/") not in after
    assert "Muted by ana" in after


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("ack", {}, "Please say who you are"),
        ("ack", {"who": " \u200b\u202e "}, "Please say who you are"),
        ("ack", {"who": "a" * 81}, "at most 80"),
        ("ack", {"who": "ana", "comment": "a" * 501}, "at most 500"),
        ("mute", {"who": "ana"}, "until when"),
        ("mute", {"who": "ana", "until": "date"}, "choose the day"),
        ("mute", {"who": "ana", "until": "date", "date": "soon"}, "choose the day"),
        ("mute", {"who": "ana", "until": "date", "date": "2025-10-16"}, "from tomorrow on"),
        ("mute", {"who": "ana", "until": "date", "date": "2027-10-16"}, "a year ahead"),
        ("feedback", {"who": "ana"}, "choose what it was"),
        ("feedback", {"who": "ana", "verdict": "wrong"}, "choose what it was"),
    ],
)
def test_what_is_not_filled_in_is_asked_for_and_nothing_is_lost(
    here: Place, kind: str, fields: dict[str, str], words: str
) -> None:
    answer = here.fill(here.links()[kind], **fields)

    assert answer.status_code == 422
    assert words in answer.text
    assert here.said == []


def test_an_end_that_came_first_leaves_nothing_to_acknowledge_but_asks_whether_it_was_real(here: Place) -> None:
    links = here.links()
    here.resolve()

    shown, done = here.ask(links["ack"]), here.fill(links["ack"], who="ana")

    assert "nothing is left" in shown.text
    assert links["feedback"].removeprefix("/a/") in shown.text
    assert done.status_code == 200
    assert here.said == []
    assert here.fill(links["feedback"], who="ana", verdict="real").status_code == 303
    assert "new_normal" not in here.ask(here.links(Change.RESOLVED, "delivery-2")["feedback"]).text


def test_links_work_for_three_days(here: Place) -> None:
    link = here.links()["ack"]
    here.later(hours=71, minutes=59)
    assert here.ask(link).status_code == 200

    here.later(minutes=1)

    assert here.ask(link).status_code == 410
    assert here.fill(link, who="ana").status_code == 410
    assert "newest message" in here.ask(link).text
    assert here.said == []


def test_links_of_a_message_that_waited_over_a_weekend_are_fresh_when_it_comes(here: Place) -> None:
    arrives = NOW + timedelta(hours=62)
    waits = {"growth": Wait(until=arrives, why="quiet hours")}
    with here.app.store.transaction() as connection:
        story = replace(build.checkout_failing(), change=Change.WORSE)
        announce(connection, replace(compose(story), at=NOW.isoformat()), ["growth"], NOW, waits)
        payload = deliveries.listing(connection)[0].payload
    link = here.links_in(payload)["ack"]

    here.now = arrives + timedelta(hours=71)
    assert here.ask(link).status_code == 200
    here.later(hours=1)
    assert here.ask(link).status_code == 410


def test_a_forgotten_incident_is_told(here: Place) -> None:
    link = here.links()["ack"]
    with here.app.store.transaction() as connection:
        for table in ("history", "incidents"):
            connection.exec_driver_sql(f"DELETE FROM {table}")

    assert here.ask(link).status_code == 404
    assert here.fill(link, who="ana").status_code == 404
    assert "not known any more" in here.ask(link).text


def test_the_name_is_remembered_in_that_browser_alone(here: Place) -> None:
    done = here.fill(here.links()["ack"], who="Åna; Path=/\"'")

    cookie = done.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "Secure" in cookie
    assert "SameSite=lax" in cookie
    shown = here.ask(here.links()["mute"], cookie=cookie.partition(";")[0])
    assert 'value="Åna; Path=/&#34;&#39;"' in shown.text


@pytest.mark.parametrize("path", ["link", "/", "/nothing", "/a/forged"])
def test_every_answer_keeps_itself_to_itself(here: Place, path: str) -> None:
    headers = here.ask(here.links()["ack"] if path == "link" else path).headers

    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "noindex" in headers["x-robots-tag"]
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_is_never_sent_on_to_another_address(here: Place, method: str) -> None:
    answer = here.ask(here.links()["ack"] + "/", method, host="elsewhere.example")

    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_what_somebody_closed_says_by_whom_to_who_comes_by_another_link(here: Place) -> None:
    links = here.links()
    here.fill(links["resolve"], who="eva")

    assert "Closed by eva, Thu 16 Oct, 10:14." in here.ask(links["mute"]).text


def test_a_body_that_is_too_large_is_not_read(here: Place) -> None:
    assert here.ask(here.links()["ack"], "POST", b"who=" + b"a" * 20_000).status_code == 413
    assert here.said == []


def test_guessing_is_answered_ever_shorter_and_locks_nobody_out(here: Place) -> None:
    link = here.links()["ack"]

    async def guess() -> list[int]:
        app = application(lambda: here, here.desk, lambda: here.now)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=URL) as client:
            codes = [(await client.get(f"/a/guess-{n}")).status_code for n in range(200)]
            return [*codes, (await client.get(link)).status_code]

    codes = asyncio.run(guess())
    assert codes[0] == 404
    assert codes[-2] == 429
    assert codes[-1] == 200


def test_a_secret_that_was_changed_leaves_older_links_working_as_long_as_it_is_named(tmp_path: Path) -> None:
    with place(tmp_path) as before:
        link = before.links()["ack"]
    rotated = {"url": "https://answers.example.com", "secret": "n" * 40}
    (tmp_path / "b").mkdir()
    with place(tmp_path / "b", answering={**rotated, "previous_secret": "s" * 40}) as after:
        assert after.ask(link).status_code == 200
        assert after.fill(link, who="ana").status_code == 303
        assert after.links()["ack"] != link
        # The same right under the new key is the same link: it was used.
        assert [r.who for r in after.said] == ["ana"]
    (tmp_path / "c").mkdir()
    with place(tmp_path / "c", answering=rotated) as without:
        assert without.ask(link).status_code == 404


def test_what_strangers_and_readers_write_stays_text(here: Place) -> None:
    link = here.links()["ack"]
    hostile = "<script>alert(1)</script><img src=x onerror=x>\"'&"
    with here.app.store.transaction() as connection:
        named = replace(here.incident, title=hostile)
        incidents.record(connection, named, at=here.now, change=Change.WORSE, reason="larger")

    again = here.fill(link, who=hostile, comment=hostile * 20)
    here.fill(link, who=hostile, comment=hostile)
    pages = [again.text, here.ask(link).text, here.ask(here.links()["mute"], cookie=f"name={quote(hostile)}").text]

    assert all("&lt;script&gt;" in page for page in pages)
    assert not any("<script" in page or "<img" in page for page in pages)


def test_the_state_holds_no_link(here: Place) -> None:
    links = here.links()
    for kind, fields in (("ack", {}), ("mute", {"until": "1d"}), ("feedback", {"verdict": "real"})):
        here.fill(links[kind], who="ana", **fields)

    written = "\n".join(str(line) for line in here.state())
    for path in links.values():
        token = path.removeprefix("/a/")
        assert token not in written
        assert token.partition(".")[2] not in written
    assert "s" * 40 not in written


def test_used_links_are_forgotten_when_they_are_too_old_anyway(here: Place) -> None:
    here.fill(here.links()["ack"], who="ana")
    marks = "SELECT count(*) FROM answered"
    counts = []
    for hours in (71, 73):
        prune(here.app.store, here.app.settings.upkeep.retention, NOW + timedelta(hours=hours))
        with here.app.store.reading() as connection:
            counts.append(connection.exec_driver_sql(marks).scalar())

    assert counts == [1, 0]


_PATHS = st.one_of(
    st.sampled_from(["/", "/slack", "/a/", "/a/x", "/healthz"]),
    st.text(st.characters(codec="ascii", exclude_characters="?#\x00"), max_size=60).map(lambda t: f"/a/{t}"),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]),
    st.one_of(st.sampled_from(["ack", "mute", "feedback", "resolve"]), _PATHS),
    st.dictionaries(st.sampled_from(["who", "until", "verdict", "comment"]), st.text(max_size=9), max_size=4),
    st.binary(max_size=50),
)
def test_nothing_but_a_post_ever_changes_anything(
    here: Place, method: str, what: str, query: dict[str, str], body: bytes
) -> None:
    links = here.links()
    path = links.get(what) or quote(what, safe="/")
    before = here.state()

    answer = here.ask(f"{path}?{urlencode(query)}", method, body)

    assert answer.status_code < 500
    assert here.state() == before
    assert here.woken == 0


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=300), st.text(max_size=100).map(lambda t: f"who={t}&until={t}".encode())))
def test_no_body_breaks_the_page(here: Place, body: bytes) -> None:
    for kind in ("mute", "feedback"):
        assert here.ask(here.links()[kind], "POST", body).status_code == 422
    assert here.said == []
