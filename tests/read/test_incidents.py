"""The list of incidents: the worst open ones first, chosen by what is asked for, of one project."""

from __future__ import annotations

from typing import Any

import pytest

from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import DAY
from modelwatch.domain.measurement import Status
from modelwatch.read.incidents import Listing, Wanted, listing
from modelwatch.store import incidents


@pytest.fixture
def filled(desk: Any) -> Any:
    """Two models with four incidents, one of them long over, and one of another project."""
    fraud, churn = desk.model("fraud", team="risk"), desk.model("churn", team="growth")
    desk.incident(fraud, 1, "temp is missing in 9 % of rows on 2013-01-01", opened=desk.now - 9 * DAY)
    desk.incident(fraud, 2, "amount drifts", severity=Status.CRITICAL)
    desk.incident(churn, 3, "plan drifts", opened=desk.now - 5 * DAY, resolved=desk.now - 2 * DAY)
    desk.incident(churn, 4, "long over", opened=desk.now - 200 * DAY, resolved=desk.now - 190 * DAY)
    desk.incident(desk.model("eta", project="rides"), 5, "theirs")
    return desk


def found(desk: Any, **given: str) -> Listing:
    with desk.state.reading() as tx:
        return listing(tx, desk.catalog, "default", Wanted.of(given), desk.now)


def test_the_worst_open_ones_come_first(filled: Any) -> None:
    told = found(filled)
    assert [(line.id, line.live) for line in told.lines] == [(2, True), (1, True), (3, False)]
    assert told.lines[1].finding == "temp is missing in 9 % of rows"
    assert (told.lines[0].owner, told.lines[2].lasted) == ("risk", 4 * DAY)
    assert (told.standings["open"], told.standings["resolved"], told.total) == (2, 1, 3)


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ({"since": "all"}, [2, 1, 3, 4]),
        ({"state": "critical"}, [2]),
        ({"state": "warning"}, [1]),
        ({"standing": "resolved"}, [3]),
        ({"model": "churn"}, [3]),
        ({"kind": "drift", "q": "TEMP rows"}, [1]),
        ({"q": "#2"}, [2]),
        ({"q": "nothing of that"}, []),
    ],
)
def test_they_are_chosen_by_what_is_asked_for(filled: Any, given: dict[str, str], ids: list[int]) -> None:
    assert [line.id for line in found(filled, **given).lines] == ids


def test_who_looks_after_one_is_told(filled: Any) -> None:
    with filled.state.transaction() as tx:
        incidents.acknowledge(tx, 1, 2, who="ann", at=filled.now)
    [line] = found(filled, standing="acknowledged").lines
    assert (line.id, line.acknowledged_by) == (2, "ann")


@pytest.mark.parametrize("given", [{"state": "bad"}, {"standing": "closed"}, {"kind": "weather"}])
def test_what_cannot_be_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(InputError, match="use one of"):
        Wanted.of(given)
