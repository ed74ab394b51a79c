"""The README's alert, taken from the demo: run `make demo`, then `.venv/bin/python docs/make_pictures.py`.

1. Take the newest message about a failing checkout out of out/demo.
2. Write its words to docs/alert.txt and into README.md.
3. Draw its card with the chart, as the inbox page shows it, in Debian's Chromium: docs/alert.png at twice the size.
"""

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import sync_playwright

from config.causes import shipped
from config.load import load
from daemon.alerts import picture, plain
from daemon.alerts.alert import Alert
from daemon.console.page import page
from daemon.inbox import received
from daemon.store import open_store

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "out" / "demo" / "channelwatch.yaml"
README, WORDS, PICTURE = ROOT / "README.md", ROOT / "docs" / "alert.txt", ROOT / "docs" / "alert.png"
CHROMIUM = "/usr/bin/chromium"
CAUSE = "checkout_failure"
BEGIN, END = "<!-- alert: written by docs/make_pictures.py -->\n```text\n", "```\n<!-- /alert -->"
WIDTH, SCALE = 820, 2


def main() -> None:
    """Write the words and the picture anew."""
    if not DEMO.exists():
        raise SystemExit("there is no out/demo yet: run `make demo` first")
    settings = load(DEMO)
    store = open_store(settings.store.url, DEMO.parent)
    alert = newest(received(store), shipped().causes[CAUSE].title)
    store.close()
    WORDS.write_text(plain.text(alert), encoding="utf-8")
    README.write_text(spliced(README.read_text(encoding="utf-8"), plain.text(alert)), encoding="utf-8")
    draw(page([alert], ZoneInfo(settings.timezone), draw=picture.svg))


def newest(alerts: Sequence[Alert], cause: str) -> Alert:
    """The newest message about something under way whose likeliest cause is `cause`; `alerts` come newest first."""
    for alert in alerts:
        if alert.cause.startswith(cause) and not alert.is_over:
            return alert
    raise SystemExit(f"the demo sent no message about {cause}")


def spliced(text: str, words: str) -> str:
    """The README with these words between its marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit("README.md has lost the marks around its alert")
    return before + begin + words + end + after


def draw(html: str) -> None:
    """Photograph the one card of the page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(
            viewport={"width": WIDTH, "height": 900}, device_scale_factor=SCALE, color_scheme="light"
        )
        tab = context.new_page()
        tab.set_content(html, wait_until="load")
        tab.locator("article.card").screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
