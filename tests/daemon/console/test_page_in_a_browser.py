"""The inbox page as a browser shows it."""

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from daemon.alerts.compose import compose
from daemon.console.page import page
from tests.builders_alerts import LONDON, budget_cap, checkout_failing, checkout_resolved, data_late, tag_lost

CHROMIUM = shutil.which("chromium")

pytestmark = [pytest.mark.chromium, pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")]


@pytest.fixture(scope="module")
def inbox() -> str:
    long = replace(
        compose(checkout_failing()),
        headline="Orders -41 % in campaign " + "x" * 300,
        why=("https://example.com/" + "y" * 400,),
    )
    return page(
        [long, *(compose(story()) for story in (checkout_failing, tag_lost, budget_cap, checkout_resolved, data_late))],
        LONDON,
        draw=lambda spec: (
            "<svg xmlns='http://www.w3.org/2000/svg' width='304' height='200'><rect width='304' height='200'/></svg>"
        ),
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off_refused_or_loaded(browser: object, inbox: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[attr-defined]
    tab = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("request", lambda request: asked.append(request.url))
    tab.set_content(inbox, wait_until="load")

    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    assert said == []
    assert all(url.startswith("data:image/svg+xml") for url in asked)
    context.close()
