"""The page as people meet it: on a small phone, without scripts, in light and dark, by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon import listening
from daemon.answering.web import application
from daemon.replies import Kind
from tests.daemon.answering.place import SECRET, Place, place
from tests.process.canaries import free_port

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's Chromium is not installed"),
]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    port = free_port()
    answering = {"url": f"http://127.0.0.1:{port}", "allow_private": True, "secret": SECRET}
    with place(tmp_path, answering=answering) as made:
        app = application(lambda: made, made.desk, lambda: made.now)
        stop = listening.start("127.0.0.1", port, app, name="answers", section="answering")
        yield made
        stop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_muting_takes_a_few_taps_on_a_phone_without_scripts(here: Place, scheme: str) -> None:
    from playwright.sync_api import sync_playwright

    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-proxy-server"]
        )
        context = browser.new_context(
            viewport={"width": 360, "height": 640},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=False,
        )
        tab = context.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        link = here.links()["ack"]
        tab.goto(link)
        tab.get_by_role("link", name="Mute").click()
        tab.get_by_label("3 days").check()
        tab.get_by_label("Your name").fill("Ana")
        tab.keyboard.press("Enter")
        tab.get_by_role("status").wait_for()
        shown = tab.get_by_role("status").inner_text()
        tab.get_by_role("link", name="Acknowledge").click()
        remembered = tab.get_by_label("Your name").input_value()
        box = tab.locator("main").bounding_box()
        background = tab.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
        browser.close()

    assert "Muted until Sun 19 Oct, 10:14 by Ana" in shown
    assert [(r.kind, r.who) for r in here.said] == [(Kind.MUTE, "Ana")]
    assert remembered == "Ana"
    assert box is not None
    assert box["x"] + box["width"] <= 360
    assert background == ("rgb(18, 22, 27)" if scheme == "dark" else "rgb(245, 246, 248)")
    assert {url.partition("/a/")[0] for url in asked} == {link.partition("/a/")[0]}, "nothing is loaded from elsewhere"
