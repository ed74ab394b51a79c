"""What is known of changes at a moment: files as they are now, databases and APIs as they answered last."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from daemon.changes import asked, files
from daemon.changes.asked import label
from daemon.changes.rows import Understood
from daemon.errors import SourceError
from daemon.model import KnownChange
from daemon.store import Store


@dataclass(kw_only=True)
class Log:
    """What feeds told so far. A feed that cannot be read keeps what it told before, and stops nobody."""

    changes: tuple[KnownChange, ...] = ()
    troubles: dict[str, str] = field(default_factory=dict)  # label of a feed -> what is wrong with it now
    _files: dict[str, tuple[tuple[int, int], Understood]] = field(default_factory=dict)

    def look(self, settings: Settings, folder: Path, store: Store, now: datetime) -> None:
        """Bring it up to date: what happened up to `now`, never later."""
        self.troubles = {}
        found: list[KnownChange] = []
        for name, feed in settings.changes.items():
            if feed.path is None:
                with store.reading() as connection:
                    found += asked.load(connection, name, settings)
            else:
                found += self._file(name, settings, folder)
        self.changes = tuple(sorted((c for c in found if c.at <= now), key=lambda c: (c.at, c.feed, c.title)))

    def _file(self, name: str, settings: Settings, folder: Path) -> tuple[KnownChange, ...]:
        try:
            path = files.path_of(settings.changes[name], folder)
            stamp = (path.stat().st_mtime_ns, path.stat().st_size) if path.is_file() else (0, 0)
            if name not in self._files or self._files[name][0] != stamp:
                self._files[name] = (stamp, files.read(name, settings, folder))
        except SourceError as error:
            self.troubles[label(name)] = str(error)
        except OSError as error:
            self.troubles[label(name)] = f"{path} cannot be read: {error}."
        else:
            if (trouble := self._files[name][1].trouble) is not None:
                self.troubles[label(name)] = trouble
        return self._files[name][1].changes if name in self._files else ()
