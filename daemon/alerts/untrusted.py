"""Names that strangers wrote (campaigns, ads, UTM tags), made harmless: cleaned once, then escaped for each destination.

Cleaning takes out what can reorder, hide or break text; escaping keeps what is left from becoming a mention, a link or
a tag. Only configuration may mention people.
"""

import re
import unicodedata
from typing import Any
from urllib.parse import quote

NAME_LIMIT = 80
SENTENCE_LIMIT = 240

# Cc control, Cf format (bidi, zero-width, tags), Cs surrogates, Co private use, Cn unassigned.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Letters and marks that are drawn as nothing: a name made of them looks like no name.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# More marks on one letter than any script needs.
_STACKED_MARKS = re.compile(
    r"((?:[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20f0\ufe20-\ufe2f]){3})[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20f0\ufe20-\ufe2f]+"
)
_PLAIN_NAME = re.compile(r"[\w&+/][\w &+/-]*")
_SLACK_MENTION = re.compile(r"<(@[UW][A-Z0-9]{2,20}|!subteam\^S[A-Z0-9]{2,20}|!here|!channel)>")
_SLACK_QUOTE = re.compile(r"^(?=>)")
_SLACK_SIGN = re.compile(r":(?=[a-z][a-z0-9_+-]*:)")  # :smile:
# Browsers take the dots of East Asian scripts for dots, too.
_LOOKS_LIKE_LINK = re.compile(r"(?<=\w)[.。．｡](?=[^\W\d]{2})|(?<=:)/(?=/)|(?<=\w)@(?=\w)|(?<=[^\W\d]):(?=\S)")
_WORD_JOINER = "\u2060"
_CARD_LOOKALIKES = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ", "<": "‹", ">": "›", "\\": "∖"})
# Links and their definitions, entities, and what cards fill in by themselves: {{DATE(...)}} and ${...}.
_CARD_SIGN = re.compile(r"\](?=[(\[:])|&(?=#?\w+;)|\{(?=\{)|\$(?=\{)")
# What makes a heading, a list, a rule or a table of a line.
_CARD_START = re.compile(r"^(?=#{1,6}(?:\s|$)|[-+](?:\s|$)|\d{1,9}[.)](?:\s|$)|[-=_|]{2,}|=+$)")


def clean(text: str, limit: int = NAME_LIMIT) -> str:
    """A name on one line, without unseen characters, at most `limit` long with the middle left out."""
    seen = _without_unseen(text) or "(no name)"
    if len(seen) <= limit:
        return seen
    head = limit // 2
    return f"{seen[:head].rstrip()}…{seen[len(seen) - (limit - head - 1) :].lstrip()}"


def sentence(text: str, limit: int = SENTENCE_LIMIT) -> str:
    """A sentence that may hold names, on one line; too long a one ends in an ellipsis. Empty stays empty."""
    seen = _without_unseen(text)
    return seen if len(seen) <= limit else seen[: limit - 1].rstrip() + "…"


def seen(text: str) -> str:
    """Any text on one line, without unseen characters, whatever its length."""
    if text.isascii() and text.isprintable():
        return text
    return _without_unseen(text)


def _without_unseen(text: str) -> str:
    composed = unicodedata.normalize("NFC", re.sub(r"[\s\x00-\x1f\x7f\x85\u2028\u2029]+", " ", text))
    kept = composed.translate(_SEEN)
    return re.sub(r"\s+", " ", _STACKED_MARKS.sub(r"\1", unicodedata.normalize("NFC", kept))).strip()


def for_mail(text: str, limit: int) -> str:
    """A line of a mail: what mail programs would turn into a link by themselves stays text. HTML is escaped later."""
    words = unlinked(sentence(text, limit))
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


def for_machines(value: Any) -> Any:
    """Plain JSON values without unseen characters in any text: nothing in them can break a log, a header or a terminal."""
    match value:
        case str():
            return "\n".join(_visible(line) for line in value.split("\n"))
        case dict():
            return {_visible(str(name)): for_machines(inner) for name, inner in value.items()}
        case list() | tuple():
            return [for_machines(inner) for inner in value]
        case _:
            return value


def web_address(url: str, longest: int = 500) -> str:
    """A link fit for a mail, with everything in it encoded that could be taken for its end; empty if it leads elsewhere."""
    encoded = quote(url, safe="%/:=&?~#+!$,;@*[]", errors="replace")
    return encoded if url.startswith(("https://", "http://")) and len(encoded) <= longest else ""


def _visible(line: str) -> str:
    """Spaces stay: the marks below a picture made of text stand in columns."""
    return unicodedata.normalize("NFC", line).translate(_SEEN)


class _Seen(dict[int, str | None]):
    """For `str.translate`: what is seen stays. The letters of most languages are looked up once."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        kept = None if unicodedata.category(character) in _UNSEEN or character in _BLANK else character
        if code < 0x3000:
            self[code] = kept
        return kept


_SEEN = _Seen()


def quoted(text: str) -> str:
    """A cleaned name, in quotation marks where it could be taken for our own words."""
    name = clean(text)
    return name if _PLAIN_NAME.fullmatch(name) and len(name) <= 40 else f"“{name}”"


def for_slack(text: str) -> str:
    """mrkdwn: entities escaped once, formatting characters replaced by look-alikes, no quotation, no emoji, nothing turns live."""
    text = _SLACK_SIGN.sub(lambda match: match.group() + _WORD_JOINER, _SLACK_QUOTE.sub(_WORD_JOINER, text))
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"(?<!\w)_|_(?!\w)", "ˍ", escaped).replace("*", "∗").replace("~", "∼").replace("`", "ˋ")


def for_slack_plain(text: str) -> str:
    """plain_text: nothing is parsed there; angle brackets go all the same, in case it is shown elsewhere."""
    return text.replace("<", "‹").replace(">", "›")


def for_card(text: str) -> str:
    """A line of a card: Markdown's signs are replaced by look-alikes or cut apart, and nothing turns live."""
    harmless = unlinked(text).replace("->", "→").translate(_CARD_LOOKALIKES)
    harmless = re.sub(r"(?<!\w)_|_(?!\w)", "ˍ", harmless)
    return _CARD_SIGN.sub(
        lambda match: match.group()[0] + _WORD_JOINER + match.group()[1:], _CARD_START.sub(_WORD_JOINER, harmless)
    )


def for_anywhere(text: str) -> str:
    """A line for a service that nobody here knows: as on a card, and no sign can mention anybody."""
    return for_card(text).replace("@", "@" + _WORD_JOINER)


def unlinked(text: str) -> str:
    """What clients would turn into a link by themselves stays text: an unseen joiner breaks the address."""
    return _LOOKS_LIKE_LINK.sub(lambda match: match.group() + _WORD_JOINER, text)


def slack_person(owner: str) -> str:
    """An owner from configuration: `<@U...>`, `<!subteam^S...>`, `<!here>` and `<!channel>` mention, all else is text."""
    return owner if _SLACK_MENTION.fullmatch(owner) else for_slack(sentence(owner, NAME_LIMIT))


def person(owner: str) -> str:
    """An owner for every other destination: a Slack mention becomes its bare name."""
    match = _SLACK_MENTION.fullmatch(owner)
    return "@" + match.group(1).lstrip("@!") if match else sentence(owner, NAME_LIMIT)
