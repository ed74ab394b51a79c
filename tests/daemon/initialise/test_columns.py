"""Which columns are dates, dimensions and KPIs, of what role and type."""

from pathlib import Path

import pytest

from config.inputs import Column
from detectors.panel import KpiType
from tests.daemon.initialise.tables import configured, days, times, write


@pytest.mark.parametrize(
    "name",
    [
        "date",
        "day",
        "ds",
        "timestamp",
        "time",
        "week_start",
        "date_week",
        "DATE",
        "index",
        "Weeks",
        "date_day",
        "when_it_was",
    ],
)
def test_the_date_column_is_found_by_any_usual_name(tmp_path: Path, name: str) -> None:
    settings, _ = configured(write(tmp_path / "t.csv", f"{name},sessions", [(d, i) for i, d in enumerate(days(20))]))

    assert settings.checks["t"].period == name


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("%Y-%m-%d", None),
        ("%Y%m%d", None),
        ("%d/%m/%y", "%d/%m/%y"),
        ("%d.%m.%Y", "%d.%m.%Y"),
        ("%m/%d/%Y", "%m/%d/%Y"),
        ("%b %d, %Y", "%b %d, %Y"),
        ("%Y/%m/%d", "%Y/%m/%d"),
    ],
)
def test_dates_that_are_not_iso_get_their_format(tmp_path: Path, pattern: str, written: str | None) -> None:
    settings, _ = configured(
        write(tmp_path / "t.csv", "date,sessions", [(f'"{d:{pattern}}"', i) for i, d in enumerate(days(60))])
    )

    assert (settings.checks["t"].period_format, settings.checks["t"].cadence) == (written, "day")


def test_unnamed_row_numbers_and_parts_of_the_date_are_no_kpis(tmp_path: Path) -> None:
    rows = [(i, d, d.year, d.month, d.timetuple().tm_yday, i, i + 3) for i, d in enumerate(days(20))]
    settings, _ = configured(write(tmp_path / "t.csv", ",date,year,month,dayofyear,t,sessions", rows))

    assert settings.checks["t"].columns == {"sessions": "sessions"}


def test_identifiers_are_never_kpis_and_micros_are_divided(tmp_path: Path) -> None:
    rows = [
        ("x=", 2121450128, d, "2025-06-29 17:10:11", 30 + i, 36150000 + i, 9935249409 + i % 3, 160 + i)
        for i, d in enumerate(days(20))
    ]
    header = "_fivetran_id,customer_id,date,_fivetran_synced,clicks,cost_micros,id,impressions"
    settings, _ = configured(write(tmp_path / "google_ads_campaign_stats.csv", header, rows))
    check = settings.checks["google_ads_campaign_stats"]

    assert check.columns == {
        "clicks": "clicks",
        "cost_micros": Column(kpi="spend", divide_by=1e6),
        "impressions": "impressions",
    }
    assert check.dimensions["campaign"].column == "id"
    assert check.observed_at is None


def test_an_identifier_is_no_dimension_where_a_name_exists(tmp_path: Path) -> None:
    rows = [(d, f"CAM{c}", f"Campaign {c}", i) for i, d in enumerate(days(9)) for c in range(3)]
    settings, _ = configured(write(tmp_path / "ads.csv", "date,campaign_id,campaign_name,clicks", rows))

    assert {name: d.column for name, d in settings.checks["ads"].dimensions.items()} == {"campaign": "campaign_name"}


def test_numbered_geos_are_a_dimension_and_not_a_kpi(tmp_path: Path) -> None:
    settings, _ = configured(
        write(
            tmp_path / "salesandcost.csv",
            "date,geo,sales,cost",
            [(d, g, 7000.5 + g, i) for i, d in enumerate(days(9)) for g in range(1, 40)],
        )
    )
    check = settings.checks["salesandcost"]

    assert set(check.dimensions) == {"geo"}
    assert check.columns == {"sales": "revenue", "cost": "spend"}


def test_personal_data_and_free_text_are_no_dimensions(tmp_path: Path) -> None:
    rows = [
        (d, f"p{i % 2}@example.com", "yes" if i % 2 else "no", ("red", "blue")[i % 2], f"note {i}", i)
        for i, d in enumerate(days(20))
    ]
    settings, _ = configured(write(tmp_path / "t.csv", "date,email,is_gift,colour,note,sessions", rows))

    assert set(settings.checks["t"].dimensions) == {"colour"}


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("widgets", range(20), KpiType.COUNT),
        ("margin_x", [i + 0.25 for i in range(20)], KpiType.AMOUNT),
        ("volume", [9000.5 + i for i in range(20)], KpiType.AMOUNT),
        ("mood", [0.25 + i / 100 for i in range(20)], KpiType.LEVEL),
        ("balance_x", range(-5, 15), KpiType.LEVEL),
        ("completion_rate", [0.5 + i / 100 for i in range(20)], KpiType.LEVEL),
    ],
)
def test_an_unknown_number_is_a_kpi_named_by_its_column_with_a_type_by_its_values(
    tmp_path: Path, name: str, values: list[float], expected: KpiType
) -> None:
    settings, _ = configured(write(tmp_path / "t.csv", f"date,{name}", zip(days(20), values, strict=True)))

    assert settings.kpis[name].type is expected
    assert settings.kpis[name].role is None


def test_marks_and_constants_are_not_watched_unless_nothing_else_is_there(tmp_path: Path) -> None:
    settings, _ = configured(
        write(
            tmp_path / "a.csv",
            "date,y,anomaly,event_1,always",
            [(d, i + 0.5, i % 2, 0, 7) for i, d in enumerate(days(20))],
        )
    )
    flat, _ = configured(write(tmp_path / "b.csv", "date,value", [(d, 45.0) for d in days(20)]))

    assert settings.checks["a"].columns == {"y": "y"}
    assert flat.checks["b"].columns == {"value": "value"}


def test_numbers_written_as_text_are_left_out_and_told(tmp_path: Path) -> None:
    settings, report = configured(
        write(
            tmp_path / "t.csv", "date,sessions,revenue", [(d, i, f'"1,{100 + i}.50"') for i, d in enumerate(days(20))]
        )
    )

    assert settings.checks["t"].columns == {"sessions": "sessions"}
    assert any("revenue" in note and "plain numbers" in note for note in report.notes)


def test_conversions_are_the_platforms_claim_in_its_own_report_and_orders_in_web_analytics(tmp_path: Path) -> None:
    header, rows = (
        "date,channel,spend,clicks,conversions",
        [(d, "paid_search", 1.5 + i, i, i % 5) for i, d in enumerate(days(20))],
    )
    ads, _ = configured(write(tmp_path / "ads.csv", header, rows))
    web, _ = configured(write(tmp_path / "web.csv", header + ",sessions", [(*row, 9) for row in rows]))

    assert ads.checks["ads"].columns["conversions"] == "platform_conversions"
    assert ads.kpis["platform_conversions"].settle_periods == 3
    assert web.checks["web"].columns["conversions"] == "orders"


def test_finished_ratios_are_computed_from_their_parts_where_these_are_there(tmp_path: Path) -> None:
    rows = [(d, 1000 + i, 10 + i, 5.5 + i, 0.01, 0.5 + i / 99) for i, d in enumerate(days(20))]
    settings, _ = configured(write(tmp_path / "ads.csv", "date,impressions,clicks,spend,ctr,roas", rows))

    assert settings.kpis["ctr"].numerator == "clicks"
    assert settings.kpis["roas"].type is KpiType.LEVEL
    assert settings.kpis["roas"].weight == "spend"
    assert "ctr" not in settings.checks["ads"].columns


def test_a_funnel_gets_its_step_rates_and_not_too_many(tmp_path: Path) -> None:
    header = "date,channel,spend,impressions,clicks,sessions,engaged_sessions,add_to_carts,checkouts,orders,revenue,platform_conversions"
    rows = [(d, "paid_search", 5.5, 900 + i, 90, 80, 50, 20, 10, 5 + i % 3, 250.5, 4) for i, d in enumerate(days(20))]
    settings, _ = configured(write(tmp_path / "m.csv", header, rows))
    ratios = [name for name, kpi in settings.kpis.items() if kpi.type is KpiType.RATIO]

    assert {"cvr", "aov", "ctr", "cpc", "checkout_to_purchase_rate", "view_to_cart_rate"} <= set(ratios)
    assert settings.kpis["view_to_cart_rate"].denominator == "engaged_sessions"
    assert len(ratios) <= 12


def test_minutes_are_judged_by_the_hour(tmp_path: Path) -> None:
    settings, report = configured(
        write(tmp_path / "taxi.csv", "timestamp,value", [(t, i) for i, t in enumerate(times(200, 5))])
    )

    assert (settings.checks["taxi"].cadence, settings.checks["taxi"].enabled) == ("hour", True)
    assert any("a row every 5 minutes: judged by the hour" in note for note in report.notes)


def test_minutes_that_do_not_fill_an_hour_are_written_but_off(tmp_path: Path) -> None:
    settings, report = configured(
        write(tmp_path / "taxi.csv", "timestamp,value", [(t, i) for i, t in enumerate(times(200, 7))])
    )

    assert (settings.checks["taxi"].cadence, settings.checks["taxi"].enabled) == ("7 minutes", False)
    assert any("7 minutes is not judged" in note for note in report.notes)


def test_observed_at_is_recognised_and_no_kpi(tmp_path: Path) -> None:
    rows = [(d, i, "2025-06-01T08:00:00+01:00") for i, d in enumerate(days(20))]
    settings, _ = configured(write(tmp_path / "t.csv", "date,sessions,observed_at", rows))

    assert settings.checks["t"].observed_at == "observed_at"
    assert settings.checks["t"].columns == {"sessions": "sessions"}


def test_single_orders_are_summed_by_day_and_the_user_is_told_that_they_are_not_counted(tmp_path: Path) -> None:
    rows = [(i, f"{d} 09:0{i % 10}:11", f"{d} 12:00:00", 99.5 + i) for i, d in enumerate(days(30) * 2)]
    settings, report = configured(
        write(tmp_path / "shopify_orders.csv", "order_id,created_timestamp,updated_timestamp,total_price", rows)
    )
    check = settings.checks["shopify_orders"]

    assert (check.period, check.cadence, check.columns) == (
        "created_timestamp",
        "day",
        {"total_price": "backoffice_revenue"},
    )
    assert any("single orders" in note for note in report.notes)


def test_ratings_of_shops_and_reviews_are_levels_that_are_good_when_high_and_none_of_them_is_the_apps(
    tmp_path: Path,
) -> None:
    rows = [(d, 100 + i, 4 + i % 7 / 10, 3.5 + i % 5 / 10) for i, d in enumerate(days(30))]
    settings, _ = configured(write(tmp_path / "t.csv", "date,orders,store_rating,review_rating", rows))

    assert settings.checks["t"].columns == {
        "orders": "orders",
        "store_rating": "store_rating",
        "review_rating": "rating",
    }
    assert [(settings.kpis[name].type, settings.kpis[name].good) for name in ("store_rating", "rating")] == [
        (KpiType.LEVEL, "up")
    ] * 2


def test_the_store_rating_in_a_table_of_the_app_is_the_apps(tmp_path: Path) -> None:
    rows = [(d, 100 + i, 4 + i % 7 / 10) for i, d in enumerate(days(30))]
    settings, _ = configured(write(tmp_path / "app.csv", "date,installs,store_rating", rows))

    assert settings.checks["app"].columns["store_rating"] == "app_rating"
