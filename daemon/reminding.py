"""What still stands when a mute ends is told again: whoever put it off asked to be reminded of it. Pure."""

from dataclasses import replace
from datetime import datetime

from daemon.model import Change, Incident
from daemon.news import told
from daemon.transition import Transition, Why

_STANDS = (Why.GOES_ON, Why.NO_NEWS)


def reminded(before: Incident, transition: Transition, now: datetime, *, silence: str = "") -> Transition:
    """The transition, as news at the first look after a mute's end, where the incident stands and nothing else is news.

    before: as the last look left it. silence: by which silence nobody is told of it; empty: by none.
    """
    until, looked = before.said.muted_until, before.updated_at or before.first_detected_at
    has_ended = until is not None and looked < until <= now
    is_news = transition.change is not Change.NOTHING or transition.why not in _STANDS
    if not has_ended or silence or is_news or not transition.incident.may_speak:
        return transition
    news = replace(told(transition.incident), held_back=None, updated_at=now)
    return replace(transition, incident=news, change=Change.WORSE, why=Why.MUTE_OVER)
