"""A hundred messages that a destination did not take, and what becomes of them when a person sends them again: over real HTTP."""

from dataclasses import dataclass, replace
from datetime import timedelta

from config.outputs import Severity
from daemon.alerts.compose import compose
from daemon.destinations import Again
from daemon.outbox import Post, announce, desk
from daemon.outbox.attempt import deliver_to
from daemon.store import open_store
from tests import builders_alerts as stories
from tests.daemon.outbox.builders import BOOT, Clock
from tests.daemon.outbox.vendors import Kind
from tests.receiver import Answer, Receiver, Request

COUNT = 100
_LONGER_THAN_TRIED = timedelta(hours=25)


@dataclass(frozen=True, kw_only=True)
class Letters:
    """listed: with state, class, reason and what to do; redriven, arrived: of the hundred; shown: as a receiver that knows keys shows them."""

    listed: int
    redriven: int
    arrived: int
    shown: int
    again: Again


def sent_again(kind: Kind, count: int = COUNT, *, taken_before: bool) -> Letters:
    """The destination refuses all; or (taken_before) takes them, and every answer is lost, for longer than anything is tried."""
    clock, store = Clock(), open_store("sqlite://")
    broken, seen = [True], list[Request]()

    def answer(request: Request) -> Answer:
        if not broken[0] or taken_before:
            seen.append(request)
        if broken[0]:
            return Answer(lost=True) if taken_before else Answer(status=403, text="")
        return kind.taken

    with Receiver(answer=answer) as receiver:
        destination = kind.connect(receiver.url, store, None)
        post = Post(store=store, destinations={"it": destination}, boot=BOOT, clock=clock, uniform=lambda _, most: most)
        alert = compose(stories.checkout_failing())
        with store.transaction() as connection:
            for number in range(count):
                words = replace(alert, incident_id=f"i{number}", severity=Severity.WARNING)
                announce(connection, words, ["it"], clock.now)
        deliver_to(post, "it")
        if taken_before:
            for _ in range(2 * count):  # a held destination is asked once in a while
                clock.now += _LONGER_THAN_TRIED
                deliver_to(post, "it")
                if not any(d.state in desk.UNDER_WAY for d in desk.overview(store).deliveries):
                    break
        rows = desk.overview(store, limit=None).deliveries
        listed = sum(bool(d.last_class and d.last_error and desk.next_step(d, clock.now)) for d in rows)
        broken[0], before = False, len(seen)
        redriven = desk.redrive(store, now=clock.now)
        arrived = deliver_to(post, "it").sent
    shown = {_key(request) for request in seen} if destination.again is Again.KEYED else seen[before:]
    store.close()
    return Letters(listed=listed, redriven=len(redriven), arrived=arrived, shown=len(shown), again=destination.again)


def _key(request: Request) -> str:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return headers.get("webhook-id") or headers.get("idempotency-key") or str(request.body["dedup_key"])
