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


def ads_account_stopped(world: World, span: Span) -> World:
    """Stop everything that an ad account shows."""
    return replace(
        world, web=replace(world.web, volume=world.web.volume * (1 - np.minimum(span.on(world.web.cells), 1)))
    )


def budget_increase(world: World, span: Span) -> World:
    """Give more money: more is shown, each further impression a little dearer and less wanted."""
    web = world.web
    hit = span.on(web.cells)
    worn = np.log1p(hit)
    stages = web.stages.copy()
    stages[1] *= np.exp(-0.1 * worn)
    return replace(
        world,
        web=replace(
            web,
            volume=web.volume * (1 + hit) * np.exp(-0.08 * worn),
            ctr=web.ctr * np.exp(-0.08 * worn),
            price=web.price * np.exp(0.08 * worn),
            stages=stages,
        ),
    )


def bid_strategy_change(world: World, span: Span) -> World:
    """Bid higher (or, where negative, lower): dearer clicks on better places, of which there are more."""
    web = world.web
    hit = span.on(web.cells)
    return replace(
        world,
        web=replace(
            web, price=web.price * (1 + hit), volume=web.volume * (1 + 0.35 * hit), ctr=web.ctr * (1 + 0.2 * hit)
        ),
    )


def invalid_clicks(world: World, span: Span) -> World:
    """Let machines click on advertisements: paid for, few land, none buys."""
    web = world.web
    hit = span.on(web.cells)
    landed = (1 + 0.4 * hit) / (1 + hit)
    stages = web.stages.copy()
    stages[0] /= 1 + 0.4 * hit
    return replace(
        world,
        web=replace(web, ctr=np.minimum(web.ctr * (1 + hit), 1.0), lands=web.lands * landed, stages=stages),
    )


def targeting_too_broad(world: World, span: Span) -> World:
    """Show advertisements to people who do not want the thing: cheap, many, without interest."""
    web = world.web
    hit = span.on(web.cells)
    stages = web.stages.copy()
    stages[1] *= 1 / (1 + 0.6 * hit)
    return replace(
        world,
        web=replace(
            web,
            volume=web.volume * (1 + hit),
            ctr=web.ctr / (1 + 0.7 * hit),
            price=web.price / (1 + 0.1 * hit),
            stages=stages,
        ),
    )


def deindexed(world: World, span: Span) -> World:
    """Drop pages from the search index: they are not shown at all, what is left keeps its rank."""
    web = world.web
    hit = span.on(web.cells, channel=("organic_search",), campaign=("nonbrand",))
    return replace(world, web=replace(web, volume=web.volume * (1 - hit)))


def list_fatigue(world: World, span: Span) -> World:
    """Tire the readers: they click less and leave more, at every provider alike."""
    mail = world.mail
    hit = span.on(mail.cells)
    return replace(world, mail=replace(mail, clicked=mail.clicked * (1 - hit), left=mail.left * (1 + 4 * hit)))


def send_missed(world: World, span: Span) -> World:
    """Do not send what was planned."""
    mail = world.mail
    return replace(world, mail=replace(mail, sent=mail.sent * (1 - np.minimum(span.on(mail.cells), 1))))


def cannibalisation(world: World, span: Span) -> World:
    """Pay for people who would have come anyway: a paid channel gains what unpaid search and direct visits lose."""
    web = world.web
    hit = span.on(web.cells)
    gained = web.volume * web.ctr * web.lands * hit
    free = span.strength * web.cells.matching({"channel": ("direct", "organic_search")})
    came = web.volume * web.ctr * web.lands * (free > 0)
    lost = np.minimum(gained.sum(axis=1, keepdims=True) / np.maximum(came.sum(axis=1, keepdims=True), 1e-9), 0.6)
    return replace(world, web=replace(web, volume=web.volume * (1 + hit) * (1 - lost * (free > 0))))
