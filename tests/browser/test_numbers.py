"""What the pages say is what the API says: figures, incidents, states and dates, written as people read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from browser import Visit
from modelwatch.domain.instants import parse_instant
from modelwatch.show.digits import count, day, metric

Ask = Callable[..., Any]
MODEL = "/v1/models/flight-delay"


def newest(measured: list[Mapping[str, Any]], *, span: int) -> Mapping[str, Any]:
    """The measurement of the newest window over so many windows."""
    return max((each for each in measured if each["span"] == span), key=lambda each: each["window"]["end"])


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_the_fleet_tells_of_the_flights_as_the_api_does(visit: Callable[..., Visit], flights: str, ask: Ask) -> None:
    page = visit(flights).open("/")
    told = ask(flights + MODEL)
    row = page.locator('tr[data-row="flight-delay/prod"]')
    assert row.locator(".c-state").inner_text().lower() == told["status"]
    assert row.locator(".c-open").inner_text() == str(told["incidents_open"])
    worst = ask(f"{flights}/v1/incidents?state=open")[-1]
    assert row.locator("a[data-incident]").get_attribute("href") == f"/incidents/{worst['id']}"
    # The sentence of an incident names columns and share as its title does.
    assert row.locator(".c-wrong").inner_text() == worst["title"].partition(" on 2013")[0]
    rows = ask(f"{flights}{MODEL}/metrics?metric=rows&since=2013-12-31")
    assert row.locator(".c-rows").inner_text() == count(round(newest(rows, span=1)["value"]))


def test_the_fleet_counts_its_models_by_state(visit: Callable[..., Visit], fleet: str, ask: Ask) -> None:
    page = visit(fleet).open("/")
    chips = dict(each.inner_text().rsplit(maxsplit=1) for each in page.locator(".chips .chip").all())
    by_state = {word: int(many) for word, many in chips.items()}
    assert by_state.pop("All") == 300 == sum(by_state.values())
    assert page.locator("tr[data-row]").count() == 300
    for word, many in by_state.items():
        assert page.locator("tr[data-row] .c-state", has_text=word).count() == many
    worst: dict[str, set[str]] = {}
    for each in ask(f"{fleet}/v1/incidents?state=open&limit=1000"):
        worst.setdefault(each["model"], set()).add(each["severity"])
    silent = {
        each["model"] for each in ask(f"{fleet}/v1/incidents?state=open&limit=1000") if each["cause"]["kind"] == "feed"
    }
    assert by_state["Critical"] == sum("critical" in found for model, found in worst.items() if model not in silent)
    assert by_state["No data"] == len(silent)
    assert page.locator("h1").inner_text().startswith(f"{by_state['Critical']} of 300 models are critical")


def test_the_key_figures_of_a_model_are_its_last_measurements(
    visit: Callable[..., Visit], flights: str, ask: Ask
) -> None:
    figures = visit(flights).open("/models/flight-delay").locator(".figures > div")
    told = {plain(each.locator("dt").inner_text()): plain(each.inner_text()) for each in figures.all()}
    measured = ask(f"{flights}{MODEL}/metrics?metric=roc_auc&since=2013-12-31")
    for name, span in (("ROC AUC, 31 Dec", 1), ("ROC AUC, 28 d", 28)):
        now = newest(measured, span=span)
        assert metric(now["value"]) in told[name]
        assert all(metric(end) in told[name] for end in now["interval"])
    rows = newest(ask(f"{flights}{MODEL}/metrics?metric=rows&since=2013-12-31"), span=1)
    assert count(round(rows["value"])) in told["Predictions, 31 Dec"]


def test_an_incident_says_what_is_stored(visit: Callable[..., Visit], flights: str, ask: Ask) -> None:
    eye = visit(flights)
    for each in ask(f"{flights}/v1/incidents"):
        page = eye.open(f"/incidents/{each['id']}")
        facts = page.locator(".incident-facts").inner_text()
        opened = parse_instant(each["opened"])
        assert page.locator(f'.incident-facts time[datetime="{each["opened"]}"]').count() == 1, each["id"]
        assert day(opened, beside=opened) in facts
        assert (("Resolved" in facts), ("open" in facts.split())) == (
            each["state"] == "resolved",
            each["state"] == "open",
        )
        first = each["cause"]["first_action"]
        told = " ".join(page.locator(".answers").inner_text().split()).lower()
        assert first.split()[0].lower() in told
        for column in each["cause"]["columns"][:2]:
            assert column in page.locator("main").inner_text(), (each["id"], column)


def test_the_list_of_incidents_is_that_of_the_api(visit: Callable[..., Visit], flights: str, ask: Ask) -> None:
    page = visit(flights).open("/incidents?since=all")
    numbers = {int(each.inner_text()) for each in page.locator("tbody .i-id").all()}
    known = ask(f"{flights}/v1/incidents?limit=1000")
    assert numbers == {each["id"] for each in known}
    opened = sum(each["state"] != "resolved" for each in known)
    assert page.locator("h1").inner_text() == f"{opened} open incidents"


def test_the_metrics_of_a_column_are_those_of_the_api(visit: Callable[..., Visit], flights: str, ask: Ask) -> None:
    page = visit(flights).open("/models/flight-delay/columns/temp")
    missing = ask(f"{flights}{MODEL}/metrics?metric=missing_share&column=temp&since=2013-12-31")
    assert newest(missing, span=1)["value"] == 1.0
    assert "100\u00a0%" in page.locator("main").inner_text()
