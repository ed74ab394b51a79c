"""The one place that draws: a chart's description to PNG or SVG bytes, by vl-convert, without a browser.

vl-convert is loaded on first use only: it brings a JavaScript engine that the daemon should not carry while all is well.
"""

from typing import Any

# No description may fetch anything while it is drawn.
_NOWHERE: list[str] = []


def png(spec: dict[str, Any], scale: float = 2.0) -> bytes:
    """A PNG; at scale 2 it is sharp on phones."""
    import vl_convert

    drawn: bytes = vl_convert.vegalite_to_png(spec, scale=scale, allowed_base_urls=_NOWHERE)
    return drawn


def svg(spec: dict[str, Any]) -> str:
    """An SVG, as text."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=_NOWHERE)
    return drawn
