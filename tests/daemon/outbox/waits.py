"""What a destination may say of how long it wants to be left alone, and whether it is: for tests and `make bench`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from daemon.outbox import Post
from daemon.outbox.attempt import deliver_to
from daemon.store import deliveries, open_store
from daemon.store.deliveries import State
from tests.daemon.outbox.builders import BOOT, NOON, Clock, put
from tests.daemon.outbox.vendors import Kind
from tests.receiver import Answer, Receiver, Request

# Each request is answered so late: a wait begins with the answer.
SLOW = timedelta(seconds=7)
ANSWERED = NOON + SLOW
FOR_EVER = "1000000000"

# Header -> until when nothing may be sent at all; None: it says nothing usable, and the usual waits hold.
FORMS: dict[str, datetime | None] = {
    "30": ANSWERED + timedelta(seconds=30),
    "1.5": ANSWERED + timedelta(seconds=1.5),
    "Mon, 02 Mar 2026 12:02:00 GMT": NOON + timedelta(minutes=2),
    "Monday, 02-Mar-26 12:02:00 GMT": NOON + timedelta(minutes=2),
    "Mon Mar  2 12:02:00 2026": NOON + timedelta(minutes=2),
    "Mon, 02 Mar 2026 11:00:00 GMT": ANSWERED,
    "0": ANSWERED,
    FOR_EVER: ANSWERED + timedelta(seconds=1_000_000_000),
    "-5": None,
    "": None,
    "soon": None,
    "nan": None,
}
WAITING = 3


@dataclass(kw_only=True)
class Heard:
    """When the destination was asked, and how its messages ended. `allowed`: before then it must not be asked again."""

    asked: list[datetime] = field(default_factory=list)
    allowed: datetime | None = None
    states: list[State] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def early(self) -> timedelta:
        """How much too soon it was asked again."""
        again = self.asked[1:]
        return max(timedelta(), self.allowed - again[0]) if again and self.allowed else timedelta()


def told_to_wait(kind: Kind, status: int, header: str) -> Heard:
    """Send three messages to a destination that first says `status` with this Retry-After, looking as often as could harm."""
    clock, heard, store = Clock(), Heard(allowed=FORMS[header]), open_store("sqlite://")

    def answer(_: Request) -> Answer:
        heard.asked.append(clock.now)
        if len(heard.asked) > 1:
            return kind.taken
        clock.now += SLOW
        return kind.refuse(status, {"retry-after": header} if header else {})

    with Receiver(answer=answer) as receiver:
        post = Post(
            store=store,
            destinations={"it": kind.connect(receiver.url, store, None)},
            boot=BOOT,
            clock=clock,
            uniform=lambda least, _: least,  # the shortest wait that chance may give
        )
        for number in range(WAITING):
            put(store, "it", incident=f"i{number}")
        deliver_to(post, "it")
        if heard.allowed is not None:
            clock.now = max(clock.now, heard.allowed - timedelta(microseconds=1))
            deliver_to(post, "it")
            clock.now = heard.allowed
        elif status == 429:  # the usual penalty
            heard.allowed = ANSWERED + timedelta(seconds=30)
        deliver_to(post, "it")
        clock.advance(minutes=2)
        deliver_to(post, "it")
    with store.reading() as connection:
        found = deliveries.listing(connection)
    heard.states, heard.reasons = [d.state for d in found], [d.last_error or "" for d in found]
    store.close()
    return heard
