"""What a business is: its channels, places and habits, before anything happens. Money is per day, in its currency."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Basis(StrEnum):
    """What sets a channel's volume, and how it is paid."""

    AUCTION = "auction"  # people search, each click has a price
    BUDGET = "budget"  # a monthly plan buys impressions
    PARTNER = "partner"  # others send clicks for a commission
    MAIL = "mail"  # readers of our own mailings click
    MESSAGE = "message"  # short messages on send days
    SEARCH = "search"  # unpaid results
    VISITS = "visits"  # people come by themselves


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """One campaign: `volume` is impressions, clicks, visits or a daily budget, by its channel's basis."""

    name: str
    volume: float
    ctr: float = 1.0
    price: float = 0.0
    """Cost of a click (auction) or of a thousand impressions (budget)."""
    converts: float = 1.0
    """Conversion relative to its channel."""
    weeks: tuple[int, int] | None = None
    """First and last ISO week of a seasonal campaign; None runs all year."""


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One channel that leads to the site or the app."""

    name: str
    basis: Basis
    campaigns: tuple[Campaign, ...]
    weekday: tuple[float, ...] = (1.0,) * 7
    season: float = 1.0
    """How strongly the year's season is felt."""
    demand: float = 1.0
    """How strongly shared demand is felt."""
    noise: float = 0.03
    """Standard deviation of the channel's own slow noise (logarithm)."""
    gusts: float = 0.0
    """Scatter of single days (logarithm) with heavy tails: a mention, a push message, a rainy day."""
    lands: float = 0.9
    """Share of clicks that become sessions."""
    stages: tuple[float, ...] = ()
    """Multipliers of the business's stage rates; empty means all 1."""
    value: float = 1.0
    commission: float = 0.0
    conversion_days: float = 0.0
    """Mean days until the ad platform reports a conversion; 0 means it reports none."""
    overclaim: float = 1.0
    """Conversions that the platform claims per real one."""
    tv_lift: float = 0.0
    mail_lift: float = 0.0
    devices: Mapping[str, float] | None = None
    """Shares by device; None takes the business's."""


@dataclass(frozen=True, kw_only=True)
class Mailing:
    """A programme of mailings: the campaign of the mail channel that carries it, and its send days."""

    campaign: str
    size: float
    weekdays: tuple[int, ...]
    clicks: float
    promo_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Store:
    """One shop on a street."""

    name: str
    region: str
    footfall: float
    converts: float
    basket: float


@dataclass(frozen=True, kw_only=True)
class CallSite:
    """One call centre, the region whose calls it takes, and what a booking is worth."""

    name: str
    region: str
    calls: float
    books: float
    value: float


@dataclass(frozen=True, kw_only=True)
class Flight:
    """Weeks of the year on which an offline medium runs, with its weekly weight and cost."""

    channel: str
    campaign: str
    weeks: tuple[int, ...]
    weight: float
    spend: float


@dataclass(frozen=True, kw_only=True)
class SalesCycle:
    """What becomes of a lead: shares that pass, and mean days from lead to sale."""

    qualifies: float
    meets: float
    buys: float
    days: float
    contract: float


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """A dated thing that the team knows beforehand, and its honest effect (multipliers)."""

    title: str
    start: date
    end: date
    kind: str
    channel: str | None = None
    visits: float = 1.0
    converts: float = 1.0
    basket: float = 1.0
    stores: float = 1.0
    calls: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Business:
    """Everything the simulator knows of a business."""

    name: str
    currency: str
    country: str
    timezone: str
    funnel: tuple[str, ...]
    """Names of the stages after a session, first to last; the last one is an order or a lead."""
    rates: tuple[float, ...]
    """Share of the stage before that reaches each stage."""
    basket: float
    """Mean value of an order, or what a lead is worth on average."""
    tail: float
    """Standard deviation of a basket's logarithm."""
    regions: Mapping[str, float]
    devices: Mapping[str, float]
    device_converts: Mapping[str, float]
    channels: tuple[Channel, ...]
    calendar: tuple[Occasion, ...]
    yearly: tuple[float, ...]
    """Season by month, January first, about 1."""
    growth: float
    """Growth of demand in a year."""
    mailings: tuple[Mailing, ...] = ()
    providers: Mapping[str, float] = field(default_factory=dict)
    stores: tuple[Store, ...] = ()
    call_sites: tuple[CallSite, ...] = ()
    flights: tuple[Flight, ...] = ()
    platforms: Mapping[str, float] = field(default_factory=dict)
    """Daily users of the app by platform."""
    sales: SalesCycle | None = None
    recorded: float = 0.94
    """Share of visits that web analytics sees (the rest declined)."""
    seen_at: Mapping[int, float] = field(default_factory=lambda: {1: 0.982, 2: 0.996})
    """Share of analytics' final figures that the first pulls see; later ones see all."""
    zero_rows: bool = True
    """Whether the marketing table has a row for a cell in which nothing happened."""
