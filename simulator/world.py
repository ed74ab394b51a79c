"""The true rates of a business per day and cell: what problems act on. Every array is days x cells unless said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from simulator.business import Business
from simulator.chance import Array

Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The cells of one table: the names of its dimensions and one key per cell."""

    dimensions: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]

    def matching(self, scope: Mapping[str, tuple[str, ...]]) -> Mask:
        """Return which cells lie in a scope; dimensions that these cells lack do not restrict."""
        columns = [(self.dimensions.index(name), wanted) for name, wanted in scope.items() if name in self.dimensions]
        return np.array([all(key[at] in wanted for at, wanted in columns) for key in self.keys], dtype=bool)


@dataclass(frozen=True, kw_only=True)
class Web:
    """Channels that lead to the site; cells are channel, campaign, device, region."""

    cells: Cells
    runs: Array
    """1 where the campaign runs."""
    volume: Array
    """Impressions, clicks or visits: whatever the channel starts from. Mail cells start from their mailings."""
    ctr: Array
    price: Array
    """Cost of a click or of a thousand impressions, whichever the channel pays."""
    lands: Array
    stages: Array
    """Stages x days x cells."""
    value: Array
    bots: Array
    recorded: Array
    """Share of visits that web analytics sees."""
    confirmed: Array
    """Records of the last stage per recorded one: below 1 the tag fails, above 1 it fires twice."""
    strays: Array
    """Share of recorded visits that are booked under direct."""
    recredited: Array
    """Share of recorded orders, without their visits, that is credited to direct."""
    stated: Array
    """Recorded money per real money: 1 unless the feed's unit or currency is wrong."""
    claimed: Array
    """Conversions that the ad platform counts per real one; NaN where it counts none."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """Mailings; cells are campaign, provider."""

    cells: Cells
    sent: Array
    delivered: Array
    opened: Array
    clicked: Array
    left: Array


@dataclass(frozen=True, kw_only=True)
class Calls:
    """Call sites."""

    cells: Cells
    calls: Array
    answered: Array
    wait_seconds: Array
    books: Array
    value: Array


@dataclass(frozen=True, kw_only=True)
class Shops:
    """Stores; cells are store, region."""

    cells: Cells
    footfall: Array
    converts: Array
    basket: Array


@dataclass(frozen=True, kw_only=True)
class Health:
    """Site by device and app by platform, and the rank in unpaid results by query type and device."""

    site: Cells
    load_milliseconds: Array
    errors: Array
    payments: Array
    app: Cells
    users: Array
    crashes: Array
    search: Cells
    position: Array


@dataclass(frozen=True, kw_only=True)
class Offline:
    """Weekly media; weeks x cells (channel, campaign, region)."""

    cells: Cells
    weeks: tuple[date, ...]
    spend: Array
    grps: Array
    pieces: Array
    responses: Array


@dataclass(frozen=True, kw_only=True)
class World:
    """All true rates of one simulated time."""

    business: Business
    start: date
    days: int
    web: Web
    mail: Mail
    calls: Calls
    shops: Shops
    health: Health
    offline: Offline

    @property
    def dates(self) -> tuple[date, ...]:
        """Every simulated day."""
        return tuple(self.start + timedelta(days=day) for day in range(self.days))

    def places(self) -> dict[str, set[str]]:
        """Return every dimension of every table with its values."""
        out: dict[str, set[str]] = {}
        for cells in (
            self.web.cells,
            self.mail.cells,
            self.calls.cells,
            self.shops.cells,
            self.health.site,
            self.health.app,
            self.health.search,
            self.offline.cells,
        ):
            for key in cells.keys:
                for name, value in zip(cells.dimensions, key, strict=True):
                    out.setdefault(name, set()).add(value)
        return out
