"""The pictures of an e-mail in docs/alerts.md: run `.venv/bin/python docs/make_mail_pictures.py`.

The alert is the first example of that page, as its mail looks in Debian's Chromium on a phone and on a desk.
"""

from base64 import b64encode
from pathlib import Path

from playwright.sync_api import sync_playwright

from daemon.alerts import email
from daemon.alerts.chart import spec
from daemon.alerts.compose import compose
from daemon.alerts.picture import png
from tests.builders_alerts import checkout_failing

ROOT = Path(__file__).resolve().parent
CHROMIUM = "/usr/bin/chromium"
# File -> width of the window and the reader's colours.
PICTURES = {"email-phone.png": (360, "light"), "email-phone-dark.png": (360, "dark"), "email-desk.png": (800, "light")}


def main() -> None:
    """Draw them all."""
    alert = compose(checkout_failing())
    picture = png(spec(alert.chart)) if alert.chart else None
    letter = email.layout(alert, "picture", "example.com", picture)
    html = letter.html
    if picture is not None:
        html = html.replace(f"cid:{letter.picture_id}", f"data:image/png;base64,{b64encode(picture).decode()}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, (width, scheme) in PICTURES.items():
            context = browser.new_context(
                viewport={"width": width, "height": 600},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            tab = context.new_page()
            tab.set_content(html, wait_until="load")
            tab.screenshot(path=ROOT / name, full_page=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
