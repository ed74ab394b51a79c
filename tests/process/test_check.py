"""check: one problem from its first day to its end, with a Slack-like webhook that counts what arrives."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.process import business, watched
from tests.process.business import FELL, Fall
from tests.process.command import channelwatch, slack
from tests.process.conftest import Made
from tests.process.contract import CHECK, assert_fits
from tests.process.story import Story, morning_after
from tests.receiver import Receiver

# What a lost 60 % is called; the expectation has its own opinion of the last point.
TITLE = r"Orders -(59|60|61) % in paid search on Mon 2 Mar"


def test_the_answer_is_one_document_of_the_contracts_shape_and_stderr_is_silent(story: Story) -> None:
    for step in (story.first, story.same_time, story.next_day, story.recovered):
        assert (step.done.code, step.done.err) == (0, "")
        assert_fits(step.done.json, CHECK)
    assert story.first.done.json["now"] == "2026-03-03T09:00:00+00:00"


def test_a_lost_day_is_one_incident_with_its_channel_kpi_shape_and_start(story: Story) -> None:
    (incident,) = story.first.done.json["incidents"]

    finding = next(f for f in incident["findings"] if (f["channel"], f["kpi"]) == ("paid_search", "orders"))
    assert (incident["status"], incident["started_at"]) == ("open", "2026-03-02T00:00:00+00:00")
    assert incident["first_detected_at"] == "2026-03-03T09:00:00+00:00"
    assert (finding["shape"], finding["start"]) == ("dip", "2026-03-02T00:00:00+00:00")
    assert finding["relative_change"] == pytest.approx(-0.6, abs=0.05)
    assert finding["lower"] < finding["expected"] < finding["upper"]
    assert finding["observed"] < finding["lower"]
    assert "email" not in {f["channel"] for f in incident["findings"]}
    assert incident["where"] == [{"segment": {"channel": "paid_search"}, "share": pytest.approx(1, abs=0.1)}]
    assert re.fullmatch(TITLE, incident["title"])
    assert incident["impact"]["unit"] == "GBP"
    assert incident["impact"]["value"] == pytest.approx(-0.6 * 240 * 50, rel=0.2)


def test_the_incident_arrives_exactly_once_as_text_and_blocks(story: Story) -> None:
    (message,) = story.first.received

    assert re.search(TITLE, message.body["text"])
    assert message.body["blocks"]
    assert {name.lower(): value for name, value in message.headers.items()}["content-type"] == "application/json"


def test_a_second_run_at_the_same_time_judges_and_sends_nothing_and_answers_the_same(story: Story) -> None:
    assert story.same_time.received == []
    assert story.same_time.done.json["incidents"] == story.first.done.json["incidents"]


def test_the_next_bad_day_goes_to_the_same_incident(story: Story) -> None:
    (first,), (second,) = story.first.done.json["incidents"], story.next_day.done.json["incidents"]

    assert second["id"] == first["id"]
    assert (second["status"], second["started_at"]) == ("open", first["started_at"])
    assert second["first_detected_at"] == first["first_detected_at"]
    assert second["impact"]["value"] < 1.5 * first["impact"]["value"]


def test_a_time_before_the_last_judged_period_is_refused_and_changes_nothing(story: Story) -> None:
    assert (story.earlier.done.code, story.earlier.done.out) == (2, "")
    assert "--now 2026-03-02 09:00 lies before 2026-03-04 00:00" in story.earlier.done.err
    assert story.earlier.received == []
    assert story.earlier.nothing_changed


def test_recovery_resolves_the_incident_and_says_so_once(story: Story) -> None:
    (incident,) = story.recovered.done.json["incidents"]

    assert incident["id"] == story.first.done.json["incidents"][0]["id"]
    assert (incident["status"], incident["ended_at"]) == ("resolved", "2026-03-04T00:00:00+00:00")
    assert len(story.recovered.received) == 1


def test_a_dry_run_answers_as_the_real_one_but_keeps_and_sends_nothing(story: Story) -> None:
    assert story.dry.nothing_changed
    assert story.dry.received == []
    assert story.dry.done.json == story.next_day.done.json


def test_what_was_off_before_the_first_look_is_one_summary_and_no_single_message(made: Made, tmp_path: Path) -> None:
    old = Fall(first=FELL - timedelta(days=9)), Fall(first=FELL - timedelta(days=9), channel="email", left=1.8)
    folder = made.copied_to(tmp_path / "old", FELL, *old)

    with Receiver() as receiver:
        done = channelwatch(folder, "check", "--now", morning_after(FELL), "--json", env=slack(growth=receiver.url))

    assert_fits(done.json, CHECK)
    assert done.json["incidents"]
    assert all(incident["known_at_start"] for incident in done.json["incidents"])
    (summary,) = receiver.requests
    assert re.match(r"\S* ?\d things? (was|were) already off", summary.body["text"])


def test_a_table_with_its_times_of_observation_is_read_as_of_now(tmp_path: Path) -> None:
    mended = FELL + timedelta(days=2)
    right = dict.fromkeys(line for _, line in business.rows(mended))
    lines = [f"{business.HEADER},observed_at"]
    for day, line in business.rows(mended, Fall()):
        lines.append(f"{line},{day + timedelta(days=1)}T06:00:00Z")
        if line not in right:
            lines += [f"{good},{mended + timedelta(days=1)}T06:00:00Z" for good in right if good[:22] == line[:22]]
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / business.TABLE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    init = channelwatch(tmp_path, "init", "--from", "tables")

    seen_first = channelwatch(tmp_path, "check", "--now", morning_after(FELL), "--json")
    seen_later = channelwatch(tmp_path, "check", "--now", morning_after(mended), "--json")

    assert init.code == 0
    (first,), (later,) = seen_first.json["incidents"], seen_later.json["incidents"]
    assert re.fullmatch(TITLE, first["title"])
    assert (later["id"], later["status"]) == (first["id"], "retracted")


def test_on_a_terminal_a_line_an_incident_and_a_line_at_the_end(fallen: Path) -> None:
    done = channelwatch(fallen, "check", "--now", morning_after(FELL))

    assert re.search(TITLE, done.err)  # the terminal destination's message
    incident, last = done.out.splitlines()
    assert re.match("open     critical 2026-03-03  " + TITLE, incident)
    end = r"Checked at 2026-03-03 09:00 Europe/London: \d+ series judged; 1 incident, no data problems\."
    assert re.fullmatch(end, last)


def test_what_was_said_of_an_incident_stands_while_its_source_has_not_answered_a_new_question(tmp_path: Path) -> None:
    source, question = watched.SQL
    watched.configure(tmp_path, source, question)
    watched.stores(tmp_path, watched.BEFORE)
    watched.write_database(tmp_path / "web.db", watched.rows(watched.BAD))
    env = {"WEB_URL": "sqlite:///web.db"}
    told = channelwatch(tmp_path, "check", "--json", "--now", morning_after(watched.BAD), env=env).json["incidents"]
    watched.configure(tmp_path, source, question.replace("WHERE", "WHERE orders >= 0 AND"))

    later = channelwatch(tmp_path, "check", "--json", "--now", f"{watched.BAD + timedelta(days=1)}T20:00", env=env)

    assert [i["title"] for i in told] and later.json["incidents"] == told
