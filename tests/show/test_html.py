"""HTML as values: nothing that is given can become markup."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modelwatch.show.html import Html, element, together


@given(st.text())
def test_no_text_becomes_markup(text: str) -> None:
    made = element("p", text, title=text)
    inside = made.removeprefix('<p title="').removesuffix("</p>")
    assert "<" not in inside
    assert inside.count('"') == 1


def test_html_is_taken_as_it_is_and_text_is_not() -> None:
    assert together([Html("<b>x</b>"), "<b>"]) == "<b>x</b>&lt;b&gt;"


def test_attributes_are_named_as_html_names_them() -> None:
    made = element("button", class_="a", data_state="b", aria_pressed="true", hidden=True, title=None, disabled=False)
    assert made == '<button class="a" data-state="b" aria-pressed="true" hidden></button>'


def test_elements_without_content_are_not_closed_twice() -> None:
    assert element("br") == "<br>"
    assert element("rect", x=1.23456) == '<rect x="1.235"/>'
