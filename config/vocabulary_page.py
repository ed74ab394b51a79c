"""docs/vocabulary.md, made from vocabulary.yaml: `python -m config.vocabulary_page > docs/vocabulary.md`."""

import sys
from collections.abc import Iterable, Sequence

from config.vocabulary import Role, derived, measured, words

_HEAD = """\
# Vocabulary

The words that configuration, evidence and alerts share. `channelwatch init` recognises columns and tables by the aliases on this page; a KPI
in the configuration gets its meaning from its `role` (or its name, if that is a role). This page is made from `config/vocabulary.yaml`:
change that file, then run `python -m config.vocabulary_page > docs/vocabulary.md`.

Names are compared in lower case, with anything but letters and digits as an underscore. An alias of another case or spelling needs no entry.
"""


def page() -> str:
    """The whole page as Markdown."""
    w = words()
    sections = [
        _HEAD,
        "## Roles that a column can hold\n\n`settles`: periods that `init` waits before a value is judged. `weighed by`: what weighs a level's mean.\n",
        _table(
            ("role", "type", "good", "unit", "settles", "weighed by", "aliases"),
            (_measured(r) for r in measured().values()),
        ),
        "## Ratios, computed from sums and never averaged\n\nThe most useful first: of one check `init` writes at most twelve. A proxy stands in where "
        "the denominator is not known.\n",
        _table(
            ("role", "formula", "good", "unit", "aliases of a finished column"),
            (_derived(r) for r in derived().values()),
        ),
        "## Understood in evidence\n",
        _table(("known", "roles"), ((key, _code(listed)) for key, listed in w["evidence"].items())),
        "Context flags (`up` = present): " + _code(w["flags"]) + "\n",
        "## Dimensions\n",
        _table(("role", "columns"), ((f"`{role}`", _code(aliases)) for role, aliases in w["dimensions"].items())),
        "## Other columns\n",
        _table(("part", "columns, best first"), ((part, _code(aliases)) for part, aliases in w["columns"].items())),
        "## Channels\n\nA table without a channel column belongs to the channel that its name, less words such as _daily or _report, is an alias of. "
        "Inside longer names only `<platform>_ads` counts.\n",
        _table(
            ("channel", "kind", "aliases"),
            ((f"`{c}`", entry["kind"], _code(entry["aliases"])) for c, entry in w["channels"].items()),
        ),
        "## Tables of the whole business\n\nTables with one of these words in their name have `scope: business`.\n",
        _table(("words", "roles there"), ((_code(rule["words"]), _meanings(rule["role_as"])) for rule in w["tables"])),
        "## Where a role means another one\n",
        _table(
            ("where", "roles there"),
            [
                *((f"channel `{c}`", _meanings(as_)) for c, as_ in w["at_channel"].items()),
                ("an ad platform's own report", _meanings(w["platform_report"]["role_as"])),
            ],
        ),
        "## Wide media tables\n\nColumns called `<channel>_<measure>`; single letters are case-sensitive: "
        + ", ".join(f"`_{suffix}` {role}" for suffix, role in w["wide"]["suffixes"].items())
        + ".\n",
    ]
    return "\n".join(sections)


def _measured(role: Role) -> Sequence[str]:
    return (
        f"`{role.name}`",
        role.type,
        role.good,
        role.unit or "",
        str(role.settle_periods or ""),
        _code(role.weight),
        _code(role.aliases[1:]),
    )


def _derived(role: Role) -> Sequence[str]:
    factor = f"{role.factor:g} x " if role.factor != 1 else ""
    proxies = f" (proxy: {_code(role.proxies)})" if role.proxies else ""
    return (
        f"`{role.name}`",
        f"{factor}{role.numerator} / {role.denominator}{proxies}",
        role.good,
        role.unit or "",
        _code(role.aliases[1:]),
    )


def _meanings(role_as: dict[str, str]) -> str:
    return ", ".join(f"`{role}` is `{meant}`" for role, meant in role_as.items())


def _code(listed: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in listed)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
