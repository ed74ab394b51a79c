"""An incident is one conversation in a mailbox, by whatever provider its messages came, and whatever that one rewrites."""

import re
from dataclasses import replace
from itertools import permutations
from random import Random

import pytest

from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.model import Change
from tests import builders_alerts as stories
from tests.messages.mails import MAILS, Mail
from tests.messages.threader import threads

FIVE = (Change.OPENED, Change.WORSE, Change.GROWN, Change.BETTER, Change.RESOLVED)


def _incident() -> list[Alert]:
    """Five messages about one incident; whoever wrote the subject first wrote it for all."""
    told = {Change.WORSE: stories.checkout_worse(), Change.RESOLVED: stories.checkout_resolved()}
    first = compose(stories.checkout_failing())
    found = [compose(replace(told.get(change, stories.checkout_failing()), change=change)) for change in FIVE]
    return [replace(alert, subject=first.subject) for alert in found]


def _sent(kind: str, alerts: list[Alert]) -> list[Mail]:
    lay, read = MAILS[kind]
    return [read(lay(alert)) for alert in alerts]


def _rewritten(mail: Mail, i: int) -> dict[str, str]:
    """As Amazon SES passes it on: with a Message-ID and a Date of its own."""
    kept = {name: value for name, value in mail.headers.items() if name.lower() not in ("message-id", "date")}
    return {**kept, "Message-ID": f"<{i:08x}@email.amazonses.com>", "Date": f"Mon, 02 Mar 2026 12:{i:02}:00 +0000"}


@pytest.mark.parametrize("kind", MAILS)
def test_five_messages_are_one_thread_though_their_ids_are_rewritten(kind: str) -> None:
    others = [compose(stories.budget_cap()), compose(stories.tag_lost())]
    mails = _sent(kind, [*_incident(), *others])
    arrived = [(_rewritten(mail, i), i) for i, mail in enumerate(mails)]
    Random(1).shuffle(arrived)

    assert sorted(map(sorted, threads(arrived))) == [[0, 1, 2, 3, 4], [5], [6]]
    assert len({mail.headers["Subject"] for mail in mails[:5]}) == 1


@pytest.mark.parametrize("kind", MAILS)
def test_the_root_of_a_thread_is_never_sent_itself(kind: str) -> None:
    mails = _sent(kind, _incident())

    roots = {mail.headers["References"] for mail in mails} | {mail.headers["In-Reply-To"] for mail in mails}
    assert roots == {"<inc-a1b2c3@channelwatch.example.com>"}
    assert not roots & {mail.headers.get("Message-ID") or mail.headers.get("Message-Id") for mail in mails}


@pytest.mark.parametrize("kind", MAILS)
def test_how_it_stands_is_in_the_preheader_and_machines_do_not_answer(kind: str) -> None:
    for alert, mail in zip(_incident(), _sent(kind, _incident()), strict=True):
        shown = re.search(r"<body.*?<div[^>]*>(.*?)</div>", mail.html, re.DOTALL)
        assert shown is not None
        assert shown.group(1).startswith(f"{alert.word}: ")
        assert mail.headers["Auto-Submitted"] == "auto-generated"
        assert mail.headers["List-Id"] == "channelwatch <channelwatch.example.com>"


def test_the_order_of_arrival_does_not_matter_to_the_threader() -> None:
    chain = [
        ({"Message-ID": "<a>"}, "a"),
        ({"Message-ID": "<b>", "References": "<a>"}, "b"),
        ({"Message-ID": "<c>", "In-Reply-To": "<b>"}, "c"),
        ({"Message-ID": "<d>"}, "d"),
    ]

    for arrived in permutations(chain):
        assert sorted(map(sorted, threads(arrived))) == [["a", "b", "c"], ["d"]]
