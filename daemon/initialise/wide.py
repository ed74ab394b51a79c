"""Wide media tables: one column for each channel and measure (tv_S, facebook_impressions). Splits the names."""

import re
from collections.abc import Mapping, Sequence

from config.vocabulary import channel_named, normal, role_of, words


def channel_columns(columns: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """Channel and role of the columns that name a channel; empty where the table is not of this kind.

    A prefix is a channel when the vocabulary knows it or money is spent on it; a table that has the measure itself in a
    plain column (spend beside video_spend) is not wide.
    """
    plain = {role.name for column in columns if (role := role_of(column)) is not None}
    split = {column: parts for column in columns if (parts := _split(column)) is not None and parts[1] not in plain}
    paid_for = {prefix for prefix, role in split.values() if role == "spend"}
    known = {prefix for prefix, _ in split.values() if channel_named(prefix)}
    channels = paid_for | known
    if not (len(channels) >= 2 or known):
        return {}
    roles = {role for prefix, role in split.values() if prefix in channels}
    # Among channels, a like column without spend is one that is not paid for: Organic_channel0_impression.
    return {
        column: (prefix, role)
        for column, (prefix, role) in split.items()
        if prefix in channels or (len(paid_for) > 1 and role in roles)
    }


def named_channels(columns: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """The channel of each column, all spend, in tables whose columns are named by channels alone (Facebook, TV, Radio): three at least."""
    found = {
        column: (normal(column), "spend") for column in columns if channel_named(column) and role_of(column) is None
    }
    return found if len(found) >= 3 else {}


def _split(column: str) -> tuple[str, str] | None:
    if role_of(column) is not None:
        return None
    prefix, _, suffix = column.rpartition("_")
    suffixes: Mapping[str, str] = words()["wide"]["suffixes"]
    role = suffixes.get(suffix) or (suffixes.get(suffix.lower()) if len(suffix) > 1 else None)
    # search_clicks_P says the measure twice.
    doubled, _, last = prefix.rpartition("_")
    prefix = doubled if doubled and (said := role_of(last)) is not None and said.name == role else prefix
    if not prefix or role is None or set(re.split("_", prefix.lower())) & set(words()["wide"]["not_a_channel"]):
        return None
    return prefix, role
