"""What alerts call a KPI, a channel and a segment, unless the configuration gives it a title."""

from daemon.alerts.untrusted import clean, quoted

_TITLES = {
    "aov": "Average order value",
    "cvr": "Conversion rate",
    "ctr": "Click-through rate",
    "cpc": "Cost per click",
    "cpm": "Cost per 1,000 impressions",
    "cpa": "Cost per order",
    "platform_cpa": "Cost per platform conversion",
    "roas": "Return on ad spend",
    "click_cvr": "Conversions per click",
    "mqls": "Qualified leads",
    "grps": "Rating points",
    "backoffice_orders": "Back-office orders",
    "backoffice_revenue": "Back-office revenue",
    "spend": "Ad spend",
    "page_load": "Page load time",
    "avg_wait": "Waiting time",
    "avg_position": "Average position",
    "nps": "NPS",
    "in_stock_rate": "Products in stock",
    "ltv": "Lifetime value",
    "row_count": "Rows delivered",
    "bounce_rate_email": "Mail bounce rate",
    "click_rate_email": "Mail click rate",
    "checkout_to_purchase_rate": "Checkout to order rate",
    "unit_price": "Price per unit",
}
_ON = frozenset({"device", "browser", "platform", "app_platform", "os"})


def kpi_title(name: str) -> str:
    """`backoffice_orders` reads `Back-office orders`."""
    words = clean(name.replace("_", " "))
    table, _, rest = name.partition("_")
    if name not in _TITLES and rest in _TITLES:  # a KPI that another table has too: `site_cvr`
        words = f"{clean(table)} {in_sentence(_TITLES[rest])}"
    return _TITLES.get(name) or words[:1].upper() + words[1:]


def channel_title(name: str | None) -> str:
    """`paid_search` reads `paid search`; no channel is the whole business."""
    return "the whole business" if name is None else clean(name.replace("_", " "))


def in_sentence(title: str) -> str:
    """A title inside a sentence: its first letter small, unless it is an abbreviation (ROAS, NPS)."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def segment_title(dimension: str, values: tuple[str, ...]) -> str:
    """`mobile` for a device, `campaign Brand UK` for anything that needs its dimension's name."""
    named = listed([quoted(v) for v in values])
    if dimension in _ON:
        return named
    return f"{clean(dimension.replace('_', ' '))}{'s' if len(values) > 1 else ''} {named}"


def is_on(dimension: str) -> bool:
    """Whether one says `on` rather than `in`: on mobile, in the north."""
    return dimension in _ON


def listed(names: list[str], most: int = 3) -> str:
    """`a, b and c`; a long list is cut: `a, b and 4 more`."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""
