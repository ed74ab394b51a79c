"""The pictures of messages in docs/alerts.md: run `.venv/bin/python docs/make_message_pictures.py`. It takes Chromium, Node.js and npm,
and a font with emoji (fonts-noto-color-emoji).

The messages are those of that page's first example, as tests/golden has them. An e-mail is drawn by Debian's Chromium, a card
by Microsoft's own renderer (npm adaptivecards), Slack's blocks by slack-blocks-to-jsx; the packages go into out/npm.
"""

import json
import os
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from daemon.alerts import email, slack, teams
from daemon.alerts.alert import Alert, Answer
from daemon.alerts.chart import spec
from daemon.alerts.compose import compose
from daemon.alerts.picture import png
from daemon.alerts.story import Story
from daemon.answering.offering import offered
from daemon.model import Change, Status
from daemon.transition import Why
from tests.builders import digests
from tests.builders_alerts import checkout_failing, checkout_worse, local

ROOT = Path(__file__).resolve().parent
SCRATCH = ROOT.parent / "out" / "npm"
CHROMIUM = "/usr/bin/chromium"
PACKAGES = (
    *("adaptivecards@3.0.6", "markdown-it@14.3.3", "slack-blocks-to-jsx@1.1.1"),
    *("react@19.3.1", "react-dom@19.3.1", "upng-js@2.1.0"),
)
ENVIRONMENT = {**os.environ, "TZ": "Europe/London"}  # of the times beside messages
# File -> width of the window and the reader's colours.
MAILS = {
    "email-phone.png": (360, "light"),
    "email-phone-dark.png": (360, "dark"),
    "email-desk.png": (800, "light"),
    "email-desk-dark.png": (800, "dark"),
}
DIGEST, CARD = "digest-phone.png", "teams.png"
# As Teams shows cards, on its light ground; its real configuration is not public.
TEAMS = {
    "fontFamily": "'Segoe UI', 'Liberation Sans', sans-serif",
    "fontSizes": {"small": 12, "default": 14, "medium": 14, "large": 18, "extraLarge": 24},
    "spacing": {"small": 4, "default": 8, "medium": 12, "large": 16, "extraLarge": 24, "padding": 16},
    "separator": {"lineThickness": 1, "lineColor": "#EEEEEE"},
    "actions": {"maxActions": 6, "buttonSpacing": 8, "actionsOrientation": "horizontal", "actionAlignment": "left"},
    "containerStyles": {
        "default": {
            "backgroundColor": "#FFFFFF",
            "foregroundColors": {
                "default": {"default": "#242424", "subtle": "#616161"},
                "attention": {"default": "#C4314B", "subtle": "#C4314B"},
                "good": {"default": "#237B4B", "subtle": "#237B4B"},
                "warning": {"default": "#835C00", "subtle": "#835C00"},
                "accent": {"default": "#5B5FC7", "subtle": "#5B5FC7"},
            },
        }
    },
}
TEAMS_CSS = """
body { margin: 0; padding: 16px; background: #f5f5f5; font-family: 'Segoe UI', 'Liberation Sans', sans-serif; }
.ac-adaptiveCard { border: 1px solid #e0e0e0; border-radius: 6px; box-shadow: 0 1px 3px #0002; }
.ac-pushButton { font: 600 14px 'Segoe UI', 'Liberation Sans', sans-serif; color: #242424; background: #fff; border: 1px solid #d1d1d1;
  border-radius: 4px; padding: 6px 12px; }
"""
SLACK_CSS = """
body { margin: 0; padding: 14px 16px; background: #fff; font: 15px/1.46668 Lato, 'Liberation Sans', sans-serif; color: #1d1c1d; }
.slack_blocks_to_jsx img:not([alt='channelwatch']) { max-width: 400px !important; height: auto !important; }
.thread { margin: 10px 0 0 22px; padding-left: 14px; border-left: 3px solid #ddd; }
"""


def main() -> None:
    """Draw them all."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    npm = ["npm", "install", "--prefix", str(SCRATCH), "--no-save", "--no-audit", "--no-fund", "--silent", *PACKAGES]
    subprocess.run(npm, check=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        failing = _answered(compose(checkout_failing()), "https://watch.example.com/a/1")
        for name, (width, scheme) in MAILS.items():
            _mail(browser, failing, name, width, scheme)
        _mail(browser, digests.week(), DIGEST, 360, "light")
        _card(browser, failing, CARD)
        _slack(browser)
        browser.close()
    _node("shrink", *(str(ROOT / name) for name in (*MAILS, DIGEST, CARD, *SLACK)))


def _answered(alert: Alert, url: str) -> Alert:
    """With the ways to answer that its destination gives it: links to `url`, or buttons where there is none."""
    ways = offered(alert.to_dict())
    return replace(alert, answers=tuple(Answer(kind=str(kind), label=label, url=url) for kind, label in ways.items()))


def _mail(browser: Browser, alert: Alert, name: str, width: int, scheme: str) -> None:
    picture = png(spec(alert.chart)) if alert.chart else None
    letter = email.layout(alert, "picture", "example.com", picture)
    html = letter.html
    if picture is not None:
        html = html.replace(f"cid:{letter.picture_id}", f"data:image/png;base64,{b64encode(picture).decode()}")
    with _tab(browser, html, width, scheme) as tab:
        tab.screenshot(path=ROOT / name, full_page=True)


def _card(browser: Browser, alert: Alert, name: str) -> None:
    [attachment] = teams.layout(alert)["attachments"]
    with _tab(browser, f"<style>{TEAMS_CSS}</style><div id=card></div>", 620) as tab:
        for script in ("adaptivecards/dist/adaptivecards.min.js", "markdown-it/dist/markdown-it.min.js"):
            tab.add_script_tag(path=SCRATCH / "node_modules" / script)
        tab.evaluate(_DRAW_CARD, [attachment["content"], TEAMS])
        tab.screenshot(path=ROOT / name, full_page=True)


_DRAW_CARD = """([payload, config]) => {
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = window.markdownit().render(text); result.didProcess = true };
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = new AdaptiveCards.HostConfig(config);
  card.parse(payload);
  document.getElementById('card').append(card.render());
}"""


def _mended() -> Story:
    """The end of what had become worse."""
    worse, ended = checkout_worse(), local(2025, 10, 18)
    findings = tuple(replace(f, end=ended) for f in worse.incident.findings)
    back = {(2025, 10, 18): 0.98, (2025, 10, 19): 1.01}
    series = {
        key: replace(
            s,
            starts=(*s.starts, *(local(*day) for day in back)),
            observed=(*s.observed, *((s.expected[-1] or 0.0) * part for part in back.values())),
            expected=(*s.expected, *(s.expected[-1] for _ in back)),
            lower=(*s.lower, *(s.lower[-1] for _ in back)),
            upper=(*s.upper, *(s.upper[-1] for _ in back)),
        )
        for key, s in worse.series.items()
    }
    return replace(
        worse,
        change=Change.RESOLVED,
        reason=Why.CALM,
        now=local(2025, 10, 20, 8, 15),
        data_to=local(2025, 10, 20),
        incident=replace(worse.incident, status=Status.RESOLVED, ended_at=ended, findings=findings),
        previous=compose(worse),
        series=series,
    )


# File -> the message as it stands, and what its thread says.
SLACK = {
    "slack-opened.png": (checkout_failing, ()),
    "slack-resolved.png": (_mended, (checkout_worse, _mended)),
}


def _slack(browser: Browser) -> None:
    css = (SCRATCH / "node_modules/slack-blocks-to-jsx/dist/style.css").read_text(encoding="utf-8")
    for name, (story, thread) in SLACK.items():
        alert = _answered(compose(story()), "")
        body = slack.layout(alert, "F0123456789" if alert.chart else None)
        drawn = f"data:image/png;base64,{b64encode(png(spec(alert.chart))).decode()}" if alert.chart else ""
        blocks = [_shown(block, drawn) for block in body["blocks"]]
        replies = [compose(reply()) for reply in thread]
        said = [{"blocks": _as_block(slack.reply(reply)), "time": reply.at} for reply in replies]
        root, *rest = _node_html([{"blocks": blocks, "time": compose(checkout_failing()).at}, *said])
        below = f"<div class=thread>{''.join(rest)}</div>" if rest else ""
        with _tab(browser, f"<style>{css}{SLACK_CSS}</style>{root}{below}", 640) as tab:
            tab.screenshot(path=ROOT / name, full_page=True)


def _shown(block: dict[str, Any], drawn: str) -> dict[str, Any]:
    """For the renderer: a file of Slack's as a picture, and no `verbatim`, which it takes for plain text; Slack does not."""
    if block["type"] == "image":
        return {"type": "image", "image_url": drawn, "alt_text": block["alt_text"]}
    loud: dict[str, Any] = json.loads(json.dumps(block).replace(', "verbatim": true', ""))
    return loud


def _as_block(reply: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "section", "text": {"type": "mrkdwn", "text": reply["text"]}}]


def _node_html(messages: list[dict[str, Any]]) -> list[str]:
    given = SCRATCH / "messages.json"
    given.write_text(json.dumps(messages), encoding="utf-8")
    html: list[str] = json.loads(_node("slack", str(given)))
    return html


def _node(*arguments: str) -> str:
    program = SCRATCH / "pictures.cjs"  # beside its packages
    program.write_text((ROOT / "pictures.cjs").read_text(encoding="utf-8"), encoding="utf-8")
    ran = subprocess.run(
        ["node", str(program), *arguments], stdout=subprocess.PIPE, text=True, check=True, env=ENVIRONMENT
    )
    return ran.stdout


@contextmanager
def _tab(browser: Browser, html: str, width: int, scheme: str = "light") -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": 300}, color_scheme="dark" if scheme == "dark" else "light"
    )
    tab = context.new_page()
    tab.set_content(html, wait_until="load")
    yield tab
    context.close()


if __name__ == "__main__":
    main()
