"""incidents, status, outbox and inbox: what people see of a problem that has come and gone."""

import re
from pathlib import Path

from tests.process.command import channelwatch
from tests.process.story import Story


def test_no_incident_is_open_any_more_and_all_lists_the_one_that_was(story: Story) -> None:
    incident = story.recovered.done.json["incidents"][0]

    still_open = channelwatch(story.folder, "incidents")
    every = channelwatch(story.folder, "incidents", "--all")

    assert (still_open.code, still_open.out) == (0, "No open incidents.\n")
    assert re.fullmatch(rf"{incident['id']} +resolved +\w+ +{re.escape(incident['title'])}\n", every.out)


def test_one_incident_is_shown_with_its_history_and_reasons(story: Story) -> None:
    incident = story.recovered.done.json["incidents"][0]

    shown = channelwatch(story.folder, "incidents", incident["id"], "--json").json
    told = channelwatch(story.folder, "incidents", incident["id"])

    assert shown.items() >= incident.items()
    changes = [entry["change"] for entry in shown["history"]]
    assert (changes[0], changes[-1]) == ("opened", "resolved")
    assert all(entry["reason"] for entry in shown["history"])
    assert told.out.startswith(f"{incident['title']}\n")
    assert "2026-03-03 09:00  opened: first seen" in told.out
    assert "{" not in told.out


def test_status_tells_how_far_was_judged_and_what_waits(story: Story) -> None:
    told = channelwatch(story.folder, "status")
    as_json = channelwatch(story.folder, "status", "--json").json

    assert told.out.splitlines()[:2] == [
        "check marketing_daily: judged up to 2026-03-08 00:00",
        "no open incidents; last cycle 2026-03-08 09:00",
    ]
    assert re.search(r"^destination growth: \d sent$", told.out, re.MULTILINE)
    assert as_json["checks"] == {"marketing_daily": "2026-03-08T00:00:00+00:00"}
    assert (as_json["open_incidents"], as_json["holds"]) == (0, [])


def test_the_inbox_is_saved_as_one_page_with_charts(story: Story, tmp_path: Path) -> None:
    page = tmp_path / "inbox.html"

    done = channelwatch(story.folder, "inbox", "--save", page)

    assert (done.code, done.out) == (0, f"Wrote {page}\n")
    html = page.read_text(encoding="utf-8")
    assert re.search(r"Orders .(59|60|61)\s%\sin\spaid\ssearch", html)
    assert "<svg" in html or "data:image" in html
    assert not re.search(r"(src|href)=.https?://", html)
