"""Keeps what somebody answered: once, however often the same link or click comes, in one transaction with what it sets off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from daemon.controls import say_within
from daemon.replies import Reply
from daemon.store import answered, replies
from daemon.store.answered import Answered
from daemon.watch import Watch

SPANS: Mapping[str, timedelta] = {"1d": timedelta(days=1), "3d": timedelta(days=3), "1w": timedelta(weeks=1)}
"""For how long people mute, by the words that forms and menus send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an answer did. fresh: just now, and not when the same link or click came before."""

    answered: Answered
    fresh: bool


def keep(watch: Watch, reply: Reply, mark: str, until: datetime, now: datetime) -> Kept:
    """Keep a reply that came by the link or click of this mark, unless it came before.

    until: when the link or click is worth nothing any more in any case.

    Raises:
        UnknownIncident: its incident is not known, or not any more.
        NothingToSay: it does not fit how its incident stands.
        StoreError: the state cannot be written now.
    """
    with watch.store.transaction() as connection:
        replies.take_turns(connection)
        if (before := answered.load(connection, mark)) is not None:
            return Kept(answered=before, fresh=False)
        outcome = say_within(connection, watch, reply, now)
        answered.add(connection, mark, reply_id=outcome.reply.id, told=outcome.told, until=until)
        return Kept(answered=Answered(reply=outcome.reply, told=outcome.told), fresh=True)
