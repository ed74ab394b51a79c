"""The causes as a table for docs/causes.md: `python -m config.causes_page` writes it, a test keeps it true."""

from collections.abc import Sequence
from pathlib import Path

from config.causes import Causes, shipped

BEGIN, END = "<!-- causes: generated, do not edit -->", "<!-- /causes -->"


def table(causes: Causes) -> str:
    """One table for each family, in the order of causes.yaml."""
    lines: list[str] = []
    family = ""
    for id, cause in causes.causes.items():
        if cause.family != family:
            family = cause.family
            lines += [
                "",
                f"### {family[:1].upper()}{family[1:]}",
                "",
                "| cause | loses | often | necessary | supporting | contradicting | look at first |",
                "|---|---|---|---|---|---|---|",
            ]
        lines.append(
            f"| **{cause.title}** `{id}` | {cause.loses} | {cause.often} | {_marks(cause.necessary)} | {_marks(cause.supporting)} "
            f"| {_marks(cause.contradicting)} | {cause.verify[0]} |"
        )
    return "\n".join([*lines, ""])


def _marks(marks: Sequence[str]) -> str:
    return " ".join(f"`{mark}`" for mark in marks)


def with_table(page: str, causes: Causes) -> str:
    """The page with its table brought up to date."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{table(causes)}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    file = Path("docs/causes.md")
    file.write_text(with_table(file.read_text(encoding="utf-8"), shipped()), encoding="utf-8")
