"""Two sources of truth that tables hold."""

from pathlib import Path

from tests.daemon.initialise.tables import configured, days, write


def shop(folder: Path, rows: list[tuple[object, ...]]) -> Path:
    return write(folder / "backoffice_daily.csv", "date,orders,revenue", rows)


def web(folder: Path, name: str = "marketing_daily", step: int = 1) -> Path:
    rows = [(d, c, 50 + i, 5 + i % 3) for i, d in enumerate(days(30, step=step)) for c in ("email", "paid_search")]
    return write(folder / f"{name}.csv", "date,channel,sessions,orders", rows)


DAYS: list[tuple[object, ...]] = [(d, 20 + i, 999.5 + i) for i, d in enumerate(days(30))]


def test_orders_of_analytics_and_of_the_back_office_are_a_pair(tmp_path: Path) -> None:
    settings, _ = configured(web(tmp_path), shop(tmp_path, DAYS))

    share = settings.kpis["tracked_share"]
    assert (share.numerator, share.denominator) == ("orders", "backoffice_orders")
    assert share.across == ("marketing_daily", "backoffice_daily")


def test_one_of_them_alone_is_none(tmp_path: Path) -> None:
    assert "tracked_share" not in configured(shop(tmp_path, DAYS))[0].kpis
    assert "tracked_share" not in configured(web(tmp_path))[0].kpis


def test_weeks_and_days_are_none(tmp_path: Path) -> None:
    settings, _ = configured(web(tmp_path, "marketing_weekly", step=7), shop(tmp_path, DAYS))

    assert "tracked_share" not in settings.kpis
