"""What a check or a feed of changes may ask of an API: which of its keys have a meaning there, and which it needs."""

from collections.abc import Collection, Iterator

from config.inputs import Check, Column
from config.problems import Path
from config.sources import Ga4Source, GoogleAdsSource, HttpSource
from config.sources.request import Request
from detectors.cadence import Cadence, Unit

# Where a problem is below the check, what it is, and what to do.
Trouble = tuple[Path, str, str]

GA4_PERIODS = {Unit.DAY: "date", Unit.HOUR: "dateHour"}
ADS_PERIODS = {
    Unit.DAY: "segments.date",
    Unit.HOUR: "segments.hour",
    Unit.WEEK: "segments.week",
    Unit.MONTH: "segments.month",
}
MICROS = "_micros"


def troubles(check: Check, source: HttpSource | Ga4Source | GoogleAdsSource) -> Iterator[Trouble]:
    """Every rule that a check of an API breaks."""
    match source:
        case HttpSource():
            yield from _meaningless(check, ("table", "query"), "an API is asked by `request`")
            yield from _http(check, source)
        case Ga4Source():
            why = "Google Analytics is asked for the check's own columns"
            yield from _meaningless(check, ("table", "query", "request", "kpi_column", "period_format"), why)
            yield from _period(check, GA4_PERIODS)
        case GoogleAdsSource():
            why = "Google Ads is asked for the check's own columns, or by `query`"
            yield from _meaningless(check, ("request", "kpi_column", "period_format"), why)
            if check.table is not None and check.query is not None:
                yield (
                    ("table",),
                    "`table` and `query` exclude each other.",
                    "The query names its resource: remove table.",
                )
            yield from _period(check, ADS_PERIODS)
            yield from _micros(check)


def read_columns(check: Check) -> dict[str, Path]:
    """The columns that a check reads of each row, and where each is written."""
    named = {
        key: getattr(check, key)
        for key in ("period", "channel_column", "observed_at", "kpi_column", "value_column")
        if getattr(check, key) is not None
    }
    columns: dict[str, Path] = {column: (key,) for key, column in named.items()}
    columns |= {entry.column or key: ("dimensions", key) for key, entry in check.dimensions.items()}
    if check.kpi_column is None:
        columns |= {column: ("columns", column) for column in check.columns}
    return columns


def _http(check: Check, source: HttpSource) -> Iterator[Trouble]:
    request = check.request
    yield from asking(request, source)
    if request is None or source.format == "csv":
        return
    for position, column in enumerate(request.absent_is_zero):
        if column not in check.columns and column != check.value_column:
            yield (
                ("request", "absent_is_zero", position),
                "this is no column with a KPI.",
                f"There are: {_listed(check.columns)}.",
            )
    if request.fields:
        for column, where in read_columns(check).items():
            if column not in request.fields:
                hint = f"Add it to request.fields with its path. There are: {_listed(request.fields)}."
                yield where, "nothing says where this column is in the answer.", hint


def asking(request: Request | None, source: HttpSource) -> Iterator[Trouble]:
    """What is wrong with a request by itself, of a check or of a feed of changes."""
    if request is None:
        yield (
            (),
            "`request` is missing: what to ask the API.",
            "Add, for example: request: {path: /stats, rows: $.data[*]}",
        )
        return
    if (
        source.auth is not None
        and source.auth.form is not None
        and (request.method == "GET" or request.body is not None)
    ):
        hint = "Write method: POST, and no body: the secret is sent as a field of the form."
        yield ("request",), "the source's `auth` is a field of a form, and this request sends none.", hint
    if source.format == "csv":
        for key in ("rows", "fields", "success", "absent_is_zero"):
            if key in request.model_fields_set:
                hint = "Remove it: a CSV's columns are named by its header."
                yield ("request", key), f"`{key}` is about JSON, and this source answers with CSV.", hint


def _meaningless(check: Check, keys: Collection[str], why: str) -> Iterator[Trouble]:
    for key in keys:
        if getattr(check, key) is not None:
            yield (key,), f"`{key}` has no meaning here: {why}.", f"Remove {key}, or name another source."


def _period(check: Check, periods: dict[Unit, str]) -> Iterator[Trouble]:
    unit = Cadence.parse(check.cadence).unit
    if unit not in periods:
        yield ("cadence",), "this source does not report by that cadence.", f"Write {_listed(periods)}."
    elif check.period != periods[unit]:
        yield (
            ("period",),
            f"by the {unit}, this source's periods are {periods[unit]}.",
            f"Write period: {periods[unit]}",
        )


def _micros(check: Check) -> Iterator[Trouble]:
    for column, held in check.columns.items():
        if column.endswith(MICROS) and isinstance(held, Column) and held.divide_by != 1:
            message = "this column comes in whole currency units already, and would be divided twice."
            yield ("columns", column, "divide_by"), message, "Remove divide_by."


def _listed(words: Collection[str]) -> str:
    return ", ".join(words)
