"""The whole file for a small business, as a person will read it."""

from pathlib import Path

from daemon.initialise import initialise
from tests.daemon.initialise.tables import days, write

_GOLDEN = Path(__file__).parent / "golden" / "small_shop.yaml"


def test_a_small_shops_configuration_reads_as_it_should(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write(
        data / "marketing_daily.csv",
        "date,channel,campaign,device,spend,impressions,clicks,sessions,orders,revenue,platform_conversions",
        [
            (d, c, k, v, 5.5 + i, 900 + i, 90 + i, 80 + i, i % 7, 250.5 + i, i % 5)
            for i, d in enumerate(days(30))
            for c, k in (("paid_search", "brand"), ("paid_search", "generic"), ("email", "newsletter"))
            for v in ("mobile", "desktop")
        ],
    )
    write(
        data / "email_daily.csv",
        "date,campaign,sent,delivered,opens,clicks",
        [(d, "newsletter", 900 + i, 880 + i, 300, 40 + i) for i, d in enumerate(days(30))],
    )
    write(
        data / "backoffice_daily.csv",
        "date,order_batch_id,orders,revenue",
        [(d, 7000 + i, 20 + i, 999.5 + i) for i, d in enumerate(days(30))],
    )
    write(
        data / "stores_weekly.csv",
        "week_start,store,footfall,transactions,revenue",
        [(d, s, 900 + i, 90, 4000.5) for i, d in enumerate(days(10, step=7)) for s in ("leeds", "york")],
    )
    write(
        data / "web_hourly.csv",
        "datetime,channel,sessions,orders",
        [(f"{d} {h:02}:00:00", c, h, h % 3) for d in days(3) for h in range(24) for c in ("paid_search", "email")],
    )
    write(
        data / "events.csv",
        "date_start,date_end,kind,title,channel",
        [("2025-03-03", "2025-03-09", "promo", "Spring sale", "")],
    )
    initialise([data], tmp_path / "channelwatch.yaml", "Europe/London", "GBP")

    assert (tmp_path / "channelwatch.yaml").read_text(encoding="utf-8") == _GOLDEN.read_text(encoding="utf-8")
