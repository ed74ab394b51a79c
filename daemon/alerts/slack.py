"""An alert as a Slack message (Block Kit). Everything is escaped once, here; only configured owners can be mentioned."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from daemon.alerts import plain as plain_text
from daemon.alerts import slack_buttons
from daemon.alerts.alert import Alert, Link
from daemon.alerts.untrusted import for_slack, for_slack_plain, person, slack_person, unlinked, web_address


@dataclass(frozen=True, slots=True)
class Limits:
    """Characters after escaping. Slack's own limits are 150, 3,000 and 50 blocks, and by experience about 9,500 over all."""

    header: int = 150
    text: int = 1_200  # top-level; not counted by Slack among the blocks, counted here all the same
    lead: int = 1_900
    evidence: int = 1_300
    steps: int = 1_300
    picture: int = 400
    said: int = 250
    answers: int = 1_200  # four links, or a row of buttons
    footer: int = 1_300
    part: int = 2_900  # of a digest, as far as the whole has room
    whole: int = 9_000
    fallback: int = 3_900  # the plain message; Slack cuts at 40,000 and advises 4,000


LIMITS = Limits()
_MOST_PARTS = 10


def layout(alert: Alert, picture: str | None = None) -> dict[str, Any]:
    """The body of a Slack message: blocks, and `text` for notifications and screen readers.

    picture: the id of a file at Slack with the chart, which takes the place of the bars made of text.
    """
    text = _fitted(_escaped_lines(plain_text.summary(alert)), LIMITS.text)
    above = [
        _header(alert),
        _said(alert),
        _section(_lead(alert), LIMITS.lead),
        _section(_evidence(alert), LIMITS.evidence),
        _section(_steps(alert), LIMITS.steps),
    ]
    below = [
        _picture(alert) if picture is None else _file(alert, picture),
        slack_buttons.buttons(alert),
        _links(alert),
        _footer(alert),
    ]
    room = LIMITS.whole - length(text) - sum(_length(block) for block in (*above, *below) if block)
    blocks = [*above, *_parts(alert, room), *below]
    return {
        "text": text,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [block for block in blocks if block],
    }


def plain(alert: Alert) -> dict[str, Any]:
    """The same without blocks, for when Slack refuses them."""
    return {
        "text": _fitted(_escaped_lines(plain_text.text(replace(alert, answers=())).rstrip()), LIMITS.fallback),
        "unfurl_links": False,
        "unfurl_media": False,
    }


def reply(alert: Alert) -> dict[str, Any]:
    """What is new, in a few lines, below the message that has it all. Those who should act are mentioned."""
    news = [alert.news or alert.numbers, f"Money: {alert.impact}" if alert.impact else ""]
    owners = [] if alert.is_over else [slack_person(o) for o in alert.owners]
    lines = [
        f"*{for_slack(unlinked(f'{alert.icon} {alert.headline}'))}*",
        *(for_slack(unlinked(line)) for line in news if line),
        *([" ".join(owners)] if owners else []),
        *([plain_text.REPEAT] if alert.possible_repeat else []),
    ]
    return {"text": _fitted(lines, LIMITS.text), "unfurl_links": False, "unfurl_media": False}


def picture_words(alert: Alert) -> str:
    """The chart with its numbers, for those who cannot see it."""
    words = alert.chart.caption or plain_text.picture_title(alert) if alert.chart is not None else ""
    return _cut(for_slack_plain(words or alert.headline) or "Chart", LIMITS.picture)


def _escaped_lines(text: str) -> list[str]:
    return [for_slack(unlinked(line)) for line in text.split("\n")]


def _header(alert: Alert) -> dict[str, Any]:
    words = for_slack_plain(f"{alert.icon} {alert.headline}")
    return {"type": "header", "text": {"type": "plain_text", "text": _cut(words, LIMITS.header), "emoji": False}}


def _said(alert: Alert) -> dict[str, Any] | None:
    """What people said, right below the headline: whoever comes next sees that somebody is on it."""
    said = _fitted((for_slack(unlinked(words)) for words in alert.said), LIMITS.said, " · ")
    return {"type": "context", "elements": [_mrkdwn(said)]} if said else None


def _links(alert: Alert) -> dict[str, Any] | None:
    row = _fitted(slack_buttons.links(alert), LIMITS.answers, "  ·  ")
    return {"type": "section", "text": _mrkdwn(row)} if row else None


def _lead(alert: Alert) -> list[str]:
    labelled = [(alert.cause_label, alert.cause), ("Money", alert.impact)]
    return [
        *(for_slack(line) for line in (alert.news, alert.numbers) if line),
        *(f"*{label}:* {for_slack(words)}" for label, words in labelled if words),
        *(f"• {for_slack(item)}" for item in alert.items),
    ]


def _evidence(alert: Alert) -> list[str]:
    lines: list[str] = []
    for heading, said in (("Why", alert.why), ("Against", alert.against)):
        lines += [f"*{heading}*", *(f"• {for_slack(line)}" for line in said)] if said else []
    return lines


def _parts(alert: Alert, room: int) -> Iterator[dict[str, Any] | None]:
    """A section for each list of a digest; the last ones are cut where the message would grow too long."""
    for part in alert.parts[:_MOST_PARTS]:
        lines = [f"*{for_slack(part.heading)}*", *(f"• {for_slack(line)}" for line in part.lines)]
        text = _fitted(lines, min(LIMITS.part, room))
        if text and text != "…":
            room -= length(text)
            yield {"type": "section", "text": _mrkdwn(text)}


def _length(block: dict[str, Any]) -> int:
    if block["type"] == "actions":
        return LIMITS.answers
    texts = [block.get("text"), *block.get("elements", ())]
    return sum(length(text["text"]) for text in texts if text) + length(block.get("alt_text", ""))


def _steps(alert: Alert) -> list[str]:
    steps = [f"{i}. {for_slack(step)}" for i, step in enumerate(alert.verify, 1)]
    then = [f"*Then:* {for_slack(alert.action)}"] if alert.action else []
    return [*(["*Verify first*"] if steps else []), *steps, *then]


def _picture(alert: Alert) -> dict[str, Any] | None:
    if not alert.sparkline:
        return None
    title = _escaped(plain_text.picture_title(alert), LIMITS.picture // 2)
    return _section([f"{title}\n```{alert.sparkline}```"], LIMITS.picture)


def _file(alert: Alert, picture: str) -> dict[str, Any]:
    return {"type": "image", "slack_file": {"id": picture}, "alt_text": picture_words(alert)}


def _footer(alert: Alert) -> dict[str, Any]:
    owners = [for_slack(person(o)) if alert.is_over else slack_person(o) for o in alert.owners]
    said = [
        f"*{alert.word}*",
        *([f"Owner {', '.join(owners)}"] if owners else []),
        *(for_slack(f) for f in alert.facts),
        *([plain_text.REPEAT] if alert.possible_repeat else []),
        *filter(None, map(_link, alert.links)),
    ]
    return {"type": "context", "elements": [_mrkdwn(_fitted(said, LIMITS.footer, " · "))]}


def _link(link: Link) -> str:
    address = web_address(link.url).replace("&", "&amp;")
    return f"<{address}|{for_slack(link.label) or 'Open'}>" if address else ""


def _section(lines: Iterable[str], limit: int) -> dict[str, Any] | None:
    text = _fitted(lines, limit)
    return {"type": "section", "text": _mrkdwn(text)} if text else None


def _mrkdwn(text: str) -> dict[str, Any]:
    """`verbatim` keeps Slack from making links and mentions out of bare text."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def length(text: str) -> int:
    """Slack's count is not documented for characters beyond the basic plane: the larger of the two usual ones."""
    return max(len(text), len(text.encode("utf-16-le", "surrogatepass")) // 2)


def _fitted(lines: Iterable[str], limit: int, joint: str = "\n") -> str:
    """As many whole lines as fit, so that no entity, link or mention is cut in two; a `…` says that some are left out."""
    kept: list[str] = []
    for line in lines:
        if length(joint.join([*kept, line, "…"])) > limit:
            return joint.join([*kept, "…"])
        kept.append(line)
    return joint.join(kept)


def _escaped(text: str, limit: int) -> str:
    """As much of it as fits once it is escaped, so that no entity is cut in two."""
    kept = text
    while length(for_slack(kept)) > limit:
        kept = kept[:-2].rstrip("…") + "…"
    return for_slack(kept)


def _cut(text: str, limit: int) -> str:
    while length(text) > limit:
        text = text[:-2].rstrip("…") + "…"
    return text
