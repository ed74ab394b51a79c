"""Does a column look like personal data? Pure: names and sampled values in, a suspicion out; values are never repeated.

Marketing tables need no people in them, and a dimension's values end up in alerts. Strict patterns and few alarms: a
campaign called "sale 2024-11-29" is no telephone number, and the shop's own hotlines are no customers.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

from config.vocabulary import normal


class Kind(StrEnum):
    """What a column seems to hold, in words for a sentence."""

    EMAIL = "e-mail addresses"
    PHONE = "telephone numbers"
    NAME = "names of people"
    IBAN = "bank account numbers"
    ADDRESS = "network addresses"
    PERSON = "ids of single people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A column and what it seems to hold."""

    column: str
    kind: Kind


# Part of the values that must look so; stray ones are somebody's typing.
_SOME, _MOST = 0.2, 0.6
_ROLE_MAILBOX = re.compile(
    r"(info|news|newsletter|no-?reply|hello|shop|sales|service|support|office|contact|team|marketing)@"
)
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)
_PHONE = re.compile(r"(\+|00)[1-9][\d ()./-]{6,18}\d|\(?0\d[\d ()./-]{5,14}\d")
_DIGITS = re.compile(r"\+?\d{8,15}")
_DATE = re.compile(r"\d{1,4}[-./ ]\d{1,2}[-./ ]\d{1,4}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_CALLED_PHONE = re.compile(r"(^|_)(phone|telephone|tel|mobile|cell|msisdn|fax|caller|telefon|handy)(_|$)")
_CALLED_LINE = re.compile(r"(^|_)(line|hotline|tracking|did|dialled|dialed|number|called)(_|$)")
_CALLED_NAME = re.compile(
    r"(^|_)((first|last|full|given|family|middle|maiden|customer|contact|subscriber|recipient|patient|guest|lead|person)"
    r"_?name|surname|forename|vorname|nachname|prenom)$"
)
_CALLED_PERSON = re.compile(
    r"(^|_)(user|customer|client|visitor|subscriber|member|contact|patient|person|people|shopper|lead|cookie|device|"
    r"session|click|idfa|gaid|advertising)_?(id|ids|key|hash|uuid|guid|number|no|nr)?$"
)
_CALLED_VERSION = re.compile(r"(^|_)(version|build|release|firmware)(_|$)")
# So many different values, and so large a part of the rows, are people; fewer are groups.
_LEAST_PEOPLE, _NEARLY_UNIQUE = 50, 0.5
# A hotline's number stands in many rows.
_SHARED = 0.2


def suspicions(columns: Mapping[str, Sequence[str | None]]) -> tuple[Suspicion, ...]:
    """The columns that look personal; each with the cells of some rows."""
    found = []
    for name, cells in columns.items():
        filled = [cell.strip() for cell in cells if cell and cell.strip()]
        kind = suspicion(name, set(filled), distinct=len(set(filled)), rows=len(filled))
        if kind is not None:
            found.append(Suspicion(column=name, kind=kind))
    return tuple(found)


def suspicion(column: str, values: Collection[str], *, distinct: int, rows: int) -> Kind | None:
    """What a column seems to hold; None: nothing personal. values: some of its `distinct` values, from so many rows."""
    name = normal(column)
    if not rows or not distinct:
        return None
    if _part(values, _is_mailbox) >= _SOME:
        return Kind.EMAIL
    if _part(values, _is_iban) >= _SOME:
        return Kind.IBAN
    if not _CALLED_VERSION.search(name) and _part(values, _is_network_address) >= _MOST:
        return Kind.ADDRESS
    if _is_of_phones(name, values, distinct / rows):
        return Kind.PHONE
    if _CALLED_NAME.search(name) and _part(values, _is_in_letters) >= _MOST:
        return Kind.NAME
    many = distinct >= _LEAST_PEOPLE and distinct >= _NEARLY_UNIQUE * rows
    return Kind.PERSON if many and _CALLED_PERSON.search(name) else None


def _is_of_phones(name: str, values: Collection[str], unique: float) -> bool:
    called = _CALLED_PHONE.search(name) is not None
    if _CALLED_LINE.search(name) and not called and unique <= _SHARED:
        return False
    plain = _part(values, lambda v: _DIGITS.fullmatch(v) is not None) if called else 0.0
    return max(plain, _part(values, _is_phone)) >= _MOST


def _part(values: Collection[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, values)) / len(values) if values else 0.0


def _is_mailbox(value: str) -> bool:
    return _EMAIL.fullmatch(value) is not None and _ROLE_MAILBOX.match(value.lower()) is None


def _is_phone(value: str) -> bool:
    """Written as people write telephone numbers: with +, or in groups after a leading 0. Digits alone may be any code."""
    if _PHONE.fullmatch(value) is None or _DATE.fullmatch(value):
        return False
    return not value.isdigit()


def _is_iban(value: str) -> bool:
    text = value.replace(" ", "").upper()
    if _IBAN.fullmatch(text) is None:
        return False
    return int("".join(str(int(c, 36)) for c in text[4:] + text[:4])) % 97 == 1


def _is_network_address(value: str) -> bool:
    if "." not in value and value.count(":") < 2:
        return False
    try:
        ip_address(value)
    except ValueError:
        return False
    return True


def _is_in_letters(value: str) -> bool:
    return any(c.isalpha() for c in value) and not any(c.isdigit() or c == "_" for c in value)
