"""The pictures of the page for answers in docs/answering.md: run `.venv/bin/python docs/make_answer_pictures.py`.

The incident is the first example of docs/alerts.md.
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from daemon.alerts.compose import compose
from daemon.answering.form import Filled
from daemon.answering.page import Way, form_page
from daemon.replies import Kind
from tests.builders_alerts import LONDON, checkout_failing

ROOT = Path(__file__).resolve().parent
CHROMIUM = "/usr/bin/chromium"
NOW = datetime(2025, 10, 16, 8, 20, tzinfo=UTC)
# File -> the reader's colours, and what was chosen.
PICTURES = {
    "answer-phone.png": ("light", Kind.MUTE, Filled(who="Ana", until="3d")),
    "answer-phone-dark.png": ("dark", Kind.FEEDBACK, Filled(who="Ana", verdict="expected", comment="the sale ended")),
}


def main() -> None:
    """Draw them all."""
    incident = replace(checkout_failing().incident, title=compose(checkout_failing()).headline)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, (scheme, chosen, filled) in PICTURES.items():
            ways = [Way(kind=kind, token="x") for kind in Kind if kind is not chosen]
            html = form_page(incident, Way(kind=chosen, token="x"), ways, filled, NOW, LONDON)
            context = browser.new_context(
                viewport={"width": 360, "height": 600}, color_scheme="dark" if scheme == "dark" else "light"
            )
            tab = context.new_page()
            tab.set_content(html, wait_until="load")
            tab.screenshot(path=ROOT / name, full_page=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
