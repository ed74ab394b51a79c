"""Problems of the telephone and the street."""

from dataclasses import replace

import numpy as np

from simulator.planted import Span
from simulator.world import World


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
