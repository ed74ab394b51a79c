"""The generated shops whose one factor is lowered."""

from benchmarks.factors import run


def test_a_few_shops_give_a_report_with_its_shares_and_no_rest() -> None:
    lines = run(cases=40, seed=3)

    assert any("KPI trees that end at the planted factor" in line for line in lines)
    assert sum(line.startswith("| ") for line in lines) == 6
