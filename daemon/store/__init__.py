"""The state: incidents with their history, what was judged, what is on its way to whom, and the local inbox.

The one door to the database. `open_store(url)` gives a Store; everything that one cycle decides is written inside one
`with store.transaction() as connection:` through the functions of the modules here, each of which takes that connection:

- incidents: incidents and every transition with its reason
- judged: how far each check was judged, and the latest cycle's instant
- pending: periods of series that wait for their value
- pulls: what databases and APIs answered
- replies, answered: what people said about incidents, and the links and clicks by which they did
- troubles: checks whose source cannot be read
- activity, chores: what the regular tasks need to know
- deliveries, holds: the outbox
- inbox: alerts for the local page

A new table goes into tables.py and into a new file of migrations/versions; a test compares the two.
"""

from daemon.store.database import Connection, Store, is_there, open_store

__all__ = ["Connection", "Store", "is_there", "open_store"]
