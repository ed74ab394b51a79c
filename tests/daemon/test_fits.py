from pathlib import Path

import numpy as np
import pytest

from daemon import fits as module
from daemon.fits import Fits, Fitted
from daemon.workers import Here, Task
from detectors.panel import Panel, SeriesKey
from detectors.series import seasonal
from detectors.series.memory import Memory
from tests.detectors.series.panels import gates, panel, weekly_counts

SHOWN = panel(weekly_counts(6, 200))


@pytest.fixture(autouse=True)
def every_fit_is_worth_keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WORTH_KEEPING", 1)


def _task(shown: Panel, first: int = 198) -> Task:
    keywords = {"panel": shown, "first": first, "gates": gates(shown)}
    return Task(name="web/0/0", series=len(shown.keys), arguments=lambda: keywords)


def _fitted() -> Fitted:
    memory = Memory()
    key = SeriesKey("web", None, "orders", (("region", "north, east"),))
    memory.profiles[key] = (364, 0.1 + 0.2, np.arange(7.0) / 3)
    return Fitted.of(memory)


def test_a_new_process_fits_nothing_that_an_earlier_one_has_fitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (before,) = Here(fits=Fits(tmp_path / "fits")).run([_task(SHOWN)])
    monkeypatch.setattr(seasonal, "fitted", lambda *_: pytest.fail("fitted again"))

    (after,) = Here(fits=Fits(tmp_path / "fits")).run([_task(SHOWN)])

    for name, array in vars(before.expectation).items():
        assert np.array_equal(array, getattr(after.expectation, name), equal_nan=True)


def test_values_that_were_restated_are_fitted_anew(tmp_path: Path) -> None:
    Here(fits=Fits(tmp_path / "fits")).run([_task(SHOWN)])
    values = SHOWN.values.copy()
    values[2, 20:60] *= 1.5
    restated = panel(values)

    (known,) = Here(fits=Fits(tmp_path / "fits")).run([_task(restated)])
    (fresh,) = Here().run([_task(restated)])

    assert np.array_equal(known.expectation.expected, fresh.expectation.expected, equal_nan=True)


def test_what_was_fitted_is_read_as_it_was_written(tmp_path: Path) -> None:
    kept = Fits(tmp_path / "fits")
    kept.put("web/0/0", _fitted())
    kept.save()

    read = Fits(tmp_path / "fits").of("web/0/0")

    assert read is not None
    assert read.keys == _fitted().keys
    assert (read.marks == _fitted().marks).all() and (read.profiles == _fitted().profiles).all()


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"no such thing", lambda b: b""])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "fits"
    kept = Fits(path)
    kept.put("web/0/0", _fitted())
    kept.save()
    assert callable(damage)
    path.write_bytes(damage(path.read_bytes()))

    assert Fits(path).of("web/0/0") is None


def test_fits_of_another_version_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Fits(tmp_path / "fits")
    kept.put("web/0/0", _fitted())
    kept.save()
    monkeypatch.setattr(module, "_version", lambda: "another")

    assert Fits(tmp_path / "fits").of("web/0/0") is None


def test_nothing_is_written_where_nothing_may_be(tmp_path: Path) -> None:
    kept = Fits(tmp_path / "fits", writes=False)
    kept.put("web/0/0", _fitted())
    kept.save()

    assert not (tmp_path / "fits").exists()
