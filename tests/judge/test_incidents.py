"""When incidents open, escalate, resolve and reopen, day by day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from modelwatch.catalog import Catalog
from modelwatch.domain.incident import Kind, State
from modelwatch.domain.instants import DAY
from modelwatch.domain.measurement import Status
from modelwatch.domain.rule import Comparison, Rule

Make = Callable[..., Any]
NEAR, FAR = 4.0, 5.1  # standard deviations: two windows running, or at once


@pytest.mark.parametrize(
    ("rule", "rest", "statuses", "opens"),
    [
        # absolute and blocks: at once
        ("slow", {}, "oow", 2),
        ("label", {"distance": 3.1}, "w", 0),
        # relative, span 1: at once beyond 5 sd, else two windows running
        ("auc", {"distance": FAR}, "oc", 1),
        ("auc", {"distance": 5.0}, "oc", None),
        ("auc", {"distance": NEAR}, "owowow", None),
        ("auc", {"distance": NEAR}, "owwo", 2),
        (
            "auc",
            {"distance": NEAR},
            "ow-nw",
            4,
        ),  # a window without a value neither breaks a run nor lengthens it
        # relative, span > 1: two windows running, whatever the distance
        ("auc", {"distance": FAR, "span": 28}, "owo", None),
        ("auc", {"distance": FAR, "span": 28}, "oww", 2),
        # drift with a p-value: at once; without one: as many windows as its span
        ("psi", {"column": "temp", "span": 28}, "w", 0),
        ("psi", {"column": "temp", "span": 7, "provisional": True}, "wwwwww" + "o" + "wwwwww", None),
        ("psi", {"column": "temp", "span": 7, "provisional": True}, "o" + "wwwwwww", 7),
        ("psi", {"column": "temp", "span": 28, "provisional": True}, "w" * 27 + "o", None),
        ("psi", {"column": "temp", "span": 28, "provisional": True}, "w" * 28, 27),
        ("psi", {"column": "temp", "span": 1, "provisional": True}, "w", 0),
        # without a spread a comparison with the reference waits, unless it is data quality
        ("auc", {"provisional": True}, "c", None),
        ("auc", {"provisional": True}, "cc", 1),
        ("label", {"provisional": True}, "ww", 1),
        ("missing", {"column": "temp", "provisional": True}, "c", 0),
        # `for`: windows or a duration
        ("slow3", {}, "wwoww", None),
        ("slow3", {}, "wwww", 2),
        ("slow36h", {}, "ww", 1),
    ],
)
def test_a_series_opens_once_it_holds(
    life: Make, rule: str, rest: dict[str, Any], statuses: str, opens: int | None
) -> None:
    one = life()
    told = one.path(rule, statuses, **rest)
    opened = [day for day, changes in enumerate(told) if "opened" in changes]
    assert opened == ([] if opens is None else [opens])
    if opens is not None:
        [incident] = one.incidents
        first = statuses.rfind("o", 0, opens) + 1
        assert incident.window == one.day(first)
        assert incident.opened == one.day(opens).end + DAY // 24


def test_a_long_silence_breaks_a_run(life: Make) -> None:
    one = life()
    one.path("auc", "w" + "-" * 14 + "w", distance=NEAR)
    assert not one.incidents
    two = life()
    two.path("auc", "w" + "-" * 13 + "w", distance=NEAR)
    assert len(two.incidents) == 1


@pytest.mark.parametrize(
    ("statuses", "resolved"),
    [("wo", None), ("woo", 2), ("wowo", None), ("wowoo", 4), ("won-o", 4), ("wonn-n", None), ("wnonno", 5)],
)
def test_two_ok_windows_running_resolve(life: Make, statuses: str, resolved: int | None) -> None:
    one = life()
    told = one.path("slow", statuses)
    assert [day for day, changes in enumerate(told) if "resolved" in changes] == (
        [] if resolved is None else [resolved]
    )
    [incident] = one.incidents
    assert (incident.state is State.RESOLVED) is (resolved is not None)
    assert incident.resolved == (None if resolved is None else one.day(resolved).end + DAY // 24)


def test_every_series_of_the_incident_must_recover(life: Make) -> None:
    one = life()
    for day, (temp, dewp) in enumerate(zip("ccooooo", "cccccoo", strict=True)):
        names = {"c": "critical", "o": "ok"}
        one.advance(
            day,
            [
                one.verdict("unseen", day, names[temp], "temp"),
                one.verdict("unseen", day, names[dewp], "dewp"),
            ],
        )
    assert [(day, kind) for day, kind, _ in one.log if kind != "updated"] == [(0, "opened"), (6, "resolved")]
    assert {verdict.series.column for verdict in one.incidents[0].verdicts} == {"temp", "dewp"}


def test_a_series_that_never_returns_does_not_hold_it_open(life: Make) -> None:
    one = life()
    told = one.path("slow", "c" + "-" * 15)
    assert [day for day, changes in enumerate(told) if "resolved" in changes] == [14]
    assert "no value for 14 windows of latency_p95" in one.incidents[0].timeline[-1].text
    assert one.incidents[0].lapsed


def test_what_reads_fine_again_has_not_lapsed_nor_what_is_back(life: Make) -> None:
    one = life()
    one.path("slow", "coo")
    assert not one.incidents[0].lapsed
    one = life()
    one.path("slow", "c" + "-" * 14 + "c")
    assert (one.incidents[0].state, one.incidents[0].lapsed) == (State.OPEN, False)


def test_an_old_version_does_not_hold_the_new_ones_incident_open(life: Make) -> None:
    one = life()
    one.advance(0, [one.verdict("slow", 0, "critical", version="1")])
    for day in range(1, 14):
        one.advance(day, [one.verdict("slow", day, "ok", version="2")])
    assert one.incidents[0].state is State.OPEN
    one.advance(14, [one.verdict("slow", 14, "ok", version="2")])
    assert one.incidents[0].state is State.RESOLVED


@pytest.mark.parametrize(("quiet", "same"), [(2, True), (8, True), (9, False)])
def test_within_seven_windows_it_reopens_under_its_number(life: Make, quiet: int, same: bool) -> None:
    one = life()
    one.path("slow", "c" + "o" * quiet + "w")
    last = [kind for _, kind, _ in one.log][-1]
    assert last == ("reopened" if same else "opened")
    [incident] = one.incidents
    assert incident.id == (1 if same else 2)
    assert incident.severity is Status.WARNING
    assert (incident.resolved, incident.state) == (None, State.OPEN)
    assert incident.opened == (one.day(0) if same else one.day(1 + quiet)).end + DAY // 24


def test_flapping_is_one_incident_with_a_bounded_timeline(life: Make) -> None:
    one = life()
    one.path("slow", "woo" * 100)
    assert [incident.id for incident in one.incidents] == [1]
    assert one.book.next_id == 2
    assert [kind for _, kind, _ in one.log].count("opened") == 1
    assert [kind for _, kind, _ in one.log].count("reopened") == 99
    assert len(one.incidents[0].timeline) == 200
    assert one.incidents[0].timeline[0].text.startswith("opened")
    assert one.book.held(1) == {("slow", one.verdict("slow", 0, "ok").series): 100}


def test_severity_rises_at_once_and_falls_after_two_milder_windows(life: Make) -> None:
    one = life()
    told = one.path("slow", "wcwcww")
    assert told == [["opened"], ["escalated"], ["updated"], ["updated"], ["updated"], ["deescalated"]]
    assert one.incidents[0].severity is Status.WARNING
    assert one.incidents[0].verdicts[0].status is Status.CRITICAL  # the worst so far


def test_each_level_waits_for_itself(life: Make) -> None:
    one = life()
    told = one.path("auc", "wwcwwcc", distance=NEAR)
    assert [day for day, changes in enumerate(told) if "escalated" in changes] == [6]
    other = life()
    other.path("auc", "cw", distance=NEAR)
    assert other.incidents[0].severity is Status.WARNING


def test_kinds_have_incidents_of_their_own(life: Make) -> None:
    one = life()
    changes = one.advance(
        0,
        [
            one.verdict("label", 0, "warning", "label", distance=4.0),
            one.verdict("unseen", 0, "critical", "carrier"),
            one.verdict("psi", 0, "warning", "temp"),
            one.verdict("psi", 0, "warning", "dewp", span=7),
        ],
    )
    assert [(change.incident.id, change.incident.kind) for change in changes] == [
        (1, Kind.DATA_FAULT),
        (2, Kind.SPIKE),
        (3, Kind.DRIFT),
    ]
    assert one.book.open == tuple(sorted(one.incidents, key=lambda incident: incident.id))


def test_a_thousand_columns_are_one_incident(life: Make) -> None:
    one = life()
    changes = one.advance(0, [one.verdict("psi", 0, "warning", f"x{i}") for i in range(1000)])
    assert [str(change.kind) for change in changes] == ["opened"]
    assert len(changes[0].incident.cause.columns) == 1000
    assert len(changes[0].incident.title) < 120


def test_a_series_that_joins_is_an_update(life: Make) -> None:
    one = life()
    one.advance(0, [one.verdict("psi", 0, "warning", "temp")])
    [change] = one.advance(1, [one.verdict("psi", 1, "warning", c) for c in ("temp", "dewp")])
    assert change.kind == "updated"
    assert change.incident.timeline[-1].text == "joined by psi of dewp"
    assert "temp and dewp drift" in change.incident.title or "dewp and temp drift" in change.incident.title


def test_it_counts_in_how_many_windows_each_series_fired(life: Make) -> None:
    one = life()
    one.path("psi", "w" * 190, "temp", span=28, provisional=True)
    [incident] = one.incidents
    assert one.book.held(incident.id) == {("psi", incident.verdicts[0].series): 190}
    assert incident.cause.impact["windows_held"] == {"temp": 190}
    assert incident.cause.evidence[-1] == "Psi over 28 windows: temp in 190 windows since 2013-02-24"
    assert len(one.book.tracks["psi", incident.verdicts[0].series].marks) == 40


def test_a_series_that_passed_by_is_no_part_of_a_long_incident(life: Make) -> None:
    one = life()
    for day in range(60):
        said = {
            "temp": "warning",
            "wind": "warning" if day == 30 else "ok",
            "dewp": "warning" if day > 57 else "ok",
        }
        one.advance(day, [one.verdict("psi", day, status, column) for column, status in said.items()])
        columns = set(one.incidents[0].cause.columns)
        # it is named while it goes on, and until it was fine for two windows
        assert columns == {"temp"} | ({"wind"} if day in (30, 31) else set()) | ({"dewp"} if day > 57 else set())
    incident = one.incidents[0]
    assert incident.title.startswith("temp and dewp drift")
    assert incident.cause.impact["windows_held"] == {"temp": 60, "wind": 1, "dewp": 2}
    assert {verdict.series.column for verdict in incident.verdicts} == {"temp", "wind", "dewp"}


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"status": "warning"}, {"status": "critical"}, ["escalated"]),
        ({"status": "critical"}, {"status": "warning"}, ["deescalated"]),
        ({"status": "critical"}, {"status": "ok"}, []),
        ({"status": "ok"}, {"status": "critical"}, ["opened"]),
        ({"status": "not_computed"}, {"status": "warning"}, ["opened"]),
        ({"status": "warning"}, {"status": "warning", "value": 900.0}, []),
    ],
)
def test_a_revision_pages_only_if_it_got_worse(
    life: Make, before: dict[str, Any], after: dict[str, Any], changes: list[str]
) -> None:
    one = life()
    one.advance(0, [one.verdict("slow", 0, **before)])
    told = one.advance(1, [one.verdict("slow", 0, **after)])
    assert [str(change.kind) for change in told if change.kind != "updated"] == changes


def test_a_revision_that_moved_beyond_five_deviations_opens(life: Make) -> None:
    one = life()
    one.path("auc", "wo", distance=NEAR)
    assert not one.incidents
    told = one.advance(2, [one.verdict("auc", 0, "warning", distance=6.0), one.verdict("auc", 2, "ok")])
    assert [str(change.kind) for change in told] == [
        "opened",
        "resolved",
    ]  # over by now, and told all the same
    assert told[0].incident.window == one.day(0)


def test_a_revised_window_can_be_the_missing_link_of_a_run(life: Make) -> None:
    one = life()
    one.path("slow3", "wow")
    assert not one.incidents
    [change] = one.advance(3, [one.verdict("slow3", 1, "warning")])
    assert (change.kind, change.incident.window) == ("opened", one.day(0))


def test_a_revision_that_got_better_helps_it_resolve(life: Make) -> None:
    one = life()
    one.path("slow", "wwo")
    [change] = one.advance(3, [one.verdict("slow", 1, "ok"), one.verdict("unseen", 3, "ok", "carrier")])[-1:]
    assert change.kind == "resolved"


@pytest.mark.parametrize("statuses", ["o" * 50, "w" * 50])
def test_a_window_older_than_what_is_remembered_is_let_go(life: Make, statuses: str) -> None:
    one = life()
    one.path("slow", statuses)
    book = one.book
    assert one.advance(50, [one.verdict("slow", 3, "critical")]) == ()
    assert one.book == book


def test_a_revision_that_is_no_worse_does_not_reopen(life: Make) -> None:
    one = life()
    one.path("slow", "coo")
    assert one.advance(3, [one.verdict("slow", 0, "warning")]) == ()
    assert one.incidents[0].state is State.RESOLVED


def test_what_an_old_window_raised_does_not_fall_without_news(life: Make) -> None:
    one = life()
    one.path("slow", "wwww")
    assert [str(change.kind) for change in one.advance(4, [one.verdict("slow", 0, "critical")])] == ["escalated"]
    assert one.advance(4, [one.verdict("slow", 3, "warning")]) == ()
    assert one.incidents[0].severity is Status.CRITICAL
    assert one.path("slow", "w", start=4) == [["deescalated"]]


def test_labels_that_come_a_month_late_make_an_incident_that_lasts(life: Make) -> None:
    one = life()
    for day in range(30):
        one.advance(day, [one.verdict("auc", day, "not_computed")])
    for day in range(30, 60):
        late = one.verdict("auc", day - 30, "critical", distance=FAR)
        one.advance(day, [one.verdict("auc", day, "not_computed"), late])
    assert [kind for _, kind, _ in one.log if kind != "updated"] == ["opened"]
    assert set(one.book.held(1).values()) == {30}


def test_an_inhibited_verdict_is_neither_a_finding_nor_an_ok_window(life: Make) -> None:
    one = life()
    held_back = one.verdict("psi", 0, "warning", "temp", inhibited=True)
    assert one.advance(0, [held_back]) == ()
    assert not one.incidents
    two = life()
    two.advance(0, [two.verdict("psi", 0, "warning", "temp")])
    two.advance(1, [two.verdict("psi", 1, "ok", "temp")])
    two.advance(2, [two.verdict("psi", 2, "warning", "temp", inhibited=True)])
    two.advance(2, [two.verdict("psi", 1, "warning", "temp", inhibited=True, value=9.0)])
    assert two.incidents[0].state is State.OPEN
    assert two.incidents[0].verdicts[0].value == pytest.approx(0.2)
    for day in (3, 4):
        assert two.incidents[0].state is State.OPEN
        two.advance(day, [two.verdict("psi", day, "ok", "temp")])
    assert two.incidents[0].state is State.RESOLVED


def test_an_acknowledged_incident_stays_so_until_it_gets_worse(life: Make) -> None:
    one = life()
    one.path("slow", "w")
    one.book = one.book.amended(replace(one.book.open[0], state=State.ACKNOWLEDGED))
    one.path("slow", "w", start=1)
    assert one.book.open[0].state is State.ACKNOWLEDGED
    one.path("slow", "c", start=2)
    assert one.book.open[0].state is State.OPEN


def test_a_metric_whose_plugin_is_gone_ends_in_unknown(life: Make, catalog: Catalog) -> None:
    gone = Rule(id="gone", metric="gone", comparison=Comparison.ABOVE, warning=1)
    one = life(rules=(gone,))
    one.advance(0, [one.verdict("gone", 0, "warning")])
    assert one.incidents[0].kind is Kind.UNKNOWN
    assert one.incidents[0].title == "gone at 2 (limit 1) on 2013-02-24"


def test_numbers_go_on_where_the_book_says(life: Make) -> None:
    one = life()
    one.book = replace(one.book, next_id=17)
    one.path("slow", "w")
    assert (one.incidents[0].id, one.book.next_id) == (17, 18)


def test_a_rule_may_ask_for_more_windows_than_are_remembered_as_a_rule(life: Make) -> None:
    long = Rule(id="long", metric="latency_p95", comparison=Comparison.ABOVE, warning=100, windows=60)
    unseen = Rule(id="unseen", metric="unseen_share", comparison=Comparison.ABOVE, warning=0.01)
    one = life(rules=(long, unseen))
    one.path("long", "o" + "w" * 59)
    assert not one.incidents
    one.path("long", "w", start=60)
    assert one.incidents[0].window == one.day(1)


def test_the_book_does_not_grow_with_the_versions_it_has_seen(life: Make) -> None:
    one = life()
    for day in range(150):
        one.advance(day, [one.verdict("slow", day, "ok", version=str(day))])
    assert len(one.book.tracks) == 60
    assert one.book.to_bytes()[0] == 1


def test_windows_that_a_revision_cleared_are_not_counted(life: Make) -> None:
    one = life()
    one.path("slow", "w" * 50)
    assert one.incidents[0].cause.impact["windows_held"] == {"latency_p95": 50}
    one.advance(50, [one.verdict("slow", 45, "ok")])
    assert one.incidents[0].cause.impact["windows_held"] == {"latency_p95": 49}


def test_windows_revised_together_do_not_resolve_and_reopen_at_one_instant(life: Make) -> None:
    one = life()
    one.path("slow", "wwo")
    # the first revision alone would make two ok windows running, the second makes it worse than before
    changes = one.advance(3, [one.verdict("slow", 1, "ok"), one.verdict("slow", 2, "critical")])
    assert [str(change.kind) for change in changes] == ["escalated"]
    assert one.incidents[0].firing[0].window == one.day(2)
