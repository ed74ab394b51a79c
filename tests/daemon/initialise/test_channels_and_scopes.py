"""Whose numbers a table holds."""

from pathlib import Path

import pytest

from config.business import ChannelKind
from config.inputs import Column
from tests.daemon.initialise.tables import configured, days, times, write


def test_a_channel_column_gives_its_channels_with_their_kinds(tmp_path: Path) -> None:
    rows = [(d, c, i, i + 5) for i, d in enumerate(days(20)) for c in ("paid_search", "email", "Organic Search", "tv")]
    settings, _ = configured(write(tmp_path / "marketing_daily.csv", "date,channel,sessions,orders", rows))

    assert settings.checks["marketing_daily"].channel_column == "channel"
    assert {name: channel.kind for name, channel in settings.channels.items()} == {
        "paid_search": ChannelKind.PAID,
        "email": ChannelKind.OWNED,
        "Organic Search": ChannelKind.ORGANIC,
        "tv": ChannelKind.OFFLINE,
    }


def test_a_platform_column_is_the_channel_only_where_it_names_ad_platforms(tmp_path: Path) -> None:
    ads = write(
        tmp_path / "ads.csv",
        "date,platform,spend,clicks,conversions",
        [(d, p, 1.5, 3 + i, i) for i, d in enumerate(days(9)) for p in ("Google Ads", "TikTok Ads")],
    )
    app = write(
        tmp_path / "app_daily.csv",
        "date,platform,active_users,crash_rate",
        [(d, p, 50 + i, 0.01 + i / 999) for i, d in enumerate(days(9)) for p in ("ios_app", "android_app")],
    )
    settings, _ = configured(ads, app)

    assert settings.checks["ads"].channel_column == "platform"
    assert settings.checks["ads"].columns["conversions"] == "platform_conversions"
    assert settings.checks["app_daily"].channel == "app"
    assert settings.checks["app_daily"].dimensions["device"].column == "platform"
    assert settings.kpis["crash_rate"].weight == "users"


@pytest.mark.parametrize(
    ("table", "channel"),
    [
        ("email_daily", "email"),
        ("organic_weekly", "organic_search"),
        ("stores", "stores"),
        ("call_centre_daily", "call_centre"),
        ("google_ads_campaign_stats", "paid_search"),
        ("facebook_ads_report", "paid_social"),
        ("microsoft_ads", "paid_search_microsoft"),
    ],
)
def test_a_table_without_channel_column_is_matched_by_its_name(tmp_path: Path, table: str, channel: str) -> None:
    settings, _ = configured(
        write(tmp_path / f"{table}.csv", "date,clicks,spend", [(d, i, i + 0.5) for i, d in enumerate(days(20))])
    )

    assert next(iter(settings.checks.values())).channel == channel


def test_it_takes_the_name_that_the_channel_column_of_another_table_uses(tmp_path: Path) -> None:
    web = write(
        tmp_path / "web.csv",
        "date,channel,sessions",
        [(d, c, i) for i, d in enumerate(days(9)) for c in ("Organic Search", "Email")],
    )
    organic = write(
        tmp_path / "organic_daily.csv",
        "date,impressions,clicks,position",
        [(d, i, i, 1.5 + i) for i, d in enumerate(days(9))],
    )
    settings, _ = configured(web, organic)

    assert settings.checks["organic_daily"].channel == "Organic Search"
    assert settings.checks["organic_daily"].columns == {
        "impressions": "organic_impressions",
        "clicks": "organic_clicks",
        "position": "avg_position",
    }
    assert settings.kpis["avg_position"].weight == "organic_impressions"


@pytest.mark.parametrize("table", ["backoffice_daily", "shop", "crm_orders", "erp_daily"])
def test_back_office_tables_are_about_the_whole_business_under_their_own_roles(tmp_path: Path, table: str) -> None:
    settings, _ = configured(
        write(
            tmp_path / f"{table}.csv",
            "date,region,orders,revenue",
            [(d, r, i, i + 0.5) for i, d in enumerate(days(9)) for r in ("n", "s")],
        )
    )
    check = next(iter(settings.checks.values()))

    assert check.scope == "business"
    assert check.columns == {"orders": "backoffice_orders", "revenue": "backoffice_revenue"}
    assert check.dimensions["region"].role == "geo"


def test_site_health_is_about_the_whole_business(tmp_path: Path) -> None:
    settings, _ = configured(
        write(
            tmp_path / "site_daily.csv",
            "date,device,p75_load_ms,error_rate",
            [(d, v, 2000 + i, 0.004) for i, d in enumerate(days(9)) for v in ("mobile", "desktop")],
        )
    )

    assert settings.checks["site_daily"].scope == "business"
    assert settings.kpis["page_load"].unit == "ms"
    assert settings.kpis["error_rate"].good == "down"


def test_wide_media_columns_belong_to_their_channels_and_the_rest_to_the_business(tmp_path: Path) -> None:
    rows = [(d, 1000.5 + i, 20.5 + i, i, 900 + i, 30.5, 80 + i, 12.5 + i) for i, d in enumerate(days(30, step=7))]
    settings, _ = configured(
        write(tmp_path / "mix.csv", "DATE,revenue,tv_S,ooh_S,facebook_I,facebook_S,search_clicks_P,newsletter", rows)
    )
    media, business = settings.checks["mix"], settings.checks["mix_business"]

    assert media.columns["tv_S"] == Column(kpi="spend", channel="tv")
    assert media.columns["facebook_I"] == Column(kpi="impressions", channel="facebook")
    assert media.columns["search_clicks_P"] == Column(kpi="clicks", channel="search")
    assert business.columns == {"revenue": "revenue", "newsletter": "newsletter"}
    assert (business.scope, media.cadence, settings.channels["tv"].kind) == ("business", "week", ChannelKind.OFFLINE)


def test_unnamed_channels_of_a_wide_table_are_found_by_their_spend(tmp_path: Path) -> None:
    rows = [
        (d, f"g{g}", 5 + i, 9 + i, 1.5, 2.5 + i, 4 + i, 3 + i, 0.5)
        for i, d in enumerate(days(30, step=7))
        for g in (1, 2)
    ]
    header = "time,geo,Channel0_impression,Channel1_impression,Channel0_spend,Channel1_spend,Organic_channel0_impression,conversions,revenue_per_conversion"
    settings, _ = configured(write(tmp_path / "geo_media.csv", header, rows))

    assert settings.checks["geo_media"].columns["Organic_channel0_impression"] == Column(
        kpi="impressions", channel="Organic_channel0"
    )
    assert settings.channels["Organic_channel0"].kind is ChannelKind.ORGANIC
    assert settings.checks["geo_media_business"].columns == {"conversions": "orders", "revenue_per_conversion": "aov"}
    assert settings.kpis["aov"].weight == "orders"
    assert set(settings.checks["geo_media_business"].dimensions) == {"geo"}


def test_an_hourly_repeat_of_daily_kpis_is_kept_but_off(tmp_path: Path) -> None:
    daily = write(
        tmp_path / "marketing_daily.csv",
        "date,channel,sessions,orders",
        [(d, c, 9 + i, i) for i, d in enumerate(days(9)) for c in ("email", "sms")],
    )
    hourly = write(
        tmp_path / "web_hourly.csv",
        "datetime,channel,sessions,orders",
        [(t, c, i, i) for i, t in enumerate(times(72, 60)) for c in ("email", "sms")],
    )
    settings, report = configured(daily, hourly)

    assert not settings.checks["web_hourly"].enabled
    assert settings.checks["web_hourly"].columns == {"sessions": "web_sessions", "orders": "web_orders"}
    assert settings.kpis["web_orders"].role == "orders"
    assert any("web_hourly" in note and "enabled: false" in note for note in report.notes)


def test_an_hourly_table_on_its_own_is_judged(tmp_path: Path) -> None:
    settings, _ = configured(
        write(
            tmp_path / "web_hourly.csv",
            "datetime,channel,sessions",
            [(t, c, i) for i, t in enumerate(times(72, 60)) for c in ("email", "sms")],
        )
    )

    assert (settings.checks["web_hourly"].cadence, settings.checks["web_hourly"].enabled) == ("hour", True)
