"""The dead man's switch hears that all is well only while it is."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from config.upkeep import Heartbeat
from daemon import heart
from daemon.app import open_app, utc_now
from daemon.heart import Heart, failing_address, tell, unwell_looks
from daemon.outages import TOLD_AFTER, label
from daemon.store import troubles
from daemon.vitals import Counts, Vitals
from tests.receiver import Answer, Receiver

CONFIG = """
kpis: {orders: {type: count, good: up}}
sources: {exports: {kind: files, path: tables}}
checks: {shop: {source: exports, table: shop.csv, period: day, scope: business, columns: {orders: orders}}}
destinations: {growth: {kind: inbox}}
routes: [{to: [growth]}]
"""
COUNTS = Counts(source_failures={}, last_success={}, failing={}, looked=100_000.0)


class Service:
    """What a heart listens to."""

    def __init__(self, folder: Path, url: str) -> None:
        heartbeat = f'upkeep: {{heartbeat: {{url: "{url}", every: 1m, allow_private: true}}}}\n'
        (folder / "channelwatch.yaml").write_text(CONFIG + heartbeat, encoding="utf-8")
        (folder / "channelwatch.yaml").chmod(0o600)
        self.app = open_app(folder / "channelwatch.yaml")
        self.vitals = Vitals()
        self.standing_still: str | None = None

    def stuck(self) -> str | None:
        return self.standing_still


def beat(service: Any, heart: Heart | None = None) -> None:
    """One beat, to its end."""
    heart = heart or Heart()
    heart.once(service)
    assert heart._beat is not None
    heart._beat.join()


@pytest.fixture
def switch() -> Any:
    with Receiver() as receiver:
        yield receiver


def test_before_the_first_look_has_ended_nothing_is_said(tmp_path: Path, switch: Receiver) -> None:
    service = Service(tmp_path, switch.url)

    beat(service)
    service.vitals.looked(["shop"], well=False)
    beat(service)
    assert switch.requests == []
    service.vitals.looked(["shop"], well=True)
    beat(service)

    assert [(r.path, r.content) for r in switch.requests] == [(switch.url[len("http://127.0.0.1:") + 5 :], b"ok")]


def test_what_stands_still_is_told_at_once(tmp_path: Path, switch: Receiver) -> None:
    service = Service(tmp_path, switch.url)
    service.standing_still = "delivery to growth"

    beat(service)

    (request,) = switch.requests
    assert request.path.endswith("/canarysecretcanarysecret/fail")
    assert request.content == b"delivery to growth stands still"


def test_a_destination_that_takes_nothing_is_told(tmp_path: Path, switch: Receiver) -> None:
    service = Service(tmp_path, switch.url)
    service.vitals.looked(["shop"], well=True)
    with service.app.store.transaction() as connection:
        troubles.note(connection, label("growth"), "no answer", utc_now() - TOLD_AFTER)

    beat(service)

    assert [r.content for r in switch.requests] == [b"no message reaches growth"]


def test_it_beats_as_often_as_it_is_told_and_sooner_where_nobody_heard_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [1000.0]
    with Receiver(Answer(status=500)) as switch:
        service = Service(tmp_path, switch.url)
        service.vitals.looked(["shop"], well=True)
        monkeypatch.setattr(heart, "time", SimpleNamespace(monotonic=lambda: passed[0]))
        beating = Heart()
        heard = []
        for _ in range(13):
            beating.once(service)  # type: ignore[arg-type]
            assert beating._beat is not None
            beating._beat.join()
            heard.append(len(switch.requests))
            passed[0] += 10

    assert heard == [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3]


def test_looks_that_fail_for_a_quarter_of_an_hour_or_come_no_more_are_not_well() -> None:
    assert unwell_looks(replace(COUNTS, failing={"shop": 100_000.0}), 100_899.0) is None
    assert unwell_looks(replace(COUNTS, failing={"shop": 100_000.0}), 100_900.0) == "looking at shop fails: see the log"
    assert unwell_looks(COUNTS, 100_000.0 + 27 * 3600) is None
    assert unwell_looks(COUNTS, 100_001.0 + 27 * 3600) == "no check was looked at for 27 hours"


def test_a_look_that_ends_well_ends_the_failing_of_its_checks_and_of_checks_that_are_gone() -> None:
    vitals = Vitals()
    vitals.looked(["shop", "ads", "old"], well=False)
    vitals.looked(["shop"], well=True)
    vitals.forget_others(["shop", "ads"])

    assert list(vitals.counts().failing) == ["ads"]


def test_no_reason_for_not_being_heard_holds_the_address(switch: Receiver) -> None:
    gone = Heartbeat(url="http://127.0.0.1:9/ping/canarysecret", allow_private=True)
    private = Heartbeat(url=switch.url.replace("http:", "https:"))

    for heartbeat in (gone, private):
        assert "canary" not in (tell(heartbeat, None) or "canary")


def test_fail_stands_behind_the_path_and_before_a_query() -> None:
    assert failing_address("https://hc.example.com/abc/") == "https://hc.example.com/abc/fail"
    assert failing_address("https://hc.example.com/abc?t=1") == "https://hc.example.com/abc/fail?t=1"


@pytest.mark.parametrize("url", ["http://hc.example.com/a", "https://u:p@hc.example.com", "hc.example.com/a", ""])
def test_an_address_that_cannot_work_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Heartbeat(url=url)

    assert "https://" in str(refused.value)
    assert not url or url not in str(refused.value)
