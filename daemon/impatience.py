"""HTTP for visitors who finish what they ask: who does not is let go, before he holds up everybody else."""

import asyncio
from asyncio.transports import Transport
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

# A request of this service is a few hundred bytes; a phone in a tunnel sends it in less.
PATIENCE_SECONDS = 10.0


class Impatient(H11Protocol):
    """Ends a connection whose request is not complete in time, counted from its beginning or from the answer before."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """As inherited; the time runs from here."""
        super().connection_made(transport)
        self._begin()

    def on_response_complete(self) -> None:
        """As inherited; the time runs anew."""
        super().on_response_complete()
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """As inherited."""
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def _begin(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(PATIENCE_SECONDS, self._let_go)

    def _let_go(self) -> None:
        asked = self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body
        if not asked:  # who asked is answered, however long that takes
            self.transport.close()
