"""What a check asks an HTTP API for, and where in the answer its columns are."""

import json
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from config.base import Section, bad_section, bad_value
from config.sources import answer_paths, templates


def _checked(read: Callable[[str], object], noun: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        try:
            read(value)
        except ValueError as error:
            raise bad_value(noun, remedy=f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
        return value

    return check


def _parse_body(text: str) -> object:
    """A body that begins like JSON must be JSON; its texts, or the whole text, are templates."""
    return list(templates.holes(body_of(text)))


def body_of(text: str) -> Any:
    """A body's JSON, or its text.

    Raises:
        ValueError: it begins like JSON and is none.
    """
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"it begins like JSON, but: {error}") from None


Text = Annotated[str, AfterValidator(_checked(templates.parse, "text with placeholders"))]
AnswerPath = Annotated[str, AfterValidator(_checked(answer_paths.parse, "path into an answer"))]
FieldPath = Annotated[str, AfterValidator(_checked(answer_paths.parse_field, "path into an answer"))]


class Paging(Section):
    """How the next part of a long answer is asked for."""

    by: Annotated[
        Literal["cursor", "offset", "page", "link"],
        Field(
            description="cursor, offset and page are written as {cursor}, {offset} or {page} into the request; link: the answer "
            "holds the next URL",
            examples=["cursor"],
        ),
    ]
    next: Annotated[
        AnswerPath | None,
        Field(
            description="where the answer holds the next cursor or URL; link without it: in the header Link",
            examples=["$.paging.cursors.after"],
        ),
    ] = None
    size: Annotated[
        int | None,
        Field(
            gt=0,
            description="offset and page: rows of a full page, so that a shorter one is the last; default: the last one is empty",
            examples=["100"],
        ),
    ] = None
    first: Annotated[int, Field(ge=0, description="the first page's number", examples=["0"])] = 1

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.by == "cursor" and self.next is None:
            raise bad_section(
                "nothing says where the next cursor is", remedy="Add next: $.path, the cursor's place in the answer."
            )
        if self.by in ("offset", "page") and self.next is not None:
            raise bad_section(f"`next` has no meaning by {self.by}", remedy="Remove it, or write by: cursor.")
        return self


class Request(Section):
    """What is asked of an HTTP API. In its texts {since}, {until} and {last} stand for the periods that are asked for:
    as dates, or {since:iso}, {since:utc}, {since:unix}, {since:unix_ms} and {since:%Y%m%d}; `last` is the last day.
    """

    path: Annotated[Text, Field(description="added to the source's url", examples=["/api/v2/query"])] = ""
    method: Annotated[Literal["GET", "POST"], Field(description="GET or POST", examples=["POST"])] = "GET"
    query: Annotated[
        dict[str, Text], Field(description="parameters of the URL", examples=['{start: "{since}", end: "{last}"}'])
    ] = {}
    headers: Annotated[
        dict[str, Text], Field(description="headers besides the source's", examples=["{X-Report: daily}"])
    ] = {}
    form: Annotated[
        dict[str, Text], Field(description="the body as a form: its fields", examples=["{module: API}"])
    ] = {}
    body: Annotated[
        Annotated[str, AfterValidator(_checked(_parse_body, "body"))] | None,
        Field(
            description="the body as JSON (placeholders stand in its texts) or as other text",
            examples=["""'{"date_range": ["{since}", "{last}"]}'"""],
        ),
    ] = None
    rows: Annotated[
        AnswerPath,
        Field(description="JSONPath of the rows in the answer; default: the answer itself", examples=["$.data[*]"]),
    ] = "$"
    fields: Annotated[
        dict[str, FieldPath],
        Field(
            description="column: its path in a row, or from the whole answer with $; paths with [*] are lists that go together, "
            "a row for each item; #1 is what the first [*] of rows stood for; default: a row's own names",
            examples=["{day: date, clicks: metrics.clicks}"],
        ),
    ] = {}
    absent_is_zero: Annotated[
        list[str],
        Field(
            description="columns that the API leaves out of a row where they are zero; elsewhere absent is unknown",
            examples=["[purchases]"],
        ),
    ] = []
    success: Annotated[
        Annotated[str, AfterValidator(_checked(answer_paths.parse_condition, "condition"))] | None,
        Field(description="what an answer without an error says", examples=["$.code == 0"]),
    ] = None
    paging: Annotated[Paging | None, Field(description="how the next part of a long answer is asked for")] = None
    periods_at_once: Annotated[
        int | None,
        Field(ge=1, description="most periods that the API takes in one request; default: all", examples=["30"]),
    ] = None

    @field_validator("path")
    @classmethod
    def _path_is_added(cls, value: str) -> str:
        if value and not value.startswith(("/", "?")):
            raise bad_value("path", remedy="It is added to the source's url: begin with / or ?.")
        return value

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if self.form and self.body is not None:
            raise bad_section("`form` and `body` exclude each other", remedy="A request has one body: keep one.")
        if self.method == "GET" and (self.form or self.body is not None):
            raise bad_section("a GET has no body", remedy="Write method: POST, or move the values to query.")
        return self

    @model_validator(mode="after")
    def _pages_are_asked_for(self) -> Self:
        used = {hole.name for hole in self.holes()} & set(templates.PAGES)
        by = self.paging.by if self.paging else None
        if by in templates.PAGES and by not in used:
            raise bad_section(
                f"{{{by}}} stands nowhere in the request",
                remedy=f'Write it where the API takes it, e.g. query: {{{by}: "{{{by}}}"}}.',
            )
        if stray := sorted(used - {by}):
            raise bad_section(
                f"{{{stray[0]}}} needs a way of paging",
                remedy=f"Add paging: {{by: {stray[0]}}}, or remove the placeholder.",
            )
        return self

    def holes(self) -> Iterator[templates.Hole]:
        """Every placeholder of the request."""
        body = body_of(self.body) if self.body is not None else None
        yield from templates.holes([self.path, self.query, self.headers, self.form, body])
