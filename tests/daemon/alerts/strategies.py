"""Any incident, with any names and numbers, also hostile and absurd ones."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from config.business import ChannelKind
from config.outputs import Severity
from daemon.alerts.alert import Alert, Answer, Link
from daemon.alerts.compose import compose
from daemon.alerts.story import ChannelFace, KpiFace, Series, Story
from daemon.alerts.titles import channel_title, kpi_title
from daemon.model import Cause, Change, Impact, Incident, Status, Where
from daemon.transition import Why
from detectors.cadence import Cadence
from detectors.finding import Finding, Shape
from detectors.panel import KpiType, SeriesKey

HOSTILE = (
    "<!channel>",
    "<!here>",
    "<!everyone>",
    "<@U0123456789>",
    "<!subteam^S0123456789>",
    "<https://evil.example|sale>",
    "https://evil.example/x",
    "evil.example.com",
    "@everyone",
    "@here",
    "#general",
    "[x](https://evil.example)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "' onmouseover='alert(1)",
    "a\r\nBcc: x@evil.example",
    "=cmd|' /C calc'!A0",
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe",
    "\u2066x\u2069",
    "zero\u200bwidth\u200djoin",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "{0.__class__}",
    "{campaign}",
    "&lt;b&gt;",
    "&amp;amp;",
    "*bold* _x_ ~y~ `z`",
    "```",
    "x" * 500,
    "&" * 400,
    "<" * 300,
    "🔥" * 200,
    "e" + "\u0301" * 200,
    "مرحبا",
    "日本語キャンペーン",
    "",
    "   ",
    "\n\n",
    "\x00",
    "nan",
    "None",
    "[bold red]x[/]",
    "\ud800",
    "\u2028line",
    ":rotating_light:",
    "javascript:alert(1)",
    "%s%n",
    "../../etc/passwd",
    "null",
    "> quote",
    "1. item",
    "• bullet",
)

names = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=120), st.sampled_from(["paid_search", "email", "mobile", "Brand UK"])
)
numbers = st.one_of(
    st.floats(),
    st.sampled_from([0.0, -0.0, 1e-12, 0.5, 1.0, 318.0, 1e6, 1e15, 1e300, float("nan"), float("inf"), float("-inf")]),
)
plain_numbers = st.one_of(st.none(), numbers)
probabilities = st.one_of(st.floats(0, 1), st.just(float("nan")))
instants = st.integers(0, 16 * 365 * 24 * 60).map(
    lambda minutes: datetime(2019, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
cadences = st.sampled_from(["day", "week", "month", "quarter", "year", "hour", "15 minutes"]).map(Cadence.parse)
zones = st.sampled_from(["UTC", "Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]).map(ZoneInfo)
lines = st.lists(names, max_size=6).map(tuple)
segments = st.dictionaries(names, names, max_size=2).map(lambda d: tuple(sorted(d.items())))
causes = st.builds(
    Cause,
    id=st.sampled_from(["unknown", "checkout_failure"]),
    title=names,
    probability=probabilities,
    supporting=lines,
    against=lines,
    verify=lines,
    actions=lines,
)
wheres = st.builds(
    Where,
    share=numbers,
    segment=st.dictionaries(
        st.one_of(st.just("channel"), names), st.lists(names, min_size=1, max_size=4).map(tuple), max_size=2
    ).map(lambda d: tuple(d.items())),
)
impacts = st.builds(
    Impact,
    kpi=names,
    unit=st.just("GBP"),
    to=instants,
    value=plain_numbers,
    lower=plain_numbers,
    upper=plain_numbers,
    recorded_value=plain_numbers,
    per_day=plain_numbers,
    spend_at_risk_per_day=plain_numbers,
)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    start = draw(instants)
    end = draw(st.one_of(st.none(), st.integers(1, 400).map(lambda hours: start + timedelta(hours=hours))))
    key = SeriesKey(
        draw(names), draw(st.one_of(st.none(), names)), draw(st.one_of(st.just("orders"), names)), draw(segments)
    )
    return Finding(
        key=key,
        shape=draw(st.sampled_from(Shape)),
        start=start,
        end=end,
        observed=draw(numbers),
        expected=draw(numbers),
        lower=draw(numbers),
        upper=draw(numbers),
        p_value=draw(st.floats(0, 1)),
    )


@st.composite
def stories(draw: st.DrawFn) -> Story:
    found = tuple(draw(st.lists(findings(), min_size=1, max_size=5)))
    over = draw(st.booleans())
    at = draw(instants)
    incident = Incident(
        id=draw(names),
        status=Status.OPEN,
        severity=draw(st.sampled_from(Severity)),
        title=draw(names),
        first_detected_at=at,
        started_at=min(f.start for f in found),
        ended_at=draw(instants) if over else None,
        findings=found,
        causes=tuple(draw(st.lists(causes, max_size=4))),
        where=tuple(draw(st.lists(wheres, max_size=3))),
        impact=draw(st.one_of(st.none(), impacts)),
        steady=draw(lines),
    )
    faces = {
        n: ChannelFace(
            title=channel_title(n),
            kind=draw(st.sampled_from(ChannelKind)),
            owner=draw(st.one_of(st.none(), names)),
            link=draw(
                st.sampled_from(
                    [
                        None,
                        "https://ads.example.com/?q={campaign}",
                        "https://x.example/" + "y" * 600,
                        "javascript:alert(1)",
                    ]
                )
            ),
        )
        for n in {f.key.channel for f in found}
        if n is not None
    }
    kpis = {
        n: KpiFace(
            title=kpi_title(n), type=draw(st.sampled_from(KpiType)), unit=draw(st.sampled_from(["", "%", "GBP", "ms"]))
        )
        for n in {f.key.kpi for f in found}
    }
    length = draw(st.integers(0, 40))
    starts = tuple(at - timedelta(days=length - i) for i in range(length))
    row = st.lists(plain_numbers, min_size=length, max_size=length).map(tuple)
    series = {
        f.key: Series(starts=starts, observed=draw(row), lower=draw(st.one_of(row, st.just(()))), upper=draw(row))
        for f in found[:2]
    }
    change = draw(st.sampled_from([c for c in Change if c is not Change.NOTHING]))
    story = Story(
        incident=incident,
        change=change,
        now=at,
        zone=draw(zones),
        currency="GBP",
        data_to=draw(instants),
        cadence=draw(cadences),
        channels=faces,
        kpis=kpis,
        series=series,
        reason=draw(st.one_of(st.none(), st.sampled_from(Why))),
        links=(Link(label="Open the incident", url="https://watch.example.com/incidents/1?a=1&b=<2>|3"),),
    )
    previous = compose(replace(story, change=Change.OPENED)) if draw(st.booleans()) else None
    return replace(story, previous=previous)


def _offering(alert: Alert, way: str, said: tuple[str, ...]) -> Alert:
    """The alert as destinations get it: with links to answer, with buttons, or with nothing."""
    link = "https://watch.example.com/answers/a/" + "x" * 190
    kinds = {kind: label for kind, label in _KINDS.items() if not alert.is_over or kind == "feedback"}
    answers = [Answer(kind=k, label=label, url=link if way == "links" else "") for k, label in kinds.items()]
    return replace(alert, answers=tuple(answers) if way else (), said=said[:4])


_KINDS = {"ack": "Acknowledge", "mute": "Mute", "feedback": "Was it real?", "resolve": "Close"}
alerts: st.SearchStrategy[Alert] = st.builds(
    _offering, stories().map(compose), st.sampled_from(["", "links", "buttons"]), lines
)
