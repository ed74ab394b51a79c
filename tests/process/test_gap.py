"""Two sources of truth: analytics sees a smaller part of the shop's orders than usual, while both vary more than that from day to day."""

import random
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.process.command import CONFIG, channelwatch
from tests.process.contract import CHECK, assert_fits
from tests.process.story import morning_after

LAST = date(2026, 3, 5)
_WEEK = (1.0, 1.02, 1.0, 0.98, 1.05, 0.9, 0.85)


def write(folder: Path, *, seen: float, since: date, booked: float = 1.0) -> None:
    """120 days of which the shop's orders vary by an eighth; analytics sees 93 % of them, and `seen` from a day on."""
    folder.mkdir()
    web, shop = ["date,channel,sessions,orders"], ["date,orders,revenue"]
    for back in reversed(range(120)):
        day = LAST - timedelta(days=back)
        chance = random.Random(f"gap {day}")
        buying, total = 0.06 * _WEEK[day.weekday()] * chance.gauss(1, 0.12), 0
        for channel, usual in {"paid_search": 4000, "email": 2500, "direct": 3000}.items():
            orders = usual * buying * chance.gauss(1, 0.02) * (booked if day >= since else 1.0)
            part = (seen if day >= since else 0.93) * chance.gauss(1, 0.008)
            web.append(f"{day},{channel},{round(usual * chance.gauss(1, 0.02))},{round(orders * part)}")
            total += round(orders)
        shop.append(f"{day},{total},{total * 50}")
    (folder / "marketing_daily.csv").write_text("\n".join(web) + "\n", encoding="utf-8")
    (folder / "shop_daily.csv").write_text("\n".join(shop) + "\n", encoding="utf-8")


def checked(folder: Path) -> tuple[list[dict[str, Any]], str]:
    """The incidents after `init`, and what the terminal said."""
    assert channelwatch(folder, "init", "--from", "tables", "--output", CONFIG, "--currency", "GBP").code == 0
    assert channelwatch(folder, "validate", "--config", CONFIG).code == 0
    done = channelwatch(folder, "check", "--now", morning_after(LAST), "--json")
    assert_fits(done.json, CHECK)
    return done.json["incidents"], " ".join(done.err.split())


def test_init_recognises_the_pair_and_a_gap_that_neither_side_shows_is_one_incident(tmp_path: Path) -> None:
    write(tmp_path / "tables", seen=0.82, since=LAST - timedelta(days=1))

    (incident,), message = checked(tmp_path)

    assert "across: [marketing_daily, shop_daily]" in (tmp_path / CONFIG).read_text(encoding="utf-8")
    assert [(f["channel"], f["kpi"]) for f in incident["findings"]] == [(None, "tracked_share")]
    assert re.fullmatch(
        r"Share of orders that analytics sees -1[123] % since Wed 4 Mar \(2 days\).*", incident["title"]
    )
    assert re.search(r"Orders are 8[123](\.\d)? % of back-office orders, usually 9[23](\.\d)? %", message)


def test_a_collapse_that_the_orders_show_themselves_takes_the_gap_with_it(tmp_path: Path) -> None:
    write(tmp_path / "tables", seen=0.2, since=LAST)

    (incident,), message = checked(tmp_path)

    assert "tracked_share" not in {f["kpi"] for f in incident["findings"]}
    assert "business tracked_share" in incident["consequences"]
    assert "back office: 93 % -> 20 %" in message


def test_sales_that_both_sides_lose_leave_no_gap(tmp_path: Path) -> None:
    write(tmp_path / "tables", seen=0.93, since=LAST, booked=0.3)

    (incident,), _ = checked(tmp_path)

    assert "tracked_share" not in {f["kpi"] for f in incident["findings"]}
    assert not [c for c in incident["consequences"] if "tracked_share" in c]
