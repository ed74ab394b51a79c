"""The inbox on this machine: what was received, as a page."""

from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from daemon.alerts.alert import Alert
from daemon.store import Store, inbox

# Messages that the page shows.
_MOST = 200


def received(store: Store) -> list[Alert]:
    """What the inbox received, newest first."""
    with store.reading() as connection:
        return [Alert.from_dict(message.alert) for message in inbox.latest(connection, limit=_MOST)]


def save(path: Path, alerts: Sequence[Alert], zone: ZoneInfo, title: str = "Inbox") -> None:
    """Write the page, pictures included, as one file."""
    from daemon.alerts import picture
    from daemon.console.page import page

    path.write_text(page(alerts, zone, title=title, draw=picture.svg), encoding="utf-8")


def serve(store: Store, zone: ZoneInfo, port: int, *, started: Callable[[], None] = lambda: None) -> None:
    """Serve the page on 127.0.0.1 until interrupted."""
    import uvicorn

    from daemon.console.app import console

    started()
    uvicorn.run(console(lambda: received(store), zone), host="127.0.0.1", port=port, log_level="warning")
