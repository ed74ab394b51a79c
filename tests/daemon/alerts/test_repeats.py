"""An alert says nothing twice."""

import pytest

from daemon.alerts.repeats import unsaid

SAID = ["Back-office orders (+3.9 %), ad clicks (+2.3 %) and ad spend (-0.5 %) are steady."]


@pytest.mark.parametrize(
    ("reason", "left"),
    [
        ("Ad clicks (-3 %) and ad spend (-4.5 %) are steady.", None),
        ("Ad clicks are steady (-3 %).", None),
        ("Ad clicks (-3 %) and users (+1 %) are steady.", "Users are steady (+1 %)."),
        (
            "Ad spend (-3 %), users (+1 %) and cost per click (0 %) are steady.",
            "Users (+1 %) and cost per click (0 %) are steady.",
        ),
        ("The shop's own count is normal: 1,380 back-office orders (+3.9 %).", None),
        (
            "The shop's own count agrees: back-office revenue -23 %.",
            "The shop's own count agrees: back-office revenue -23 %.",
        ),
        ("Ad clicks -40 % in paid search.", "Ad clicks -40 % in paid search."),
        ("The data of stores came twice.", "The data of stores came twice."),
    ],
)
def test_what_is_called_steady_above_is_not_called_so_again(reason: str, left: str | None) -> None:
    assert unsaid([reason], SAID, is_data=False) == (() if left is None else (left,))


def test_a_fault_of_the_data_that_the_headline_names_is_no_reason_for_itself() -> None:
    assert unsaid(["The data of stores came twice.", "Rows: twice as many."], [], is_data=True) == (
        "Rows: twice as many.",
    )
