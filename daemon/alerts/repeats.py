"""What an alert has said already is not said again further down."""

import re
from collections.abc import Sequence

from daemon.alerts.reason_words import OWN_COUNT, THE_DATA_OF, steady_words
from daemon.alerts.titles import in_sentence

_ONE_STEADY = re.compile(r"(?P<name>.+) (?:is|are) steady \((?P<change>[^()]*)\)\.")
_SEVERAL_STEADY = re.compile(r"(?:, | and |^)(?P<name>[^()]+?) \((?P<change>[^()]*)\)")


def unsaid(reasons: Sequence[str], said: Sequence[str], *, is_data: bool) -> tuple[str, ...]:
    """The reasons without the measures that `said` calls steady already; of faulty data without the fault that the headline names."""
    known = {in_sentence(name) for line in said for name, _ in _steady(line)}
    kept = []
    for reason in reasons:
        if (is_data and reason.startswith(THE_DATA_OF)) or (
            reason.startswith(OWN_COUNT) and any(name in reason for name in known)
        ):
            continue
        named = _steady(reason)
        left = [(name, change) for name, change in named if in_sentence(name) not in known]
        if len(left) == len(named):
            kept.append(reason)
        elif left:
            kept.append(steady_words(left))
    return tuple(kept)


def _steady(line: str) -> list[tuple[str, str]]:
    """The measures, with their changes, of a sentence that calls them steady; none of any other sentence."""
    if one := _ONE_STEADY.fullmatch(line):
        return [(one["name"], one["change"])]
    if not line.endswith(" are steady."):
        return []
    return [(found["name"], found["change"]) for found in _SEVERAL_STEADY.finditer(line)]
