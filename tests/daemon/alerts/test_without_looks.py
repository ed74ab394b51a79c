"""A message is understood without blocks, pictures and styles: what a locked phone, a screen reader or an old client gives."""

import re
from collections.abc import Callable

import pytest

from daemon.alerts import email, plain, slack, teams
from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.alerts.untrusted import for_slack
from daemon.console.page import card
from tests import builders_alerts as build
from tests.adaptive_card import card_of, shown
from tests.daemon.alerts.test_golden import ALERTS
from tests.messages.mails import MAILS
from tests.messages.validators import parsed

BARE: dict[str, Callable[[Alert], str]] = {
    "slack's text": lambda alert: slack.layout(alert)["text"],
    "slack without blocks": lambda alert: slack.plain(alert)["text"],
    "text/plain": lambda alert: str(parsed(MAILS["email_smtp"][0](alert)).get_body(("plain",)).get_content()),  # type: ignore[union-attr]
    "the card's fallback": lambda alert: "\n".join(
        shown(line) for line in card_of(teams.layout(alert))["fallbackText"].split("\n")
    ),
    "a card of lines": lambda alert: "\n".join(shown(e["text"]) for e in card_of(teams.plain(alert))["body"]),
}


def _words(text: str) -> str:
    """As they are read: signs that keep names harmless are not seen."""
    plain_text = text.replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&").replace("\u2060", "")
    return re.sub(r"\s+", " ", plain_text.replace("→", "->").replace("∗", "*"))


@pytest.mark.parametrize("form", BARE)
@pytest.mark.parametrize("name", ALERTS)
def test_what_how_much_why_the_money_and_what_to_do_are_in_the_bare_words(form: str, name: str) -> None:
    alert = ALERTS[name]()
    words = _words(BARE[form](alert))

    told = (alert.headline, alert.numbers, alert.cause, alert.impact, *alert.verify[:1], *alert.items)
    assert [line for line in told if line[:190] not in words] == []


@pytest.mark.parametrize("name", ALERTS)
def test_a_locked_phone_says_what_happened_and_where_in_a_hundred_characters(name: str) -> None:
    alert = ALERTS[name]()

    for text in (slack.layout(alert)["text"], slack.plain(alert)["text"], slack.reply(alert)["text"]):
        first = _words(text)[:100]
        assert first.lstrip("*").startswith(alert.icon)
        assert first.lstrip("*")[len(alert.icon) :].strip().startswith(alert.headline[:90])
        if alert.scope and alert.scope != "everywhere":
            assert alert.scope.split(",")[0] in first or "Data missing" in first


PICTURED = {"failing": build.checkout_failing, "worse": build.checkout_worse, "resolved": build.checkout_resolved}


@pytest.mark.parametrize("name", PICTURED)
def test_every_picture_is_told_with_its_numbers(name: str) -> None:
    alert = compose(PICTURED[name]())
    assert alert.chart is not None
    told = re.search(r"Marked: .*?, (\d+) on average where (\d+ to \d+) was expected", alert.chart.caption)
    assert told is not None, alert.chart.caption

    alts = [
        slack.layout(alert, "F0123456789")["blocks"],
        email.html(alert, "chart@example.com"),
        email.html(alert),
        card(alert, build.LONDON, draw=lambda _: "<svg/>"),
        card(alert, build.LONDON),
    ]
    for alt in map(str, alts):
        assert all(number in alt for number in told.groups())
    for html in alts[1:]:
        assert all(re.search(r'\balt="[^"]{20,}"', image) for image in re.findall(r"<img[^>]*>", str(html)))
        assert all(
            re.search(r'aria-label="[^"]{20,}"', image) for image in re.findall(r'<pre[^>]*role="img"[^>]*>', str(html))
        )


def test_bars_made_of_text_are_told_by_what_stands_above_them() -> None:
    alert = compose(build.checkout_failing())

    assert for_slack(plain.picture_title(alert)) in str(slack.layout(alert)["blocks"])
