"""Problems of the telephone and the street."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from simulator.chance import Array
from simulator.planted import Span
from simulator.world import Offline, World


def call_queue_overload(world: World, span: Span) -> World:
    """Seat too few agents: callers wait, hang up and ring again; whoever gets through books as ever."""
    calls = world.calls
    hit = span.on(calls.cells)
    return replace(
        world,
        calls=replace(
            calls,
            calls=calls.calls * (1 + 0.2 * hit),
            answered=np.clip(calls.answered * (1 - hit), 0, 1),
            wait_seconds=calls.wait_seconds * (1 + 9 * hit),
        ),
    )


def call_line_outage(world: World, span: Span) -> World:
    """Cut the line: calls do not arrive."""
    return replace(world, calls=replace(world.calls, calls=world.calls.calls * (1 - span.on(world.calls.cells))))


def store_closed(world: World, span: Span) -> World:
    """Shut a store for all or a part of the day."""
    return replace(world, shops=replace(world.shops, footfall=world.shops.footfall * (1 - span.on(world.shops.cells))))


def flight_start(world: World, span: Span) -> World:
    """Go on air: more people look for the name, come directly, ring and walk in."""
    return _wave(world, span, ("tv", "radio"), {"direct": 1.0, "organic_search": 0.5}, brand=True)


def direct_mail_drop(world: World, span: Span) -> World:
    """Put a mailing into letter boxes: people answer, come directly and ring."""
    return _wave(world, span, ("direct_mail",), {"direct": 1.0}, brand=False)


def _wave(world: World, span: Span, media: tuple[str, ...], channels: Mapping[str, float], *, brand: bool) -> World:
    """A wave of an offline medium over visits, calls and stores, with its own weekly figures where it has a table."""
    web, plan = world.web, world.offline
    volume = web.volume
    for channel, part in channels.items():
        only = {"channel": (channel,)} | ({"campaign": ("brand",)} if brand and channel == "organic_search" else {})
        volume = volume * (1 + part * span.on(web.cells, **only))
    week = np.array(
        [[float(span.strength[(day - world.start).days : (day - world.start).days + 7].mean())] for day in plan.weeks]
    )
    runs = (
        week.reshape(-1, 1) * plan.cells.matching({"channel": media}) if len(plan.weeks) else np.zeros_like(plan.grps)
    )
    usual = {name: np.where((v > 0).any(axis=0), v.max(axis=0, initial=0.0), 0.0) for name, v in _figures(plan).items()}
    more = {name: v + np.minimum(runs * 3, 1) * usual[name] for name, v in _figures(plan).items()}
    return replace(
        world,
        web=replace(web, volume=volume),
        calls=replace(world.calls, calls=world.calls.calls * (1 + 0.7 * span.on(world.calls.cells))),
        shops=replace(world.shops, footfall=world.shops.footfall * (1 + 0.2 * span.on(world.shops.cells))),
        offline=replace(plan, **more),
    )


def _figures(plan: Offline) -> dict[str, Array]:
    """The weekly figures of the offline media."""
    return {"spend": plan.spend, "grps": plan.grps, "pieces": plan.pieces, "responses": plan.responses}
