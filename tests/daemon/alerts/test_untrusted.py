"""Names that strangers wrote, made harmless."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.alerts import untrusted


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Brand\r\nBcc: x", "Brand Bcc: x"),
        ("zero\u200bwidth", "zerowidth"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\x1b[31mred", "[31mred"),
        ("", "(no name)"),
        ("\u200b", "(no name)"),
        ("e\u0301te\u0301", "été"),
        ("a\u2028b", "a b"),
        ("  a   b ", "a b"),
    ],
)
def test_a_name_is_one_line_of_what_can_be_seen(raw: str, name: str) -> None:
    assert untrusted.clean(raw) == name


def test_a_long_name_keeps_its_start_and_its_end() -> None:
    name = untrusted.clean("uk_brand_" + "x" * 200 + "_phones")

    assert len(name) == 80 and name.startswith("uk_brand_") and name.endswith("_phones") and "…" in name


@given(st.text())
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    name = untrusted.clean(raw)

    assert untrusted.clean(name) == name and 0 < len(name) <= 80 and unicodedata.is_normalized("NFC", name)


def test_slack_escapes_the_three_characters_once() -> None:
    assert untrusted.for_slack("<!channel> & <b>") == "&lt;!channel&gt; &amp; &lt;b&gt;"
    assert untrusted.for_slack("&amp;") == "&amp;amp;"


def test_formatting_characters_of_a_name_format_nothing() -> None:
    assert not set("*~`") & set(untrusted.for_slack("*a* ~b~ `c` _d_"))
    assert untrusted.for_slack("uk_brand_search") == "uk_brand_search"


@pytest.mark.parametrize("address", ["https://evil.example/x", "evil.example.com", "www.evil.example"])
def test_an_address_in_a_name_does_not_become_a_link(address: str) -> None:
    assert address not in untrusted.unlinked(address) and untrusted.unlinked(address).replace("\u2060", "") == address


def test_numbers_and_abbreviations_are_left_alone() -> None:
    assert untrusted.unlinked("1.25 million. Desktop is normal.") == "1.25 million. Desktop is normal."


@pytest.mark.parametrize(
    ("owner", "live"),
    [
        ("<@U024BE7LH>", True),
        ("<!subteam^S024BE7LH>", True),
        ("<!here>", True),
        ("<!everyone>", False),
        ("@ana", False),
        ("<@U024BE7LH> <!channel>", False),
    ],
)
def test_only_an_exact_mention_from_configuration_is_live(owner: str, live: bool) -> None:
    assert (untrusted.slack_person(owner) == owner and "<" in owner) is live


def test_a_name_that_could_be_our_own_words_is_quoted() -> None:
    assert untrusted.quoted("Brand UK") == "Brand UK"
    assert untrusted.quoted("resolved: all is well") == "“resolved: all is well”"
