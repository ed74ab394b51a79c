"""Did the visits that one channel lost turn up elsewhere? Direct and referral traffic, beside what was lost."""

from dataclasses import replace

from detectors.causes.combine import total
from detectors.causes.evidence import Evidence, Observed
from detectors.causes.observe import observe
from detectors.segments.movement import Moved, Z

ROLE = "sessions_elsewhere"
# Where visits go whose campaign links are not read.
_KINDS = frozenset({"direct", "referral"})
# Of what was lost, at least this part is found again; verifiably less is no gain.
_FOUND = 0.5


def sessions_elsewhere(evidence: Evidence) -> Observed | None:
    """Sessions of direct and referral: up when they gained, flat when they verifiably did not gain half of what was lost.

    None where nothing was lost, or no such channel is known.
    """
    seen = observe(evidence, "sessions")
    if seen is None:
        return None
    lost = sum(max(m.expected - m.observed, 0.0) for c, m in seen.channels.items() if c in evidence.focus)
    others = [m for c, m in seen.channels.items() if c not in evidence.focus and evidence.kinds.get(c, "") in _KINDS]
    if not others or not lost > 0:
        return None
    whole = replace(total(others, evidence.limit), role=ROLE)
    most = whole.observed - whole.expected + Z * whole.noise * whole.expected
    if whole.state is not Moved.UP and most < _FOUND * lost:
        whole = replace(whole, state=Moved.FLAT, forms=frozenset())
    return Observed(role=ROLE, whole=whole, channels={}, segments={})
