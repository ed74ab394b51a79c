"""An incident that was told, and a browser in front of the page that takes answers."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from daemon.alerts.compose import compose
from daemon.answering.offering import Offering, offering
from daemon.answering.slack_desk import SlackDesk
from daemon.answering.web import application
from daemon.app import App, open_app
from daemon.model import Change, Incident
from daemon.outbox import announce
from daemon.replies import Kind, Reply
from daemon.store import incidents, replies
from tests import builders_alerts as build
from tests.daemon.outbox.builders import Recording

NOW = datetime(2025, 10, 16, 9, 14, tzinfo=UTC)
SECRET = "s" * 40
URL = "https://answers.example.com"
ANSWERING = {"url": URL, "secret": SECRET}


@dataclass
class Place:
    """The service, a clock, and one incident that `growth` heard of."""

    app: App
    now: datetime = NOW
    woken: int = 0
    desk: SlackDesk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = SlackDesk(lambda: self, lambda: self.now)

    def deliver_now(self) -> None:
        self.woken += 1

    @property
    def incident(self) -> Incident:
        with self.app.store.reading() as connection:
            (found,) = incidents.recent(connection)
        return found

    @property
    def said(self) -> list[Reply]:
        with self.app.store.reading() as connection:
            return replies.of(connection, build.checkout_failing().incident.id)

    def state(self) -> list[tuple[Any, ...]]:
        """Everything in the database."""
        with self.app.store.reading() as connection:
            driver: Any = connection.connection.driver_connection
            return list(driver.iterdump())

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            app = application(lambda: self, self.desk, lambda: self.now)
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
                return await client.request(method, path, content=body, headers=headers)

        return asyncio.run(asked())

    def fill(self, path: str, **fields: str) -> httpx.Response:
        return self.ask(path, "POST", urlencode(fields).encode())

    def links(self, change: Change = Change.OPENED, key: str = "delivery-1") -> dict[str, str]:
        """Kind -> the path of its link, in a message that `growth` got now."""
        alert = {**compose(build.checkout_failing()).to_dict(), "change": str(change), "at": NOW.isoformat()}
        return self.links_in(alert, key)

    def links_in(self, alert: dict[str, Any], key: str = "delivery-1") -> dict[str, str]:
        """The same, of a stored alert."""
        to, settings = Recording(), self.app.settings
        offering("growth", to, settings.destinations["growth"], settings.answering).deliver(alert, key, NOW)
        return {a["kind"]: a["url"].removeprefix(URL) for a in to.taken[0].get("answers", ())}

    def resolve(self) -> None:
        """Let the trouble end by itself."""
        with self.app.store.transaction() as connection:
            over = build.checkout_resolved().incident
            incidents.record(connection, over, at=self.now, change=Change.RESOLVED, reason="back in range")

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


@contextmanager
def place(folder: Path, **more: Any) -> Iterator[Place]:
    """A place in a folder; `more`: settings."""
    check = {"source": "s", "period": "day", "scope": "business", "columns": {"orders": "orders"}}
    given: dict[str, Any] = {
        "timezone": "Europe/London",
        "currency": "GBP",
        "kpis": {"orders": {"type": "count"}},
        "sources": {"s": {"kind": "files", "path": "data"}},
        "checks": {"shop": check},
        "destinations": {
            "growth": {"kind": "webhook", "url": "https://hook.example.com", "secret": "whsec_" + "YQ" * 24}
        },
        "routes": [{"to": ["growth"]}],
        "answering": ANSWERING,
        **more,
    }
    (folder / "channelwatch.yaml").write_text(json.dumps(given), encoding="utf-8")
    app = open_app(folder / "channelwatch.yaml")
    incident = replace(build.checkout_failing().incident, told_to=("growth",))
    with app.store.transaction() as connection:
        incidents.record(connection, incident, at=NOW, change=Change.OPENED, reason="first seen")
        announce(connection, compose(build.checkout_failing()), ["growth"], NOW)
    here = Place(app)
    try:
        yield here
    finally:
        here.desk.stop()
        app.close()


__all__ = ["ANSWERING", "NOW", "SECRET", "URL", "Kind", "Offering", "Place", "place"]
