"""Secrets that everybody on the machine could read are refused: in credential files, and written into the YAML itself.

A file is open to all when its mode says so and every folder above it lets everybody pass. What lies on a read-only
file system (systemd's credentials, secrets of containers) is not ours to protect.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from config import fields
from config.problems import Path as KeyPath
from config.problems import Problem, spoken
from config.tree import Node

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SECRET_PARAMETERS = ("key", "token", "secret", "password", "passwd", "pwd", "auth")
_ENVIRONMENT = "Write ${NAME}, and set NAME in the environment or as a credential file"


def written(tree: Node, file: Path) -> Iterator[Problem]:
    """A problem for each secret that stands in a YAML file open to all, and for each key file that it names."""
    open_to_all = is_open_to_all(file)
    for path, node in tree.scalars():
        text = str(node.value).strip()
        place = fields.follow(path)
        if not place.is_secret:
            continue
        if path[-1] == "credentials" and not text.startswith("{"):
            key_file = file.parent / Path(text).expanduser()
            if "${" not in text and text.isprintable() and is_open_to_all(key_file):
                yield _problem(node, path, "everybody on this machine can read that file.", _chmod(key_file))
        elif open_to_all and is_secret(path, text):
            message = "a secret stands here, and everybody on this machine can read this file."
            yield _problem(node, path, message, f"{_ENVIRONMENT}; or: {_chmod(file)}")


def credential_files(environ: Mapping[str, str]) -> Iterator[Problem]:
    """A problem for each file in $CREDENTIALS_DIRECTORY that is open to all."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    try:
        files = sorted(file for file in Path(folder).iterdir() if file.is_file()) if folder else []
    except (OSError, ValueError):
        return  # who reads it tells that it cannot be read
    for file in files:
        if is_open_to_all(file):
            message = "everybody on this machine can read it"
            yield Problem(
                file=f"credential file {file.name}", message=message, hint=f"Take it from them: {_chmod(file)}"
            )


def is_open_to_all(file: Path) -> bool:
    """Whether every user of this machine can read a file, and its owner could change that."""
    if os.name != "posix":
        return False
    try:
        real = file.resolve(strict=True)
        passable = all(parent.stat().st_mode & stat.S_IXOTH for parent in real.parents)
        return passable and bool(real.stat().st_mode & stat.S_IROTH) and not os.statvfs(real).f_flag & os.ST_RDONLY
    except (OSError, ValueError):
        return False


def is_secret(path: KeyPath, text: str) -> bool:
    """Whether what is written at the path of a secret, before ${NAME} is filled in, gives anything away.

    Addresses of databases and APIs do when they hold a password or a token; those of webhooks always do.
    """
    if not text or path[-1] == "username":
        return False
    if "://" not in text:
        return path[-1] != "url" and "${" not in text
    try:
        url = urlsplit(text)
        password, host = url.password, url.hostname
    except ValueError:
        return "${" not in text
    parameters = [value for name, value in parse_qsl(url.query) if any(w in name.lower() for w in _SECRET_PARAMETERS)]
    if any(literal and "${" not in literal for literal in (password, *parameters)):
        return True
    is_webhook = path[0] == "destinations" and url.scheme in ("http", "https") and host not in _LOOPBACK
    return is_webhook and "${" not in text and len(url.path) > 1


def _problem(node: Node, path: KeyPath, message: str, hint: str) -> Problem:
    at = node.origin
    return Problem(file=at.file, line=at.line, column=at.column, path=spoken(path), message=message, hint=hint)


def _chmod(file: Path) -> str:
    return f"chmod 600 {file}"
