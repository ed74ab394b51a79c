"""causes.yaml as marketers edit it."""

from pathlib import Path

import pytest

from config.causes import Causes, Loses, load_causes, shipped
from config.causes_page import with_table
from config.problems import ConfigError
from config.vocabulary import flags, is_role
from detectors.causes.tokens import Token

GOOD = """\
version: 1
causes:
  till_jam:
    title: till jammed
    family: stores
    kind: business
    loses: money
    often: rare
    typical: [10%, 100%]
    channels: [offline]
    necessary:
      - store_transactions:down@one_store~cliff
    verify: [The till]
    actions: [Open the till]
"""


def _load(tmp_path: Path, text: str) -> Causes:
    file = tmp_path / "causes.yaml"
    file.write_text(text, encoding="utf-8")
    return load_causes(file)


def _refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as refused:
        _load(tmp_path, text)
    return str(refused.value)


def test_all_seventy_two_causes_are_shipped_and_each_says_what_to_look_at_and_do() -> None:
    causes = shipped().causes

    assert len(causes) == 72
    assert all((c.verify and c.actions and c.title[0].islower()) or c.title[0].isupper() for c in causes.values())
    assert len({c.title for c in causes.values()}) == 72


def test_every_mark_speaks_the_vocabulary() -> None:
    found = shipped()
    marks = [Token.parse(m) for c in found.causes.values() for m in (*c.necessary, *c.supporting, *c.contradicting)]

    assert len(marks) > 500
    assert [m.kpi for m in marks if not (is_role(m.kpi) or m.kpi in flags() or m.kpi in found.measures)] == []


def test_a_recording_fault_loses_records_not_money() -> None:
    causes = shipped().causes

    assert causes["tracking_conversion_only"].loses is Loses.RECORDS
    assert causes["checkout_failure"].loses is Loses.MONEY


def test_a_cause_of_ones_own_is_read(tmp_path: Path) -> None:
    record = _load(tmp_path, GOOD).records()[0]

    assert (record.id, record.typical, record.kinds) == ("till_jam", (0.1, 1.0), frozenset({"offline"}))


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("store_transactions:down", "store_transaction:down", 12, "Did you mean 'store_transactions'?"),
        (
            "store_transactions:down@one_store~cliff",
            "store_transactions falls",
            12,
            "write measure:direction@scope~shape",
        ),
        ("kind: business", "kind: busy", 6, "'data', 'calendar' or 'business'"),
        ("often: rare", "oftn: rare", 8, "there is no such key"),
        ("    verify: [The till]\n", "", 3, "this key is missing"),
        ("[10%, 100%]", "[100%, 10%]", 3, "from the smaller to the larger"),
        ("[10%, 100%]", "[ten, 100%]", 9, "is no percentage"),
        ("till_jam:", "unknown:", 3, "Give the cause another name"),
        ("version: 1", "version: 2", 1, "'1'"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    told = _refusal(tmp_path, GOOD.replace(old, new))

    assert says in told
    assert f"causes.yaml:{line}:" in told


def test_a_measure_of_ones_own_needs_a_name_first(tmp_path: Path) -> None:
    text = GOOD.replace("store_transactions:", "till_errors:")

    assert "`till_errors` is not known" in _refusal(tmp_path, text)
    assert _load(
        tmp_path, text.replace("causes:\n", "measures: {till_errors: Till errors}\ncauses:\n", 1)
    ).measures == {"till_errors": "Till errors"}


def test_the_catalogue_in_the_docs_is_the_shipped_one() -> None:
    page = (Path(__file__).parents[2] / "docs" / "causes.md").read_text(encoding="utf-8")

    assert with_table(page, shipped()) == page, "run: python -m config.causes_page"
