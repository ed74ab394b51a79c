"""The grammar of marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.causes.tokens import Direction, Scope, Token
from detectors.segments.movement import Form


@given(
    st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True),
    st.sampled_from(Direction),
    st.sampled_from(Scope),
    st.sampled_from([*Form, None]),
)
def test_what_is_written_is_read_back(kpi: str, direction: Direction, scope: Scope, shape: Form | None) -> None:
    token = Token(kpi, direction, scope, shape)

    assert Token.parse(str(token)) == token


@given(st.text(max_size=40))
def test_any_other_text_is_refused_with_a_sentence(text: str) -> None:
    try:
        token = Token.parse(text)
    except ValueError as error:
        assert text.strip()[:5] in str(error) or repr(text) in str(error)
    else:
        assert str(token) == text.strip()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("orders down", "write measure:direction@scope~shape"),
        ("orders:sideways@all_channels~any", "direction 'sideways' is unknown; choose one of up, down"),
        ("orders:down@everywhere~any", "scope 'everywhere' is unknown"),
        ("orders:down@all_channels~bang", "shape 'bang' is unknown"),
    ],
)
def test_a_mistake_names_the_part_that_is_wrong(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Token.parse(text)


@pytest.mark.parametrize(
    ("scope", "dimension"),
    [
        (Scope.ONE_CAMPAIGN, "campaign"),
        (Scope.SOME_CAMPAIGNS, "campaign"),
        (Scope.ONE_CALL_SITE, "call_site"),
        (Scope.ALL_CHANNELS, None),
        (Scope.ONE_SOURCE, None),
    ],
)
def test_a_scope_speaks_of_a_dimension_or_of_none(scope: Scope, dimension: str | None) -> None:
    assert scope.dimension == dimension
