"""The charts of an incident: one sentence each, the numbers as a table, and the cause among them."""

from __future__ import annotations

from modelwatch.app import Home
from modelwatch.read.incident import incident_view
from modelwatch.serve.ui.proofs import proofs
from modelwatch.show.charts.draw import to_png, to_vega


def test_every_chart_says_what_it_shows_and_compiles(watched: Home) -> None:
    for told in watched.incidents(project="default"):
        with watched.state.reading() as tx:
            view = incident_view(tx, watched.catalog, told["id"], project="default", now=watched.now())
        drawn = proofs(view)
        assert drawn.cause is not None
        assert to_png(drawn.cause.spec).startswith(b"\x89PNG")
        for chart in (drawn.grid, drawn.distribution, drawn.pair, drawn.lead, drawn.scores, drawn.key):
            if chart is not None:
                assert to_vega(chart.spec)["marks"]
                assert chart.says.endswith(".")
                assert chart.rows[0].keys() == chart.columns.keys()


def test_the_cause_of_a_data_fault_is_its_grid(watched: Home) -> None:
    [number] = [each["id"] for each in watched.incidents(project="default") if each["cause"]["kind"] == "data_fault"]
    with watched.state.reading() as tx:
        view = incident_view(tx, watched.catalog, number, project="default", now=watched.now())
    drawn = proofs(view)
    assert drawn.cause is drawn.grid
    assert drawn.grid is not None
    assert "no values from 3\u00a0Mar 00:00 UTC" in drawn.grid.says
