"""A draft as YAML that can be read aloud: commented, in a stable order, defaults left out. Pure: text out."""

import re
from collections.abc import Mapping, Sequence
from textwrap import wrap

from config.base import Section
from config.context import CalendarFile
from config.inputs import Check
from config.outputs import Store
from config.tuning import Tuning
from daemon.initialise.draft import Draft

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*( [\w./-]+)*")
# Words and numbers that YAML, of one version or another, takes for something else than text.
_NOT_TEXT = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf"}
_WIDE = 140  # longer mappings are broken into lines

_HEAD = """\
# channelwatch: what is watched, how sensitively, and who hears about it. Written by `channelwatch init`; yours to edit.
# Check it with `channelwatch validate --config THIS_FILE`; every key is explained in docs/configuration.md.
"""
_TUNING = """\
# How sensitive we are. Exceptions go under overrides, for example:
#   overrides:
#     - {{channel: email, kpi: orders, min_change: 20%}}       # e-mail orders vary more
#     - {{segment: {{device: tablet}}, min_volume: 50}}          # small segments stay quiet
tuning:
  defaults:
    sensitivity: {sensitivity}       # false alerts a month that each destination may get; lower is quieter
    direction: {direction}      # bad: only the direction that hurts; both: also good news
    min_change: {min_change}      # smallest change worth a message
    min_volume: {min_volume}       # events a period below which a count, or a ratio's denominator, is not judged
    persist_periods: {persist}   # periods in a row that must be off before a message goes out
"""
_DESTINATIONS = """\
# Where alerts can go. The inbox is the local page; for Slack, take the comment signs away and set SLACK_WEBHOOK_URL.
destinations:
  terminal: {kind: terminal}
  inbox: {kind: inbox}
  # growth: {kind: slack_webhook, url: "${SLACK_WEBHOOK_URL}"}

# Which alerts go where. A route can name channels, kpis and min_severity (critical, warning, info).
routes:
  - to: [terminal, inbox]
  # - {to: [growth], channels: [CHANNEL], min_severity: warning}
"""


def render(draft: Draft) -> str:
    """The whole configuration file."""
    parts = [
        _HEAD,
        _general(draft),
        _channels(draft),
        _kpis(draft),
        _sources(draft),
        _checks(draft),
        _calendar(draft),
        _tuning(),
        _DESTINATIONS,
        f"# Where channelwatch keeps what it knows: a file beside this one.\nstore: {_flow({'url': Store().url})}\n",
    ]
    return "\n".join(part for part in parts if part)


def _general(draft: Draft) -> str:
    currency = "" if draft.currency_known else "  # not named in the tables: set yours"
    return f"timezone: {_scalar(draft.timezone)}  # of dates and times without an offset\ncurrency: {_scalar(draft.currency)}{currency}\n"


def _channels(draft: Draft) -> str:
    if not draft.channels:
        return ""
    lines = [
        '# The marketing channels. Add `owner: "@name"` to name in the alert who looks first, `title` for another name.'
    ]
    lines.append("channels:")
    lines += [f"  {_key(name)}: {_flow(_plain(channel))}" for name, channel in draft.channels.items()]
    return "\n".join(lines) + "\n"


def _kpis(draft: Draft) -> str:
    lines = [
        "# The KPIs. type: count, amount (money), level, or ratio (computed from sums, never averaged). good: the direction that is good news."
    ]
    lines.append("kpis:")
    counted = [(name, kpi) for name, kpi in draft.kpis.items() if kpi.numerator is None]
    ratios = [(name, kpi) for name, kpi in draft.kpis.items() if kpi.numerator is not None]
    lines += [f"  {_key(name)}: {_flow(_plain(kpi))}" for name, kpi in (*counted, *ratios)]
    return "\n".join(lines) + "\n"


def _sources(draft: Draft) -> str:
    lines = ["# Where the numbers come from; paths start at this file's folder.", "sources:"]
    lines += [f"  {_key(name)}: {_flow(_plain(source))}" for name, source in draft.sources.items()]
    return "\n".join(lines) + "\n"


def _checks(draft: Draft) -> str:
    lines = [
        "# What is read, and how often. columns: the table's column: the KPI it holds.",
        f'# A period is judged once it has ended, at {Check.model_fields["at"].default} local time; another time: add `at: "09:30"` to the check.',
    ]
    lines.append("checks:")
    for name, check in draft.checks.items():
        lines.append(f"  {_key(name)}:")
        lines += [line for comment in draft.comments.get(name, ()) for line in _comment(comment, "    ")]
        written = {"source": check.source, "table": check.table, "cadence": check.cadence} | _plain(check)
        # Whether it runs is the first thing to know; the long list of columns comes last.
        entries = {
            key: written[key]
            for key in ("enabled", *(k for k in written if k != "columns"), "columns")
            if key in written
        }
        for key, value in entries.items():
            if isinstance(value, Mapping):
                lines += _mapping(f"    {key}", _short(value) if key == "dimensions" else value)
            else:
                lines.append(f"    {key}: {_value(value)}")
        lines.append("")
    return "\n".join(lines)


def _short(value: Mapping[str, object]) -> Mapping[str, object]:
    """Dimensions without what is their default: a column or role of the dimension's own name."""
    return {
        name: {k: v for k, v in entry.items() if v != name} for name, entry in value.items() if isinstance(entry, dict)
    }


def _calendar(draft: Draft) -> str:
    lines = ["# What is known beforehand: it explains a change instead of alerting. Own dates go under events."]
    lines += [line for comment in draft.calendar_comments for line in _comment(comment)]
    if not draft.calendar:
        lines += [
            "# calendar:",
            "#   country: GB  # public holidays of your country",
            "#   events:",
            "#     - {title: Summer sale, start: 2026-07-01, end: 2026-07-14, kind: promo}",
        ]
        return "\n".join(lines) + "\n"
    lines += ["calendar:", "  # country: GB  # public holidays of your country", "  files:"]
    lines += [f"    - {_flow(_entry(entry))}" for entry in draft.calendar]
    return "\n".join(lines) + "\n"


def _entry(entry: CalendarFile) -> dict[str, object]:
    """Title and start are said even where they are the default: people look for them."""
    return {"path": entry.path, "title": entry.title, "start": entry.start, **_plain(entry)}


def _tuning() -> str:
    usual = Tuning()
    return _TUNING.format(
        sensitivity=_number(usual.sensitivity),
        direction=usual.direction,
        min_change=f"{usual.min_change:.0%}",
        min_volume=_number(usual.min_volume),
        persist=usual.persist_periods,
    )


def _plain(section: Section) -> dict[str, object]:
    """The values that are not defaults, in the model's order; `kind` and `type` always."""
    written = section.model_dump(mode="json", exclude_defaults=True)
    return {key: written[key] for key in type(section).model_fields if key in written}


def _mapping(head: str, entries: Mapping[str, object]) -> list[str]:
    """One line where it fits, else one line an entry."""
    line = f"{head}: {_flow(entries)}"
    if len(line) <= _WIDE:
        return [line]
    indent = " " * (len(head) - len(head.lstrip()) + 2)
    return [f"{head}:", *(f"{indent}{_key(key)}: {_value(value)}" for key, value in entries.items())]


def _flow(entries: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"{_key(key)}: {_value(value)}" for key, value in entries.items()) + "}"


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return _flow(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _number(value) if isinstance(value, int | float) else _scalar(str(value))


def _scalar(text: str) -> str:
    """A value: text in which ${ stays literal."""
    return _key(text.replace("${", "$${"))


def _key(text: str) -> str:
    """Text, in quotes only where YAML would take it for something else; readable in any language."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _comment(text: str, indent: str = "") -> list[str]:
    return wrap(
        " ".join(text.split()),
        width=_WIDE,
        initial_indent=f"{indent}# ",
        subsequent_indent=f"{indent}#   ",
        break_long_words=False,
        break_on_hyphens=False,
    )
