"""What was changed: deploys, budget edits, launches, from a file, a database or an API. Evidence for causes, nothing else."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from config.base import Section, bad_section, bad_value
from config.kinds import MOMENTS
from config.sources.request import Request


def _is_kind(value: str) -> str:
    if value not in MOMENTS:
        raise bad_value("kind of change", choices=sorted(MOMENTS), remedy=f"Write one of {', '.join(sorted(MOMENTS))}.")
    return value


Kind = Annotated[str, AfterValidator(_is_kind)]


class ChangeFeed(Section):
    """One list of changes, one change a row. Columns other than the instant and the title are read where they are there."""

    path: Annotated[
        str | None,
        Field(
            description="a file: CSV, JSON or JSON lines with one change a row; relative to the configuration file",
            examples=["deploys.csv"],
        ),
    ] = None
    source: Annotated[
        str | None, Field(description="or the name of a source of kind sql or http", examples=["warehouse"])
    ] = None
    query: Annotated[
        str | None,
        Field(
            description="sql: the query, with :since and :until for the time that is asked for",
            examples=["SELECT at, title, who FROM deploys WHERE at >= :since AND at < :until"],
        ),
    ] = None
    request: Annotated[
        Request | None, Field(description="http: what is asked, and where in the answer the columns are")
    ] = None
    at: Annotated[str, Field(description="column with the instant, or the day", examples=["created_at"])] = "at"
    title: Annotated[str, Field(description="column with what was done", examples=["name"])] = "title"
    kind: Annotated[
        Kind | None,
        Field(description=f"what all of them are, one of {', '.join(sorted(MOMENTS))}", examples=["deploy"]),
    ] = None
    kind_column: Annotated[
        str,
        Field(
            description="or the column with the kind of each; what causes do not know is told, not weighed",
            examples=["type"],
        ),
    ] = "kind"
    kinds: Annotated[
        dict[str, Kind],
        Field(description="what the feed's own words mean", examples=["{hotfix: deploy, budget: budget_change}"]),
    ] = {}
    channel: Annotated[
        str | None, Field(description="the one channel that all of them concern", examples=["paid_search"])
    ] = None
    channel_column: Annotated[
        str, Field(description="or the column with the channel; empty: all channels", examples=["channel"])
    ] = "channel"
    who: Annotated[str, Field(description="column with who did it", examples=["author"])] = "who"
    link: Annotated[str, Field(description="column with an address to look at", examples=["html_url"])] = "link"

    @model_validator(mode="after")
    def _comes_from_one_place(self) -> Self:
        if (self.path is None) == (self.source is None):
            raise bad_section(
                "a feed of changes has a `path`, or a `source`",
                remedy="Write path: FILE; or source: NAME with a query or a request.",
            )
        return self

    @property
    def columns(self) -> dict[str, str]:
        """What each column is: `at`, `title`, ... -> its name; without those that one value stands for."""
        named = {"at": self.at, "title": self.title, "who": self.who, "link": self.link}
        if self.kind is None:
            named["kind"] = self.kind_column
        if self.channel is None:
            named["channel"] = self.channel_column
        return named

    @property
    def required(self) -> frozenset[str]:
        """Names of the columns that must be there: the instant, the title, and those that the configuration names."""
        key = {"kind": "kind_column", "channel": "channel_column"}
        return frozenset(
            column
            for part, column in self.columns.items()
            if part in ("at", "title") or key.get(part, part) in self.model_fields_set
        )
