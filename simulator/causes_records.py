"""Problems of the record: nothing happens to customers, but something to the numbers."""

from dataclasses import replace

import numpy as np

from simulator.planted import Span
from simulator.world import World


def tracking_break_site(world: World, span: Span) -> World:
    """Remove the analytics tag from the site (the app has its own): visits and orders go unrecorded, ad platforms find half."""
    web = world.web
    site = tuple(world.business.devices)
    hit = span.on(web.cells, device=site)
    return replace(world, web=replace(web, recorded=web.recorded * (1 - hit), claimed=web.claimed * (1 - 0.5 * hit)))


def tracking_conversion_only(world: World, span: Span) -> World:
    """Break the conversion tag alone: visits are seen, orders are not."""
    web = world.web
    hit = span.on(web.cells)
    return replace(world, web=replace(web, confirmed=web.confirmed * (1 - hit), claimed=web.claimed * (1 - 0.8 * hit)))


def tracking_double_fire(world: World, span: Span) -> World:
    """Fire the conversion tag twice for a share of orders."""
    return replace(world, web=replace(world.web, confirmed=world.web.confirmed * (1 + span.on(world.web.cells))))


def utm_misattribution(world: World, span: Span) -> World:
    """Strip links of their tags: a share of a channel's recorded visits is booked under direct."""
    hit = np.clip(span.on(world.web.cells), 0, 1)
    return replace(world, web=replace(world.web, strays=np.maximum(world.web.strays, hit)))


def unit_or_currency(world: World, span: Span) -> World:
    """State a channel's money in another unit or currency: spend and recorded revenue are off by one factor."""
    web = world.web
    return replace(world, web=replace(web, stated=web.stated * (1 + span.on(web.cells))))


def bot_traffic(world: World, span: Span) -> World:
    """Send machines: sessions rise by a multiple of a normal day, nobody engages."""
    web = world.web
    usual = web.volume * web.ctr * web.lands
    return replace(world, web=replace(web, bots=web.bots + usual * span.on(web.cells, channel=("direct",))))


def consent_change(world: World, span: Span) -> World:
    """Ask for consent in another way: fewer visits are recorded, clicks and sales go on."""
    web = world.web
    return replace(world, web=replace(web, recorded=web.recorded * (1 - span.on(web.cells))))


def attribution_change(world: World, span: Span) -> World:
    """Count conversions by another rule: a channel is credited with less, direct visits with more; platforms claim less."""
    web = world.web
    hit = np.clip(span.on(web.cells), 0, 1)
    return replace(world, web=replace(web, recredited=np.maximum(web.recredited, hit), claimed=web.claimed * (1 - hit)))


def nothing(world: World, _: Span) -> World:
    """Leave the world as it is: faults of loading act on what pulls see."""
    return world
