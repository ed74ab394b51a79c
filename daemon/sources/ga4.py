"""The rows of a Google Analytics 4 property: one runReport for the check's own columns, page by page.

Reference: https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/properties/runReport
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config import api_checks
from config.settings import Settings
from config.sources import Ga4Source, templates
from daemon.errors import SourceRejected
from daemon.sources import period_words
from daemon.sources.asking import Patience
from daemon.sources.google_api import GoogleApi, api_of
from daemon.sources.google_key import Tokens
from daemon.sources.http_request import instant
from daemon.sources.pulled import Cell, Notice, Rows, Window

_SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
# The most that one answer can hold.
_PAGE = 100_000
# Below this part of a quota, people are told before it is used up.
_LOW_QUOTA = 0.1
_MANY_PAGES = 1_000


def rows(
    name: str,
    settings: Settings,
    folder: Path,
    window: Window,
    patience: Patience | None = None,
    tokens: Tokens | None = None,
) -> Rows:
    """What Google Analytics says of a window's periods for the check `name`.

    Raises:
        SourceRejected: the check or its credentials cannot be used.
    """
    check = settings.checks[name]
    source = settings.sources[check.source]
    if not isinstance(source, Ga4Source):
        raise SourceRejected(f"checks.{name}: it needs a source of kind ga4.")
    api = api_of(name, settings, source, folder, _SCOPE, "Google Analytics", patience, tokens)
    columns = tuple(api_checks.read_columns(check))
    dimensions = [column for column in columns if column not in check.columns]
    metrics = [column for column in columns if column in check.columns]
    notices: list[Notice] = []
    report = _Report(api, source, settings.currency, window, dimensions, metrics, check.period, notices)
    return Rows(columns=(*dimensions, *metrics), rows=report.rows(), notices=notices)


class _Report:
    """One report while it is read."""

    def __init__(
        self,
        api: GoogleApi,
        source: Ga4Source,
        currency: str,
        window: Window,
        dimensions: Sequence[str],
        metrics: Sequence[str],
        period: str,
        notices: list[Notice],
    ) -> None:
        self.api, self.source, self.currency, self.window = api, source, currency, window
        self.dimensions, self.metrics, self.period, self.notices = dimensions, metrics, period, notices

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        read = undated = 0
        for _ in range(_MANY_PAGES):
            answer = self.api.post(self._url(), self._body(read))
            if not isinstance(answer, dict):
                raise self.api.asker.rejected("Google Analytics answers with no report: check endpoint")
            if not read:
                self._check(answer.get("metadata") or {}, answer.get("propertyQuota") or {})
            page = answer.get("rows") or []
            for row in page:
                dated = self._row(row)
                if dated is None:
                    undated += 1
                else:
                    yield dated
            read += len(page)
            if read >= int(answer.get("rowCount") or 0):
                break
            if not page:
                raise self.api.asker.rejected("Google Analytics stops before the last row: ask for fewer dimensions")
        if not read:
            self.notices.append(Notice(kind="late", detail="Google Analytics answered without any row"))
        if undated:  # what it puts together as (other) may belong to no day
            self._partial(f"{undated} of {read} rows belong to no period: ask for fewer dimensions")

    def _url(self) -> str:
        return f"{self.source.endpoint.rstrip('/')}/v1beta/properties/{self.source.property}:runReport"

    def _body(self, offset: int) -> dict[str, Any]:
        since, last = (instant(self.window, templates.Hole(name)) for name in ("since", "last"))
        return {
            "dateRanges": [{"startDate": since, "endDate": last}],
            "dimensions": [{"name": name} for name in self.dimensions],
            "metrics": [{"name": name} for name in self.metrics],
            "limit": str(_PAGE),
            "offset": str(offset),
            "keepEmptyRows": False,
            "returnPropertyQuota": True,
        }

    def _row(self, row: Any) -> tuple[Cell, ...] | None:
        """The cells of a row; None: it belongs to no period."""
        try:
            names = [str(cell.get("value", "")) for cell in row.get("dimensionValues", [])]
            values = [str(cell.get("value", "")) for cell in row.get("metricValues", [])]
        except (AttributeError, TypeError):
            names, values = [], []
        if (len(names), len(values)) != (len(self.dimensions), len(self.metrics)):
            raise self.api.asker.rejected("Google Analytics gave a row of another form: please report this")
        at = self.dimensions.index(self.period)
        try:
            names[at] = period_words.compact(names[at])
        except ValueError:
            return None
        return (*names, *(value or None for value in values))

    def _check(self, metadata: Mapping[str, Any], quota: Mapping[str, Any]) -> None:
        """What Google says about the whole report: a wrong zone or currency makes its numbers wrong, the rest partial."""
        zone, money = metadata.get("timeZone"), metadata.get("currencyCode")
        if isinstance(zone, str) and not _same_zone(zone, self.window.zone, self.window):
            raise self.api.asker.rejected(
                f"the property's days are those of {self.api.asker.clean(zone)}, the check's those of {self.window.zone.key}. "
                f"Set timezone: {self.api.asker.clean(zone)} in the check"
            )
        if isinstance(money, str) and money != self.currency and any(_is_money(metric) for metric in self.metrics):
            raise self.api.asker.rejected(
                f"the property's amounts are in {self.api.asker.clean(money)}, the configuration's in {self.currency}. Change "
                "the property's reporting currency, or currency in the configuration"
            )
        if metadata.get("samplingMetadatas"):
            self._partial("it is an estimate from a sample: ask for fewer dimensions, or for fewer periods at a time")
        if metadata.get("subjectToThresholding"):
            self._partial("small numbers are withheld to protect people: ask for fewer dimensions")
        if metadata.get("dataLossFromOtherRow"):
            self._partial("rare values are put together as (other): ask for dimensions with fewer values")
        for word, name in (("tokensPerDay", "day"), ("tokensPerHour", "hour")):
            held = quota.get(word) or {}
            used, left = float(held.get("consumed") or 0), float(held.get("remaining") or 0)
            if used and left < max(used, _LOW_QUOTA * (used + left)) and left < 10 * used:
                self._partial(f"its quota of this {name} is nearly used up ({left:.0f} tokens left)")

    def _partial(self, what: str) -> None:
        self.notices.append(Notice(kind="partial", detail=f"Google Analytics says of this report: {what}"))


def _same_zone(name: str, zone: ZoneInfo, window: Window) -> bool:
    """Whether two zones have the same days within the window: Europe/London and Europe/Belfast do."""
    if name == zone.key:
        return True
    try:
        other = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return True  # a name that only Google knows says nothing against the check's
    return all(
        at.astimezone(other).utcoffset() == at.astimezone(zone).utcoffset() for at in (window.since, window.until)
    )


def _is_money(metric: str) -> bool:
    """Whether a metric is an amount of money by its name."""
    words = ("revenue", "cost", "value", "amount", "arppu", "arpu")
    return any(word in metric.lower() for word in words) and metric.lower() != "eventvalue"
