"""Durable delivery: what a cycle decided to say is queued with it, sent, and sent again until it arrived or is given up.

The promise is at least once. A crash, or a lost answer, between sending and marking leaves a delivery of which nobody can
tell whether it arrived (two generals); then a destination that recognises our key gets it again, one that can look for it
gets it if it is not there, and any other gets it again marked "possible repeat", or, if it is mere information, not again:
it is parked and listed.

- queue: `enqueue`, inside the cycle's transaction
- revising: what people said, shown in messages that can be changed
- attempt: one delivery from claim to result; `deliver_due` sends everything that is due, once
- deliverer: the daemon's threads, one a destination, so that a dead one delays no other
- policy: pure rules: when to try again, when to give up, what to do when nothing is clear
- desk: what a person sees and does: list, show, send again, purge
"""

from daemon.outbox.attempt import Tally, deliver_due
from daemon.outbox.boot import new_boot
from daemon.outbox.deliverer import Deliverer
from daemon.outbox.policy import Policy
from daemon.outbox.post import Post
from daemon.outbox.queue import announce, enqueue
from daemon.outbox.revising import revise

__all__ = ["Deliverer", "Policy", "Post", "Tally", "announce", "deliver_due", "enqueue", "new_boot", "revise"]
