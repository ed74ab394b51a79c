"""A digest of a usual week, and one after a day on which everything moved."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from config.digests import Every
from config.outputs import Severity
from config.settings import Settings
from daemon.alerts.alert import Alert
from daemon.model import Change, Impact, Incident, Said, Status, Verdict
from daemon.store.beginnings import Held
from daemon.upkeep.digest_facts import Entry, Facts
from daemon.upkeep.digest_words import alert
from daemon.upkeep.quiet_week import Week
from daemon.upkeep.slots import Slot
from daemon.upkeep.trends import Trend
from tests.builders.troubles import off, opened

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
_WHY = "held for the digest: the budget of 5 a day is used up"


@cache
def settings() -> Settings:
    """A shop in London."""
    kpis = {
        "revenue": {"type": "amount", "good": "up"},
        "orders": {"type": "count", "good": "up"},
        "sessions": {"type": "count", "good": "up"},
        "clicks": {"type": "count", "good": "up"},
        "open_rate": {"type": "ratio", "good": "up", "numerator": "clicks", "denominator": "sessions", "unit": "%"},
    }
    check = {"source": "s", "period": "day", "channel_column": "channel", "columns": {k: k for k in list(kpis)[:4]}}
    return Settings.model_validate(
        {
            "timezone": "Europe/London",
            "currency": "GBP",
            "channels": {
                "paid_search": {"kind": "paid"},
                "paid_social": {"kind": "paid"},
                "email": {"kind": "owned"},
            },
            "kpis": kpis,
            "sources": {"s": {"kind": "files", "path": "data"}},
            "checks": {"shop": check},
            "destinations": {"growth": {"kind": "inbox"}},
            "routes": [{"to": ["growth"], "most_per_day": 5}],
            "digests": [{"to": ["growth"], "every": "week"}],
        }
    )


def incident(
    name: str, title: str, lost: float | None, severity: Severity = Severity.WARNING, said: Said | None = None
) -> Incident:
    """One that is open."""
    money = lost and Impact(kpi="revenue", unit="GBP", to=NOW, value=-lost, lower=-1.2 * lost, upper=-0.8 * lost)
    plain = opened(off("email", "orders", -0.4), name=name)
    return replace(plain, title=title, severity=severity, impact=money or None, said=said or Said(), updated_at=NOW)


def closed(of: Incident, status: Status = Status.RESOLVED) -> Incident:
    """The same, over."""
    return replace(of, status=status, ended_at=NOW - DAY)


def held(of: Incident, number: int = 1, change: Change = Change.OPENED) -> Entry:
    """The same, held back until now."""
    why = Held(id=number, incident_id=of.id, destination="growth", at=NOW - DAY, change=change, reason=_WHY)
    return Entry(incident=of, held=why)


def trend(channel: str | None, kpi: str, observed: float, expected: float, surprise: float, out: int = 0) -> Trend:
    """A total over the week before."""
    return Trend(
        channel=channel,
        kpi=kpi,
        observed=observed,
        expected=expected,
        periods=7,
        below=out if surprise < 0 else 0,
        above=out if surprise > 0 else 0,
        surprise=surprise,
        first=NOW - 7 * DAY - timedelta(hours=9),
        last=NOW - DAY - timedelta(hours=9),
    )


TRENDS = (
    trend(None, "revenue", 412_300, 405_100, 0.4),
    trend(None, "orders", 8_120, 8_090, 0.1),
    trend("paid_social", "clicks", 41_200, 45_300, -1.8, out=1),
    trend("email", "open_rate", 0.312, 0.287, 1.2),
    trend("paid_search", "sessions", 28_400, 28_100, 0.2),
    trend("email", "sessions", 9_100, 9_240, -0.3),
)
_JUDGED = Week(
    began=NOW - 60 * DAY,
    cycles=7,
    alerts=4,
    series={"shop": 412},
    fresh={"shop": NOW - timedelta(hours=9)},
    late=(),
    open_incidents=5,
    targets=(
        "Revenue: 181,000 GBP so far, 242,000 GBP expected by Mon 30 Nov (231,000 to 253,000): +1 % against 240,000 GBP",
    ),
)


def facts(still_open: Sequence[Entry] = (), over: Sequence[Entry] = (), every: Every = Every.WEEK) -> Facts:
    """Of a week or a day that ended just now."""
    since = NOW - (7 * DAY if every is Every.WEEK else DAY)
    return Facts(
        slot=Slot(at=NOW, since=since, every=every),
        since=since,
        now=NOW + timedelta(seconds=40),
        still_open=still_open,
        closed=over,
        business=TRENDS[:2],
        trends=TRENDS[2:],
        week=_JUDGED,
        judged={Verdict.REAL: 9, Verdict.EXPECTED: 2, Verdict.DATA_FAULT: 1},
    )


def week() -> Alert:
    """A usual week: three things known, two held back, two over."""
    acked, muted = Said(acknowledged_by="ana"), Said(muted_by="tom", muted_until=NOW + 3 * DAY)
    by_hand = Said(closed_by="tom", closed_at=NOW - DAY, verdict=Verdict.EXPECTED, verdict_by="tom")
    checkout = incident(
        "a", "Orders -41 % on mobile, all paid channels, since Sat 21 Nov (2 days)", 21_400, Severity.CRITICAL, acked
    )
    brand = incident(
        "b", "Clicks -38 % in paid search, campaign Brand UK, since Wed 18 Nov (5 days)", 3_120, said=muted
    )
    good = incident("c", "Sessions +24 % in email since Fri 20 Nov (3 days)", None, Severity.INFO)
    new = incident("d", "Conversion rate -12 % in paid social since Sat 21 Nov (2 days)", 840)
    newer = incident("e", "Cost per click +31 % in paid search, campaign Generic, on Sun 22 Nov", None)
    late = closed(incident("f", "Revenue -22 % in email for 2 days (16-17 Nov)", 2_300))
    sale = closed(incident("g", "Orders +60 % in all channels on Thu 19 Nov", None, said=by_hand))
    return alert(
        facts(
            [
                Entry(incident=checkout),
                Entry(incident=brand),
                held(new),
                held(newer, 2, Change.WORSE),
                Entry(incident=good),
            ],
            [Entry(incident=late), Entry(incident=sale)],
        ),
        settings(),
    )


def flood(count: int = 500) -> Alert:
    """A day after which a budget of five held back nearly everything."""
    known = [
        Entry(
            incident=incident(
                f"c{n}",
                f"Revenue -{60 - n} % in paid search, campaign Autumn {n}, since Sun 22 Nov (1 day)",
                9_000 - n,
                Severity.CRITICAL,
            )
        )
        for n in range(5)
    ]
    new = [
        held(
            incident(
                f"w{n}",
                f"Orders -30 % in paid social, campaign Autumn sale {n:03}, since Sun 22 Nov (1 day)",
                4_000 / (n + 1),
            ),
            n,
        )
        for n in range(count - 5)
    ]
    return alert(facts([*known, *new], every=Every.DAY), settings())


def quiet() -> Alert:
    """A week in which there was nothing to tell."""
    return alert(facts(), settings())
