import ctypes

import pytest

from daemon import room


def test_memory_is_given_back_as_often_as_one_likes() -> None:
    for _ in range(3):
        room.give_back()


def test_a_c_library_that_cannot_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    room._trim.cache_clear()

    room.give_back()

    room._trim.cache_clear()
