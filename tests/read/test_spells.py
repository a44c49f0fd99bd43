"""When an incident was open, read from its timeline."""

from __future__ import annotations

from modelwatch.domain.incident import Kind
from modelwatch.domain.incident import State as Stage
from modelwatch.domain.instants import DAY, format_instant
from modelwatch.domain.measurement import Status
from modelwatch.read.spells import spells_of
from modelwatch.show.status import State
from modelwatch.store.glance import Glance


def _incident(resolved: int | None = None, since: int = 0, firing: tuple[dict[str, object], ...] = ()) -> Glance:
    stage = Stage.OPEN if resolved is None else Stage.RESOLVED
    return Glance(1, 7, Kind.DRIFT, stage, Status.WARNING, DAY, resolved, "latest", since, firing)


def _told(*turns: tuple[int, str]) -> list[dict[str, str]]:
    return [{"at": format_instant(day * DAY), "text": text, "who": "modelwatch"} for day, text in turns]


def test_each_time_it_was_open_is_a_spell_as_bad_as_it_then_was() -> None:
    timeline = _told(
        (1, "opened at warning: temp drifts"),
        (2, "rose to critical, joined by psi of dewp"),
        (3, "fell to warning"),
        (4, "resolved: 2 ok windows running"),
        (9, "reopened at warning: visib drifts"),
    )
    first, last = spells_of(_incident(since=8 * DAY), timeline)
    assert (first.title, first.state, first.start, first.end) == ("temp drifts", State.CRITICAL, DAY, 4 * DAY)
    assert (last.title, last.state, last.start, last.end) == ("latest", State.WARNING, 8 * DAY, None)


def test_an_incident_without_a_timeline_is_one_spell() -> None:
    [spell] = spells_of(_incident(resolved=5 * DAY), [])
    assert (spell.start, spell.end, spell.title) == (0, 5 * DAY, "latest")


def test_silence_is_no_data() -> None:
    [spell] = spells_of(
        _incident(firing=({"metric": "silence_seconds", "value": 9.0},)), _told((1, "opened at critical: x"))
    )
    assert spell.state is State.NODATA


def test_a_timeline_that_lost_its_middle_still_ends_as_the_incident_did() -> None:
    [spell] = spells_of(_incident(resolved=9 * DAY), _told((1, "opened at warning: x"), (9, "resolved: 2 ok windows")))
    assert spell.end == 9 * DAY
