"""A feed that stops, rows that are turned away, predictions that are no number: each is a finding of its own kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.domain.errors import UnknownName
from modelwatch.domain.instants import DAY, HOUR, parse_instant
from modelwatch.domain.names import ModelKey

START = parse_instant("2026-03-01")
KEY = ModelKey("loans")
MONITOR = """
model: loans
task: binary
columns: {id: id, timestamp: at, score: score, features: {income: numeric}, latency_ms: latency_ms, error: error}
reference: {path: reference.parquet}
windows: {size: 1d, lateness: 0h, spans: [1, 7]}
"""


def rows(first_day: int, days: int, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    instants = START + first_day * DAY + np.arange(days * 24 * 20) * (HOUR // 20)
    return pl.DataFrame(
        {
            "id": [f"{first_day}-{i}" for i in range(instants.size)],
            "at": pl.Series(instants).cast(pl.Datetime("us", "UTC")),
            "income": rng.normal(50, 10, instants.size),
            "score": rng.beta(2, 5, instants.size),
            "latency_ms": rng.exponential(20, instants.size),
            "error": rng.random(instants.size) < 0.001,
        }
    )


def incidents(tmp_path: Path, served: pl.DataFrame, days: int) -> list[dict[str, Any]]:
    rows(-30, 30, seed=9).write_parquet(tmp_path / "reference.parquet")
    served.write_parquet(tmp_path / "served.parquet")
    (tmp_path / "monitor.yaml").write_text(MONITOR + "labels: {expected: 1d}\n")
    with Home.open(tmp_path / "home", write=True) as home:
        home.apply(tmp_path / "monitor.yaml")
        home.ingest(KEY, [tmp_path / "served.parquet"])
        home.run(KEY, until=START + days * DAY)
        return home.incidents(KEY)


def test_quiet_rows_raise_nothing_critical_but_labels(tmp_path: Path) -> None:
    critical = [i for i in incidents(tmp_path, rows(0, 10), 10) if i["severity"] == "critical"]
    assert [i["cause"]["kind"] for i in critical] == ["label"]


def test_a_silent_feed_is_critical_within_twice_the_expected_interval(tmp_path: Path) -> None:
    [feed] = [i for i in incidents(tmp_path, rows(0, 10), 14) if i["cause"]["kind"] == "feed"]
    assert feed["severity"] == "critical"
    assert parse_instant(feed["opened"]) <= START + 12 * DAY
    assert feed["state"] == "open"


def test_half_the_rows_is_a_warning(tmp_path: Path) -> None:
    served = rows(0, 10)
    thin = served.filter((pl.col("at") < pl.datetime(2026, 3, 10, time_zone="UTC")) | (pl.int_range(pl.len()) % 3 == 0))
    [feed] = [i for i in incidents(tmp_path, thin, 10) if i["cause"]["kind"] == "feed"]
    assert feed["severity"] == "warning"


def test_predictions_that_are_no_number_are_critical(tmp_path: Path) -> None:
    served = rows(0, 3).with_columns(
        pl.when(pl.int_range(pl.len()) % 50 == 0).then(float("nan")).otherwise("score").alias("score")
    )
    found = [i for i in incidents(tmp_path, served, 3) if i["cause"]["kind"] == "data_fault"]
    assert [i["severity"] for i in found] == ["critical"]
    assert found[0]["cause"]["columns"] == ["prediction"]


def test_a_column_that_turns_into_text_is_a_schema_incident_and_loses_no_row(tmp_path: Path) -> None:
    served = rows(0, 2)
    broken = rows(2, 1).with_columns(pl.format("{} EUR", pl.col("income").round(2)).alias("income"))
    rows(-30, 30, seed=9).write_parquet(tmp_path / "reference.parquet")
    served.write_parquet(tmp_path / "good.parquet")
    broken.write_parquet(tmp_path / "bad.parquet")
    (tmp_path / "monitor.yaml").write_text(MONITOR + "labels: {expected: 1d}\n")
    with Home.open(tmp_path / "home", write=True) as home:
        home.apply(tmp_path / "monitor.yaml")
        receipt = home.ingest(KEY, [tmp_path / "good.parquet", tmp_path / "bad.parquet"])
        assert (receipt.accepted, receipt.quarantined) == (served.height, broken.height)
        assert receipt.faults[0].field == "income"
        home.run(KEY, until=START + 3 * DAY)
        [schema] = [i for i in home.incidents(KEY) if i["cause"]["kind"] == "schema"]
    assert schema["severity"] == "critical"


@pytest.mark.parametrize(("column", "value", "kind"), [("latency_ms", 900.0, "latency"), ("error", True, "unknown")])
def test_slow_and_failing_predictions_are_found(tmp_path: Path, column: str, value: object, kind: str) -> None:
    served = rows(0, 3).with_columns(
        pl.when(pl.int_range(pl.len()) % 10 == 0).then(pl.lit(value)).otherwise(column).alias(column)
    )
    [found] = [i for i in incidents(tmp_path, served, 3) if i["cause"]["kind"] == kind]
    assert found["severity"] == "critical"


def test_labels_that_never_come_are_critical_once_they_are_overdue(tmp_path: Path) -> None:
    [late] = [i for i in incidents(tmp_path, rows(0, 5), 4) if i["cause"]["kind"] == "label"]
    assert late["severity"] == "critical"
    assert late["title"] == "100 % of the predictions on 2026-03-03 have no label when they should"
    assert parse_instant(late["opened"]) == START + 2 * DAY
    with Home.open(tmp_path / "home") as home:
        overdue = home.metrics(KEY, metric="labels_overdue_share")
    assert [each.value for each in overdue] == [1.0, 1.0, 1.0, None]
    assert overdue[-1].reason == "its labels are not expected yet"


def test_a_quarantined_time_beyond_the_calendar_stops_no_run(tmp_path: Path) -> None:
    served = rows(0, 3)
    far = served.with_columns(
        pl.when(pl.int_range(pl.len()) % 100 == 7)
        .then(pl.datetime(9999, 12, 31, time_zone="UTC"))
        .when(pl.int_range(pl.len()) % 100 == 8)
        .then(pl.datetime(1850, 1, 1, time_zone="UTC"))
        .otherwise("at")
        .alias("at")
    )
    assert [i["cause"]["kind"] for i in incidents(tmp_path, far, 3)] == ["label"]


def after(tmp_path: Path, *files: pl.DataFrame, until: int, more: str = "labels: {expected: 1d}\n") -> Home:
    """A home in which the files were ingested and everything due was run."""
    rows(-30, 30, seed=9).write_parquet(tmp_path / "reference.parquet")
    (tmp_path / "monitor.yaml").write_text(MONITOR + more)
    home = Home.open(tmp_path / "home", write=True)
    home.apply(tmp_path / "monitor.yaml")
    for number, frame in enumerate(files):
        frame.write_parquet(tmp_path / f"{number}.parquet")
        home.ingest(KEY, [tmp_path / f"{number}.parquet"])
    home.run(KEY, until=until)
    return home


def of_kind(home: Home, kind: str) -> list[dict[str, Any]]:
    return [each for each in home.incidents(KEY) if each["cause"]["kind"] == kind]


def test_rows_that_were_all_refused_are_told_as_such_and_not_as_a_silence(tmp_path: Path) -> None:
    percent = rows(21, 4).with_columns(pl.col("score") * 100 + 1.01)
    with after(tmp_path, rows(0, 21), percent, until=START + 25 * DAY) as home:
        [schema] = of_kind(home, "schema")
        assert of_kind(home, "feed") == []
        measured = home.metrics(KEY, metric="silence_seconds", since=START + 22 * DAY)
    assert schema["severity"] == "critical"
    assert schema["title"] == "480 rows came on 2026-03-25 and all were refused: score is not a probability"
    assert schema["cause"]["columns"] == ["score"]
    assert "Refused: score is not a probability in 480 rows (100 %)" in schema["cause"]["evidence"]
    assert "`modelwatch quarantine loans --since 2026-03-25T00:00:00Z --field score`" in schema["cause"]["first_action"]
    assert max(each.value or 0 for each in measured) <= HOUR / 1e6


def test_a_service_that_falls_silent_after_its_rows_were_refused_is_silent_from_the_last_of_them(
    tmp_path: Path,
) -> None:
    text = rows(3, 2).with_columns(pl.format("{} EUR", "income").alias("income"))
    with after(tmp_path, rows(0, 3), text, until=START + 8 * DAY) as home:
        [feed] = of_kind(home, "feed")
    assert "The last row is of 2026-03-05T23:57:00Z" in " ".join(feed["cause"]["evidence"])


@pytest.mark.parametrize(("bad", "severity"), [(2, None), (3, "warning"), (10, "critical")])
def test_a_slip_is_no_schema_change(tmp_path: Path, bad: int, severity: str | None) -> None:
    served = rows(0, 1).with_columns(pl.when(pl.int_range(pl.len()) < bad).then(1.5).otherwise("score").alias("score"))
    with after(tmp_path, served, until=START + DAY) as home:
        found = of_kind(home, "schema")
    assert [each["severity"] for each in found] == [severity] * (severity is not None)


def test_a_silence_is_told_when_it_is_due_and_kept_when_rows_come_again(tmp_path: Path) -> None:
    hour = pl.col("at").dt.epoch("us") - START
    served = rows(0, 10).filter((hour < 3 * DAY + 6 * HOUR) | (hour >= 5 * DAY + 8 * HOUR))
    due = START + 5 * DAY + 6 * HOUR
    with after(tmp_path, served, until=due) as home:
        [feed] = of_kind(home, "feed")
        assert feed["severity"] == "critical"
        assert feed["timeline"][-1]["at"] == "2026-03-06T05:57:00Z"
        assert feed["title"] == "No new row for 2 d (limit 2 d) by 2026-03-06T05:57:00Z"
        told = len(feed["notified"])
        home.run(KEY, until=START + 7 * DAY)
        [feed] = of_kind(home, "feed")
        assert feed["title"] == "No row for 2 d 2 h (limit 2 d) until rows came again on 2026-03-06"
        assert len(feed["notified"]) == told
        home.run(KEY, until=START + 8 * DAY)
        assert of_kind(home, "feed")[0]["state"] == "resolved"


def test_hour_by_hour_a_silence_is_told_as_in_one_go(tmp_path: Path) -> None:
    hour = pl.col("at").dt.epoch("us") - START
    served = rows(0, 8).filter((hour < 2 * DAY + 6 * HOUR) | (hour >= 5 * DAY + 8 * HOUR))
    (tmp_path / "one").mkdir()
    (tmp_path / "hours").mkdir()
    with after(tmp_path / "one", served, until=START + 8 * DAY) as home:
        once = home.incidents(KEY)
    with after(tmp_path / "hours", served, until=START + DAY) as home:
        for now in range(START + DAY, START + 8 * DAY + 1, 2 * HOUR):
            home.run(KEY, until=now)
        assert [{**each, "notified": []} for each in home.incidents(KEY)] == [{**each, "notified": []} for each in once]


def test_a_model_of_which_no_label_is_known_has_none_overdue(tmp_path: Path) -> None:
    with after(tmp_path, rows(0, 4), until=START + 4 * DAY, more="") as home:
        assert of_kind(home, "label") == []
        overdue = home.metrics(KEY, metric="labels_overdue_share")
        assert {each.reason for each in overdue} == {
            "no labels are known of: none are declared, none are in the reference and none ever came"
        }
        pl.DataFrame({"prediction_id": ["0-5"], "label": [1], "timestamp": ["2026-03-01T12:00:00Z"]}).write_csv(
            tmp_path / "labels.csv"
        )
        home.label(KEY, [tmp_path / "labels.csv"])
        [note] = home.run(KEY, until=START + 4 * DAY).notes
        assert note == (
            "labels of loans came: they are joined to their predictions when the next window closes, "
            "2026-03-06T00:00:00Z"
        )
        assert home.run(KEY, until=START + 5 * DAY).notes == ()
        assert of_kind(home, "label")[0]["severity"] == "critical"


def test_refused_rows_are_shown_with_reason_and_original(tmp_path: Path) -> None:
    bad = rows(0, 1).with_columns(pl.when(pl.int_range(pl.len()) < 5).then(1.5).otherwise("score").alias("score"))
    with after(tmp_path, bad, until=START + DAY) as home:
        told = home.quarantine(KEY, field="score", limit=2)
        assert (told["total"], told["causes"][0]["rows"], told["causes"][0]["kind"]) == (5, 5, "probability")
        assert [row["row"] for row in told["rows"]] == [4, 5]
        assert told["rows"][0]["original"]["score"] == 1.5
        assert home.quarantine(KEY, since=START + DAY)["total"] == 0
        with pytest.raises(UnknownName, match="rows were refused for score"):
            home.quarantine(KEY, field="income")
