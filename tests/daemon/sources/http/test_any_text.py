"""Whatever stands in a template, a path or an answer: what was meant, or a clear refusal, and never a crash."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.problems import ConfigError
from config.sources import answer_paths, templates
from config.sources.request import Request
from daemon.sources import http_rows, period_words
from daemon.sources.http_request import Place, instant, question
from daemon.sources.http_rows import WrongAnswer
from daemon.sources.pulled import Window
from detectors.cadence import Cadence
from tests.daemon.sources.http.build import settings_of

names = st.sampled_from([*templates.INSTANTS, *templates.PAGES])
forms = st.sampled_from(["", ":date", ":iso", ":utc", ":unix", ":unix_ms", ":%Y", ":%d.%m.%y"])
zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia"]).map(ZoneInfo)
instants = st.integers(946_684_800, 2_208_988_800).map(lambda at: datetime.fromtimestamp(at, UTC))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    since, until = sorted(draw(st.tuples(instants, instants)))
    return Window(since=since, until=until, zone=draw(zones), cadence=Cadence.parse("day"))


@settings(deadline=None)
@given(st.lists(st.text(max_size=8), max_size=6))
def test_a_text_without_placeholders_stays_itself(parts: list[str]) -> None:
    text = "".join(parts)

    assert "".join(str(part) for part in templates.parse(text.replace("{", "{{").replace("}", "}}"))) == text


@settings(deadline=None)
@given(st.lists(st.text(alphabet='ab%"\\ é', max_size=5) | st.tuples(names, forms), max_size=6))
def test_every_placeholder_is_found(parts: list[str | tuple[str, str]]) -> None:
    for part in parts:
        if isinstance(part, tuple) and part[0] in templates.PAGES and part[1]:
            return
    text = "".join(part if isinstance(part, str) else f"{{{part[0]}{part[1]}}}" for part in parts)

    assert [hole.name for hole in templates.holes(text)] == [part[0] for part in parts if isinstance(part, tuple)]


@settings(deadline=None)
@given(st.text(alphabet="{}since:untlcrofpg%d ", max_size=20))
@example("{}")
@example("{since:}")
@example("{since:%}")
def test_a_text_is_a_template_or_refused(text: str) -> None:
    try:
        parsed = templates.parse(text)
    except ValueError as refused:
        assert str(refused)
        return
    window = Window(
        since=datetime(2026, 1, 1, tzinfo=UTC),
        until=datetime(2026, 1, 2, tzinfo=UTC),
        zone=ZoneInfo("UTC"),
        cadence=Cadence.parse("day"),
    )
    for part in parsed:
        if isinstance(part, templates.Hole) and part.name in templates.INSTANTS:
            assert isinstance(instant(window, part), str | int)


@settings(deadline=None)
@given(windows())
def test_dates_of_a_window_hold_all_of_it(window: Window) -> None:
    since, last, until = (str(instant(window, templates.Hole(name))) for name in ("since", "last", "until"))

    assert until > last
    if window.until > window.since:
        assert since <= last
        assert since <= window.since.astimezone(window.zone).date().isoformat() <= last
    assert int(instant(window, templates.Hole("since", "unix"))) == int(window.since.timestamp())


texts = st.text(alphabet="$.[]*'\"@?()=!<>&|#ab01 ,:-~^\\é", max_size=14)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from("ab01"), below, max_size=3),
    max_leaves=10,
)


@settings(deadline=None)
@given(texts, values)
@example("$", [])
@example("$..*", {"a": {"b": 1}})
@example("[*]", [1])
@example("a[?@.b > 1]", {"a": [{"b": "x"}, {"b": 1}]})
@example("a[?match(@.b, 1)]", {"a": [{"b": "x"}]})
@example("a[?length(@.b) < 1]", {"a": [{"b": 1}]})
@example("a[?@.b =~ /(/]", {"a": [{"b": "x"}]})
def test_a_path_is_read_or_refused_and_leads_somewhere_or_nowhere(text: str, value: Any) -> None:
    try:
        field = answer_paths.parse_field(text)
    except ValueError as refused:
        assert "\n" not in str(refused)
        return
    if isinstance(field, answer_paths.Query):
        try:
            answer_paths.find(field, value)
        except ValueError as refused:
            assert "\n" not in str(refused)


@settings(deadline=None)
@given(texts, st.dictionaries(st.sampled_from("ab"), texts, min_size=1, max_size=2), values)
@example("$[*]", {"a": "#1", "b": "b[*]"}, {"x": {"b": [1, 2]}})
def test_an_answer_is_rows_or_refused(rows: str, fields: dict[str, str], value: Any) -> None:
    try:
        request = Request(rows=rows, fields=fields)
    except ValueError:
        return
    try:
        answer = http_rows.of_json(json.dumps(value).encode(), request, tuple(fields))
    except WrongAnswer as refused:
        assert str(refused)
        return
    assert all(len(row) == len(fields) for row in answer.rows)
    assert all(cell is None or isinstance(cell, str | int | float | bool) for row in answer.rows for cell in row)


@settings(deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@example(b"\xef\xbb\xbf[]")
@example(b'{"a": 1e999}')
@example(b"[" + b"9" * 5000 + b"]")
@example(b'"\x00"')
def test_any_bytes_are_an_answer_or_refused(body: bytes) -> None:
    for is_csv in (False, True):
        try:
            http_rows.of_csv(body, ("a",)) if is_csv else http_rows.of_json(body, Request(), ("a",))
        except WrongAnswer as refused:
            assert str(refused)


@settings(deadline=None)
@given(st.text(max_size=14) | st.integers().map(str) | st.floats().map(str), windows())
@example(
    "٢٠٢٦١١٢٠",
    Window(
        since=datetime(2026, 1, 1, tzinfo=UTC),
        until=datetime(2026, 1, 2, tzinfo=UTC),
        zone=ZoneInfo("UTC"),
        cadence=Cadence.parse("day"),
    ),
)
def test_any_period_is_text_or_refused(text: str, window: Window) -> None:
    try:
        assert isinstance(period_words.iso(text, window), str)
    except ValueError:
        return


@settings(deadline=None)
@given(windows(), st.integers(0, 10**9))
def test_instants_near_the_window_are_read_as_what_they_are(window: Window, offset: int) -> None:
    """Seconds until 2033 cannot be taken for anything else; later ones only where they are as far away as 400 days."""
    at = int(window.since.timestamp()) + offset % max(1, int((window.until - window.since).total_seconds()))
    if at < 10**9 or at >= 2_000_000_000:
        return

    assert datetime.fromisoformat(period_words.iso(at, window)).timestamp() == at
    assert datetime.fromisoformat(period_words.iso(at * 1000, window)).timestamp() == at


@settings(deadline=None)
@given(st.text(max_size=20))
def test_a_cursor_stays_inside_its_place(cursor: str) -> None:
    yaml = """
sources: {api: {kind: http, url: https://api.example}}
checks: {c: {source: api, period: d, scope: business, columns: {n: visits}, request: {method: POST, path: "/a/{cursor}/b",
  query: {q: "{cursor}"}, body: '{"c": "{cursor}", "d": "x{cursor}"}', paging: {by: cursor, next: $.n}}}}
"""
    made = SETTINGS.get("cursor") or SETTINGS.setdefault("cursor", settings_of(yaml))
    window = Window(
        since=datetime(2026, 1, 1, tzinfo=UTC),
        until=datetime(2026, 1, 2, tzinfo=UTC),
        zone=ZoneInfo("UTC"),
        cadence=Cadence.parse("day"),
    )
    try:
        cursor.encode()
    except UnicodeEncodeError:
        return
    asked = question(made.sources["api"], made.checks["c"].request, window, Place(cursor=cursor))

    assert asked.json == {"c": cursor, "d": f"x{cursor}"}
    assert asked.query == {"q": cursor}
    assert asked.url.count("/") == "https://api.example/a//b".count("/")
    assert "?" not in asked.url and "#" not in asked.url


SETTINGS: dict[str, Any] = {}

HTTP = "sources: {api: {kind: http, url: https://api.example, SOURCE}}\nchecks: {c: {source: api, period: d, scope: business, columns: {n: visits}, CHECK}}"


@pytest.mark.parametrize(
    ("source", "check", "words"),
    [
        ("", "", "`request` is missing"),
        ("", "table: x, request: {}", "`table` has no meaning here"),
        ("", "request: {path: x}", "begin with / or ?"),
        ("", "request: {path: '/{sinc}'}", "{sinc} is no placeholder"),
        ("", "request: {rows: '$.a['}", "is no path into an answer"),
        ("", "request: {fields: {d: a}}", "nothing says where this column is"),
        ("", "request: {success: $.a}", "is no condition"),
        ("", "request: {body: '{}'}", "a GET has no body"),
        ("", "request: {method: POST, body: '{\"a\": }'}", "begins like JSON"),
        ("", "request: {query: {p: '{page}'}}", "{page} needs a way of paging"),
        ("", "request: {paging: {by: page}}", "{page} stands nowhere in the request"),
        ("", "request: {query: {c: '{cursor}'}, paging: {by: cursor}}", "where the next cursor is"),
        ("", "request: {absent_is_zero: [d]}", "no column with a KPI"),
        ("format: csv", "request: {rows: '$.a'}", "`rows` is about JSON"),
        ("auth: {form: t, value: canary}", "request: {}", "field of a form"),
        ("auth: {bearer: canary, value: canary}", "request: {}", "is no way to be known"),
        ("headers: {X-API-Key: canary}", "request: {}", "Write it under auth"),
    ],
)
def test_a_mistake_in_the_configuration_is_told_when_it_is_loaded(source: str, check: str, words: str) -> None:
    with pytest.raises(ConfigError) as told:
        settings_of(
            HTTP.replace(", SOURCE", f", {source}" if source else "").replace(", CHECK", f", {check}" if check else "")
        )

    assert words in str(told.value)
    assert "canary" not in str(told.value)


@pytest.mark.parametrize(
    "url", ["ftp://x", "https://u:canary@x", "https://x/?k=canary", "https://", "x", "https://x:0"]
)
def test_a_url_that_is_none_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigError, match="is no address of an API") as told:
        settings_of(
            HTTP.replace(", SOURCE", "").replace("https://api.example", f"'{url}'").replace(", CHECK", ", request: {}")
        )

    assert "canary" not in str(told.value)
