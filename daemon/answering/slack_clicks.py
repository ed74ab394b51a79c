"""What somebody clicked in Slack, from the payload of an interaction. Pure; what does not fit is no click.

Reference: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

from daemon.alerts.slack_buttons import LONGEST_ID, ROW
from daemon.answering.desk import SPANS
from daemon.controls import LONGEST_NAME, on_one_line
from daemon.model import Verdict
from daemon.replies import Kind, Reply

_ROW = re.compile(re.escape(ROW) + r"(.{1," + str(LONGEST_ID) + r"}):[0-9a-f]{12}")
# An answer only the person sees goes to Slack and nowhere else.
_REPLIES_TO = re.compile(r"https://hooks\.slack(-gov)?\.com/[\x21-\x7e]{1,400}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """One press of a button. mark: the same whenever Slack brings the same one; tells_at: where words go that only this
    person sees, empty where it is not known. app and channel: whose message it was, and where.
    """

    incident_id: str
    kind: Kind
    chosen: str
    who: str
    mark: str
    channel: str
    app: str
    tells_at: str

    def reply(self, now: datetime) -> Reply | None:
        """What it says; None where the menu had no such words."""
        until = verdict = None
        if self.kind is Kind.MUTE:
            if self.chosen not in SPANS:
                return None
            until = now + SPANS[self.chosen]
        if self.kind is Kind.FEEDBACK:
            if self.chosen not in list(Verdict):
                return None
            verdict = Verdict(self.chosen)
        return Reply(incident_id=self.incident_id, at=now, kind=self.kind, who=self.who, until=until, verdict=verdict)


def payload_of(body: bytes) -> Any:
    """The payload of a request; None where there is none."""
    try:
        (text,) = parse_qs(body.decode("utf-8"), max_num_fields=5)["payload"]
        return json.loads(text)
    except (ValueError, KeyError, RecursionError):
        return None


def click_of(payload: Any) -> Click | None:
    """The click that a payload tells of; None where it is none of ours."""
    try:
        return _click(payload)
    except (TypeError, KeyError, ValueError, AttributeError, IndexError):
        return None


def _click(payload: Any) -> Click | None:
    if payload["type"] != "block_actions":
        return None
    (action,) = payload["actions"]
    row = _ROW.fullmatch(str(action["block_id"]))
    user = payload["user"]
    who = on_one_line(str(user.get("username") or user.get("name") or user["id"]))[:LONGEST_NAME]
    if row is None or not who:
        return None
    channel, app = str(payload["channel"]["id"]), str(payload.get("api_app_id") or "")
    tells_at = str(payload.get("response_url") or "")
    same = [app, channel, str(user["id"]), row[0], str(action["action_id"]), str(action["action_ts"])]
    return Click(
        incident_id=row[1],
        kind=Kind(action["action_id"]),
        chosen=_chosen(action),
        who=who,
        mark=sha256(json.dumps(same).encode()).hexdigest()[:40],
        channel=channel,
        app=app,
        tells_at=tells_at if _REPLIES_TO.fullmatch(tells_at) else "",
    )


def _chosen(action: Mapping[str, Any]) -> str:
    option = action.get("selected_option")
    return str(option["value"]) if option else ""
