"""What each column of a table is for: its period, its channel, its dimensions. Pure: a profile in, a reading out."""

import re
from collections.abc import Mapping, Sequence

from config import vocabulary
from config.inputs import Dimension
from config.vocabulary import normal, words
from daemon.initialise import measures
from daemon.initialise.draft import Measure, Reading
from daemon.initialise.identifiers import is_identifier
from daemon.initialise.loads import Loads, is_load_time
from daemon.initialise.profile import Column, Moments, Profile
from daemon.initialise.rhythm import cadence_of
from daemon.sources.personal import Kind, suspicion
from daemon.sources.words import is_total

# Dates of bookkeeping: never the period that a row is about.
_BOOKKEEPING = re.compile(
    r"(^|_)(synced|updated|modified|loaded|inserted|closed|cancelled|canceled|deleted|processed|exported|birth)(_|$)"
)
_PERSONAL = {
    "email",
    "phone",
    "mobile",
    "name",
    "names",
    "address",
    "street",
    "zip",
    "postcode",
    "ip",
    "url",
    "urls",
    "token",
    "note",
    "notes",
    "comment",
    "comments",
    "locale",
    "agent",
    "company",
    "password",
    "birth",
    "latitude",
    "longitude",
    "currency",
    "synced",
    "caption",
    "relation",
}
_UNCLEAR_LOADS = (
    "rows of one period differ by it, and whether the later ones replace the earlier ones does not show; "
    "if they do, write observed_at: {name}"
)
# Roles of which one column a table is enough, called by the role; others keep their column's name.
_ENTITIES = ("campaign", "ad_group", "creative", "device", "browser")
_MAX_VALUES_KNOWN = 2000  # of a dimension whose role we know; small ones are only localised, not judged
_MAX_VALUES_OTHER = 50
_MAX_OTHERS = 3
_MAX_CHANNELS = 60


def is_unnamed(column: Column) -> bool:
    """A row number without a name, as spreadsheets and data frames write it."""
    return re.fullmatch(r"(column\d+|unnamed.*|)", normal(column.name)) is not None


def period_of(profile: Profile) -> tuple[Column, Moments] | None:
    """The column with the date that rows are about, by the vocabulary's order of names, else the first with dates."""
    order: Sequence[str] = words()["columns"]["period"]
    observed: Sequence[str] = words()["columns"]["observed"]
    dated = [
        (c, c.moments)
        for c in profile.columns
        if c.moments is not None and normal(c.name) not in observed and not _BOOKKEEPING.search(normal(c.name))
    ]
    ranks = {name: rank for rank, name in enumerate(order)}
    ranked = sorted(dated, key=lambda pair: (is_load_time(pair[0].name), ranks.get(normal(pair[0].name), len(order))))
    return ranked[0] if ranked else None


def _observed_column(profile: Profile, columns: Sequence[Column]) -> Column | None:
    """When a row was seen: by name; a time of loading only where it tells versions of a row apart."""
    named: dict[str, Sequence[str]] = words()["columns"]
    sure = next((c for c in columns if normal(c.name) in named["observed"] and c.moments is not None), None)
    loads = {normal(c.name): c for c in columns if profile.loads.get(c.name) is Loads.VERSIONS}
    return sure or next((loads[name] for name in named["loaded"] if name in loads), None)


def read(profile: Profile) -> Reading | str:
    """What each column is for; or, in words, why the table cannot be watched."""
    if profile.rows == 0:
        return "has no rows"
    if all(re.fullmatch(r"[\d./:-]+", column.name) for column in profile.columns):
        return "has no header row: its first line holds values"
    dated = period_of(profile)
    if dated is None:
        counter = next(
            (c.name for c in profile.columns if c.is_number and normal(c.name) in words()["columns"]["period"]), None
        )
        return f"has no column with dates: {counter} holds mere numbers" if counter else "has no column with dates"
    period, moments = dated
    unused: list[tuple[str, str]] = []
    rest = [c for c in profile.columns if c is not period]
    # A configuration cannot say what cannot be seen.
    unused += [
        (c.name.encode("ascii", "backslashreplace").decode(), "its name has invisible characters")
        for c in rest
        if not c.name.isprintable()
    ]
    rest = [c for c in rest if c.name.isprintable()]
    observed = _observed_column(profile, rest)
    rest = [c for c in rest if c is not observed and not is_unnamed(c)]
    if observed is None:
        unused += [(c.name, _UNCLEAR_LOADS.format(name=c.name)) for c in rest if c.name in profile.loads]
        rest = [c for c in rest if c.name not in profile.loads]
    channel = _channel_column(rest)
    rest = [c for c in rest if c is not channel]
    of_table = vocabulary.channel_of(profile.table.name)
    channels: tuple[str | None, ...] = (
        tuple(label for label in channel.labels if label.isprintable() and not is_total(label))
        if channel
        else (of_table,)
    )
    personal = {c.name: kind for c in rest if (kind := _personal(profile, c)) is not None}
    unused += [(name, f"looks like {kind}") for name, kind in personal.items()]
    rest = [c for c in rest if c.name not in personal]
    dimensions, used = _dimensions(profile, rest)
    rest = [c for c in rest if c.name not in used]
    found = measures.find(
        profile, rest, channels, is_platform_column=channel is not None and _names_platforms(channel), unused=unused
    )
    if not found:
        return "has no column with numbers to watch"
    own = tuple(dict.fromkeys(m.channel for m in found if m.channel))
    hint = f"{profile.table.name} {period.name}"
    return Reading(
        profile=profile,
        period=period.name,
        period_format=moments.format,
        cadence=cadence_of(moments.periods, hint),
        observed_at=observed.name if observed else None,
        channel_column=channel.name if channel else None,
        channels=(*channels, *own),
        dimensions=dimensions,
        measures=tuple(found),
        unused=tuple(unused),
        notes=(*_notes(profile, period, moments, channel, found), *_personal_notes(personal)),
    )


def _notes(
    profile: Profile, period: Column, moments: Moments, channel: Column | None, found: Sequence[Measure]
) -> tuple[str, ...]:
    notes = []
    if moments.ambiguous:
        notes.append(f"the dates in {period.name} could be read in two ways; taken as {moments.format}")
    if written := [c.name for c in profile.columns if c.numeric < c.filled == c.as_text]:
        notes.append(
            f"numbers written as text, such as 1,234 or £5, are not used: export {', '.join(written)} as plain numbers"
        )
    if channel is not None and not all(label.isprintable() for label in channel.labels):
        notes.append(f"rows are left out whose {channel.name} has invisible characters: mend the names in the table")
    one_a_row = any(is_identifier(c) and c.distinct == profile.rows for c in profile.columns) and profile.rows > len(
        moments.periods
    )
    if (
        one_a_row
        and vocabulary.is_business(profile.table.name)
        and not any(m.role == "backoffice_orders" for m in found)
    ):
        notes.append(
            "rows are single orders: amounts are summed by period, but the orders are not counted; give a table with orders a day"
        )
    return tuple(notes)


def _personal(profile: Profile, column: Column) -> Kind | None:
    """What a column seems to hold of single people."""
    if column.moments is not None or vocabulary.role_of(column.name) is not None:
        return None
    return suspicion(column.name, column.some, distinct=column.distinct, rows=profile.rows)


def _personal_notes(personal: Mapping[str, Kind]) -> list[str]:
    kinds: dict[Kind, list[str]] = {}
    for name, kind in personal.items():
        kinds.setdefault(kind, []).append(name)
    return [
        f"{', '.join(names)} look{'s' if len(names) == 1 else ''} like {kind}: left out; such columns need not be exported"
        for kind, names in kinds.items()
        if kind is not Kind.PERSON
    ]


def _channel_column(columns: Sequence[Column]) -> Column | None:
    """The column that names channels: by its own name, or because its values do."""
    named: dict[str, Sequence[str]] = words()["columns"]
    texts = {normal(c.name): c for c in columns if c.values and not c.is_number and len(c.values) <= _MAX_CHANNELS}
    for name in named["channel"]:
        if name in texts:
            return texts[name]
    for name in named["channel if its values name channels"]:
        if name in texts and sum(_is_channel(value) for value in texts[name].values) * 2 >= len(texts[name].values):
            return texts[name]
    return None


def _is_channel(value: str) -> bool:
    """`Google Ads`, `email`, or the medium of `google / cpc`."""
    return any(vocabulary.channel_named(part) for part in (value, *value.split("/")) if normal(part))


def _names_platforms(channel: Column) -> bool:
    return sum(vocabulary.is_platform(value) for value in channel.values) * 2 >= len(channel.values)


def _dimensions(profile: Profile, columns: Sequence[Column]) -> tuple[dict[str, Dimension], set[str]]:
    """Dimensions by name, and the columns they use. Names before codes; identifiers only where nothing better exists."""
    chosen: dict[str, Dimension] = {}
    used: set[str] = set()
    ranked = sorted(
        ((role, rank, c) for c in columns if (at := _dimension_role(profile, c)) is not None for role, rank in [at]),
        key=lambda entry: entry[1],
    )
    for role, rank, column in ranked:
        taken = [d for d in chosen.values() if d.role == role]
        is_code = rank >= 100 or normal(column.name).endswith("_code")
        enough = 1 if role == "campaign" else 2
        if (
            taken and (is_code or role in ("campaign", "ad_group", "creative"))
        ) or not enough <= column.distinct <= _MAX_VALUES_KNOWN:
            continue
        name = (
            role
            if role in _ENTITIES and not taken
            else normal(re.sub(r"_id$", "", normal(column.name)) if is_code else column.name)
        )
        chosen[name if name not in chosen else normal(column.name)] = Dimension(role=role, column=column.name)
        used.add(column.name)
    others = [c for c in columns if c.name not in used and _is_plain_text(profile, c)]
    for column in others[:_MAX_OTHERS]:
        chosen.setdefault(normal(column.name), Dimension(column=column.name))
        used.add(column.name)
    order = [c.name for c in columns]
    return dict(sorted(chosen.items(), key=lambda item: order.index(item[1].column or ""))), used


def _dimension_role(profile: Profile, column: Column) -> tuple[str, int] | None:
    """(role, rank): how well the column serves as this dimension; 100 and more = by its identifiers alone."""
    name = normal(column.name)
    if column.filled == 0 or (column.is_number and not column.is_whole):
        return None
    if not is_identifier(column):
        role = vocabulary.dimension_role_of(name)
        # A number called `product` or `page` is a code; one that is also a known measure is a measure.
        return (
            None
            if role is None or vocabulary.role_of(name) is not None
            else (role, [role, *words()["dimensions"][role]].index(name))
        )
    entity = name.removesuffix("_id")
    if entity == "id":
        entity = next((role for role in ("campaign", "ad_group", "ad") if role in profile.table.name.lower()), "")
    role = vocabulary.dimension_role_of(entity)
    return (role, 100 + (name != "id" and not name.endswith("_id"))) if role else None


def _is_plain_text(profile: Profile, column: Column) -> bool:
    """Text of few values that splits rows, without being personal, a flag or free text."""
    name = normal(column.name)
    few = 2 <= len(column.values) <= _MAX_VALUES_OTHER and len(column.values) * 3 <= profile.rows
    short = all(len(value) <= 60 and value[0] not in "{[" for value in column.values)
    private = bool(set(name.split("_")) & _PERSONAL) or name in words()["columns"]["context words"]
    truth = {value.lower() for value in column.values} <= {"true", "false", "yes", "no", "y", "n", "t", "f"}
    return (
        few
        and short
        and not private
        and not truth
        and column.numeric == 0
        and column.moments is None
        and not is_identifier(column)
    )
