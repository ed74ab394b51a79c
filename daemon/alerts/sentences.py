"""The sentences of an alert, one function for each line. No statistics words; every number with unit and comparison."""

from collections.abc import Sequence
from math import isfinite

from daemon.alerts import dates, numbers
from daemon.alerts.extent import Extent, extent
from daemon.alerts.money import is_recording_fault
from daemon.alerts.numbers import quantity
from daemon.alerts.scope import Focus, channel_words
from daemon.alerts.story import KpiFace, Story
from daemon.alerts.titles import in_sentence, listed
from daemon.alerts.untrusted import sentence
from daemon.grouping import is_data_fault
from daemon.model import Cause
from detectors.finding import Shape

UNKNOWN_CAUSE = "unknown"
# From here on a cause is called likely, and its first action is recommended; below it is only perhaps so.
LIKELY = 0.5
# What lacks less than this is complete enough to be told as it is.
_COMPLETE = 0.03
# Less probable alternatives are not worth a tired reader's time.
WORTH_NAMING = 0.05


def size(focus: Focus, face: KpiFace) -> str:
    """How much: `-41 %`, `at zero`, `stuck at 1,234`, `drifting down (-18 %)`."""
    scale = face.scale(focus.expected)
    match focus.worst.shape:
        case Shape.FLATLINE if focus.observed:
            return f"stuck at {quantity(focus.observed * scale, face.unit)}"
        case Shape.VARIANCE:
            return f"far {'less' if focus.observed > focus.expected else 'more'} even than usual"
        case Shape.MISSING_LIFT:
            return "without the expected lift"
    if not focus.expected and isfinite(focus.observed):
        return f"at {quantity(focus.observed * scale, face.unit)} (none expected)"
    if not focus.observed:
        return "at zero"
    if not isfinite(focus.ratio):
        return "off"
    change = numbers.change(focus.ratio)
    drift = {Shape.DRIFT_DOWN: "drifting down", Shape.DRIFT_UP: "drifting up"}.get(focus.worst.shape)
    return f"{drift} ({change})" if drift else change


def when(story: Story, time: Extent) -> str:
    """`since Tue 14 Oct (2 days)`; one period alone is `on Wed 22 Oct`."""
    start, end = time.start, time.end
    lasted = dates.duration(start, end, story.zone, story.cadence)
    name = dates.period(start, story.zone, story.cadence, story.now)
    if time.periods == 1 and story.cadence == dates.DAY:
        return f"on {name}"
    if time.goes_on:
        return f"since {name} ({lasted})"
    return f"for {lasted} ({dates.span(start, end, story.zone, story.cadence)})"


def subject(story: Story, focus: Focus) -> str:
    """What and where, without size: `orders on mobile, all paid channels`."""
    if focus.worst.shape is Shape.MISSING:
        return f"data for {data_place(story, focus)}"
    return f"{in_sentence(story.kpi(focus.worst.key.kpi).title)} {focus.where}"


def headline(story: Story, focus: Focus, when_words: str, *, was: str = "", latest: str = "") -> str:
    """What, how much, where, since when. was: how much it was; latest: how much, where and when it is by far the most."""
    face = story.kpi(focus.worst.key.kpi)
    match focus.worst.shape:
        case Shape.MISSING:
            return f"Data missing for {data_place(story, focus)} {when_words}"
        case Shape.DUPLICATE:
            return f"Data counted twice for {data_place(story, focus)} {when_words}: {in_sentence(face.title)} {size(focus, face)}"
        case Shape.RESTATED:
            return f"Numbers rewritten by the source for {data_place(story, focus)} {when_words}: {in_sentence(face.title)} {size(focus, face)}"
    place = "" if face.pair else ", ".join(filter(None, [focus.where, focus.carried]))  # two totals are nowhere
    gap = ", " if "," in place else " " if place else ""
    tail = (
        ": not lost, not recorded"
        if is_recording_fault(story.incident.impact)
        and focus.observed < focus.expected
        and focus.worst.shape is not Shape.MISSING_LIFT  # what never came is not missing in the record alone
        else ""
    )
    much = size(focus, face)
    if focus.worst.shape is Shape.MISSING_LIFT and story.planned:
        much = f"without the lift of {sentence(story.planned, 60)}"
    first = f"{latest}; " if latest else ""
    return f"{face.title} {first}{much}{was} {place}{gap}{when_words}{tail}"


def past_line(story: Story, focus: Focus) -> str:
    """The numbers of what is over: `It was 188 orders a day against 318 expected (285 to 352).`"""
    if focus.worst.shape is Shape.MISSING:
        return _missing(story, focus)
    if is_data_fault(focus.worst):
        face = story.kpi(focus.worst.key.kpi)
        return f"What was wrong: {in_sentence(face.title)} {size(focus, face)}."
    return f"It was {_compared(story, focus)}"


def data_place(story: Story, focus: Focus) -> str:
    """Whose data: the channels, or the check for measures of the whole business."""
    names = [f.key.channel for f in focus.findings if f.key.channel is not None]
    return channel_words(story, list(dict.fromkeys(names))) or sentence(f"check {focus.worst.key.check}")


def observed_line(story: Story, focus: Focus) -> str:
    """`188 orders a day against 318 expected (285 to 352).`, and of young figures what they will be in the end."""
    face = story.kpi(focus.worst.key.kpi)
    return _compared(story, focus) + _in_the_end(story, focus, face.scale(focus.expected))


def _compared(story: Story, focus: Focus) -> str:
    if is_data_fault(focus.worst):
        return _data_line(story, focus)
    if not (isfinite(focus.observed) and isfinite(focus.expected)):
        return "How much is not known: the numbers are incomplete."
    face = story.kpi(focus.worst.key.kpi)
    scale = face.scale(focus.expected)
    observed, expected = focus.observed * scale, focus.expected * scale
    seen = quantity(observed, face.unit)
    if face.adds_up:
        noun = "" if face.unit or not face.title.endswith("s") else f" {in_sentence(face.title)}"
        seen = f"{seen}{noun}{_each(story, focus)}"
    if focus.worst.shape is Shape.VARIANCE:
        off = f"{quantity(observed, face.unit)} off what is expected {dates.each(story.cadence)}"
        return f"{off} on average, usually {quantity(expected, face.unit)}; the mean stands."
    expected_range = numbers.between(focus.lower * scale, focus.upper * scale, face.unit)
    if face.pair is not None:
        above, below = face.pair
        usual = f"usually {quantity(expected, face.unit)}" + (f" ({expected_range})" if expected_range else "")
        apart = numbers.points(observed - expected) if face.unit == "%" else ""
        return f"{above} are {seen} of {in_sentence(below)}, {usual}{f': {apart}' if apart else ''}."
    by_now = " by now" if _is_young(focus) else ""
    words = f"{seen} against {quantity(expected, face.unit)} expected{by_now}" + (
        f" ({expected_range})" if expected_range else ""
    )
    apart = numbers.points(observed - expected) if face.unit == "%" else ""
    whose = "" if focus.is_sum or len(focus.findings) == 1 else f"{_worst_place(story, focus)}: "
    return f"{whose}{words}{f': {apart}' if apart else ''}."


def usual_line(story: Story, focus: Focus) -> str:
    """Of what is the new normal, the old one: `Before, 318 orders a day were usual (285 to 352).`"""
    face = story.kpi(focus.worst.key.kpi)
    scale = face.scale(focus.expected)
    noun = f" {in_sentence(face.title)}" if face.adds_up and not face.unit and face.title.endswith("s") else ""
    each = f" {dates.each(story.cadence)}" if face.adds_up else ""
    span = numbers.between(focus.lower * scale, focus.upper * scale, face.unit)
    usual = f"{quantity(focus.expected * scale, face.unit)}{noun}{each}"
    return f"Before, {usual} {'were' if noun else 'was'} usual{f' ({span})' if span else ''}."


def _each(story: Story, focus: Focus) -> str:
    """` a day`, unless one period alone is told of: its number is its sum."""
    return "" if extent(story, focus).periods == 1 else f" {dates.each(story.cadence)}"


def _is_young(focus: Focus) -> bool:
    young = focus.settling
    if young is None or not all(map(isfinite, (young.share, young.final, young.lower, young.upper))):
        return False
    return abs(1.0 - young.share) >= _COMPLETE and young.share > 0


def _in_the_end(story: Story, focus: Focus, scale: float) -> str:
    """Of figures that still fill up: ` 72 % of it is in: in the end 410 to 460 a day, where 600 is usual.`"""
    young = focus.settling
    if young is None or not _is_young(focus):
        return ""
    face = story.kpi(focus.worst.key.kpi)
    final = numbers.between(young.lower * scale, young.upper * scale, face.unit)
    usual = quantity(focus.expected / young.share * scale, face.unit)
    if not face.adds_up:
        return f" It still changes: in the end {final}, where {usual} is usual."
    return (
        f" {numbers.share(young.share)} of it is in: in the end {final}{_each(story, focus)}, where {usual} is usual."
    )


def _worst_place(story: Story, focus: Focus) -> str:
    """Whose number it is, where several places are told of but their numbers cannot be summed."""
    channel = focus.worst.key.channel
    title = "The whole business" if channel is None else story.channel(channel).title
    return title[:1].upper() + title[1:]


def _missing(story: Story, focus: Focus) -> str:
    return f"Missing: {_measures(story, focus)}."


def _measures(story: Story, focus: Focus) -> str:
    return listed([in_sentence(story.kpi(k).title) for k in dict.fromkeys(f.key.kpi for f in focus.findings)])


def _data_line(story: Story, focus: Focus) -> str:
    several = len({f.key.kpi for f in focus.findings}) > 1
    parts = f"In it: {_measures(story, focus)}. " if several else ""  # one alone is in the headline
    match focus.worst.shape:
        case Shape.MISSING:
            return f"{_missing(story, focus)} This is the data, not the business: nothing there is judged until it arrives."
        case Shape.DUPLICATE:
            return f"{parts}This is the data, not the business: do not report these numbers before they are mended."
        case Shape.FLATLINE:
            return f"{parts}{_stands_still(story, focus)}: the export or the tag has probably stopped. This is the data, not the business."
    return f"{parts}This is the data, not the business: reports of those days have changed."


def _stands_still(story: Story, focus: Focus) -> str:
    """`The same value 8 days in a row`."""
    last = focus.worst.end or story.incident.ended_at or story.data_to
    return f"The same value {dates.duration(focus.worst.start, last, story.zone, story.cadence)} in a row"


def cause_line(causes: Sequence[Cause], together: Sequence[Cause] = ()) -> tuple[str, str]:
    """The label and the words: (`Likely`, `checkout or payment failing, 71 %. Else: conversion tag broken, 18 %.`).

    together: two causes that are at work at once.
    """
    if len(together) > 1:
        return "Likely", f"two things at once: {' and '.join(_cause(c) for c in together)}."
    ranked = [c for c in causes if isfinite(c.probability)]
    if not ranked:
        return "", ""
    best, rest = ranked[0], ranked[1:]
    others = [f"{_cause(c)}, {numbers.share(c.probability)}" for c in rest if c.probability >= WORTH_NAMING]
    if best.id == UNKNOWN_CAUSE:
        return "Cause", f"not clear, {numbers.share(best.probability)} that none known fits." + (
            f" Perhaps: {others[0]}." if others else ""
        )
    label = "Likely" if best.probability >= LIKELY else "Perhaps"
    return label, f"{_cause(best)}, {numbers.share(best.probability)}." + (f" Else: {others[0]}." if others else "")


def past_cause_line(causes: Sequence[Cause]) -> tuple[str, str]:
    """The same once it is over, of the best cause alone: (`Was likely`, `checkout or payment failing, 71 %.`)."""
    label, words = cause_line(causes[:1])
    if label == "Cause":
        return label, "never became clear."
    return f"Was {label.lower()}" if label else "", words


def _cause(cause: Cause) -> str:
    return (
        "none of the known causes" if cause.id == UNKNOWN_CAUSE else in_sentence(sentence(cause.title, 80).rstrip("."))
    )


def full(lines: Sequence[str], most: int) -> tuple[str, ...]:
    """The first lines as sentences: capital at the start, full stop at the end."""
    kept = [sentence(line) for line in lines if line.strip()][:most]
    return tuple(_capital(k) + ("" if k.endswith((".", "!", "?", "…")) else ".") for k in kept if k)


def steps(lines: Sequence[str], most: int) -> tuple[str, ...]:
    """The first lines as things to do: capital at the start, no full stop."""
    return tuple(_capital(k.rstrip(".")) for k in [sentence(line) for line in lines][:most] if k)


def action(causes: Sequence[Cause]) -> str:
    """What to do when the check confirms the likeliest cause; nothing is recommended on a mere perhaps."""
    if not causes or causes[0].id == UNKNOWN_CAUSE or not causes[0].probability >= LIKELY:
        return ""
    first = [sentence(a).rstrip(".") for a in causes[0].actions if a.strip()][:1]
    return f"{in_sentence(first[0])}." if first and first[0] else ""


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
