"""What a JSON or CSV answer becomes: rows, page by page, or a clear word about what is wrong with it."""

import base64
from typing import Any

import pytest

from daemon.errors import SourceError, SourceRejected, SourceUnavailable
from daemon.sources.pulled import Cell
from tests.daemon.sources.http.build import THREE_DAYS, Clock, read, window
from tests.vendor_server import HTML, Answer, VendorServer

CHECK = """
sources: {api: {kind: http, url: URL/v1, allow_private: true, timeout_seconds: 0.3, max_mb: 0.1, FORMAT
  auth: {header: X-Key, value: "${KEY}"}}}
checks:
  traffic: {source: api, period: day, scope: business, columns: {visits: visits}, request: {path: /stats, REQUEST}}
"""


def yaml(server: VendorServer, request: str = "rows: '$.data[*]'", source: str = "") -> str:
    return CHECK.replace("URL", server.url).replace("REQUEST", request).replace("FORMAT", source)


def answer(body: Any, request: str = "rows: '$.data[*]'", source: str = "") -> list[tuple[Cell, ...]]:
    with VendorServer(Answer(body=body)) as server:
        return read(yaml(server, request, source), {"KEY": "canarykey"}).rows


def refusal(body: Any, request: str = "rows: '$.data[*]'", source: str = "", **more: Any) -> str:
    with VendorServer(Answer(body=body, **more)) as server, pytest.raises(SourceError) as told:
        read(yaml(server, request, source), {"KEY": "canarykey"})
    assert "canary" not in f"{told.value!r}"
    assert "127.0.0.1" not in str(told.value) or "no answer" in str(told.value)
    return str(told.value)


DAY = {"day": "2026-11-20", "visits": 3}


def test_objects_are_rows_by_their_own_names() -> None:
    assert answer({"data": [DAY, {"day": "2026-11-21", "visits": "4", "other": {}}]}) == [
        ("2026-11-20", 3),
        ("2026-11-21", "4"),
    ]


def test_fields_lead_deeper_and_what_is_not_there_is_unknown() -> None:
    request = "rows: '$.r[*]', fields: {day: \"d[0]\", visits: \"m['total visits']\"}"

    found = answer({"r": [{"d": ["2026-11-20"], "m": {"total visits": 3}}, {"d": ["2026-11-21"], "m": {}}]}, request)

    assert found == [("2026-11-20", 3), ("2026-11-21", None)]


def test_parallel_lists_go_together() -> None:
    request = "rows: '$.data.attributes.data[*]', fields: {day: '$.data.attributes.dates[*]', visits: 'measurements.count[*]'}"
    body = {
        "data": {
            "attributes": {
                "dates": ["2026-11-19T00:00:00+01:00", "2026-11-20T00:00:00+01:00"],
                "data": [{"dimensions": ["X"], "measurements": {"count": [41, 42]}}],
            }
        }
    }

    assert answer(body, request) == [("2026-11-19T00:00:00+01:00", 41), ("2026-11-20T00:00:00+01:00", 42)]


def test_lists_of_different_length_are_refused() -> None:
    told = refusal({"t": [1, 2], "v": [1]}, "fields: {day: 't[*]', visits: 'v[*]'}")

    assert told.startswith('source "api", check "traffic": the lists of fields are not equally long: day 2, visits 1')


def test_a_filter_leads_to_the_first_value_that_fits() -> None:
    request = "rows: '$.data[*]', fields: {day: date_start, visits: \"actions[?@.action_type == 'purchase'].value\"}"
    actions = [{"action_type": "link_click", "value": "90"}, {"action_type": "purchase", "value": "12"}]

    assert answer({"data": [{"date_start": "2026-11-20", "actions": actions}]}, request) == [("2026-11-20", "12")]


def test_names_of_objects_can_be_periods() -> None:
    request = "rows: '$[*][*]', fields: {day: '#1', visits: n}"

    assert answer({"2026-11-19": [], "2026-11-20": [{"n": 1}]}, request) == [("2026-11-20", 1)]


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        (1763593200, "2025-11-20T00:00:00+01:00"),
        (1763593200.0, "2025-11-20T00:00:00+01:00"),
        (1763593200000, "2025-11-20T00:00:00+01:00"),
        ("1763593200", "2025-11-20T00:00:00+01:00"),
        ("20261120", "2026-11-20"),
        (20261120, "2026-11-20"),
        ("2026112007", "2026-11-20 07:00:00"),
        ("202611", "2026-11-01"),
        ("2026-11-20", "2026-11-20"),
        ("20/11/2026", "20/11/2026"),
    ],
)
def test_periods_become_iso_text(written: object, understood: str) -> None:
    assert answer({"data": [{"day": written, "visits": 1}]}) == [(understood, 1)]


@pytest.mark.parametrize("written", [True, "Infinity", "1e400", "20261399", 10**30, [1]])
def test_a_period_that_is_none_is_refused(written: object) -> None:
    assert "day" in refusal({"data": [DAY, {"day": written, "visits": 1}]})


@pytest.mark.parametrize("written", [None, ""])
def test_a_row_without_a_period_is_left_to_those_who_read_the_table(written: object) -> None:
    assert answer({"data": [DAY, {"day": written, "visits": 1}]}) == [("2026-11-20", 3), (written, 1)]


def test_no_rows_are_told_and_not_made_up() -> None:
    with VendorServer(Answer(body={"data": []})) as server:
        found = read(yaml(server), {"KEY": "k"})

    assert found.rows == []
    assert [(n.kind, n.detail) for n in found.notices] == [
        ("late", "the source answered without any row for 2026-11-19 to 2026-11-22")
    ]


@pytest.mark.parametrize(
    ("body", "request_", "words"),
    [
        (HTML, "rows: $", "a web page instead of JSON, often a login page"),
        ("", "rows: $", "the answer is empty"),
        ('{"data": [{"day"', "rows: $", "no JSON at character 16"),
        ("[" * 45_000 + "]" * 40_000, "rows: $", "the answer is no JSON"),
        ({"data": [DAY]}, "rows: '$.dta[*]'", "nothing at rows: $.dta[*]. It holds an object with data"),
        ({"data": [DAY]}, "rows: $.data", "write $.data[*]"),
        ({"data": [{"day": "2026-11-20", "visit": 3}]}, "rows: '$.data[*]'", "no column 'visits'. Nearest: 'visit'"),
        ({"data": [[1, 2]]}, "rows: '$.data[*]'", "say under fields where its columns are"),
        ({"data": [{"d": "2026-11-20", "visits": {"n": 1}}]}, "rows: '$.data[*]', fields: {day: d, visits: visits}",
         "leads to an object with n, not to one value"),
        ({"data": [DAY]}, "rows: '$.data[*]', fields: {day: day, visits: visit}", "visit leads to nothing in any row"),
        ({"code": 40002, "message": "no permission", "data": []}, "rows: '$.data[*]', success: $.code == 0",
         'it says that it failed ($.code == 0 does not hold): "no permission"'),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_report_is_refused(body: Any, request_: str, words: str) -> None:
    assert words in refusal(body, request_)


def test_a_cut_answer_is_asked_for_again_and_never_half_read() -> None:
    clock = Clock()
    with VendorServer(Answer(body={"data": [DAY]}, cut=True)) as server, pytest.raises(SourceUnavailable) as told:
        read(yaml(server), {"KEY": "k"}, clock=clock)

    assert "the answer was cut off on its way, 5 times" in str(told.value)
    assert clock.waits == [2, 4, 8, 16]


def test_one_cut_answer_costs_nothing_but_time() -> None:
    whole = Answer(body={"data": [DAY]})
    with VendorServer(Answer(lost=True), Answer(body={"data": [DAY]}, cut=True), whole) as server:
        assert read(yaml(server), {"KEY": "k"}).rows == [("2026-11-20", 3)]


def test_an_answer_that_is_too_large_is_refused() -> None:
    assert "larger than 0.1 MB" in refusal("x" * 200_000)


def test_a_drip_is_given_up() -> None:
    with VendorServer(Answer(body="x" * 1000, drip=True)) as server, pytest.raises(SourceUnavailable, match="arrive"):
        read(yaml(server), {"KEY": "k"}, seconds=1.0)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (302, "it sends us elsewhere (302)"),
        (400, 'does not accept the question (400): "[hidden] is no metric"'),
        (401, 'the key is wrong or has expired (401): "[hidden] is no metric"'),
        (403, "the key may not read this (403)"),
        (404, "nothing is there (404)"),
        (501, "no report (501)"),
    ],
)
def test_a_status_says_what_to_do(status: int, words: str) -> None:
    told = refusal({"error": {"message": "canarykey is no metric\n"}}, status=status, headers={"location": "/canary"})

    assert words in told


def test_a_name_and_password_are_not_repeated_in_the_form_in_which_they_are_sent() -> None:
    pair = base64.b64encode(b"reports:canarypassword").decode()
    with VendorServer(Answer(status=401, body={"error": f"no user for Basic {pair}"})) as server:
        text = yaml(server).replace('{header: X-Key, value: "${KEY}"}', '{username: reports, password: "${KEY}"}')
        with pytest.raises(SourceRejected) as told:
            read(text, {"KEY": "canarypassword"})

    assert server.asked[0].headers["authorization"] == f"Basic {pair}"
    assert "no user for Basic [hidden]" in str(told.value)


def test_an_api_that_asks_to_slow_down_is_obeyed() -> None:
    clock = Clock()
    slow = Answer(status=429, headers={"retry-after": "120"}, body=HTML)
    dated = Answer(status=503, headers={"retry-after": "Sun, 22 Nov 2026 08:20:00 GMT"})
    with VendorServer(slow, dated, Answer(body={"data": [DAY]})) as server:
        assert read(yaml(server), {"KEY": "k"}, clock=clock).rows == [("2026-11-20", 3)]

    assert clock.waits[0] >= 120
    assert sum(clock.waits) >= 300


def test_a_wait_that_is_too_long_ends_the_pull_at_once() -> None:
    clock = Clock()
    with (
        VendorServer(Answer(status=429, headers={"retry-after": "86400"})) as server,
        pytest.raises(SourceUnavailable, match="longer than one pull may"),
    ):
        read(yaml(server), {"KEY": "k"}, clock=clock)

    assert clock.waits == []


def test_a_source_in_a_private_network_is_not_asked_unless_that_is_allowed() -> None:
    with VendorServer(Answer(body={})) as server, pytest.raises(SourceRejected, match="use https"):
        read(yaml(server).replace("allow_private: true", "allow_private: false"), {"KEY": "k"})
    assert server.asked == []


# --- CSV


def test_a_csv_is_read_by_its_header() -> None:
    body = "\ufeffday ,visits,note\r\n2026-11-20,3,x\r\n\r\n2026-11-21,,\r\n"

    assert answer(body, "query: {}", "format: csv,") == [("2026-11-20", "3"), ("2026-11-21", None)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (HTML, "a web page instead of CSV"),
        ("", "not even a header"),
        ("day,visit\n", "Nearest: 'visit'"),
        ("day,visits,visits\n", "several columns 'visits'"),
        ("day,visits\n2026-11-20,1,2\n", "row 2 of the answer has 3 cells"),
        (b"day,visits\n\xff\xfe,1\n", "no CSV in UTF-8"),
    ],
)
def test_a_csv_that_is_none_is_refused(body: Any, words: str) -> None:
    assert words in refusal(body, "query: {}", "format: csv,")


# --- pages


def test_a_cursor_is_followed_until_there_is_none() -> None:
    request = "query: {after: '{cursor}'}, rows: '$.data[*]', paging: {by: cursor, next: $.paging.next.after}"
    pages = [
        Answer(body={"data": [DAY], "paging": {"next": {"after": "b"}}}),
        Answer(body={"data": [{"day": "2026-11-21", "visits": 4}]}),
    ]
    with VendorServer(*pages) as server:
        found = read(yaml(server, request), {"KEY": "k"})

    assert found.rows == [("2026-11-20", 3), ("2026-11-21", 4)]
    assert [dict(a.query) for a in server.asked] == [{}, {"after": "b"}]
    assert {a.headers["x-key"] for a in server.asked} == {"k"}


@pytest.mark.parametrize(("by", "asked_for"), [("offset", [0, 2, 4]), ("page", [1, 2, 3])])
def test_offsets_and_pages_are_counted_until_one_is_short(by: str, asked_for: list[int]) -> None:
    days = [{"day": f"2026-11-{d}", "visits": d} for d in range(10, 15)]
    request = f"method: POST, body: '{{\"at\": \"{{{by}}}\"}}', rows: '$.data[*]', paging: {{by: {by}, size: 2}}"
    pages = [Answer(body={"data": days[:2]}), Answer(body={"data": days[2:4]}), Answer(body={"data": days[4:]})]
    with VendorServer(*pages) as server:
        found = read(yaml(server, request), {"KEY": "k"})

    assert [row[1] for row in found.rows] == [10, 11, 12, 13, 14]
    assert [a.json["at"] for a in server.asked] == asked_for


def test_without_a_size_the_last_page_is_empty() -> None:
    request = "query: {p: '{page}'}, rows: '$.data[*]', paging: {by: page, first: 0}"
    with VendorServer(Answer(body={"data": [DAY]}), Answer(body={"data": []})) as server:
        found = read(yaml(server, request), {"KEY": "k"})

    assert found.rows == [("2026-11-20", 3)]
    assert [a.query["p"] for a in server.asked] == ["0", "1"]


@pytest.mark.parametrize("in_header", [True, False])
def test_links_are_followed_on_the_same_host(in_header: bool) -> None:
    request = "rows: '$.data[*]', paging: {by: link" + ("}" if in_header else ", next: $.next}")
    link = {"link": '</v1/x>; rel="prev", </v1/stats?p=2>; rel="next"'} if in_header else {}
    pages = [Answer(body={"data": [DAY], "next": "/v1/stats?p=2"}, headers=link), Answer(body={"data": []})]
    with VendorServer(*pages) as server:
        assert len(read(yaml(server, request), {"KEY": "k"}).rows) == 1

    assert [(a.path, a.query.get("p")) for a in server.asked] == [("/v1/stats", None), ("/v1/stats", "2")]


def test_a_link_to_another_host_gets_no_key() -> None:
    body = {"data": [DAY], "next": "https://elsewhere.example/canary"}

    assert "on another host" in refusal(body, "rows: '$.data[*]', paging: {by: link, next: $.next}")


def test_an_api_that_gives_the_same_page_again_is_refused() -> None:
    request = "query: {p: '{page}'}, rows: '$.data[*]', paging: {by: page}"

    assert "the last one once more" in refusal({"data": [DAY]}, request)


# --- what is asked


def test_a_window_is_asked_for_in_parts_that_the_api_takes() -> None:
    request = "query: {from: '{since}', to: '{last}', end: '{until}'}, rows: '$.data[*]', periods_at_once: 2"
    with VendorServer(Answer(body={"data": []})) as server:
        read(yaml(server, request), {"KEY": "k"})

    assert [(a.query["from"], a.query["to"], a.query["end"]) for a in server.asked] == [
        ("2026-11-19", "2026-11-20", "2026-11-21"),
        ("2026-11-21", "2026-11-21", "2026-11-22"),
    ]


def test_instants_are_written_in_every_form() -> None:
    forms = ["since:iso", "until:utc", "since:unix", "since:unix_ms", "last:%Y%m%d", "last:unix"]
    request = "query: {" + ", ".join(f"q{i}: '{{{form}}}'" for i, form in enumerate(forms)) + "}, rows: '$.data[*]'"
    with VendorServer(Answer(body={"data": []})) as server:
        read(yaml(server, request), {"KEY": "k"}, of=window("2026-10-25", "2026-10-26"))

    assert list(server.asked[0].query.values()) == [
        "2026-10-25T00:00:00+02:00",
        "2026-10-25T23:00:00Z",
        "1792879200",
        "1792879200000",
        "20261025",
        "1792969199",
    ]
    assert THREE_DAYS.zone.key == "Europe/Berlin"


def test_what_is_filled_in_cannot_break_out_of_the_json_or_the_url() -> None:
    request = (
        "method: POST, path: '/x/{cursor}', body: '{\"c\": \"<{cursor}>\"}', rows: '$.data[*]', "
        "paging: {by: cursor, next: $.c}"
    )
    hostile = '","x":"y/../?&#'
    pages = [Answer(body={"data": [DAY], "c": hostile}), Answer(body={"data": []})]
    with VendorServer(*pages) as server:
        read(yaml(server, request).replace("path: /stats, ", ""), {"KEY": "k"})

    assert server.asked[1].json == {"c": f"<{hostile}>"}
    assert server.asked[1].query == {}
    assert server.asked[1].path.startswith("/v1/x/%22")


def test_a_redirect_is_followed_where_it_is_allowed_and_other_hosts_get_no_key() -> None:
    with VendorServer(Answer(body={"data": [DAY]})) as other:
        target = f"{other.url}/elsewhere"
        with VendorServer(Answer(status=307, headers={"location": target})) as server:
            found = read(yaml(server, source="redirects: 1,"), {"KEY": "canarykey"})

    assert found.rows == [("2026-11-20", 3)]
    assert "x-key" not in other.asked[0].headers
