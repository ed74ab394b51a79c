"""What became critical without any other news: a longer trouble costs more, and money is looked at anew each cycle. Pure.

Whoever was told of a warning must hear of it, and whoever hears of critical things alone hears of it for the first time. It is
told once for as long as it stays so; a mute, a silence and a person who closed it keep it back, an acknowledgement does not.
"""

from dataclasses import replace
from datetime import datetime

from config.outputs import Severity
from daemon.model import Change, Incident
from daemon.news import told
from daemon.replies import is_muted
from daemon.transition import Transition, Why


def escalated(transition: Transition, now: datetime, *, silence: str = "") -> Transition:
    """The transition, as news where nothing else is: the incident was told as less than critical, goes on, and is critical now.

    silence: by which silence nobody is told of it; empty: by none.
    """
    incident = transition.incident
    # Without a new period of its own only its neighbours' figures changed, which may have come late.
    if transition.why is not Why.GOES_ON or not _has_become_critical(incident):
        return transition
    kept_by = silence or (f"muted by {incident.said.muted_by}" if is_muted(incident, now) else "")
    if kept_by:
        return replace(transition, why=Why.BECAME_CRITICAL, silence=kept_by)
    news = replace(told(incident), held_back=None)
    return replace(transition, incident=news, change=Change.WORSE, why=Why.BECAME_CRITICAL, silence="")


def _has_become_critical(incident: Incident) -> bool:
    return (
        incident.may_speak
        and incident.severity is Severity.CRITICAL
        and incident.told_severity not in (None, Severity.CRITICAL)
    )
