"""The figures of docs/worked-examples.md, from the demo: run `make demo`, then `.venv/bin/python docs/worked_examples.py`.

1. Run every SQL block of the page on the raw tables, and write what it gives below it.
2. Write what channelwatch told and explains of the same incidents, taken out of the demo's state.
3. Draw each incident's chart, as `channelwatch explain --chart` does.
"""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb

from config.load import load
from daemon.alerts import plain
from daemon.inbox import received
from daemon.model import Change
from daemon.store import incidents, open_store

ROOT = Path(__file__).resolve().parents[1]
DEMO, PAGE = ROOT / "out" / "demo", ROOT / "docs" / "worked-examples.md"
CONFIG = DEMO / "channelwatch.yaml"
# The newest state of every row: tables keep each correction with the time at which it was seen.
_KEYS = {
    "marketing": "date, channel, campaign, device, region",
    "backoffice": "date, region",
    "site": "date, device",
}
_SQL = re.compile(r"(```sql\n(?P<sql>.*?)```\n\n```text\n)(?P<shown>.*?)(```)", re.DOTALL)
_TOLD = re.compile(r"(<!-- told: (?P<day>[\d-]+) -->\n```text\n).*?(```)", re.DOTALL)
_EXPLAINED = re.compile(r"(<!-- explained: (?P<day>[\d-]+) -->\n```text\n).*?(```)", re.DOTALL)
# Incidents of the demo by the day of their first message's onset; the page says more of each.
PICTURES = {"2025-10-14": "worked-checkout.png", "2025-10-21": "worked-tag.png", "2025-09-08": "worked-budget.png"}


def main() -> None:
    """Write the page's figures and pictures anew."""
    if not CONFIG.exists():
        raise SystemExit("there is no out/demo yet: run `make demo` first")
    page = by_hand(PAGE.read_text(encoding="utf-8"), DEMO / "tables")
    page = _TOLD.sub(lambda found: found[1] + _told(found["day"]) + found[3], page)
    page = _EXPLAINED.sub(lambda found: found[1] + _why(found["day"]) + found[3], page)
    PAGE.write_text(page, encoding="utf-8")
    for day, picture in PICTURES.items():
        _explain(_incident(day), "--chart", str(ROOT / "docs" / picture))


def _incident(day: str) -> str:
    """The first incident that began on a day."""
    store = open_store(load(CONFIG).store.url, DEMO)
    with store.reading() as connection:
        began = [i for i in incidents.recent(connection) if f"{date.fromisoformat(day):%Y%m%d}" in i.id]
    store.close()
    return min(began, key=lambda i: i.first_detected_at).id


def _told(day: str) -> str:
    """The first message about it, without its picture and foot."""
    store = open_store(load(CONFIG).store.url, DEMO)
    of = [a for a in received(store) if a.incident_id == _incident(day) and a.change is Change.OPENED]
    store.close()
    return plain.text(of[-1]).split(f"\n\n{plain.picture_title(of[-1])}")[0] + "\n"


def _why(day: str) -> str:
    """The causes that `channelwatch explain` gives."""
    _, _, causes = _explain(_incident(day)).partition("\nWhy\n")
    return causes


def _explain(*arguments: str) -> str:
    command = [sys.executable, "-m", "daemon", "explain", *arguments, "--config", str(CONFIG)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def by_hand(page: str, tables: Path) -> str:
    """The page with every SQL block's answer on these tables below it."""
    database = duckdb.connect()
    for name, keys in _KEYS.items():
        database.execute(
            f"create view {name} as select * from read_csv('{tables / name}.csv') "
            f"qualify row_number() over (partition by {keys} order by observed_at desc) = 1"
        )
    return _SQL.sub(lambda found: found[1] + _table(database.sql(found["sql"])) + found[4], page)


def _table(answer: duckdb.DuckDBPyRelation) -> str:
    rows = [[str(c) for c in answer.columns], *([_cell(v) for v in row] for row in answer.fetchall())]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "".join(
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]).rstrip()
        + "\n"
        for row in rows
    )


def _cell(value: object) -> str:
    return "" if value is None else f"{value:,.10g}" if isinstance(value, int | float) else str(value)


if __name__ == "__main__":
    main()
