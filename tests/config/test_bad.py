"""Every broken configuration in tests/config/bad gives exactly the message beside it."""

from pathlib import Path

import pytest

from config import exposure
from config.load import load
from config.problems import ConfigError

BAD = Path(__file__).parent / "bad"


@pytest.mark.parametrize("file", sorted(BAD.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_broken_configuration_says_what_is_wrong_where_and_what_to_do(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    monkeypatch.setattr(exposure, "is_open_to_all", lambda _: False)  # wherever the repository lies

    with pytest.raises(ConfigError) as caught:
        load(Path(file.name), {})

    assert str(caught.value) + "\n" == file.with_suffix(".txt").read_text(encoding="utf-8")


def test_every_broken_configuration_has_its_message_and_the_other_way_round() -> None:
    assert {file.stem for file in BAD.glob("*.yaml")} == {file.stem for file in BAD.glob("*.txt")}
    assert len(list(BAD.glob("*.yaml"))) >= 20


def test_every_problem_has_a_remedy_and_problems_come_in_order_of_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    for file in sorted(BAD.glob("*.yaml")):
        with pytest.raises(ConfigError) as caught:
            load(Path(file.name), {})

        lines = [problem.line or 0 for problem in caught.value.problems]
        assert lines == sorted(lines)
        assert all(problem.hint for problem in caught.value.problems), file.name
