"""Scenario tables with `observed_at`: what each morning's pull newly saw, written as the scenarios' own script says.

`asof.py` beside the scenarios defines what a pull could see. It asks for the whole history every morning; here it is
asked for the days that can still change, and draws its fixed random number of each row once. The tables are the same.
"""

from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any


def write_observed(scenario: Path, first: date, last: date, zone: str, into: Path) -> None:
    """Write the tables of a scenario as pulled each morning of [first, last]."""
    script = _script(scenario.parent / "asof.py")
    tables = script.load(scenario)
    days = _changing_days(tables["_reporting"])
    begun = script.pd.Timestamp(first)
    functions = vars(script)
    whole, draw = functions["as_of"], functions["_u"]
    drawn: dict[tuple[str, ...], Any] = {}

    def newest(known: dict[str, Any], day: Any) -> Any:
        if day == begun:
            return whole(known, day)
        cut = day - script.pd.Timedelta(days=days)
        return whole({name: _since(cut, name, table, script.DATECOL) for name, table in known.items()}, day)

    def once(table: Any, salt: str) -> Any:
        key = (*table.columns, salt)
        if key not in drawn:
            full = next(t for name, t in tables.items() if name[0] != "_" and tuple(t.columns) == key[:-1])
            drawn[key] = script.pd.Series(draw(full, salt), index=full.index)
        return drawn[key].loc[table.index].to_numpy()

    functions |= {"as_of": newest, "_u": once}
    script.write(script.revisions(tables, first.isoformat(), last.isoformat(), zone), into)


def _since(cut: Any, name: str, table: Any, columns: dict[str, str]) -> Any:
    if name.startswith("_") or name == "events":
        return table
    return table[table[columns.get(name, "date")] >= cut]


def _changing_days(reporting: dict[str, Any]) -> int:
    """How old a row can be and still change: conversions that mature, loads that come late or are mended."""
    ages = [int(horizon) for _first, _speed, horizon in reporting["conversion_lag"].values()]
    for item in reporting["items"]:
        mended = item.get("available_on") or item.get("fixed_on")
        if mended:
            ages.append((date.fromisoformat(mended[:10]) - min(date.fromisoformat(d[:10]) for d in item["days"])).days)
    return 3 + max([*ages, 7 + int(reporting["offline_weekly_lag_days"])])


def _script(path: Path) -> Any:
    spec = spec_from_file_location("asof", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is missing: it says what a pull of these scenarios could see")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
