"""What went wrong at a database, in words that somebody can act on: what may pass, and what somebody has to change."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

from pydantic import SecretStr
from sqlalchemy import exc, make_url

from daemon.errors import SourceError, SourceRejected, SourceUnavailable

# Of a database's own words so many characters are told.
_MOST_WORDS = 400
_SECRET_KEYS = re.compile(r"pass|pwd|key|token|secret|credential", re.IGNORECASE)

_PERMISSION = "may not be read with this login", "Grant it the right to read (docs/sources.md)."
_LOGIN = "refused the login", "Look at user, password and database name in sources.{source}.url."
_QUERY = "refused the query", "Change {where}.query."
_VALUE = "could not compute with a value", "Change {where}.query, or mend the value."
_WRITES = "refused to write", "channelwatch only reads: let {where}.query only SELECT."
_SLOW = (
    "ended the query after {seconds:g} seconds",
    ("Make it lighter, e.g. by an index on its date, or raise sources.{source}.timeout_seconds."),
)
_BUSY = "is busy", "It is asked again later."
_AWAY = "cannot be reached", "Is it running, and is the address in sources.{source}.url right? It is asked again later."

# SQLSTATE, or its first two characters -> what happened, and the remedy.
_STATES: dict[str, tuple[str, str]] = {
    "42501": _PERMISSION,
    "25006": _WRITES,
    "57014": _SLOW,
    "22": _VALUE,
    "28": _LOGIN,
    "3D": _LOGIN,
    "42": _QUERY,
    "0A": _QUERY,
    "40": _BUSY,
    "53": _BUSY,
    "55": _BUSY,
    "57": _AWAY,
    "08": _AWAY,
}
# MySQL's and MariaDB's numbers.
_NUMBERS = {
    **dict.fromkeys((1142, 1143, 1370), _PERMISSION),
    **dict.fromkeys((1044, 1045, 1049, 1698), _LOGIN),
    **dict.fromkeys((1054, 1064, 1146, 1305, 1055, 1140), _QUERY),
    **dict.fromkeys((1792, 1290, 1836), _WRITES),
    **dict.fromkeys((3024, 1969, 1317), _SLOW),
    **dict.fromkeys((1040, 1205, 1213, 1226), _BUSY),
}
# Words of databases that give no code.
_WORDS = (
    (r"interrupted", _SLOW),
    (r"readonly|read-only", _WRITES),
    (r"password authentication|no password supplied|authentication failed|access denied for user", _LOGIN),
    (r"(database|role) \"[^\"]*\" does not exist|no pg_hba", _LOGIN),
    (r"permission|access denied|not authorized|unauthorized|forbidden", _PERMISSION),
    (
        r"no such (table|column|function)|syntax error|ambiguous column|unrecognized token|misuse|incomplete input",
        _QUERY,
    ),
    (r"wrong number of arguments|not found|does not exist|unknown (table|column|identifier)", _QUERY),
    (r"not a database|malformed|could not decode", _VALUE),
    (r"locked|too many (connections|clients)|timeout expired|timed out", _BUSY),
)
_MAY_PASS = (_SLOW, _BUSY, _AWAY)


@dataclass(frozen=True, kw_only=True)
class Troubles:
    """Whose troubles: where the question stands in the configuration, the source's name, and the URL, of which no secret is told."""

    where: str
    source: str
    url: SecretStr
    seconds: float

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn a database's failures into SourceUnavailable and SourceRejected."""
        try:
            yield
        except SourceError:
            raise
        except exc.DBAPIError as error:
            raise self._of(error, error.orig or error) from None
        except exc.SQLAlchemyError as error:
            raise self._said(_QUERY, str(error)) from None
        except (OSError, ValueError, RuntimeError) as error:  # drivers that do not keep to the standard
            raise self._said(_AWAY, f"{type(error).__name__}: {error}") from None

    def too_slow(self) -> SourceUnavailable:
        """No answer came at all."""
        return SourceUnavailable(
            f"the database of source {self.source!r} has not answered the query of {self.where} for "
            f"{self.seconds:g} seconds. {_SLOW[1].format(source=self.source)}"
        )

    def _of(self, error: exc.DBAPIError, cause: BaseException) -> SourceError:
        state = str(getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or "")
        number = next((a for a in cause.args[:1] if isinstance(a, int)), None)
        known = _STATES.get(state) or _STATES.get(state[:2]) or (_NUMBERS.get(number) if number is not None else None)
        said = _said_by(cause)
        if known is None:
            known = next((what for words, what in _WORDS if re.search(words, said, re.IGNORECASE)), None)
        if known is None:
            is_ours = isinstance(error, exc.ProgrammingError | exc.DataError | exc.NotSupportedError)
            known = _QUERY if is_ours else _AWAY
        return self._said(known, said)

    def _said(self, known: tuple[str, str], said: str) -> SourceError:
        what, remedy = known
        values: dict[str, Any] = {"source": self.source, "where": self.where, "seconds": self.seconds}
        kind = SourceUnavailable if known in _MAY_PASS else SourceRejected
        words = " ".join(self._without_secrets(said).split())[:_MOST_WORDS].rstrip(". ")
        return kind(
            f"the database of source {self.source!r} {what.format(**values)} ({self.where}): {words}. "
            f"{remedy.format(**values)}"
        )

    def _without_secrets(self, said: str) -> str:
        written = self.url.get_secret_value()
        try:
            url = make_url(written)
        except (exc.ArgumentError, ValueError):
            return said.replace(written, "…")
        values = [
            v for key, v in url.query.items() if _SECRET_KEYS.search(key) for v in ([v] if isinstance(v, str) else v)
        ]
        for secret in [written, *([str(url.password)] if url.password else []), *values]:
            for form in {secret, quote(secret, safe=""), quote_plus(secret)}:
                said = said.replace(form, "…") if form else said
        return said


def _said_by(cause: BaseException) -> str:
    """The database's own words, with its hint; without the line that repeats the query."""
    diagnosis = getattr(cause, "diag", None)
    primary = getattr(diagnosis, "message_primary", None)
    if primary:
        parts = [primary, getattr(diagnosis, "message_detail", None), getattr(diagnosis, "message_hint", None)]
        return ". ".join(str(part).rstrip(".") for part in parts if part)
    words = str(cause.args[1] if len(cause.args) > 1 and isinstance(cause.args[0], int) else cause).strip()
    return words.splitlines()[0] if words else type(cause).__name__
