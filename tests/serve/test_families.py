"""Families and samples: names by the book, and text that two parsers read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from modelwatch.serve.counters import BUCKETS
from modelwatch.serve.families import FAMILIES, histogram, sample

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "prometheus.md"


def test_names_end_as_their_kind_asks() -> None:
    for family in FAMILIES:
        assert family.name.endswith("_total") == (family.kind == "counter"), family.name
        assert family.help.endswith("."), family.name
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)


def test_the_documentation_lists_every_family() -> None:
    told = set(re.findall(r"^\| `(\w+)", PAGE.read_text("utf-8"), re.MULTILINE))
    assert told == {family.name for family in FAMILIES}


@pytest.mark.parametrize("openmetrics", [False, True])
def test_a_counter_is_read_as_one(openmetrics: bool) -> None:
    family = next(family for family in FAMILIES if family.name == "ml_predictions_total")
    text = family.head(openmetrics=openmetrics) + sample(family.name, '{model="m"}', 3).line()
    [found] = read_openmetrics(text + "# EOF\n") if openmetrics else read_text(text)
    assert (found.name, found.type, found.samples[0].value) == ("ml_predictions", "counter", 3.0)


def test_the_buckets_of_a_histogram_add_up() -> None:
    counts = [*range(len(BUCKETS)), 5]
    text = "".join(each.line() for each in histogram("h", '{a="b"}', counts, 1.25))
    [found] = read_openmetrics("# TYPE h histogram\n" + text + "# EOF\n")
    by_bound = {each.labels["le"]: each.value for each in found.samples if each.name == "h_bucket"}
    assert [*by_bound] == [*map(str, BUCKETS), "+Inf"]
    assert by_bound["0.025"] == 0 + 1 + 2
    assert by_bound["+Inf"] == sum(counts) == next(each.value for each in found.samples if each.name == "h_count")


@pytest.mark.parametrize(("value", "text"), [(1, "1.0"), (0.1, "0.1"), (float("inf"), "+Inf"), (-float("inf"), "-Inf")])
def test_numbers_are_written_as_go_reads_them(value: float, text: str) -> None:
    assert sample("a", "", value).line() == f"a {text}\n"
