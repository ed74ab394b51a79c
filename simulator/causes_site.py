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


def _share(world: World, span: Span) -> float:
    """Return the share of web volume that lies in the scope, a weight for what spills over."""
    weight = (world.web.volume * world.web.ctr).sum(axis=0)
    inside = world.web.cells.matching(span.planted.scope)
    return float(weight[inside].sum() / max(weight.sum(), 1.0))
