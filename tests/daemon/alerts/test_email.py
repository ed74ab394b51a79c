"""The e-mail itself: its words, its threads, and how it looks in a browser."""

import os
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from daemon.alerts import email
from daemon.alerts.alert import Answer, Link
from daemon.alerts.chart import spec
from daemon.alerts.compose import compose
from daemon.alerts.picture import png
from daemon.alerts.summary import known_at_start
from daemon.model import Change
from tests import builders_alerts as build
from tests.builders import digests
from tests.daemon.destinations.reading import of_html

GOLDEN = Path(__file__).parents[2] / "golden"
CARD = "chart@example.com"
ALERTS = {
    "checkout_failing": lambda: compose(build.checkout_failing()),
    "checkout_resolved": lambda: compose(build.checkout_resolved()),
    "known_at_start": lambda: known_at_start([build.checkout_failing(), build.budget_cap()]),
    "digest_week": digests.week,
}


def _compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("CHANNELWATCH_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ALERTS)
def test_the_mail_is_as_written(name: str) -> None:
    alert = ALERTS[name]()

    _compare(f"{name}.email.html", email.html(alert, CARD if alert.chart else ""))
    _compare(f"{name}.email.txt", email.text(alert))


def test_the_subject_is_what_the_incident_was_called_first() -> None:
    story = build.checkout_failing()
    named = replace(story, incident=replace(story.incident, subject="Orders on mobile, from Tue 14 Oct"))

    subjects = {compose(replace(named, change=change)).subject for change in Change if change is not Change.NOTHING}

    assert subjects == {"Orders on mobile, from Tue 14 Oct"}


def test_how_it_stands_is_the_first_line_that_lists_show() -> None:
    html = email.html(compose(build.checkout_failing()))

    shown = re.search(r"<body.*?<div[^>]*>(.*?)</div>", html, re.DOTALL)
    assert shown is not None
    assert shown.group(1).startswith(
        "Critical: Orders -41 % on mobile, all paid channels, since Tue 14 Oct (2 days). 188"
    )


@pytest.mark.parametrize("incident_id", ["a\r\nBcc: x@example.com", "<x@y>", "", "ü", "x" * 500])
def test_an_odd_name_of_an_incident_makes_a_plain_thread(incident_id: str) -> None:
    headers = email.headers(incident_id, "example.com")

    assert re.fullmatch(r"<inc-[0-9a-f]{32}@channelwatch\.example\.com>", headers["References"])


def test_only_web_addresses_are_live_and_nothing_ends_them_early() -> None:
    links = tuple(
        Link(label="Open", url=url)
        for url in (
            "javascript:alert(1)",
            'https://a.example/"><script>',
            "https://b.example/?q=1&r=ü 2",
            "data:x",
            "//c.example",
        )
    )
    alert = replace(compose(build.checkout_failing()), links=links)

    assert of_html(email.html(alert)).links == [
        "https://a.example/%22%3E%3Cscript%3E",
        "https://b.example/?q=1&r=%C3%BC%202",
    ]
    assert email.text(alert).endswith(
        "Open: https://a.example/%22%3E%3Cscript%3E\nOpen: https://b.example/?q=1&r=%C3%BC%202\n"
    )


def test_a_mail_loads_nothing() -> None:
    html = email.html(compose(build.checkout_failing()), CARD)

    assert of_html(html).links == [f"cid:{CARD}", "https://watch.example.com/incidents/a1b2c3"]
    assert not re.search(r"url\(|@import|<link|<script|data:", html)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.mark.chromium
@pytest.mark.parametrize("width", [320, 360, 800])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off_and_everything_can_be_read(browser: Any, width: int, scheme: str) -> None:
    alert = compose(build.checkout_failing())
    assert alert.chart is not None
    long = replace(alert, headline="Orders -41 % in campaign " + "x" * 300, why=("y" * 250,), owners=("@" + "z" * 70,))
    picture = f"data:image/png;base64,{b64encode(png(spec(alert.chart))).decode()}"
    ways = ("Acknowledge", "Mute", "Was it real?", "Close")
    answered = replace(alert, answers=tuple(Answer(kind=w, label=w, url="https://watch.example.com/a/x") for w in ways))
    for words, pictured in ((answered, True), (long, True), (long, False), (digests.week(), False)):
        html = email.html(words, CARD if pictured else "").replace(f"cid:{CARD}", picture)
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        tab = context.new_page()
        tab.set_content(html, wait_until="load")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
        assert tab.evaluate(_FAINTEST) >= 4.5
        context.close()


# The least contrast (WCAG 2) of any text against the nearest ground below it.
_FAINTEST = """() => {
  const light = c => { const v = c.match(/[\\d.]+/g).slice(0, 3).map(x => x / 255)
    .map(x => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2] };
  const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (c !== 'rgba(0, 0, 0, 0)') return c } return 'rgb(255, 255, 255)' };
  const shown = [...document.querySelectorAll('body *')].filter(e => e.offsetParent
    && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim() && n.textContent.trim() !== '\\u00a0'));
  return Math.min(...shown.map(e => { const a = light(getComputedStyle(e).color), b = light(ground(e));
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) }));
}"""
