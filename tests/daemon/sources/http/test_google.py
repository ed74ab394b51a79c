"""Google Analytics and Google Ads: what is asked, what the answer becomes, and what their errors mean."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from config.problems import ConfigError
from daemon.errors import SourceError, SourceRejected
from daemon.redact import HIDDEN, Redactor, secrets_of
from daemon.sources import ga4
from daemon.sources.google_key import Tokens, account_of
from tests.daemon.sources.http.build import THREE_DAYS, Clock, read, settings_of, window
from tests.vendor_google import Ga4, GoogleKey, ads_error, google_error
from tests.vendor_server import HTML, Answer, Asked, Vendor, VendorServer

GA4 = """
sources: {ga: {kind: ga4, property: "123", credentials: "${KEY}", endpoint: URL, allow_private: true}}
checks:
  sessions: {source: ga, period: date, channel_column: sessionDefaultChannelGroup, dimensions: {device: {column: deviceCategory}},
    columns: {sessions: visits, purchaseRevenue: spend}}
"""
ADS = """
sources: {ads: {kind: google_ads, customer: 111-222-3333, login_customer: 999-888-7777, credentials: "${KEY}",
  developer_token: canarydeveloper, endpoint: URL, allow_private: true}}
checks:
  campaigns: {source: ads, period: segments.date, channel: paid, dimensions: {campaign: {column: campaign.name}},
    columns: {metrics.clicks: visits, metrics.cost_micros: spend}}
channels: {paid: {kind: paid}}
"""
ROWS = [
    (("20261119", "Organic Search", "mobile"), ("1843", "2210.5")),
    (("20261120", "Paid Search", "mobile"), ("7", "0")),
    (("20261121", "Paid Search", "desktop"), ("8", "12.25")),
]


class Google:
    """A server with a token endpoint and one API."""

    def __init__(self, key: GoogleKey, api: Vendor, token: Vendor | None = None) -> None:
        self.server = VendorServer(vendors={"/token": token or key.token_endpoint, "/v": api})
        self.key = key

    def __enter__(self) -> "Google":
        self.server.__enter__()
        return self

    def __exit__(self, *_: Any) -> None:
        self.server.__exit__(None, None, None)

    def read(self, yaml: str, **more: Any) -> Any:
        return read(yaml.replace("URL", self.server.url), {"KEY": self.key.json(self.server.url)}, **more)

    def refusal(self, yaml: str, **more: Any) -> str:
        with pytest.raises(SourceError) as told:
            self.read(yaml, **more)
        assert "canary-" not in str(told.value).replace(self.key.email, "")
        assert "canarydeveloper" not in str(told.value)
        return f"{type(told.value).__name__}: {told.value}"

    def questions(self, path: str = "/v") -> list[Asked]:
        return [asked for asked in self.server.asked if asked.path.startswith(path)]


def ads_rows(*results: Any) -> Vendor:
    return lambda asked: Answer(body=[{"results": [result], "requestId": "r"} for result in results])


def ads_row(**metrics: Any) -> dict[str, Any]:
    return {
        "campaign": {"resourceName": "customers/1/campaigns/5", "name": "Brand DE"},
        "segments": {"date": "2026-11-20"},
        "customer": {"currencyCode": "EUR"},
        "metrics": metrics,
    }


def test_a_report_of_analytics_is_asked_for_by_the_columns_of_the_check(google_key: GoogleKey) -> None:
    with Google(google_key, Ga4(ROWS)) as google:
        found = google.read(GA4)

    assert found.columns == ("date", "sessionDefaultChannelGroup", "deviceCategory", "sessions", "purchaseRevenue")
    assert found.rows[0] == ("2026-11-19", "Organic Search", "mobile", "1843", "2210.5")
    assert len(found.rows) == 3
    assert found.notices == []
    (asked,) = google.questions()
    assert asked.path == "/v1beta/properties/123:runReport"
    assert asked.json == {
        "dateRanges": [{"startDate": "2026-11-19", "endDate": "2026-11-21"}],
        "dimensions": [{"name": "date"}, {"name": "sessionDefaultChannelGroup"}, {"name": "deviceCategory"}],
        "metrics": [{"name": "sessions"}, {"name": "purchaseRevenue"}],
        "limit": "100000",
        "offset": "0",
        "keepEmptyRows": False,
        "returnPropertyQuota": True,
    }


def test_a_long_report_is_read_to_its_last_row(google_key: GoogleKey) -> None:
    with Google(google_key, Ga4(ROWS, page=2)) as google:
        assert len(google.read(GA4).rows) == 3

    assert [asked.json["offset"] for asked in google.questions()] == ["0", "2"]
    assert len(google.questions("/token")) == 1


def test_hours_of_analytics_are_hours_of_the_wall_clock(google_key: GoogleKey) -> None:
    yaml = GA4.replace("period: date", "period: dateHour, cadence: hour").replace(
        "dimensions: {device: {column: deviceCategory}},", ""
    )
    hours = [(("2026112007", "Direct"), ("5", "1"))]
    with Google(google_key, Ga4(hours)) as google:
        assert google.read(yaml).rows == [("2026-11-20 07:00:00", "Direct", "5", "1")]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"samplingMetadatas": [{"samplesReadCount": "1"}]}, "an estimate from a sample"),
        ({"subjectToThresholding": True}, "withheld to protect people"),
        ({"dataLossFromOtherRow": True}, "put together as (other)"),
    ],
)
def test_what_analytics_says_against_its_report_is_told(
    google_key: GoogleKey, flags: dict[str, Any], words: str
) -> None:
    with Google(google_key, Ga4(ROWS, metadata={"timeZone": "Europe/Berlin", **flags})) as google:
        notices = google.read(GA4).notices

    assert [(n.kind, words in n.detail) for n in notices] == [("partial", True)]


def test_a_quota_that_is_nearly_used_up_is_told(google_key: GoogleKey) -> None:
    plenty = {"tokensPerDay": {"consumed": 4, "remaining": 199_996}}
    little = {"tokensPerHour": {"consumed": 40, "remaining": 30}}
    with Google(google_key, Ga4(ROWS, quota=plenty)) as google:
        assert google.read(GA4).notices == []
    with Google(google_key, Ga4(ROWS, quota=little)) as google:
        assert "30 tokens left" in google.read(GA4).notices[0].detail


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"timeZone": "America/New_York"}, "Set timezone: America/New_York in the check"),
        ({"currencyCode": "USD"}, "amounts are in USD, the configuration's in EUR"),
    ],
)
def test_a_wrong_zone_or_currency_is_refused(google_key: GoogleKey, metadata: dict[str, Any], words: str) -> None:
    with Google(google_key, Ga4(ROWS, metadata=metadata)) as google:
        assert words in google.refusal(GA4)


def test_zones_with_the_same_days_and_counts_without_money_are_accepted(google_key: GoogleKey) -> None:
    yaml = GA4.replace(", purchaseRevenue: spend", "")
    rows = [(names, values[:1]) for names, values in ROWS]
    with Google(google_key, Ga4(rows, metadata={"timeZone": "Europe/Paris", "currencyCode": "USD"})) as google:
        assert len(google.read(yaml).rows) == 3


def test_no_rows_of_analytics_are_no_zeros(google_key: GoogleKey) -> None:
    with Google(google_key, Ga4([])) as google:
        found = google.read(GA4)

    assert found.rows == []
    assert found.notices[0].kind == "late"


def test_rows_that_belong_to_no_day_are_left_out_and_told(google_key: GoogleKey) -> None:
    with Google(google_key, Ga4([*ROWS, (("(other)", "Direct", "mobile"), ("1", "1"))])) as google:
        found = google.read(GA4)

    assert len(found.rows) == 3
    assert "1 of 4 rows belong to no period" in found.notices[0].detail


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (google_error(403, "PERMISSION_DENIED", "User does not have sufficient permissions for this property."),
         "SourceRejected: source \"ga\", check \"sessions\": reports@canary-project.iam.gserviceaccount.com may not read this"),
        (google_error(403, "PERMISSION_DENIED", "API disabled", {"reason": "SERVICE_DISABLED"}), "Enable the API there"),
        (google_error(400, "INVALID_ARGUMENT", "Field sesions is not a valid metric."), "Field sesions is not a valid metric."),
        (Answer(body=HTML), "no JSON: check endpoint"),
        (Answer(body=[]), "no report"),
        (Answer(status=500, body=HTML), "SourceUnavailable: source \"ga\", check \"sessions\": it is out of order (500)"),
    ],
)  # fmt: skip
def test_errors_of_analytics_say_what_to_do(google_key: GoogleKey, answer: Answer, words: str) -> None:
    with Google(google_key, lambda asked: answer) as google:
        assert words in google.refusal(GA4)


def test_a_used_up_quota_is_a_matter_of_waiting(google_key: GoogleKey) -> None:
    clock = Clock()
    spent = google_error(429, "RESOURCE_EXHAUSTED", "Exhausted property tokens per hour.")
    with Google(google_key, lambda asked: spent) as google:
        told = google.refusal(GA4, clock=clock)

    assert told.startswith("SourceUnavailable")
    assert "Exhausted property tokens per hour." in told
    assert len(google.questions()) == 5


# --- Ads


def test_a_report_of_ads_is_one_query_for_the_columns_of_the_check(google_key: GoogleKey) -> None:
    with Google(google_key, ads_rows(ads_row(clicks="801", costMicros="45120000"), ads_row(clicks="2"))) as google:
        found = google.read(ADS)

    assert found.columns == ("segments.date", "campaign.name", "metrics.clicks", "metrics.cost_micros")
    assert found.rows == [("2026-11-20", "Brand DE", "801", 45.12), ("2026-11-20", "Brand DE", "2", None)]
    (asked,) = google.questions()
    assert asked.path == "/v26/customers/1112223333/googleAds:searchStream"
    assert asked.headers["login-customer-id"] == "9998887777"
    assert asked.headers["developer-token"] == "canarydeveloper"
    assert asked.headers["authorization"] == "Bearer ya29.canary-adwords"
    assert asked.json == {
        "query": "SELECT segments.date, campaign.name, metrics.clicks, metrics.cost_micros, customer.currency_code "
        "FROM campaign WHERE segments.date BETWEEN '2026-11-19' AND '2026-11-21'"
    }


def test_hours_of_ads_are_put_together_of_day_and_hour(google_key: GoogleKey) -> None:
    yaml = ADS.replace("period: segments.date", "period: segments.hour, cadence: hour")
    row = ads_row(clicks="1", costMicros="5") | {"segments": {"date": "2026-11-20", "hour": 7}}
    with Google(google_key, ads_rows(row)) as google:
        assert google.read(yaml).rows[0][0] == "2026-11-20 07:00:00"

    assert (
        "segments.hour, campaign.name, metrics.clicks, metrics.cost_micros, segments.date"
        in (google.questions()[0].json["query"])
    )


def test_a_query_of_ones_own_is_asked_as_it_is(google_key: GoogleKey) -> None:
    query = "SELECT segments.date, metrics.clicks FROM customer WHERE segments.date BETWEEN '{since}' AND '{last}'"
    yaml = ADS.replace("channel: paid,", f'channel: paid, query: "{query}",').replace(
        "dimensions: {campaign: {column: campaign.name}},", ""
    )
    with Google(google_key, ads_rows(ads_row(clicks="1", costMicros="1"))) as google:
        google.read(yaml)

    assert google.questions()[0].json["query"] == query.format(since="2026-11-19", last="2026-11-21")


def test_amounts_in_another_currency_are_refused(google_key: GoogleKey) -> None:
    row = ads_row(clicks="1") | {"customer": {"currencyCode": "PLN"}}
    with Google(google_key, ads_rows(row)) as google:
        assert "amounts are in PLN" in google.refusal(ADS)


def test_micros_are_not_divided_twice() -> None:
    with pytest.raises(ConfigError, match="would be divided twice"):
        settings_of(
            ADS.replace("URL", "http://h").replace(
                "metrics.cost_micros: spend", "metrics.cost_micros: {kpi: spend, divide_by: 1000000}"
            ),
            {"KEY": "{}"},
        )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (ads_error(401, "UNAUTHENTICATED", "authenticationError", "OAUTH_TOKEN_INVALID"), "does not accept the key of reports@"),
        (ads_error(403, "PERMISSION_DENIED", "authorizationError", "CUSTOMER_NOT_ENABLED"), "is not active"),
        (ads_error(403, "PERMISSION_DENIED", "authorizationError", "USER_PERMISSION_DENIED"), "login_customer"),
        (ads_error(403, "PERMISSION_DENIED", "authorizationError", "DEVELOPER_TOKEN_NOT_APPROVED"), "Set developer_token"),
        (ads_error(400, "INVALID_ARGUMENT", "requestError", "UNSUPPORTED_VERSION"), "Set api_version to a newer one"),
        (ads_error(400, "INVALID_ARGUMENT", "queryError", "UNRECOGNIZED_FIELD"), "does not accept the question (400)"),
        (ads_error(401, "UNAUTHENTICATED", "authenticationError", "CUSTOMER_NOT_FOUND"), "Check customer"),
        (ads_error(429, "RESOURCE_EXHAUSTED", "quotaError", "RESOURCE_EXHAUSTED"), "SourceUnavailable"),
        (Answer(status=404, body=HTML), "nothing is there (404)"),
    ],
)  # fmt: skip
def test_errors_of_ads_say_what_to_do(google_key: GoogleKey, answer: Answer, words: str) -> None:
    with Google(google_key, lambda asked: answer) as google:
        assert words in google.refusal(ADS)


def test_a_stream_that_breaks_off_is_no_answer(google_key: GoogleKey) -> None:
    error = {"error": {"code": 503, "status": "UNAVAILABLE", "message": "The service is unavailable."}}
    body = [{"results": [ads_row(clicks="1")]}, error]
    with Google(google_key, lambda asked: Answer(body=body)) as google:
        assert "The service is unavailable." in google.refusal(ADS)


# --- the key


def test_a_token_serves_until_shortly_before_its_end(google_key: GoogleKey) -> None:
    tokens, clock = Tokens(), Clock()
    with Google(google_key, Ga4(ROWS)) as google:
        settings = settings_of(GA4.replace("URL", google.server.url), {"KEY": google_key.json(google.server.url)})
        for minutes in (0, 54, 2):
            clock.waits.append(minutes * 60)
            list(ga4.rows("sessions", settings, Path(), THREE_DAYS, clock.patience(1e9), tokens).rows)

    assert len(google.questions("/token")) == 2


def test_a_withdrawn_token_is_asked_for_anew_once(google_key: GoogleKey) -> None:
    answers: Iterator[Answer] = iter([google_error(401, "UNAUTHENTICATED", "expired")])
    with Google(google_key, lambda asked: next(answers, None) or Ga4(ROWS)(asked)) as google:
        assert len(google.read(GA4).rows) == 3

    assert len(google.questions("/token")) == 2


def test_a_key_that_google_does_not_know_is_refused(google_key: GoogleKey) -> None:
    with Google(GoogleKey.new(), Ga4(ROWS), token=google_key.token_endpoint) as google:
        assert (
            'does not accept the key of reports@canary-project.iam.gserviceaccount.com (400): "invalid_grant: Invalid JWT'
            in (google.refusal(GA4))
        )


@pytest.mark.parametrize(
    "credentials",
    ["no/such/file.json", "{", "[]", '{"client_email": "a"}', '{"client_email": 1, "private_key": 2}', "\0",
     '{"client_email": "canary@x", "private_key": "-----BEGIN PRIVATE KEY-----\\ncanary\\n-----END PRIVATE KEY-----"}'],
)  # fmt: skip
def test_credentials_that_are_no_key_are_refused_without_repeating_them(credentials: str) -> None:
    with pytest.raises(SourceRejected) as told:
        read(GA4.replace("URL", "http://127.0.0.1:1"), {"KEY": credentials.replace("\0", "x" * 300)})

    assert "BEGIN" not in str(told.value)
    assert "xxx" not in f"{told.value!r} {told.value.__cause__!r}"


def test_the_key_may_be_a_file_beside_the_configuration(google_key: GoogleKey, tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text(google_key.json("https://x"), encoding="utf-8")

    account = account_of(SecretStr("key.json"), tmp_path, SourceRejected)

    assert account.email == google_key.email
    assert "BEGIN" not in repr(account)


def test_everything_secret_in_a_key_is_redacted(google_key: GoogleKey) -> None:
    text = google_key.json("https://oauth2.googleapis.com")
    hide = Redactor(secrets_of(settings_of(GA4.replace("URL", "https://h"), {"KEY": text})))

    for secret in (
        text,
        google_key.pem,
        google_key.pem.splitlines()[3],
        json.dumps(google_key.pem),
        "canarykeyid0123456789",
    ):
        assert hide(f"a {secret} b") != f"a {secret} b"
        assert secret not in hide(f"a {secret} b")
    assert HIDDEN in hide(text)
    assert hide("oauth2.googleapis.com") == "oauth2.googleapis.com"


def test_windows_of_analytics_are_days_of_the_check(google_key: GoogleKey) -> None:
    hours = window("2026-11-20", "2026-11-21", "hour")
    late = type(hours)(
        since=hours.since,
        until=datetime(2026, 11, 21, 5, tzinfo=UTC),
        zone=ZoneInfo("Europe/Berlin"),
        cadence=hours.cadence,
    )
    yaml = GA4.replace("period: date", "period: dateHour, cadence: hour")
    with Google(google_key, Ga4([])) as google:
        google.read(yaml, of=late)

    assert google.questions()[0].json["dateRanges"] == [{"startDate": "2026-11-20", "endDate": "2026-11-21"}]
    assert late.until - late.since == timedelta(hours=30)
