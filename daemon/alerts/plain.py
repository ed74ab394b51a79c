"""An alert as plain text: what every other layout falls back on. Nothing is escaped here."""

from daemon.alerts.alert import Alert
from daemon.alerts.untrusted import person

REPEAT = "This may be a repeat: it was not clear whether an earlier attempt arrived."


def text(alert: Alert) -> str:
    """The whole message, ending in a line break."""
    return "\n\n".join("\n".join(part) for part in _all(alert) if part) + "\n"


def summary(alert: Alert) -> str:
    """The first ten seconds: what a notification or a screen reader gets."""
    first = [f"Verify first: {alert.verify[0]}"] if alert.verify else []
    return "\n".join([*_top(alert), *first, *(line for part in _parts(alert) for line in part)])


def _all(alert: Alert) -> list[list[str]]:
    return [_top(alert), _evidence(alert), *_parts(alert), _picture(alert), _foot(alert)]


def _parts(alert: Alert) -> list[list[str]]:
    return [[part.heading, *(f"• {line}" for line in part.lines)] for part in alert.parts]


def answer(alert: Alert) -> list[tuple[str, str]]:
    """One link, where there is any, by which people answer: the page it leads to has the other ways."""
    named = ", ".join(a.label for a in alert.answers)
    return [(f"Answer ({named})", alert.answers[0].url)] if alert.answers and alert.answers[0].url else []


def _top(alert: Alert) -> list[str]:
    labelled = [(f"{alert.cause_label}: ", alert.cause), ("Money: ", alert.impact)]
    return [
        f"{alert.icon} {alert.headline}",
        *filter(None, [alert.news, alert.numbers]),
        *(label + words for label, words in labelled if words),
        *(f"• {item}" for item in alert.items),
    ]


def _evidence(alert: Alert) -> list[str]:
    lines: list[str] = []
    for heading, said in (("Why", alert.why), ("Against", alert.against)):
        lines += [heading, *(f"• {line}" for line in said)] if said else []
    if alert.verify:
        lines += ["Verify first", *(f"{i}. {step}" for i, step in enumerate(alert.verify, 1))]
    return lines + ([f"Then: {alert.action}"] if alert.action else [])


def picture_title(alert: Alert) -> str:
    """What the two lines of text below it show."""
    if alert.chart is None:
        return ""
    marked = " (▲ = off)" if alert.chart.marked_from is not None else ""
    return f"{alert.chart.title}, last {len(alert.chart.days)} {alert.chart.period}s{marked}:"


def _picture(alert: Alert) -> list[str]:
    return [picture_title(alert), alert.sparkline] if alert.sparkline else []


def _foot(alert: Alert) -> list[str]:
    owner = [f"Owner {', '.join(person(o) for o in alert.owners)}"] if alert.owners else []
    repeat = [REPEAT] if alert.possible_repeat else []
    return [
        " · ".join([alert.word, *owner, *alert.foot]),
        *(f"{link.label}: {link.url}" for link in alert.links),
        *(f"{label}: {url}" for label, url in answer(alert)),
        *repeat,
    ]
