"""Stories for the tests of alerts: three troubles as a retailer meets them, and what became of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from config.business import ChannelKind
from config.outputs import Severity
from daemon.alerts.alert import Link
from daemon.alerts.compose import compose
from daemon.alerts.story import ChannelFace, KpiFace, Series, Story
from daemon.model import Cause, Change, Factor, Impact, Incident, Said, Status, Tree, Verdict, Where
from daemon.transition import Why
from detectors.finding import Finding, Shape
from detectors.panel import KpiType, SeriesKey

LONDON = ZoneInfo("Europe/London")

CHANNELS = {
    "paid_search": ChannelFace(
        title="paid search",
        kind=ChannelKind.PAID,
        owner="@ana",
        link="https://ads.example.com/campaigns?name={campaign}",
    ),
    "paid_social": ChannelFace(title="paid social", kind=ChannelKind.PAID, owner="@ana"),
    "email": ChannelFace(title="email", kind=ChannelKind.OWNED, owner="@ana"),
}
KPIS = {
    "orders": KpiFace(title="Orders", type=KpiType.COUNT),
    "clicks": KpiFace(title="Clicks", type=KpiType.COUNT),
    "revenue": KpiFace(title="Revenue", type=KpiType.AMOUNT, unit="GBP"),
    "cvr": KpiFace(title="Conversion rate", type=KpiType.RATIO, unit="%"),
    "page_load": KpiFace(title="Page load time", type=KpiType.LEVEL, unit="ms"),
}
_ORDERS_ON_PHONES = (
    322,
    318,
    361,
    372,
    309,
    312,
    320,
    315,
    327,
    354,
    377,
    303,
    318,
    311,
    329,
    313,
    366,
    369,
    314,
    306,
    325,
    318,
    322,
    358,
    374,
    311,
    190,
    186,
)
_RECORDED_ORDERS = (
    1288,
    1340,
    1502,
    1461,
    1254,
    1276,
    1310,
    1322,
    1318,
    1476,
    1490,
    1240,
    1291,
    1302,
    1297,
    1355,
    1513,
    1448,
    1262,
    1268,
    1321,
    1305,
    1329,
    1488,
    1472,
    1249,
    1283,
    52,
)
_BRAND_CLICKS = (
    671,
    640,
    588,
    575,
    662,
    668,
    659,
    655,
    649,
    579,
    590,
    670,
    655,
    673,
    664,
    652,
    584,
    571,
    659,
    672,
    650,
    668,
    647,
    592,
    580,
    421,
    405,
    410,
)


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A London wall-clock time as an instant."""
    return datetime(year, month, day, hour, minute, tzinfo=LONDON).astimezone(UTC)


def daily(last: datetime, observed: Sequence[float], width: float = 0.1) -> Series:
    """A series of days ending with the day that starts at `last`, with a range around its usual weekday."""
    first = last.astimezone(LONDON).replace(tzinfo=None) - timedelta(days=len(observed) - 1)
    starts = tuple((first + timedelta(days=i)).replace(tzinfo=LONDON).astimezone(UTC) for i in range(len(observed)))
    usual = [sum(observed[d::7][:3]) / len(observed[d::7][:3]) for d in range(7)]
    expected = tuple(usual[i % 7] for i in range(len(observed)))
    return Series(
        starts=starts,
        observed=tuple(float(v) for v in observed),
        expected=expected,
        lower=tuple(e * (1 - width) for e in expected),
        upper=tuple(e * (1 + width) for e in expected),
    )


def finding(
    channel: str | None,
    kpi: str,
    start: datetime,
    numbers: tuple[float, float, float, float],
    *,
    shape: Shape = Shape.STEP_DOWN,
    segment: tuple[tuple[str, str], ...] = (),
    end: datetime | None = None,
    check: str = "web_daily",
) -> Finding:
    """A finding with (observed, expected, lower, upper)."""
    observed, expected, lower, upper = numbers
    return Finding(
        key=SeriesKey(check, channel, kpi, segment),
        shape=shape,
        start=start,
        end=end,
        observed=observed,
        expected=expected,
        lower=lower,
        upper=upper,
        p_value=1e-6,
    )


def checkout_failing() -> Story:
    """Phones cannot pay: orders from mobile fell in both paid channels."""
    start = local(2025, 10, 14)
    phones = (("device", "mobile"),)
    search = finding("paid_search", "orders", start, (118, 200, 180, 220), segment=phones)
    social = finding("paid_social", "orders", start, (70, 118, 105, 132), segment=phones)
    total = finding("paid_search", "orders", start, (310, 395, 360, 430))
    incident = Incident(
        id="a1b2c3",
        status=Status.OPEN,
        severity=Severity.CRITICAL,
        title="",
        first_detected_at=local(2025, 10, 16, 8, 15),
        started_at=start,
        ended_at=None,
        findings=(total, search, social),
        causes=(
            Cause(
                id="checkout_failure",
                title="Checkout or payment failing",
                probability=0.71,
                supporting=(
                    "checkouts are steady (+1 %)",
                    "from checkout to order: 52 % -> 30 % on mobile, in every channel",
                    "the shop's own count agrees: back-office orders -38 %",
                ),
                against=("no release is recorded near Tue 14 Oct",),
                verify=(
                    "a test order on a phone",
                    "decline codes by payment method",
                    "the payment provider's status page",
                    "the error log",
                ),
                actions=("Roll back the last release, or hide the payment method that fails",),
            ),
            Cause(id="tracking_conversion_only", title="Conversion tag broken", probability=0.18),
            Cause(id="unknown", title="Unknown", probability=0.11),
        ),
        where=(Where(segment=(("channel", ("paid_search", "paid_social")), ("device", ("mobile",))), share=0.88),),
        impact=Impact(
            kpi="backoffice_revenue",
            unit="GBP",
            to=local(2025, 10, 16),
            value=-21_400,
            lower=-26_000,
            upper=-17_000,
            recorded_value=-21_400,
            per_day=-10_700,
            spend_at_risk_per_day=3_100,
            month_end=local(2025, 11, 1),
            month_value=-192_600,
            month_lower=-234_000,
            month_upper=-153_000,
        ),
        steady=("desktop is normal",),
        tree=_checkout_tree(),
    )
    on_search = [v * 0.63 for v in _ORDERS_ON_PHONES]
    on_social = [v * 0.37 for v in _ORDERS_ON_PHONES]
    return Story(
        incident=incident,
        change=Change.OPENED,
        now=local(2025, 10, 16, 8, 15),
        zone=LONDON,
        currency="GBP",
        data_to=local(2025, 10, 16),
        channels=CHANNELS,
        kpis=KPIS,
        links=(Link(label="Open the incident", url="https://watch.example.com/incidents/a1b2c3"),),
        series={search.key: daily(local(2025, 10, 15), on_search), social.key: daily(local(2025, 10, 15), on_social)},
    )


def _checkout_tree() -> Tree:
    """Orders on phones of both paid channels, down to the step that leaks."""

    def factor(kpi: str, title: str, depth: int, observed: float, expected: float, share: float) -> Factor:
        return Factor(
            kpi=kpi,
            title=title,
            unit="" if depth == 0 or kpi == "sessions" else "%",
            depth=depth,
            observed=observed,
            expected=expected,
            contribution=-260 * share,
            share=share,
            steady=abs(observed / expected - 1) < 0.08,
        )

    return Tree(
        channels=("paid_search", "paid_social"),
        segment=(("device", "mobile"),),
        factors=(
            factor("orders", "Orders", 0, 188, 318, 1.0),
            factor("sessions", "Sessions", 1, 12_850, 12_720, -0.02),
            factor("cvr", "Conversion rate", 1, 0.0146, 0.025, 1.02),
            factor("visit_to_cart_rate", "From visit to cart", 2, 0.0973, 0.0962, -0.02),
            factor("cart_to_checkout_rate", "From cart to checkout", 2, 0.5, 0.5, 0.0),
            factor("checkout_to_purchase_rate", "From checkout to order", 2, 0.3, 0.52, 1.04),
        ),
        path=("orders", "cvr", "checkout_to_purchase_rate"),
    )


def tag_lost() -> Story:
    """The conversion tag is gone: hardly an order is recorded in any channel, and the shop sells as ever."""
    start = local(2025, 10, 22)
    analyst = {name: replace(face, owner="<@U024BE7LH>") for name, face in CHANNELS.items()}
    found = (
        finding("paid_search", "orders", start, (24, 560, 515, 605), shape=Shape.DIP),
        finding("paid_social", "orders", start, (17, 430, 400, 460), shape=Shape.DIP),
        finding("email", "orders", start, (11, 320, 295, 345), shape=Shape.DIP),
    )
    incident = Incident(
        id="d4e5f6",
        status=Status.OPEN,
        severity=Severity.CRITICAL,
        title="",
        first_detected_at=local(2025, 10, 23, 8, 15),
        started_at=start,
        ended_at=None,
        findings=found,
        causes=(
            Cause(
                id="tracking_conversion_only",
                title="Conversion tag broken",
                probability=0.88,
                supporting=(
                    "recorded orders fell to almost nothing at once, in every channel",
                    "the shop's own count is normal: 1,300 back-office orders (-1 %)",
                    "sessions (-1 %) and checkouts (+2 %) are steady",
                ),
                against=("no tag manager publish is recorded near Wed 22 Oct",),
                verify=(
                    "orders in the shop against purchases in analytics, by hour",
                    "the thank-you page in a tag debugger",
                    "the last publish in the tag manager",
                ),
                actions=("restore the tag, and leave Wed 22 Oct out of conversion-based bidding",),
            ),
            Cause(id="data_late", title="Data late or incomplete", probability=0.07),
            Cause(id="unknown", title="Unknown", probability=0.05),
        ),
        impact=Impact(
            kpi="backoffice_revenue",
            unit="GBP",
            to=local(2025, 10, 23),
            value=0,
            lower=0,
            upper=0,
            recorded_value=-81_200,
            per_day=0,
        ),
        steady=("Back-office orders are steady (-1 %).",),
    )
    parts = {
        f.key: daily(local(2025, 10, 22), [v * part for v in _RECORDED_ORDERS])
        for f, part in zip(found, (0.43, 0.33, 0.24), strict=True)
    }
    return Story(
        incident=incident,
        change=Change.OPENED,
        now=local(2025, 10, 23, 8, 15),
        zone=LONDON,
        currency="GBP",
        data_to=local(2025, 10, 23),
        channels=analyst,
        kpis=KPIS,
        links=(Link(label="Open the incident", url="https://watch.example.com/incidents/d4e5f6"),),
        series=parts,
    )


def budget_cap() -> Story:
    """A campaign runs out of its daily budget in the afternoon."""
    start = local(2025, 11, 10)
    found = finding(
        "paid_search", "clicks", start, (412, 662, 598, 724), segment=(("campaign", "Brand UK"),), check="ads_daily"
    )
    incident = Incident(
        id="0789ab",
        status=Status.OPEN,
        severity=Severity.WARNING,
        title="",
        first_detected_at=local(2025, 11, 13, 8, 15),
        started_at=start,
        ended_at=None,
        findings=(found,),
        causes=(
            Cause(
                id="budget_exhausted",
                title="Budget ran out",
                probability=0.78,
                supporting=(
                    "spend stands at its cap: 1,500 GBP a day, three days in a row",
                    "no impressions after 17:00 since Mon 10 Nov",
                    "cost per click is steady (+2 %)",
                ),
                verify=("the hour of the last impression", "month-to-date spend against plan"),
                actions=("raise or re-split the daily budget", "lower bids"),
            ),
            Cause(id="bid_change", title="Bids or targets changed", probability=0.11),
            Cause(id="unknown", title="Unknown", probability=0.11),
        ),
        where=(Where(segment=(("campaign", ("Brand UK",)), ("channel", ("paid_search",))), share=0.97),),
        impact=Impact(
            kpi="revenue",
            unit="GBP",
            to=local(2025, 11, 13),
            value=-3_120,
            lower=-4_400,
            upper=-1_900,
            recorded_value=-3_120,
            per_day=-1_040,
        ),
        steady=("other campaigns are normal",),
    )
    channels = {**CHANNELS, "paid_search": replace(CHANNELS["paid_search"], owner="@tom")}
    return Story(
        incident=incident,
        change=Change.OPENED,
        now=local(2025, 11, 13, 8, 15),
        zone=LONDON,
        currency="GBP",
        data_to=local(2025, 11, 13),
        channels=channels,
        kpis=KPIS,
        links=(Link(label="Open the incident", url="https://watch.example.com/incidents/0789ab"),),
        series={found.key: daily(local(2025, 11, 12), _BRAND_CLICKS)},
    )


def checkout_worse() -> Story:
    """Two days later the same trouble has grown."""
    before = checkout_failing()
    start = local(2025, 10, 14)
    found = tuple(replace(f, observed=f.observed * (0.7 if f.key.segment else 0.9)) for f in before.incident.findings)
    impact = Impact(
        kpi="backoffice_revenue",
        unit="GBP",
        to=local(2025, 10, 18),
        value=-47_600,
        lower=-55_000,
        upper=-39_000,
        recorded_value=-47_600,
        per_day=-11_900,
        spend_at_risk_per_day=3_100,
    )
    numbers = [*_ORDERS_ON_PHONES[2:], 132, 128]
    return replace(
        before,
        change=Change.WORSE,
        now=local(2025, 10, 18, 8, 15),
        data_to=local(2025, 10, 18),
        previous=compose(before),
        incident=replace(before.incident, findings=found, impact=impact, started_at=start),
        series={
            found[1].key: daily(local(2025, 10, 17), [v * 0.63 for v in numbers]),
            found[2].key: daily(local(2025, 10, 17), [v * 0.37 for v in numbers]),
        },
    )


def checkout_resolved() -> Story:
    """The checkout works again, after three days."""
    before = checkout_failing()
    ended = local(2025, 10, 17)
    impact = Impact(
        kpi="backoffice_revenue",
        unit="GBP",
        to=ended,
        value=-32_100,
        lower=-39_000,
        upper=-25_000,
        recorded_value=-32_100,
        per_day=-10_700,
    )
    incident = replace(
        before.incident,
        status=Status.RESOLVED,
        ended_at=ended,
        impact=impact,
        findings=tuple(replace(f, end=ended) for f in before.incident.findings),
    )
    numbers = [*_ORDERS_ON_PHONES[3:], 188, 352, 361]
    return replace(
        before,
        change=Change.RESOLVED,
        reason=Why.CALM,
        now=local(2025, 10, 19, 8, 15),
        data_to=local(2025, 10, 19),
        incident=incident,
        previous=compose(before),
        series={
            incident.findings[1].key: daily(local(2025, 10, 18), [v * 0.63 for v in numbers]),
            incident.findings[2].key: daily(local(2025, 10, 18), [v * 0.37 for v in numbers]),
        },
    )


def data_late() -> Story:
    """The ad platform has sent nothing for two days."""
    start = local(2025, 11, 4)
    nan = float("nan")
    found = tuple(
        finding(channel, kpi, start, (nan, nan, nan, nan), shape=Shape.MISSING, check="ads_daily")
        for channel in ("paid_search", "paid_social")
        for kpi in ("clicks", "revenue")
    )
    incident = Incident(
        id="beef01",
        status=Status.OPEN,
        severity=Severity.WARNING,
        title="",
        first_detected_at=local(2025, 11, 6, 8, 15),
        started_at=start,
        ended_at=None,
        findings=found,
        causes=(
            Cause(
                id="source_empty",
                title="Connector broken or access lost",
                probability=0.64,
                supporting=("no rows since Tue 4 Nov, where some 40 a day are usual",),
                verify=("the connector's last run", "whether the access token has expired"),
                actions=("renew the access, then load the missing days",),
            ),
            Cause(id="data_late", title="Data late or incomplete", probability=0.3),
            Cause(id="unknown", title="Unknown", probability=0.06),
        ),
    )
    return Story(
        incident=incident,
        change=Change.OPENED,
        now=local(2025, 11, 6, 8, 15),
        zone=LONDON,
        currency="GBP",
        data_to=local(2025, 11, 6),
        channels=CHANNELS,
        kpis=KPIS,
        links=(Link(label="Open the incident", url="https://watch.example.com/incidents/beef01"),),
    )


def checkout_retracted() -> Story:
    """The source corrected its numbers: orders on phones never fell."""
    before = checkout_failing()
    ended = local(2025, 10, 16)
    incident = replace(
        before.incident,
        status=Status.RETRACTED,
        ended_at=ended,
        impact=None,
        findings=tuple(replace(f, end=ended) for f in before.incident.findings),
    )
    return replace(
        before,
        change=Change.RETRACTED,
        reason=Why.RESTATED,
        now=local(2025, 10, 17, 8, 15),
        data_to=local(2025, 10, 17),
        incident=incident,
        previous=compose(before),
        series={},
    )


def checkout_acknowledged() -> Story:
    """The same trouble has grown although somebody looks at it."""
    worse = checkout_worse()
    return replace(worse, incident=replace(worse.incident, said=Said(acknowledged_by="ana")))


def checkout_closed(verdict: Verdict | None = None, comment: str = "") -> Story:
    """Somebody closed it."""
    over = checkout_resolved()
    said = Said(closed_by="ana", closed_at=over.now, verdict=verdict, comment=comment)
    return replace(over, incident=replace(over.incident, said=said), reason=Why.BY_HAND)
