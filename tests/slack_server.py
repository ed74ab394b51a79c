"""Slack's Web API on this machine, as far as one bot uses it: channels with messages and threads, files, scopes, its errors.

It answers over real HTTP by the reference of each method (https://docs.slack.dev/reference/methods), and may be told to
answer otherwise: `script` holds answers for the next calls of a method.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from tests.vendor_server import Answer, Asked, VendorServer

TOKEN = "xoxb-0000-canary-secretsecretsecret"
APP_TOKEN = "xapp-0000-canary-secretsecretsecret"
CHANNEL = "C0GROWTH01"
APP = "A0WATCH"
SCOPES = frozenset({"chat:write", "chat:write.public", "files:write", "channels:history"})
_FIRST = 1_772_452_800  # 2 March 2026, noon: the tests' own
_NEEDED = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
}
_WORDS = ("text", "blocks", "metadata", "thread_ts", "reply_broadcast")


def no(word: str, **more: Any) -> Answer:
    """An error as Slack tells it: with status 200."""
    return Answer(body={"ok": False, "error": word, **more})


@dataclass
class File:
    """An uploaded file. It may be shown in a message once Slack has looked at it `looks` times."""

    length: int
    words: str
    content: bytes = b""
    complete: bool = False
    looks: int = 0


@dataclass
class Slack:
    """The workspace. `messages`: by timestamp, as people see them now; `pings`: what notified somebody, in order."""

    scopes: frozenset[str] = SCOPES
    channel: str = CHANNEL
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    pings: list[str] = field(default_factory=list)
    files: dict[str, File] = field(default_factory=dict)
    script: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    swallow: bool = False  # do as told, and close the connection without an answer
    file_delay: int = 0  # how often a file is refused in a message before it is ready
    page: int = 200
    socket: str = ""  # where an app in Socket Mode is to connect

    def __enter__(self) -> Self:
        self._server = VendorServer(vendors={"/api/": self._api, "/upload/": self._upload})
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)

    @property
    def url(self) -> str:
        return f"{self._server.url}/api"

    @property
    def roots(self) -> list[dict[str, Any]]:
        return [m for m in self.messages.values() if "thread_ts" not in m]

    @property
    def replies(self) -> list[dict[str, Any]]:
        return [m for m in self.messages.values() if "thread_ts" in m]

    def asked(self, method: str) -> list[dict[str, Any]]:
        return [given for name, given in self.calls if name == method]

    def _api(self, asked: Asked) -> Answer:
        method = asked.path.removeprefix("/api/")
        is_json = asked.headers.get("content-type", "").startswith("application/json")
        given = asked.json if is_json else asked.form if asked.body else {}
        self.calls.append((method, given))
        if self.script[method]:
            return self.script[method].pop(0)
        token = APP_TOKEN if method == "apps.connections.open" else TOKEN
        if asked.headers.get("authorization") != f"Bearer {token}":
            return no("invalid_auth")
        needed = _NEEDED.get(method)
        if needed is not None and needed not in self.scopes:
            return no("missing_scope", needed=needed, provided=",".join(sorted(self.scopes)))
        done = self._methods[method](given)
        if self.swallow:
            return Answer(lost=True)
        return Answer(
            body=done if isinstance(done, dict) else {"ok": False, "error": done},
            headers={"x-oauth-scopes": ",".join(sorted(self.scopes))},
        )

    @property
    def _methods(self) -> dict[str, Callable[[Mapping[str, Any]], dict[str, Any] | str]]:
        return {
            "auth.test": self._who,
            "apps.connections.open": lambda _: {"ok": True, "url": self.socket},
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.replies": self._thread,
            "files.getUploadURLExternal": self._place_for,
            "files.completeUploadExternal": self._complete,
        }

    def _upload(self, asked: Asked) -> Answer:
        file = self.files[asked.path.removeprefix("/upload/")]
        assert "authorization" not in asked.headers
        assert len(asked.body) == file.length
        file.content = asked.body
        return Answer(body=f"OK - {file.length}")

    def _who(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {"ok": True, "user": "channelwatch", "team": "Acme", "user_id": "U0BOT"}

    def _post(self, given: Mapping[str, Any]) -> dict[str, Any] | str:
        if given["channel"] != self.channel:
            return "channel_not_found"
        thread = given.get("thread_ts")
        if thread is not None and thread not in self.messages:
            return "thread_not_found"
        if error := self._wrong(given):
            return error
        ts = f"{_FIRST + len(self.messages)}.000100"
        self.messages[ts] = {name: given[name] for name in _WORDS if name in given}
        self.pings.append(given["text"])
        return {"ok": True, "channel": self.channel, "ts": ts, "message": self.messages[ts]}

    def _update(self, given: Mapping[str, Any]) -> dict[str, Any] | str:
        if given["channel"] != self.channel or given["ts"] not in self.messages:
            return "message_not_found"
        if error := self._wrong(given):
            return error
        message = self.messages[given["ts"]]
        message.pop("blocks", None)  # they go where text comes without
        message.update({name: given[name] for name in ("text", "blocks", "metadata") if name in given})
        return {"ok": True, "channel": self.channel, "ts": given["ts"], "text": message["text"]}

    def _wrong(self, given: Mapping[str, Any]) -> str | None:
        blocks = given.get("blocks", [])
        if not given.get("text"):
            return "no_text"
        if len(json.dumps(blocks, ensure_ascii=False)) > 13_000:
            return "msg_blocks_too_long"
        for block in blocks:
            if block["type"] == "image":
                file = self.files.get(block["slack_file"]["id"])
                if file is None or not file.complete or not 0 < len(block["alt_text"]) <= 2000:
                    return "invalid_blocks"
                file.looks += 1
                if file.looks <= self.file_delay:
                    return "invalid_blocks"
        return None

    def _place_for(self, given: Mapping[str, Any]) -> dict[str, Any]:
        name = f"F0{len(self.files):08}"
        self.files[name] = File(length=int(given["length"]), words=given["alt_txt"])
        return {"ok": True, "upload_url": f"{self._server.url}/upload/{name}", "file_id": name}

    def _complete(self, given: Mapping[str, Any]) -> dict[str, Any] | str:
        for each in given["files"]:
            file = self.files[each["id"]]
            if len(file.content) != file.length:
                return "posting_to_channel_denied"
            file.complete = True
        return {"ok": True, "files": given["files"]}

    def _history(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return self._listed(given, [ts for ts, m in self.messages.items() if "thread_ts" not in m][::-1])

    def _thread(self, given: Mapping[str, Any]) -> dict[str, Any] | str:
        if given["ts"] not in self.messages:
            return "thread_not_found"
        inside = [ts for ts, m in self.messages.items() if given["ts"] in (ts, m.get("thread_ts"))]
        return self._listed(given, inside)

    def _listed(self, given: Mapping[str, Any], chosen: list[str]) -> dict[str, Any]:
        recent = [ts for ts in chosen if float(ts) > float(given.get("oldest", 0))]
        start, size = int(given.get("cursor", 0)), min(self.page, int(given["limit"]))
        shown = [{"ts": ts, **self.messages[ts]} for ts in recent[start : start + size]]
        if given.get("include_all_metadata") != "true":
            shown = [{name: value for name, value in m.items() if name != "metadata"} for m in shown]
        following = str(start + size) if start + size < len(recent) else ""
        return {"ok": True, "messages": shown, "response_metadata": {"next_cursor": following}}
