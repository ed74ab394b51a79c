"""Problems of the site and the shop: they lose real orders."""

from dataclasses import replace

import numpy as np

from simulator.planted import Span
from simulator.world import World

HELPLESS = 0.12  # share of customers stopped at the checkout who ring instead


def checkout_failure(world: World, span: Span) -> World:
    """Let payments fail: checkouts begin as ever, orders do not follow, a few customers ring."""
    stages = world.web.stages.copy()
    hit = span.on(world.web.cells)
    stages[-1] *= 1 - hit
    weight = _share(world, span)
    health = replace(world.health, payments=world.health.payments * (1 - span.on(world.health.site)))
    calls = replace(world.calls, calls=world.calls.calls * (1 + HELPLESS * weight * span.on(world.calls.cells)))
    return replace(world, web=replace(world.web, stages=stages), health=health, calls=calls)


def site_outage(world: World, span: Span) -> World:
    """Take the site down for a part of the day: clicks arrive nowhere, errors rise, the phones ring."""
    web = replace(world.web, lands=world.web.lands * (1 - span.on(world.web.cells)))
    down = span.on(world.health.site)
    health = replace(
        world.health,
        errors=np.clip(world.health.errors + down, 0, 1),
        load_milliseconds=world.health.load_milliseconds * (1 + down),
    )
    calls = replace(world.calls, calls=world.calls.calls * (1 + 0.4 * span.on(world.calls.cells)))
    return replace(world, web=web, health=health, calls=calls)


def landing_page_broken(world: World, span: Span) -> World:
    """Break a landing page: people bounce, and who stays finds less."""
    stages = world.web.stages.copy()
    hit = span.on(world.web.cells)
    stages[0] *= 1 - 0.75 * hit
    stages[1] *= 1 - 0.5 * hit
    return replace(world, web=replace(world.web, stages=stages))


def promo_start(world: World, span: Span) -> World:
    """Run a promotion that nobody entered in the calendar: more visits, more orders, smaller baskets."""
    web = world.web
    stages = web.stages.copy()
    hit = span.on(web.cells)
    stages[1] *= 1 + 0.6 * hit
    stages[-1] = np.minimum(stages[-1] * (1 + 0.4 * hit), 0.97)
    unpaid = span.on(web.cells, channel=("direct", "app", "referral", "organic_search"))
    return replace(
        world,
        web=replace(web, stages=stages, value=web.value * (1 - 0.3 * hit), volume=web.volume * (1 + 0.5 * unpaid)),
    )


def demand_decline(world: World, span: Span) -> World:
    """Lower demand: fewer searches, visits, calls and customers; rates and prices stay."""
    bought = {channel.name for channel in world.business.channels if channel.basis in {"budget", "mail"}}
    free = np.array([channel not in bought for channel, *_ in world.web.cells.keys])
    web = replace(world.web, volume=world.web.volume * (1 - span.on(world.web.cells) * free))
    calls = replace(world.calls, calls=world.calls.calls * (1 - span.on(world.calls.cells)))
    shops = replace(world.shops, footfall=world.shops.footfall * (1 - span.on(world.shops.cells)))
    health = replace(world.health, users=world.health.users * (1 - span.on(world.health.app)))
    return replace(world, web=web, calls=calls, shops=shops, health=health)


def release_bug(world: World, span: Span) -> World:
    """Release what breaks a part of the shop on some devices: errors rise, people give up between product and order."""
    stages = world.web.stages.copy()
    hit = span.on(world.web.cells)
    stages[1] *= 1 - 0.4 * hit
    stages[-1] *= 1 - 0.6 * hit
    errors = np.clip(world.health.errors * (1 + 6 * span.on(world.health.site)), 0, 1)
    return replace(world, web=replace(world.web, stages=stages), health=replace(world.health, errors=errors))


def site_slow(world: World, span: Span) -> World:
    """Slow the site down: a little is lost at every step."""
    stages = world.web.stages.copy()
    hit = span.on(world.web.cells)
    stages *= (1 - hit) ** (1 / len(stages))
    slower = world.health.load_milliseconds * (1 + 4 * span.on(world.health.site))
    return replace(
        world,
        web=replace(world.web, stages=stages, lands=world.web.lands * (1 - 0.15 * hit)),
        health=replace(world.health, load_milliseconds=slower),
    )


def competitor_offer(world: World, span: Span) -> World:
    """Let somebody else be cheaper: visitors compare and leave before the cart."""
    stages = world.web.stages.copy()
    hit = span.on(world.web.cells)
    stages[1] *= 1 - hit
    return replace(world, web=replace(world.web, stages=stages))


def out_of_stock(world: World, span: Span) -> World:
    """Sell out: what people came for cannot be put into the cart."""
    stages = world.web.stages.copy()
    hit = span.on(world.web.cells)
    stages[1] *= 1 - hit
    return replace(world, web=replace(world.web, stages=stages, value=world.web.value * (1 - 0.15 * hit)))


def price_change(world: World, span: Span) -> World:
    """Raise prices (or, where negative, lower them): baskets follow, buyers go the other way."""
    stages = world.web.stages.copy()
    hit = span.on(world.web.cells)
    stages[1] *= (1 + hit) ** -1.2
    return replace(world, web=replace(world.web, stages=stages, value=world.web.value * (1 + hit)))


def promo_end(world: World, span: Span) -> World:
    """Be left alone after a promotion: who wanted to buy has bought, at a better price."""
    web = world.web
    stages = web.stages.copy()
    hit = span.on(web.cells)
    stages[1] *= 1 - 0.7 * hit
    stages[-1] *= 1 - 0.3 * hit
    unpaid = span.on(web.cells, channel=("direct", "app", "referral", "organic_search"))
    return replace(
        world,
        web=replace(web, stages=stages, value=web.value * (1 + 0.1 * hit), volume=web.volume * (1 - 0.4 * unpaid)),
    )


def app_release_crash(world: World, span: Span) -> World:
    """Release an app that crashes: its users come less and buy less."""
    web, health = world.web, world.health
    hit = span.on(web.cells, **({"channel": ("app",)} if "app" in world.places()["channel"] else {}))
    stages = web.stages.copy()
    stages[1] *= 1 - 0.5 * hit
    stages[-1] *= 1 - 0.5 * hit
    broken = span.on(health.app, platform=span.planted.scope.get("device", tuple(world.business.platforms)))
    return replace(
        world,
        web=replace(web, stages=stages, volume=web.volume * (1 - 0.3 * hit)),
        health=replace(health, crashes=health.crashes * (1 + 8 * broken)),
    )


def mix_shift(world: World, span: Span) -> World:
    """Bring others: many more visitors of a kind that buys little, and as few buyers among them as ever."""
    web = world.web
    return replace(world, web=replace(web, volume=web.volume * (1 + span.on(web.cells))))


def weather(world: World, span: Span) -> World:
    """Keep people off the streets of a region (or, where negative, at them); a few stay on the sofa and surf."""
    hit = span.on(world.shops.cells)
    online = span.on(world.web.cells)
    return replace(
        world,
        shops=replace(world.shops, footfall=world.shops.footfall * (1 - hit)),
        web=replace(world.web, volume=world.web.volume * (1 + 0.2 * online)),
    )


def _share(world: World, span: Span) -> float:
    """Return the share of web volume that lies in the scope, a weight for what spills over."""
    weight = (world.web.volume * world.web.ctr).sum(axis=0)
    inside = world.web.cells.matching(span.planted.scope)
    return float(weight[inside].sum() / max(weight.sum(), 1.0))
