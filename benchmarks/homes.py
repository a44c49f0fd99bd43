"""Homes with much in them, for pages to show: hundreds of models, one model of fifty columns, a year of flights.

A dozen small models are really watched for ninety days, each with a story of its own; the fleet is copies of what
was stored of them, under names and owners of their own, with their key figures moved.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from modelwatch.app import Home
from modelwatch.demo import FLIGHT_DELAY, FLIGHTS
from modelwatch.domain.event import Event
from modelwatch.domain.instants import DAY, HOUR, SECOND, parse_instant
from modelwatch.domain.names import ModelKey

START = parse_instant("2025-06-01")
DAYS, ROWS = 90, 80
END = START + DAYS * DAY
WIDE = ModelKey("fifty-columns")
SUBJECTS = (
    "card-fraud",
    "account-takeover",
    "loan-default",
    "churn",
    "basket-size",
    "eta-pickup",
    "eta-dropoff",
    "surge-price",
    "courier-demand",
    "ad-click",
    "feed-rank",
    "search-rank",
    "spam-mail",
    "toxic-comment",
    "house-price",
    "stock-out",
    "returns",
    "energy-load",
    "ticket-route",
    "insurance-claim",
)
MARKETS = (
    "at",
    "be",
    "br",
    "ca",
    "ch",
    "de",
    "es",
    "fr",
    "gb",
    "ie",
    "in",
    "it",
    "jp",
    "mx",
    "nl",
    "pl",
    "pt",
    "se",
    "us",
    "za",
)
TEAMS = ("payments", "rides", "search", "growth", "risk", "logistics", "")
Rows = pl.DataFrame


@dataclass(frozen=True)
class Story:
    """One model that is really watched, and how many of the fleet are as it is: a share of all, but one at least."""

    name: str
    share: float = 0.0
    task: str = "binary"
    features: tuple[str, ...] = ("amount", "age", "channel")
    moved: Mapping[str, int] = field(default_factory=dict[str, int])
    """Features that drift, by the day on which they begin to."""
    missing: Mapping[str, int] = field(default_factory=dict[str, int])
    since: int = 0
    """The day on which its first rows came."""
    wrong_from: int = DAYS
    silent_from: int = DAYS
    pending: bool = False


STORIES = (
    Story("healthy", share=0.6),
    Story("priced", share=0.33, task="regression", features=("area", "rooms", "channel")),
    Story("unlabelled", share=0.01, task="none", features=("amount", "tenure"), since=30),
    Story("broken", missing={"age": 88, "amount": 88}, since=50),
    Story("wrong", wrong_from=80, since=40),
    Story("drifting", moved={"amount": 70}, share=0.017, since=40),
    Story("silent", silent_from=87, share=0.007, since=50),
    Story("new", pending=True, share=0.013),
)
# What only the work itself reads, and is large.
NOT_SHOWN = {"label_index", "label_inbox", "label_waiting"}


def main() -> None:
    """Make a home as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, help="a folder that is not there yet")
    parser.add_argument("--models", type=int, default=300)
    parser.add_argument("--wide", action="store_true", help="one model of fifty columns, and no fleet")
    given = parser.parse_args()
    began = time.monotonic()
    if given.wide:
        make_wide(given.home)
    else:
        make_fleet(given.home, models=given.models)
    print(f"{given.home}: {time.monotonic() - began:.1f} s")


def make_fleet(home: Path, *, models: int = 300) -> None:
    """A home of so many models, in replay at the end of their ninety days."""
    with Home.open(home, write=True) as opened:
        for place, story in enumerate(STORIES):
            _watch(opened, story, seed=place)
        opened.run(until=END + HOUR)
    _multiply(home / "state.sqlite", models)


def make_wide(home: Path, *, columns: int = 50, days: int = DAYS) -> None:
    """A home with one model of many numeric columns, watched for ninety days; the first drifts, the last is lost."""
    names = tuple(f"feature_{place:02}" for place in range(columns))
    story = Story(WIDE.model, features=names, moved={names[0]: days - 20}, missing={names[-1]: days - 2})
    with Home.open(home, write=True) as opened:
        _watch(opened, story, seed=1)
        opened.run(until=END + HOUR)


def make_flights(home: Path) -> None:
    """A home in which the year of the demo's flights has run from 1 March 2013 to 2 January 2014 in one go."""
    with Home.open(home, write=True) as opened:
        opened.apply(FLIGHTS / "monitor.yaml")
        opened.ingest(FLIGHT_DELAY, [FLIGHTS / "predictions.parquet"])
        opened.label(FLIGHT_DELAY, [FLIGHTS / "labels.parquet"])
        opened.run(FLIGHT_DELAY, until=parse_instant("2014-01-02"))


def _watch(home: Home, story: Story, *, seed: int) -> None:
    """Put a model under watch, with its reference of thirty days and the rows of its story."""
    key = ModelKey(story.name)
    folder = home.path.with_name(f"{home.path.name}-files")
    folder.mkdir(exist_ok=True)
    rows = _rows(story, story.since, DAYS - story.since, seed=seed)
    if story.pending:
        home.propose(key, rows.drop("label").head(200))
        return
    _rows(story, story.since - 30, 30, seed=seed + 100).write_parquet(folder / "reference.parquet")
    (folder / "monitor.yaml").write_text(json.dumps(_specification(story)))
    home.apply(folder / "monitor.yaml")
    rows.drop("label").write_parquet(folder / "rows.parquet")
    home.ingest(key, [folder / "rows.parquet"])
    if story.task != "none":
        told = rows.select("prediction_id", "label", pl.col("timestamp").dt.offset_by("2h"))
        told.write_parquet(folder / "labels.parquet")
        home.label(key, [folder / "labels.parquet"])
    home.add_event(key, Event(kind="deployment", at=START + 60 * DAY, note="version 2"))


def _specification(story: Story) -> dict[str, Any]:
    kinds = {name: "categorical" if name == "channel" else "numeric" for name in story.features}
    columns: dict[str, Any] = {"id": "prediction_id", "timestamp": "timestamp", "version": "model_version"}
    columns |= {"features": kinds}
    match story.task:
        case "binary":
            columns |= {"score": "score", "label": "label"}
        case "regression":
            columns |= {"prediction": "prediction", "label": "label"}
        case _:
            columns |= {"score": "score"}
    labels = {} if story.task == "none" else {"labels": {"expected": "3h", "horizon": "30d", "minimum": 50}}
    return {
        "model": story.name,
        "task": story.task,
        "owner": {"team": "the-team"},
        "columns": columns,
        **labels,
        "reference": {"path": "reference.parquet"},
        "windows": {"size": "1d", "lateness": "1h", "spans": [1]},
        "routes": [{"to": ["log"]}],
    }


def _rows(story: Story, first: int, days: int, *, seed: int) -> Rows:
    rng = np.random.default_rng(seed)
    size = days * ROWS
    # In four batches a day: few hours hold rows, so that much is not stored.
    batch, within = np.divmod(np.arange(size), ROWS // 4)
    at = START + first * DAY + batch * 6 * HOUR + within * SECOND
    day = np.repeat(np.arange(first, first + days), ROWS)
    features: dict[str, Any] = {}
    for place, name in enumerate(story.features):
        if name == "channel":
            features[name] = rng.choice(["app", "web", "shop"], size, p=[0.6, 0.3, 0.1])
            continue
        drift = np.clip((day - story.moved.get(name, DAYS)) / 10, 0, 1) * 25
        features[name] = rng.normal(50 + place % 7, 10, size) + drift
    signal = (features[story.features[-2]] - 50) / 10 if story.features[-1] == "channel" else rng.normal(0, 1, size)
    score = 1 / (1 + np.exp(-1.5 * signal))
    chance = np.where(day >= story.wrong_from, 1 - score, score)
    truth: Any = (rng.random(size) < chance).astype(np.int64)
    told: dict[str, Any] = {"score": score}
    if story.task == "regression":
        told = {"prediction": 200 + 30 * signal}
        truth = told["prediction"] + rng.normal(0, 10, size)
    frame = pl.DataFrame(
        {
            "prediction_id": [f"{first}-{place}" for place in range(size)],
            "timestamp": pl.Series(at).cast(pl.Datetime("us", "UTC")),
            "model_version": np.where(day < 60, "1", "2") if first == story.since else "1",
            **features,
            **told,
            "label": truth,
        }
    )
    lost = [pl.when(pl.lit(day) < since).then(pl.col(name)).alias(name) for name, since in story.missing.items()]
    return frame.with_columns(lost).filter(pl.lit(day) < story.silent_from)


def _multiply(database: Path, models: int) -> None:
    """Fill up to so many models with copies of those that are there, by share."""
    names = _names()
    choose = random.Random(1)
    with sqlite3.connect(database) as tx:
        tx.create_function("times", 2, lambda value, factor: None if value is None else value * factor)
        known = dict(tx.execute("SELECT model, id FROM model"))
        tables = _tables(tx)
        wanted = [story for story in STORIES for _ in range(round(story.share * models))]
        wanted = (wanted + [STORIES[0]] * models)[: models - len(STORIES)]
        for story in wanted:
            copy = _copy(tx, tables, known[story.name], next(names))
            _rename(tx, copy, None, choose.choice(TEAMS))
            _move(tx, copy, choose.uniform(0.97, 1.03), choose.uniform(0.3, 40))
        for story in STORIES:
            _rename(tx, known[story.name], next(names), choose.choice(TEAMS[:-1]))
    tx.close()


def _names() -> Iterator[str]:
    pairs = list(itertools.product(SUBJECTS, MARKETS))
    random.Random(2).shuffle(pairs)
    return (f"{subject}-{market}" for subject, market in pairs)


def _tables(tx: sqlite3.Connection) -> dict[str, list[str]]:
    """The columns of every table that belongs to a model, without those that count by themselves."""
    tables = [name for (name,) in tx.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found: dict[str, list[str]] = {}
    for table in tables:
        columns = [row[1] for row in tx.execute(f'PRAGMA table_info("{table}")')]
        if "model_id" in columns and table not in NOT_SHOWN | {"incident"}:
            found[table] = [name for name in columns if name not in ("id", "model_id")]
    return found


def _copy(tx: sqlite3.Connection, tables: Mapping[str, list[str]], source: int, name: str) -> int:
    """A model with all that is stored of another one; returns its number."""
    made = tx.execute("INSERT INTO model (project, model, env) VALUES ('default', ?, 'prod')", [name]).lastrowid
    assert made is not None
    # Incidents are numbered through the whole home.
    above = tx.execute("SELECT coalesce(max(id), 0) FROM incident").fetchone()[0]
    shifted = {"incident_id": f"incident_id + {above}", "key": f"'{made}-' || key"}
    tx.execute(
        "INSERT INTO incident SELECT ?, id + ?, kind, state, severity, opened, resolved, "
        "json_set(body, '$.id', id + ?, '$.model', ?) FROM incident WHERE model_id = ?",
        [made, above, above, name, source],
    )
    for table, columns in tables.items():
        listed = ", ".join(f'"{column}"' for column in columns)
        values = ", ".join(shifted.get(column, f'"{column}"') for column in columns)
        tx.execute(
            f'INSERT INTO "{table}" (model_id, {listed}) SELECT ?, {values} FROM "{table}" WHERE model_id = ?',
            [made, source],
        )
    tx.execute(
        "INSERT INTO reference_block SELECT mine.id, b.window_start, b.window_end, b.blob FROM reference_block b "
        "JOIN reference theirs ON theirs.id = b.reference_id AND theirs.model_id = ? "
        "JOIN reference mine ON mine.model_id = ? AND mine.digest = theirs.digest",
        [source, made],
    )
    return made


def _rename(tx: sqlite3.Connection, model: int, name: str | None, team: str) -> None:
    """Give a model its name and the team that looks after it, where a specification or an incident says so too."""
    if name is not None:
        tx.execute("UPDATE model SET model = ? WHERE id = ?", [name, model])
        tx.execute("UPDATE incident SET body = json_set(body, '$.model', ?) WHERE model_id = ?", [name, model])
    (name,) = tx.execute("SELECT model FROM model WHERE id = ?", [model]).fetchone()
    for version, text in tx.execute("SELECT version, text FROM monitor WHERE model_id = ?", [model]).fetchall():
        lines = [f"model: {name}" if line.startswith("model:") else line for line in text.splitlines()]
        told = "\n".join(line.replace("the-team", team) for line in lines if team or "the-team" not in line)
        tx.execute("UPDATE monitor SET text = ? WHERE model_id = ? AND version = ?", [told, model, version])


def _move(tx: sqlite3.Connection, model: int, factor: float, volume: float) -> None:
    """Move the key metric of a copy with its reference, and its rows, so that no two models look alike."""
    tx.execute(
        "UPDATE headline SET rows = CAST(rows * ? AS INTEGER), value = times(value, ?), low = times(low, ?), "
        "high = times(high, ?), reference_mean = times(reference_mean, ?) WHERE model_id = ?",
        [volume, factor, factor, factor, factor, model],
    )


if __name__ == "__main__":
    main()
