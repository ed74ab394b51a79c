"""What to say of a cell that cannot be read. Pure."""

import re

_TOTALS = re.compile(r"(grand |sub)?-?(total|sum|summe|gesamt|insgesamt|totale)s?\b", re.IGNORECASE)
# Stands in for a figure of a row whose cells do not fit the header.
UNREADABLE = "#unreadable"
# Date patterns that people use, to propose one that fits.
PATTERNS = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
    "%Y/%m/%d",
    "%d %b %Y",
    "%b %d, %Y",
    "%d-%b-%Y",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
)


def number_trouble(sample: str) -> str:
    """Why a cell of a KPI is no number, and how to write it."""
    if sample.startswith("#"):
        return f"holds the spreadsheet error {sample!r}: mend the formula"
    if re.fullmatch(r"-?\d{1,3}([. ]\d{3})*,\d+|-?\d+,\d+", sample):
        whole, _, decimals = sample.replace(" ", "").replace(".", "").rpartition(",")
        if len(decimals) != 3:
            return f"holds {sample!r} with a decimal comma: write {whole}.{decimals}"
        return (
            f"holds {sample!r}, which may be a decimal or a thousands separator: write digits and a decimal point only"
        )
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", sample):
        return f"holds {sample!r} with thousands separators: write {sample.replace(',', '')}"
    if re.fullmatch(r"[^\d-]{0,3}\s*-?\d[\d.,]*\s*[^\d]{0,3}", sample):
        return f"holds {sample!r}, a number with a unit: write digits and a decimal point only"
    return f"holds {sample!r}, which is no number"


def date_trouble(sample: str) -> str:
    """Why a row has no period."""
    if not sample:
        return "the date is empty; the row is left out"
    if _TOTALS.match(sample):
        return f"{sample!r} is a totals row; it is left out: remove it from the file"
    return f"{sample!r} is no date that we know; the row is left out"


def is_total(sample: str) -> bool:
    """Whether a name says that a row adds up others."""
    return bool(_TOTALS.fullmatch(sample.strip()))


def kind_of(message: str) -> str:
    """A sentence without its examples: sentences of one kind are told once."""
    return re.sub(r"'[^']*'|[\d.,]+", "", message)
