"""Two causes at once, as people read them."""

from dataclasses import replace

from daemon.alerts.compose import compose
from daemon.alerts.sentences import cause_line
from daemon.model import Cause
from tests.builders_alerts import checkout_failing

STORE = Cause(
    id="store_closed", title="store closed", probability=0.3, supporting=("Footfall fell.",), verify=("A call",)
)
TAG = Cause(id="tag", title="conversion tag broken", probability=0.6, supporting=("Orders fell.",), verify=("The tag",))


def test_two_causes_at_once_are_told_without_a_probability_of_one_of_them() -> None:
    assert cause_line([TAG, STORE], [TAG, STORE]) == (
        "Likely",
        "two things at once: conversion tag broken and store closed.",
    )
    assert cause_line([TAG, STORE], [TAG])[1].startswith("conversion tag broken, 60 %.")


def test_the_evidence_and_the_first_steps_of_both_are_told_in_turn() -> None:
    incident = replace(checkout_failing().incident, causes=(TAG, STORE), together=("store_closed", "tag"))

    alert = compose(replace(checkout_failing(), incident=incident))

    assert alert.why == ("Footfall fell.", "Orders fell.")
    assert alert.verify == ("A call", "The tag")
