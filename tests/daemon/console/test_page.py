"""The inbox page: self-contained, readable without pictures, and closed to strangers."""

import re
from dataclasses import replace

from daemon.alerts.compose import compose
from daemon.console.page import page
from tests.builders_alerts import LONDON, budget_cap, checkout_failing, checkout_resolved, tag_lost


def _pages_text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_newest_message_comes_first() -> None:
    html = page([compose(checkout_failing()), compose(budget_cap()), compose(tag_lost())], LONDON)

    assert html.index("Clicks\u0020-38") < html.index("Orders\u0020-96") < html.index("Orders\u0020-41")


def test_an_empty_inbox_says_so_in_words() -> None:
    assert "All quiet." in page([], LONDON)


def test_nothing_is_loaded_from_anywhere() -> None:
    html = page([compose(checkout_failing())], LONDON, draw=lambda spec: "<svg xmlns='http://www.w3.org/2000/svg'/>")

    loaded = re.findall(r"(?:src|srcset)=\"([^\"]*)\"", html)
    assert loaded and all(address.startswith("data:image/svg+xml;base64,") for address in loaded)
    assert "<script" not in html and "@import" not in html and "url(" not in html and " style=" not in html
    assert "default-src &#39;none&#39;" in html


def test_severity_is_a_word_and_a_shape_not_only_a_colour() -> None:
    html = page([compose(checkout_failing()), compose(checkout_resolved()), compose(budget_cap())], LONDON)

    assert all(
        f"{sign}</span> {word}" in html for sign, word in (("●", "Critical"), ("✓", "Resolved"), ("▲", "Warning"))
    )


def test_the_picture_is_told_in_words_with_its_numbers() -> None:
    html = page([compose(checkout_failing())], LONDON, draw=lambda spec: "<svg/>")

    assert re.search(
        r'alt="Orders a day on mobile, all paid channels, 18 Sep-15 Oct\. Marked: 14-15 Oct, 188 on average where \d+ to \d+ was expected\."',
        html,
    )


def test_a_picture_that_cannot_be_drawn_leaves_the_text_one() -> None:
    html = page([compose(checkout_failing())], LONDON, draw=lambda spec: None)

    assert "<img" not in html and "▆▆▇█" in html


def test_a_number_and_its_unit_stay_on_one_line() -> None:
    assert "-41\u00a0%" in page([compose(checkout_failing())], LONDON)


def test_names_are_text() -> None:
    alert = replace(
        compose(checkout_failing()),
        headline="<img src=x onerror=alert(1)> {{ 7 * 7 }}",
        why=("</article><script>x</script>",),
    )

    html = page([alert], LONDON)
    assert "<img src=x" not in html and "<script" not in html and "{{ 7 * 7 }}" in _pages_text(html)
