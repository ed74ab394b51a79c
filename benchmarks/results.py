"""RESULTS.md: an overview of what was to be reached and what was, then one part for each measure.

A part is whatever lines its measure gives. Those made by `headline` stand in the overview too. Measuring one part anew
leaves the others as they were.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

FILE = Path(__file__).with_name("RESULTS.md")
_PART = re.compile(r"^<!-- part: (\S+) -->$", re.MULTILINE)
_HEADLINE = re.compile(r"^- \*\*(?P<measure>.+?)\*\*: (?P<reached>.+); to reach: (?P<target>.+)$")
_INTRODUCTION = """# Results

One default configuration for everything, only the past visible. In brackets: 95 % intervals (Wilson for shares, bootstrap
over accounts or series for the rest, Poisson where there are fewer than four). `make bench` measures everything anew,
`python -m benchmarks NAME ...` some parts; both write this file. Parts that need the labelled data are skipped, and stay
as they stand here, unless CHANNELWATCH_DATA names their folder.

| measure | to reach | reached | `python -m benchmarks` |
|---|---|---|---|
"""


def headline(measure: str, target: str, reached: str) -> str:
    """A line for a part that the overview repeats: what is measured, what was to be reached, what was."""
    return f"- **{measure}**: {reached}; to reach: {target}"


def write(found: Mapping[str, Sequence[str]], order: Sequence[str], file: Path = FILE) -> None:
    """Put newly measured parts into the file, in order, and make its overview anew."""
    parts = _parts(file.read_text(encoding="utf-8")) if file.exists() else {}
    parts |= {name: "\n".join(lines).strip() for name, lines in found.items()}
    known = [name for name in order if name in parts]
    overview = "".join(_rows(name, parts[name]) for name in known)
    bodies = "\n".join(f"<!-- part: {name} -->\n{parts[name]}\n" for name in known)
    file.write_text(f"{_INTRODUCTION}{overview}\n{bodies}", encoding="utf-8")


def _parts(text: str) -> dict[str, str]:
    pieces = _PART.split(text)
    return {name: body.strip() for name, body in zip(pieces[1::2], pieces[2::2], strict=True)}


def _rows(name: str, body: str) -> str:
    matches = [m for line in body.splitlines() if (m := _HEADLINE.match(line))]
    return "".join(f"| {m['measure']} | {m['target']} | {m['reached']} | {name} |\n" for m in matches)
