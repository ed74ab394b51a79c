"""A token says what it was made for, to whoever has the key, and nothing else ever passes for one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daemon.answering.tickets import VALID_FOR, Forged, Ticket, issued, opened, signed
from daemon.replies import Kind

KEY, OTHER = b"k" * 32, b"o" * 32
NOW = datetime(2026, 3, 2, 12, 0, 0, 123_456, tzinfo=UTC)

_names = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
_tickets = st.builds(
    issued,
    st.sampled_from(list(Kind)),
    _names,
    _names,
    st.integers(631_152_000, 3_786_912_000).map(lambda s: datetime.fromtimestamp(s, UTC)),
    _names,
    st.just(KEY),
)


def _ticket(**but: Any) -> Ticket:
    of = {"kind": Kind.ACK, "incident_id": "i1", "destination": "growth", "made_at": NOW, "delivery": "d1", "key": KEY}
    return issued(**{**of, **but})


def test_a_ticket_comes_back_as_it_was_made_and_is_the_same_for_every_attempt() -> None:
    token = signed(_ticket(), KEY)

    assert opened(token, [KEY]) == _ticket()
    assert signed(_ticket(), KEY) == token
    assert opened(token, [KEY]).until == (NOW + VALID_FOR).replace(microsecond=0)
    assert timedelta(hours=72) >= VALID_FOR
    assert len(token) < 220


@given(_tickets)
def test_whatever_it_names_it_comes_back(ticket: Ticket) -> None:
    token = signed(ticket, KEY)

    assert opened(token, [OTHER, KEY]) == ticket
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@given(_tickets, st.data())
def test_any_bit_that_is_flipped_makes_it_worthless(ticket: Ticket, data: st.DataObject) -> None:
    token = bytearray(signed(ticket, KEY).encode())
    at, bit = data.draw(st.integers(0, len(token) - 1)), data.draw(st.integers(0, 7))
    token[at] ^= 1 << bit

    with pytest.raises(Forged):
        opened(token.decode("latin-1"), [KEY])


def test_each_bit_of_one_token_counts() -> None:
    token = signed(_ticket(), KEY).encode()

    for at in range(len(token)):
        for bit in range(8):
            changed = bytearray(token)
            changed[at] ^= 1 << bit
            with pytest.raises(Forged):
                opened(changed.decode("latin-1"), [KEY])


@given(_tickets, st.binary(min_size=1, max_size=40))
def test_no_other_key_opens_or_makes_one(ticket: Ticket, key: bytes) -> None:
    if key != KEY:
        with pytest.raises(Forged):
            opened(signed(ticket, KEY), [key])
        with pytest.raises(Forged):
            opened(signed(ticket, key), [KEY])


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda b: b.decode("latin-1"))))
@example("")
@example(".")
@example("a" * 5_000)
@example("W10.")
@example("WzEsMiwzXQ.AAAA")
@example("WzEsIiIsImFjayIsIiIsIiIsMWU5OTksIiJd.AAAA")
@example("W1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tb" * 40)
@example("\ud800")
def test_no_text_passes_for_a_token_or_breaks_the_reader(text: str) -> None:
    with pytest.raises(Forged):
        opened(text, [KEY])


@pytest.mark.parametrize("tail", ["=", "==", " ", "\n", ".", "A"])
def test_there_is_one_way_to_write_a_token(tail: str) -> None:
    with pytest.raises(Forged):
        opened(signed(_ticket(), KEY) + tail, [KEY])


def test_every_delivery_way_and_destination_has_its_own_mark() -> None:
    tickets = [
        _ticket(**but)
        for but in ({}, {"kind": Kind.MUTE}, {"incident_id": "i2"}, {"destination": "mail"}, {"delivery": "d2"})
    ]

    assert len({t.mark for t in tickets}) == len({signed(t, KEY) for t in tickets}) == 5
    assert len({t.nonce for t in tickets[:2]}) == 1, "one nonce for the links of one message"


def test_without_a_key_nothing_opens() -> None:
    with pytest.raises(Forged):
        opened(signed(_ticket(), KEY), [])
