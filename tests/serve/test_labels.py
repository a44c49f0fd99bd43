"""Labels as Prometheus reads them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from modelwatch.domain.names import ModelKey
from modelwatch.serve.labels import LONGEST, is_sound, of_model, of_version, with_more

KEY = ModelKey("delay", "staging")


def read(labels: str) -> dict[str, str]:
    [family] = text_string_to_metric_families(f"a{labels} 1\n")
    return dict(family.samples[0].labels)


def test_both_names_of_a_model_carry_the_same_value() -> None:
    assert read(of_model(KEY)) == {"model_name": "delay", "model": "delay", "env": "staging"}
    assert read(of_version(KEY, "3")) == {**read(of_model(KEY)), "model_version": "3"}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=LONGEST))
def test_any_sound_text_comes_back_as_it_went(text: str) -> None:
    if is_sound(text):
        assert read(with_more(of_version(KEY, text), feature_name=text))["feature_name"] == text
        assert read(of_version(KEY, text))["model_version"] == text


def test_what_would_end_or_burden_a_scrape_is_not_sound() -> None:
    assert [is_sound(text) for text in ("a", "", "a\0", "a" * LONGEST, "a" * (LONGEST + 1))] == [
        *(True, True, False, True, False)
    ]
