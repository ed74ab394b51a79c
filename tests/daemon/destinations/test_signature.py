"""Whatever we sign, the standard's own library verifies; whatever is changed in it, it refuses."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook as Standard
from standardwebhooks import WebhookVerificationError

from daemon.destinations.signature import signed

_keys = st.binary(min_size=24, max_size=64)
_bodies = st.text(max_size=300).map(lambda text: json.dumps({"text": text}).encode())
_ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=64)


def _verifies(key: bytes, body: bytes, headers: dict[str, str]) -> bool:
    try:
        Standard(b64encode(key).decode()).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


@settings(max_examples=300, deadline=None)
@given(_keys, _keys, _ids, _bodies)
def test_all_of_ours_is_verified_also_while_keys_change_over(new: bytes, old: bytes, name: str, body: bytes) -> None:
    headers = signed([new, old], name, datetime.now(UTC), body)

    assert _verifies(new, body, headers)
    assert _verifies(old, body, headers)


@settings(max_examples=300, deadline=None)
@given(_keys, _keys, _ids, _bodies, st.data())
def test_nothing_that_was_changed_is_verified(
    key: bytes, other: bytes, name: str, body: bytes, data: st.DataObject
) -> None:
    assume(key != other)
    now = datetime.now(UTC)
    headers = signed([key], name, now, body)
    at = data.draw(st.integers(0, len(body) - 1))
    changed = bytearray(body)
    changed[at] ^= 1 << data.draw(st.integers(0, 6))
    late = data.draw(st.sampled_from([-400, -302, 302, 400, 10**6, -(10**6)]))

    assert not _verifies(key, bytes(changed), headers)
    assert not _verifies(other, body, headers)
    assert not _verifies(key, body, {**headers, "webhook-id": f"{name}x"})
    assert not _verifies(key, body, {**headers, "webhook-timestamp": str(int(now.timestamp()) + 1)})
    assert not _verifies(key, body, signed([key], name, now + timedelta(seconds=late), body))
