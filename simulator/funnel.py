"""Visits and what they lead to, in truth and as web analytics and ad platforms record it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simulator.business import Basis
from simulator.chance import Array, Chance
from simulator.tables import Table
from simulator.world import World

SURE_CLAIMS = 0.93  # share of its real conversions that an ad platform finds again at best


@dataclass(frozen=True, kw_only=True)
class Visits:
    """What truly happened, days x web cells."""

    volume: Array
    clicks: Array
    sessions: Array
    stages: tuple[Array, ...]
    revenue: Array
    spend: Array

    @property
    def orders(self) -> Array:
        """The last stage of the funnel."""
        return self.stages[-1]


def visits(world: World, chance: Chance, mail_clicks: Array | None) -> Visits:
    """Draw impressions, clicks, sessions, every stage, and money."""
    web, business = world.web, world.business
    volume = chance.count("web/volume", web.volume, 0.05)
    clicks = chance.thin("web/clicks", volume, web.ctr)
    if mail_clicks is not None:
        clicks = _readers(world, chance, mail_clicks, clicks)
    sessions = chance.thin("web/lands", clicks, web.lands)
    stages, passing = [], sessions
    for name, share in zip(business.funnel, web.stages, strict=True):
        passing = chance.thin(f"web/{name}", passing, share)
        stages.append(passing)
    revenue = chance.money("web/basket", passing, web.value, business.tail)
    basis = _basis(world)
    commission = np.array(
        [{c.name: c.commission for c in business.channels}[channel] for channel, *_ in web.cells.keys]
    )
    paid = np.select(
        [basis == Basis.AUCTION, basis == Basis.BUDGET, basis == Basis.PARTNER],
        [clicks * web.price, volume * web.price / 1000, revenue * commission],
        np.nan,
    )
    return Visits(
        volume=volume,
        clicks=clicks,
        sessions=sessions,
        stages=tuple(stages),
        revenue=revenue,
        spend=chance.level("web/spend", paid, 0.01),
    )


def media_spend(seen: Visits) -> float:
    """Return all media money of the web channels."""
    return float(np.nansum(seen.spend))


def marketing(world: World, chance: Chance, seen: Visits) -> Table:
    """Return what the marketing table records of it."""
    web, business = world.web, world.business
    recorded = _recorded(world, chance, seen)
    basis = _basis(world)
    shows = np.isin(basis, [Basis.AUCTION, Basis.BUDGET])
    clicks_known = shows | np.isin(basis, [Basis.PARTNER, Basis.MESSAGE])
    claimed = np.nan_to_num(web.claimed)
    claims = chance.thin("web/claims", seen.orders, np.minimum(claimed, SURE_CLAIMS))
    claims = claims + chance.count("web/overclaims", seen.orders * np.maximum(claimed - SURE_CLAIMS, 0.0))
    delays = {channel.name: channel.conversion_days for channel in business.channels}
    columns = {
        "spend": np.round(seen.spend * web.stated, 2),
        "impressions": np.where(shows, seen.volume, np.nan),
        "clicks": np.where(clicks_known, seen.clicks, np.nan),
        **recorded,
        "platform_conversions": np.where(np.isnan(web.claimed), np.nan, claims),
    }
    if business.sales is not None:
        del columns["revenue"]
    return Table(
        name="marketing",
        period="date",
        periods=world.dates,
        cells=web.cells,
        columns=columns,
        present=(web.runs > 0) & (business.zero_rows | (sum(np.nan_to_num(v) for v in columns.values()) > 0)),
        maturing={"platform_conversions": np.array([delays[channel] for channel, *_ in web.cells.keys])},
        restated=frozenset(recorded),
        seen_at=business.seen_at,
    )


def _recorded(world: World, chance: Chance, seen: Visits) -> dict[str, Array]:
    """Thin the truth by consent and tags with one and the same luck, so that a lost visit is lost at every stage."""
    web, business = world.web, world.business
    luck = "web/recorded"
    names = ("sessions", *business.funnel)
    found = [chance.thin(luck, number, web.recorded) for number in (seen.sessions, *seen.stages)]
    for at in range(1, len(found)):
        found[at] = np.minimum(found[at], found[at - 1])
    found[-1] = chance.thin("web/confirmed", found[-1], np.minimum(web.confirmed, 1.0)) + chance.thin(
        "web/twice", found[-1], np.maximum(web.confirmed - 1.0, 0.0)
    )
    found[0] = found[0] + chance.thin(
        "web/recorded bots", chance.count("web/bots", web.bots, 0.1), np.minimum(web.recorded, 1.0)
    )
    money = seen.revenue * _ratio(found[-1], seen.orders) * web.stated
    direct = _direct(world)
    out: dict[str, Array] = {}
    before: Array | None = None
    for name, number in zip(names, found, strict=True):
        share = web.strays if name != names[-1] else np.maximum(web.strays, web.recredited)
        stray = chance.thin("web/strays", number, share)
        stray = stray if before is None or web.recredited.any() else np.minimum(stray, before)
        out[name] = _rebook(number, stray, direct)
        if before is not None and name != names[-1]:
            out[name] = np.minimum(out[name], out[names[names.index(name) - 1]])
        before = stray
    last = found[-1]
    out["revenue"] = np.round(
        _rebook(money, money * _ratio(before if before is not None else last * 0, last), direct), 2
    )
    return out


def _rebook(number: Array, stray: Array, direct: Mapping[int, int]) -> Array:
    """Move stray visits to the direct cell of the same device and region."""
    out = number - stray
    for cell, target in direct.items():
        if stray[:, cell].any():
            out[:, target] += stray[:, cell]
    return out


def _direct(world: World) -> dict[int, int]:
    keys = world.web.cells.keys
    home = {(device, region): at for at, (channel, _, device, region) in enumerate(keys) if channel == "direct"}
    return {at: home[device, region] for at, (_, _, device, region) in enumerate(keys) if (device, region) in home}


def _readers(world: World, chance: Chance, mail_clicks: Array, clicks: Array) -> Array:
    """Spread each mailing's clicks over devices and regions; every sixth reader comes a day later."""
    keys = world.web.cells.keys
    out = clicks.copy()
    for campaign in sorted({key[0] for key in world.mail.cells.keys}):
        total = mail_clicks[:, world.mail.cells.matching({"campaign": (campaign,)})].sum(axis=1)
        tomorrow = chance.thin(f"mail/{campaign}/tomorrow", total, np.full_like(total, 1 / 6))
        left = total - tomorrow + np.concatenate([[0.0], tomorrow[:-1]])
        at = [i for i, key in enumerate(keys) if key[0] == "email" and key[1] == campaign]
        shares = np.array([world.business.devices[keys[i][2]] * world.business.regions[keys[i][3]] for i in at])
        for i, (cell, share) in enumerate(zip(at, shares, strict=True)):
            rest = shares[i:].sum()
            out[:, cell] = chance.thin(
                f"mail/{campaign}/{i}", left, np.full_like(left, share / rest if i < len(at) - 1 else 1.0)
            )
            left = left - out[:, cell]
    return out


def _basis(world: World) -> "np.ndarray[tuple[int], np.dtype[np.str_]]":
    bases = {channel.name: channel.basis for channel in world.business.channels}
    return np.array([str(bases[channel]) for channel, *_ in world.web.cells.keys])


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)
