"""The rows of a Google Ads account: one GAQL query for the check's own columns, or the check's `query`, in one stream.

Reference: https://developers.google.com/google-ads/api/rest/common/search
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from config import api_checks
from config.inputs import Check
from config.settings import Settings
from config.sources import GoogleAdsSource, templates
from daemon.errors import SourceRejected
from daemon.http_client import Reply
from daemon.sources.asking import Patience
from daemon.sources.google_api import GoogleApi, api_of
from daemon.sources.google_key import Tokens
from daemon.sources.http_request import instant
from daemon.sources.pulled import Cell, Notice, Rows, Window

_SCOPE = "https://www.googleapis.com/auth/adwords"
_DATE, _HOUR = "segments.date", "segments.hour"
_MILLION = 1_000_000


def rows(
    name: str,
    settings: Settings,
    folder: Path,
    window: Window,
    patience: Patience | None = None,
    tokens: Tokens | None = None,
) -> Rows:
    """What Google Ads says of a window's periods for the check `name`.

    Raises:
        SourceRejected: the check or its credentials cannot be used.
    """
    check = settings.checks[name]
    source = settings.sources[check.source]
    if not isinstance(source, GoogleAdsSource):
        raise SourceRejected(f"checks.{name}: it needs a source of kind google_ads.")
    api = api_of(name, settings, source, folder, _SCOPE, "Google Ads", patience, tokens)
    columns = tuple(api_checks.read_columns(check))
    notices: list[Notice] = []
    return Rows(
        columns=columns,
        rows=_rows(api, source, gaql(check, columns, window), columns, check.period, settings.currency, notices),
        notices=notices,
    )


def gaql(check: Check, columns: Sequence[str], window: Window) -> str:
    """The query that asks for a check's columns in a window's days."""
    if check.query is not None:
        return "".join(
            part if isinstance(part, str) else str(instant(window, part)) for part in templates.parse(check.query)
        )
    selected = list(dict.fromkeys([*columns, *([_DATE] if check.period == _HOUR else [])]))
    if any(_is_money(column) for column in columns):
        selected.append("customer.currency_code")
    since, last = (instant(window, templates.Hole(word)) for word in ("since", "last"))
    return f"SELECT {', '.join(selected)} FROM {check.table or 'campaign'} WHERE segments.date BETWEEN '{since}' AND '{last}'"


def _rows(
    api: GoogleApi,
    source: GoogleAdsSource,
    query: str,
    columns: Sequence[str],
    period: str,
    currency: str,
    notices: list[Notice],
) -> Iterator[tuple[Cell, ...]]:
    customer = source.customer.replace("-", "")
    url = f"{source.endpoint.rstrip('/')}/{source.api_version}/customers/{customer}/googleAds:searchStream"
    headers = {}
    if source.login_customer is not None:
        headers["login-customer-id"] = source.login_customer.replace("-", "")
    if source.developer_token is not None:
        headers["developer-token"] = source.developer_token.get_secret_value().strip()
    parts = api.post(url, {"query": query}, headers)
    if not isinstance(parts, list):
        raise api.asker.rejected("Google Ads answers with no stream of results: check endpoint")
    count = 0
    for part in parts:
        if isinstance(part, dict) and "error" in part:  # a stream may break off after it has begun well
            raise api.trouble(Reply(status=_status(part["error"]), headers={}, body=json.dumps(part).encode()))
        for row in part.get("results", []) if isinstance(part, dict) else []:
            count += 1
            money = _at(row, "customer.currency_code")
            if isinstance(money, str) and money != currency:
                raise api.asker.rejected(
                    f"the account's amounts are in {api.asker.clean(money)}, the configuration's in {currency}. Read them into a "
                    "table of your own and convert them there, or change currency in the configuration"
                )
            yield tuple(_cell(api, row, column, period) for column in columns)
    if not count:
        notices.append(Notice(kind="late", detail="Google Ads answered without any row"))


def _status(error: Any) -> int:
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) else 500


def _cell(api: GoogleApi, row: Any, column: str, period: str) -> Cell:
    value = _at(row, column)
    if column == period:
        if column == _HOUR:
            day, hour = _at(row, _DATE), value
            if isinstance(day, str) and isinstance(hour, int | str) and str(hour).isdigit() and int(hour) < 24:
                return f"{day} {int(hour):02}:00:00"
            raise api.asker.rejected("a row has no segments.date and segments.hour: select both in query")
        if not isinstance(value, str):
            raise api.asker.rejected(f"a row has no {column}: select it in query")
        return value
    if isinstance(value, dict | list):
        raise api.asker.rejected(f"{column} is no single value: name a field of it")
    if column.endswith(api_checks.MICROS) and value is not None:
        try:
            return float(value) / _MILLION
        except (TypeError, ValueError):
            raise api.asker.rejected(f"{column} holds no number") from None
    cell: Cell = value
    return cell


def _at(row: Any, column: str) -> Any:
    """A field such as metrics.cost_micros, which the answer calls metrics.costMicros; what was zero may be left out."""
    for part in column.split("."):
        if not isinstance(row, dict):
            return None
        row = row.get(_camel(part))
    return row


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other[:1].upper() + other[1:] for other in others)


def _is_money(column: str) -> bool:
    return re.search(r"_micros$|value|cost|_cp[cm]$|revenue", column) is not None
