"""What a schema cannot say of checks: what they ask of their source, and what their columns hold."""

from collections.abc import Iterator

from config import api_checks, queries, vocabulary
from config.inputs import CHECK_CADENCES, Check, Column
from config.problems import Path, name
from config.rules import Complaint, Rules
from config.sources import FilesSource, Ga4Source, GoogleAdsSource, HttpSource, SqlSource
from detectors.panel import KpiType


class CheckRules(Rules):
    """The rules of the section `checks`."""

    def checks(self) -> Iterator[Complaint]:
        """Every rule that a check breaks."""
        for key, check in self.settings.checks.items():
            path: Path = ("checks", key)
            yield from self.unknown((*path, "source"), check.source, "source", self.names.sources)
            if check.channel is not None:
                yield from self.unknown((*path, "channel"), check.channel, "channel", self.names.channels)
            if check.enabled and check.cadence not in CHECK_CADENCES:
                message = f"{self.quote((*path, 'cadence'), ())} is no cadence that a check can have."
                hint = "Checks judge a day, week, month or hour; sum up the table, or write enabled: false."
                yield Complaint(path=(*path, "cadence"), message=message, hint=hint)
            for dimension, entry in check.dimensions.items():
                if entry.role is not None:
                    roles = vocabulary.words()["dimensions"]
                    yield from self.unknown(
                        (*path, "dimensions", dimension, "role"), entry.role, "dimension role", roles
                    )
            yield from self._columns(path, check)
            yield from self._question(path, check)

    def _question(self, path: Path, check: Check) -> Iterator[Complaint]:
        """A file has a name; a database has to be asked, and is asked for what is new."""
        match self.settings.sources.get(check.source):
            case FilesSource():
                for key in ("query", "request", "history_periods", "reread_periods"):
                    if getattr(check, key) is not None:
                        hint = f"{name(check.source)} is a source of files: remove {key}, or name another source."
                        yield Complaint(path=(*path, key), message="files are not asked.", hint=hint, on_key=True)
            case SqlSource():
                if check.table is not None:
                    hint = "Remove table, and name it in the query: SELECT ... FROM it WHERE day >= :since AND day < :until"
                    yield Complaint(path=(*path, "table"), message="a database is asked by a query.", hint=hint)
                example = "SELECT day, orders FROM shop WHERE day >= :since AND day < :until"
                if found := queries.complaint(check.query, example):
                    yield Complaint(path=(*path, *found[0]), message=found[1], hint=found[2], on_key=not found[0])
                yield from self._not_observed(path, check)
            case HttpSource() | Ga4Source() | GoogleAdsSource() as api:
                for below, message, hint in api_checks.troubles(check, api):
                    yield Complaint(path=(*path, *below), message=message, hint=hint, on_key=True)
                yield from self._not_observed(path, check)

    def _not_observed(self, path: Path, check: Check) -> Iterator[Complaint]:
        if check.observed_at is not None:
            message = "when a row was seen is known already: every answer is kept with its time."
            hint = "Remove observed_at, and let the answer hold the newest row of each key."
            yield Complaint(path=(*path, "observed_at"), message=message, hint=hint, on_key=True)

    def _columns(self, path: Path, check: Check) -> Iterator[Complaint]:
        first: dict[tuple[str | None, str], str] = {}
        for column, held in check.columns.items():
            here: Path = (*path, "columns", column)
            detailed = isinstance(held, Column)
            kpi, channel = (held.kpi, held.channel) if isinstance(held, Column) else (held, None)
            at_kpi: Path = (*here, "kpi") if detailed else here
            yield from self.unknown(at_kpi, kpi, "KPI", self.names.kpis)
            if channel is not None:
                yield from self.unknown((*here, "channel"), channel, "channel", self.names.channels)
            if kpi in self.settings.kpis and self.settings.kpis[kpi].type is KpiType.RATIO:
                hint = "Ratios are computed: remove the column, or make the KPI a level if its parts are not known."
                yield Complaint(
                    path=at_kpi,
                    message=f"{self.quote(at_kpi, self.names.kpis)} is a ratio, and no column can hold it.",
                    hint=hint,
                )
            twin = first.setdefault((channel, kpi), column)
            if twin != column:
                message = f"the columns {name(twin)} and {name(column)} give the same KPI."
                hint = "Give one of them another KPI or another channel, or remove it."
                yield Complaint(path=here, message=message, hint=hint, on_key=True)
