"""Problems of paid, owned and unpaid media: fewer or dearer people arrive."""

from dataclasses import replace

import numpy as np

from simulator.planted import Span
from simulator.world import World


def budget_exhausted(world: World, span: Span) -> World:
    """Use up the day's budget before the day: impressions and spend stop, prices stay."""
    return replace(world, web=replace(world.web, volume=world.web.volume * (1 - span.on(world.web.cells))))


def budget_cut_or_pause(world: World, span: Span) -> World:
    """Give a campaign less money; paused altogether it vanishes from the report."""
    hit = span.on(world.web.cells)
    return replace(
        world, web=replace(world.web, volume=world.web.volume * (1 - hit), runs=np.where(hit >= 1, 0.0, world.web.runs))
    )


def creative_fatigue(world: World, span: Span) -> World:
    """Show an advertisement too often: clicks fade, the platform charges more for showing it."""
    web = world.web
    hit = span.on(web.cells)
    dearer = 1 + 0.25 * hit
    return replace(
        world, web=replace(web, ctr=web.ctr * (1 - hit), price=web.price * dearer, volume=web.volume / dearer)
    )


def auction_competition(world: World, span: Span) -> World:
    """Let another bidder in: clicks cost more and fewer auctions are won."""
    web = world.web
    hit = span.on(web.cells)
    return replace(world, web=replace(web, price=web.price * (1 + hit), volume=web.volume * (1 - 0.3 * hit)))


def seo_algorithm(world: World, span: Span) -> World:
    """Let unpaid results slip: rank worse, fewer impressions, far fewer clicks; brand searches keep their place."""
    web, health = world.web, world.health
    hit = span.on(web.cells, channel=("organic_search",), campaign=("nonbrand",))
    slipped = span.on(health.search, query_type=("nonbrand",))
    return replace(
        world,
        web=replace(web, ctr=web.ctr * (1 - 0.8 * hit), volume=web.volume * (1 - 0.4 * hit)),
        health=replace(health, position=health.position * (1 + 1.5 * slipped)),
    )


def email_deliverability(world: World, span: Span) -> World:
    """Have a mailbox provider turn mail away or into spam: bounces rise, opens and clicks fall."""
    mail = world.mail
    hit = span.on(mail.cells)
    return replace(
        world,
        mail=replace(
            mail,
            delivered=mail.delivered * (1 - 0.3 * hit),
            opened=mail.opened * (1 - hit),
            clicked=mail.clicked * (1 - hit),
        ),
    )


def news_or_viral(world: World, span: Span) -> World:
    """Bring the curious by one mention: referral and direct visits rise, then fade; few of them buy."""
    web = world.web
    hit = span.on(web.cells, channel=("referral", "direct"))
    stages = web.stages.copy()
    stages[1] *= 1 - 0.5 * hit / (1 + hit)
    return replace(world, web=replace(web, volume=web.volume * (1 + hit), stages=stages))
