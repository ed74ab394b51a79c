"""What can be seen of a query without running it: does it read, and does it say which periods it wants?"""

import re

# A name after one colon, as SQLAlchemy reads it; PostgreSQL's casts (::date) and escaped colons are none.
_BIND = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
# What is no SQL of its own: texts and names in quotes, and comments.
_ASIDE = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|(--[^\n]*|/\*.*?\*/)", re.DOTALL)
_READING = ("select", "with", "values", "table", "from", "(")
_BOTH = ("since", "until")


def trouble(query: str) -> tuple[str, str] | None:
    """What is wrong with a query, and the remedy; None: nothing that can be seen."""
    bare = _ASIDE.sub(" ", query).strip()
    if not bare.lower().startswith(_READING):
        return "does not begin with SELECT or WITH.", "channelwatch only reads: write a query that answers rows."
    if ";" in bare.rstrip("; \n"):
        return "holds more than one statement.", "Keep one SELECT; a semicolon may only stand at its end."
    binds = set(_BIND.findall(bare))
    missing = [f":{word}" for word in _BOTH if word not in binds]
    if missing:
        return (
            f"does not name {' and '.join(missing)}.",
            "Ask for the periods that are wanted: ... WHERE day >= :since AND day < :until",
        )
    unknown = sorted(binds - set(_BOTH))
    if unknown:
        return (
            f"names :{unknown[0]}, which nobody fills in.",
            rf"Only :since and :until are filled in; write \:{unknown[0]} for a colon that is meant as one.",
        )
    return None


def complaint(query: str | None, example: str) -> tuple[tuple[str, ...], str, str] | None:
    """Where a question to a database is wrong, below whoever asks it, how, and the remedy; None: nothing that can be seen."""
    if query is None:
        return (), "`query` is missing: what to ask the database.", f"Add, for example: query: {example}"
    found = trouble(query)
    return None if found is None else (("query",), f"the query {found[0]}", found[1])


def prepared(query: str) -> str:
    """The query without comments and its last semicolon, in which a colon within quotes is a colon."""

    def aside(found: re.Match[str]) -> str:
        return " " if found[1] is not None else _BIND.sub(r"\\:\1", found[0])

    return _ASIDE.sub(aside, query).strip().rstrip("; \n")
