"""What a schema cannot say: references between sections, cycles, and names that the world must know."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from zoneinfo import available_timezones

from config import digest_rules, feed_rules, gaps, vocabulary
from config.business import Kpi
from config.check_rules import CheckRules
from config.destinations.slack import Slack
from config.problems import Path, did_you_mean, listed, name
from config.rules import Complaint, Names, Quote, plural
from config.settings import Settings
from config.tune import matches
from detectors.panel import KpiType

BUSINESS = "business"
_EVERY_HOST = frozenset({"0.0.0.0", "::"})


def complaints(settings: Settings, names: Names, quote: Quote) -> Iterator[Complaint]:
    """Every rule between sections that these settings break."""
    rules = _Rules(settings, names, quote)
    yield from rules.zones()
    yield from rules.kpis()
    yield from rules.checks()
    yield from rules.tuning()
    yield from rules.calendar()
    yield from rules.changes()
    yield from rules.targets()
    yield from rules.routes()
    yield from rules.digests()
    yield from rules.quiet_note()
    yield from rules.silences()
    yield from rules.buttons()
    yield from rules.ports()


class _Rules(CheckRules):
    def zones(self) -> Iterator[Complaint]:
        written: list[tuple[Path, str | None]] = [(("timezone",), self.settings.timezone)]
        for section in ("channels", "checks"):
            entries: Mapping[str, object] = getattr(self.settings, section)
            written += [
                ((section, key, "timezone"), getattr(entry, "timezone", None)) for key, entry in entries.items()
            ]
        for section in ("routes", "digests"):
            written += [
                ((section, index, "timezone"), entry.timezone)
                for index, entry in enumerate(getattr(self.settings, section))
            ]
        for path, zone in written:
            if zone is not None and zone not in _zones():
                message = f"{self.quote(path, _zones())} is no time zone{did_you_mean(zone, _zones())}"
                yield Complaint(path=path, message=message, hint="Write an IANA zone, e.g. Europe/London or UTC.")

    def kpis(self) -> Iterator[Complaint]:
        for key, kpi in self.settings.kpis.items():
            path: Path = ("kpis", key)
            if kpi.role is not None and not vocabulary.is_role(kpi.role):
                roles = [*vocabulary.measured(), *vocabulary.derived()]
                message = f"{self.quote((*path, 'role'), roles)} is no role{did_you_mean(kpi.role, roles)}"
                yield Complaint(
                    path=(*path, "role"),
                    message=message,
                    hint="Roles are listed in docs/vocabulary.md; or leave it out.",
                )
            for part in ("numerator", "denominator"):
                yield from self.part(key, kpi, part)
            if kpi.weight is not None:
                yield from self.unknown((*path, "weight"), kpi.weight, "KPI", self.names.kpis)
            for below, message, hint in gaps.troubles(kpi, self.settings):
                yield Complaint(path=(*path, *below), message=message, hint=hint)

    def part(self, key: str, kpi: Kpi, part: str) -> Iterator[Complaint]:
        path: Path = ("kpis", key, part)
        other = getattr(kpi, part)
        if other is None:
            return
        yield from self.unknown(path, other, "KPI", self.names.kpis)
        if other == key:
            yield Complaint(path=path, message="a ratio cannot be a part of itself.", hint="Name two other KPIs.")
        elif other in self.settings.kpis and self.settings.kpis[other].type is KpiType.RATIO:
            hint = "Ratios are computed from what was counted: name the KPIs that it is made of."
            yield Complaint(path=path, message=f"{self.quote(path, self.names.kpis)} is itself a ratio.", hint=hint)

    def tuning(self) -> Iterator[Complaint]:
        known = {"channel": [*self.names.channels, BUSINESS], "kpi": [*self.names.kpis]}
        for index, override in enumerate(self.settings.tuning.overrides):
            for field, choices in known.items():
                pattern = getattr(override, field)
                path: Path = ("tuning", "overrides", index, field)
                if pattern is not None and not any(matches(pattern, choice) for choice in choices):
                    noun = "channel" if field == "channel" else "KPI"
                    message = f"{self.quote(path, choices)} matches no {noun}{did_you_mean(pattern, choices)}"
                    yield Complaint(path=path, message=message, hint=f"{plural(noun)} are: {listed(choices)}.")
            yield from self.segment(index, override.segment)

    def segment(self, index: int, segment: Iterable[str]) -> Iterator[Complaint]:
        dimensions = sorted({dimension for check in self.settings.checks.values() for dimension in check.dimensions})
        for dimension in segment:
            if dimension not in dimensions:
                message = f"no check has the dimension `{name(dimension)}`{did_you_mean(dimension, dimensions)}"
                hint = f"Dimensions are: {listed(dimensions)}."
                yield Complaint(
                    path=("tuning", "overrides", index, "segment", dimension), message=message, hint=hint, on_key=True
                )

    def calendar(self) -> Iterator[Complaint]:
        calendar = self.settings.calendar
        if calendar.country is not None:
            countries = _countries()
            path: Path = ("calendar", "country")
            regions = countries.get(calendar.country)
            if regions is None:
                meant = did_you_mean(calendar.country, countries)
                hint = "Write the ISO code of two capital letters, e.g. GB."
                yield Complaint(
                    path=path,
                    message=f"the public holidays of {self.quote(path, countries)} are not known{meant}",
                    hint=hint,
                )
            elif calendar.subdivision is not None:
                yield from self.unknown(
                    ("calendar", "subdivision"), calendar.subdivision, f"region of {calendar.country}", regions
                )
        elif calendar.subdivision is not None:
            message, hint = "a subdivision needs a country.", "Add country, or remove subdivision."
            yield Complaint(path=("calendar", "subdivision"), message=message, hint=hint, on_key=True)
        for index, event in enumerate(calendar.events):
            if event.channel is not None:
                yield from self.unknown(
                    ("calendar", "events", index, "channel"), event.channel, "channel", self.names.channels
                )

    def changes(self) -> Iterator[Complaint]:
        for key, feed in self.settings.changes.items():
            at: Path = ("changes", key)
            for field, choices in (("channel", self.names.channels), ("source", self.names.sources)):
                if (value := getattr(feed, field)) is not None:
                    yield from self.unknown((*at, field), value, field, choices)
            for below, message, hint in feed_rules.troubles(feed, self.settings.sources.get(feed.source or "")):
                yield Complaint(path=(*at, *below), message=message, hint=hint, on_key=True)

    def targets(self) -> Iterator[Complaint]:
        for index, target in enumerate(self.settings.targets):
            at: Path = ("targets", index)
            yield from self.unknown((*at, "kpi"), target.kpi, "KPI", self.names.kpis)
            if target.channel is not None:
                yield from self.unknown((*at, "channel"), target.channel, "channel", self.names.channels)
            kpi = self.settings.kpis.get(target.kpi)
            if target.month is not None and kpi is not None and kpi.type not in (KpiType.COUNT, KpiType.AMOUNT):
                message = (
                    f"{self.quote((*at, 'kpi'), self.names.kpis)} is a {kpi.type}: its days do not add up to a month."
                )
                yield Complaint(path=(*at, "month"), message=message, hint="Write limit instead of month.", on_key=True)

    def routes(self) -> Iterator[Complaint]:
        owners = sorted({c.owner for c in self.settings.channels.values() if c.owner})
        for index, route in enumerate(self.settings.routes):
            at: Path = ("routes", index)
            for position, value in enumerate(route.to):
                yield from self.unknown((*at, "to", position), value, "destination", self.names.destinations)
            for position, value in enumerate(route.if_broken):
                where: Path = (*at, "if_broken", position)
                yield from self.unknown(where, value, "destination", self.names.destinations)
                if value in route.to:
                    message = f"'{name(value)}' stands under `to` already: it cannot stand in for itself."
                    yield Complaint(path=where, message=message, hint="Name another destination.")
            known = {
                "channels": (route.channels, "channel", [*self.names.channels, BUSINESS]),
                "kpis": (route.kpis, "KPI", self.names.kpis),
                "owners": (
                    route.owners,
                    "owner",
                    list(dict.fromkeys([*owners, *(o.removeprefix("@") for o in owners)])),
                ),
            }
            for field, (patterns, noun, choices) in known.items():
                for position, pattern in enumerate(patterns):
                    yield from self.unmatched((*at, field, position), pattern, noun, choices)
            for field, values in (
                ("to", route.to),
                ("if_broken", route.if_broken),
                *((field, patterns) for field, (patterns, _, _) in known.items()),
            ):
                for value, times in Counter(values).items():
                    if times > 1:
                        yield Complaint(path=(*at, field), message=f"'{name(value)}' is there twice.", hint="Keep one.")

    def digests(self) -> Iterator[Complaint]:
        for index, digest in enumerate(self.settings.digests):
            for position, value in enumerate(digest.to):
                yield from self.unknown(
                    ("digests", index, "to", position), value, "destination", self.names.destinations
                )
        yield from digest_rules.complaints(self.settings)

    def silences(self) -> Iterator[Complaint]:
        for index, silence in enumerate(self.settings.silences):
            for field, pattern, noun, choices in (
                ("channel", silence.channel, "channel", [*self.names.channels, BUSINESS]),
                ("kpi", silence.kpi, "KPI", self.names.kpis),
            ):
                if pattern is not None:
                    yield from self.unmatched(("silences", index, field), pattern, noun, choices)

    def buttons(self) -> Iterator[Complaint]:
        """Slack brings a click either to an address of ours or by a socket, never both ways."""
        for key, of in self.settings.destinations.items():
            if not isinstance(of, Slack) or of.signing_secret is None:
                continue
            at: Path = ("destinations", key, "signing_secret")
            if of.app_token is not None:
                message, hint = (
                    "app_token is there, too: Slack uses one of them.",
                    "Keep app_token for Socket Mode, else this.",
                )
                yield Complaint(path=at, message=message, hint=hint, on_key=True)
            elif self.settings.answering is None:
                message = "Slack has no address to bring clicks to."
                hint = "Add answering: with url and secret; or use app_token, which needs no address."
                yield Complaint(path=at, message=message, hint=hint, on_key=True)

    def ports(self) -> Iterator[Complaint]:
        """Two things cannot listen on one port of a machine."""
        answering, web = self.settings.answering, self.settings.upkeep.web
        hosts = {web.host, answering.host} if answering is not None else set()
        if answering is None or answering.port != web.port or (len(hosts) > 1 and not hosts & _EVERY_HOST):
            return
        written: Path = ("answering", "port")
        other = "upkeep.web"
        if "port" not in answering.model_fields_set:
            written, other = ("upkeep", "web", "port"), "answering"
        hint = "Give one of them another port, also where the proxy or the monitor asks for it."
        yield Complaint(path=written, message=f"{web.port} is the port of {other}, too.", hint=hint)

    def quiet_note(self) -> Iterator[Complaint]:
        for position, value in enumerate(self.settings.upkeep.quiet_note.to):
            path: Path = ("upkeep", "quiet_note", "to", position)
            yield from self.unknown(path, value, "destination", self.names.destinations)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _countries() -> Mapping[str, list[str]]:
    from holidays import list_supported_countries  # only configurations with a country need it

    supported: Mapping[str, list[str]] = list_supported_countries(include_aliases=True)
    return supported
