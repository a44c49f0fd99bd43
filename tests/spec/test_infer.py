"""What a data frame tells: kinds, roles, task, and a specification that fits the frame it came from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.spec import infer, parse
from modelwatch.spec.infer import survey
from modelwatch.spec.kinds import DECLARABLE, Facts, Storage, kind_of
from modelwatch.spec.roles import find_roles

N = 200
COUNT = list(range(N))
THREES = [float(n % 3) for n in COUNT]
CODES = "different whole numbers: codes, not amounts"


def kind(values: list[Any], dtype: Any = None) -> tuple[ColumnKind | None, str]:
    return kind_of(survey(pl.DataFrame({"x": pl.Series("x", values, dtype=dtype)}))["x"])


@pytest.mark.parametrize(
    ("values", "expected", "why"),
    [
        ([0.5 + n for n in COUNT], ColumnKind.NUMERIC, "numbers"),
        (COUNT, ColumnKind.NUMERIC, "200 different whole numbers"),
        ([n % 2 for n in COUNT], ColumnKind.CATEGORICAL, f"2 {CODES}"),
        ([1 + n % 2 for n in range(4)], ColumnKind.CATEGORICAL, f"2 {CODES}"),
        ([n % 10 for n in COUNT], ColumnKind.CATEGORICAL, f"10 {CODES}"),
        ([n % 11 for n in COUNT], ColumnKind.NUMERIC, "11 different whole numbers"),
        ([n % 7 for n in range(69)], ColumnKind.NUMERIC, "7 different whole numbers"),
        ([n % 7 for n in range(70)], ColumnKind.CATEGORICAL, f"7 {CODES}"),
        ([7] * N, ColumnKind.NUMERIC, "only ever one value"),
        # whole numbers that became floats because one is missing
        ([None, *THREES], ColumnKind.CATEGORICAL, f"3 {CODES}"),
        ([float("nan"), *THREES], ColumnKind.CATEGORICAL, f"3 {CODES}"),
        ([float("inf"), *THREES], ColumnKind.NUMERIC, "numbers"),
        ([str(n % 90) for n in COUNT], ColumnKind.CATEGORICAL, "90 different texts"),
        ([str(n) for n in COUNT], ColumnKind.TEXT, "over half of the texts are different"),
        ([str(n) for n in range(50)], ColumnKind.CATEGORICAL, "50 different texts"),
        ([n % 2 == 0 for n in COUNT], ColumnKind.BOOLEAN, "true and false"),
        ([date(2026, 1, 1 + n % 28) for n in COUNT], ColumnKind.DATETIME, "times"),
        ([None] * N, None, "holds no value at all"),
        ([[1.0, 2.0]] * N, None, "holds lists or other structures"),
    ],
)  # fmt: skip
def test_the_kind_of_a_column(values: list[Any], expected: ColumnKind | None, why: str) -> None:
    assert kind(values) == (expected, why)


@pytest.mark.parametrize(
    ("dtype", "values", "expected"),
    [
        (pl.Categorical, [f"c{n}" for n in COUNT], ColumnKind.CATEGORICAL),
        (pl.Enum(["a", "b"]), ["a"] * N, ColumnKind.CATEGORICAL),
        (pl.Decimal(10, 2), [n + 0.25 for n in COUNT], ColumnKind.NUMERIC),
        (pl.UInt64, COUNT, ColumnKind.NUMERIC),
        (pl.Float32, [n / 7 for n in COUNT], ColumnKind.NUMERIC),
        (pl.Datetime("ns", "UTC"), [datetime(2026, 1, 1, tzinfo=UTC)] * N, ColumnKind.DATETIME),
        (pl.Duration, [timedelta(n) for n in COUNT], None),
        (pl.Binary, [b"x"] * N, None),
        (pl.Struct({"a": pl.Int8}), [{"a": 1}] * N, None),
        (pl.Float64, [None] * N, ColumnKind.NUMERIC),
        (pl.String, [None] * N, ColumnKind.CATEGORICAL),
        (pl.Int64, [], ColumnKind.NUMERIC),
    ],
)
def test_the_kind_of_a_type(dtype: Any, values: list[Any], expected: ColumnKind | None) -> None:
    assert kind(values, dtype)[0] is expected
    by_type = kind_of(survey({"x": dtype})["x"])[0]
    assert by_type is expected


def test_numbers_that_name_segments_are_categories() -> None:
    assert kind_of(survey(pl.DataFrame({"x": COUNT}))["x"], segment=True)[0] is ColumnKind.CATEGORICAL


@pytest.mark.parametrize("storage", Storage)
def test_an_inferred_kind_may_also_be_declared(storage: Storage) -> None:
    for segment in (False, True):
        found, _ = kind_of(Facts(name="x", storage=storage), segment=segment)
        assert found is None or found in DECLARABLE[storage]


SCORE = [n / N for n in COUNT]
SCORED = {"score": "score"}
CLASS = [n % 2 for n in COUNT]
FEW = [n % 5 for n in COUNT]
AMOUNT = [1.5 * n for n in COUNT]
WORDS = ["yes" if n % 2 else "no" for n in COUNT]
IDS = [f"r{n}" for n in COUNT]
TIMES = [datetime(2026, 1, 1, tzinfo=UTC)] * N


@pytest.mark.parametrize(
    ("columns", "task", "roles"),
    [
        ({"score": SCORE, "label": CLASS}, Task.BINARY, {"score": "score", "label": "label"}),
        ({"y_pred": CLASS, "y_true": CLASS}, Task.BINARY, {"prediction": "y_pred", "label": "y_true"}),
        ({"prediction": SCORE, "target": CLASS}, Task.BINARY, {"score": "prediction", "label": "target"}),
        ({"Probability": SCORE, "churned": CLASS}, Task.BINARY, {"score": "Probability"}),
        ({"prediction": SCORE}, Task.BINARY, {"score": "prediction"}),
        ({"prediction": WORDS}, Task.BINARY, {"prediction": "prediction"}),
        ({"pred": FEW, "label": FEW}, Task.NONE, {"prediction": "pred", "label": "label"}),
        ({"prediction": [f"c{n}" for n in FEW]}, Task.NONE, {"prediction": "prediction"}),
        ({"prediction": FEW, "score": SCORE}, Task.NONE, {"prediction": "prediction"}),
        ({"prediction": WORDS, "label": AMOUNT}, Task.NONE, {"label": "label"}),
        ({"prediction": SCORE, "label": FEW}, Task.NONE, {"label": "label"}),
        ({"prediction": AMOUNT, "y": AMOUNT}, Task.REGRESSION, {"prediction": "prediction", "label": "y"}),
        ({"yhat": COUNT, "actual": COUNT}, Task.REGRESSION, {"prediction": "yhat", "label": "actual"}),
        ({"score": SCORE, "y": AMOUNT}, Task.REGRESSION, {"prediction": "score", "label": "y"}),
        ({"age": AMOUNT}, Task.NONE, {}),
        ({"label": CLASS}, Task.NONE, {"label": "label"}),
        ({"score": AMOUNT}, Task.NONE, {}),
        ({"request_id": IDS, "score": SCORE}, Task.BINARY, {"id": "request_id", "score": "score"}),
        ({"id": CLASS, "score": SCORE}, Task.BINARY, {"score": "score"}),
        ({"seen": TIMES, "score": SCORE}, Task.BINARY, {"timestamp": "seen", "score": "score"}),
        ({"version": WORDS, "score": SCORE}, Task.BINARY, {"version": "version", "score": "score"}),
        ({"latency_ms": AMOUNT, "y": AMOUNT}, Task.NONE, {"latency_ms": "latency_ms", "label": "y"}),
        ({"error": WORDS, "score": SCORE}, Task.BINARY, {"error": "error", "score": "score"}),
        ({"error": AMOUNT, "score": SCORE}, Task.BINARY, {"score": "score"}),
        ({"model_version": TIMES, "score": SCORE}, Task.BINARY, {"version": "model_version", **SCORED}),
        ({"y": AMOUNT, "Y": AMOUNT, "Pred": AMOUNT}, Task.REGRESSION, {"label": "y", "prediction": "Pred"}),
    ],
)  # fmt: skip
def test_roles_and_task(columns: dict[str, list[Any]], task: Task, roles: dict[str, str]) -> None:
    found = find_roles(survey(pl.DataFrame(columns)))
    assert (found.task, dict(found.columns)) == (task, roles)


@pytest.mark.parametrize(
    ("values", "positive"),
    [
        ([0, 1], 1),
        ([1, 2], 1),
        ([0.0, 1.0], 1),
        ([-1, 1], 1),
        ([False, True], True),
        (["no", "yes"], "yes"),
        (["Y", "N"], "Y"),
        (["bad", "good"], "bad"),
        (["left", "right"], "right"),
        ([3, 5], 5),
    ],
)
def test_the_positive_class(values: list[Any], positive: object) -> None:
    found = find_roles(survey(pl.DataFrame({"label": values * 100, "score": [0.5, 0.25] * 100})))
    assert (found.positive, type(found.positive)) == (positive, type(positive))


def text_of(columns: dict[str, Any]) -> str:
    return infer("m", pl.DataFrame(columns), path="ref.parquet")


@pytest.mark.parametrize(
    ("threshold", "written"), [(0.5, None), (0.3, "threshold: 0.2975"), (0.8, "threshold: 0.7975")]
)
def test_the_threshold_is_read_from_score_and_prediction(threshold: float, written: str | None) -> None:
    text = text_of({"score": SCORE, "prediction": [int(score >= threshold) for score in SCORE]})
    line = next((line.split("  #")[0].strip() for line in text.splitlines() if "threshold" in line), None)
    assert line == written


@pytest.mark.parametrize("prediction", [CLASS, WORDS, [n % 2 == 0 for n in COUNT], [1] * N])
def test_no_threshold_is_written_where_none_can_be_read(prediction: list[Any]) -> None:
    assert "threshold" not in text_of({"score": SCORE, "prediction": prediction, "label": CLASS})


@pytest.mark.parametrize("dtype", [pl.Boolean, pl.Float64, pl.String, pl.Categorical])
def test_a_threshold_is_read_whatever_the_classes_are_stored_as(dtype: Any) -> None:
    prediction = pl.Series([score >= 0.3 for score in SCORE]).cast(pl.Int8).cast(pl.String)
    stored = prediction == "1" if dtype == pl.Boolean else prediction.cast(dtype)
    text = text_of({"score": SCORE, "prediction": stored})
    assert "threshold: 0.2975" in text


def test_columns_that_tell_rows_apart_are_left_out(catalog: Catalog) -> None:
    text = text_of(
        {
            "score": SCORE,
            "customer_id": [10_000 + 7 * n % 1500 for n in COUNT],
            "store_id": FEW,
            "rowNumber": COUNT,
            "salary": [n * n for n in COUNT],
            "order": [f"ORD-{n:05}" for n in COUNT],
            "comment": [f"I like it {n}" for n in COUNT],
            "vector": [[0.5]] * N,
        }
    )
    monitor = parse(text, catalog=catalog)
    assert monitor.roles.id == "rowNumber"
    assert monitor.features == {
        "store_id": ColumnKind.CATEGORICAL,
        "salary": ColumnKind.NUMERIC,
        "comment": ColumnKind.TEXT,
    }
    assert [line.strip() for line in text.splitlines() if "left out" in line] == [
        "# customer_id is left out: it tells rows apart, it does not describe them",
        "# order is left out: it tells rows apart, it does not describe them",
        "# vector is left out: holds lists or other structures",
    ]


def test_segments_are_the_columns_with_few_values(catalog: Catalog) -> None:
    text = text_of(
        {
            "score": SCORE,
            "code": FEW,
            "many": [f"v{n % 51}" for n in COUNT],
            "fifty": [f"v{n % 50}" for n in COUNT],
            "one": ["v"] * N,
            "plan": WORDS,
            "active": [n % 2 == 0 for n in COUNT],
            "age": AMOUNT,
        }
    )
    assert parse(text, catalog=catalog).segments == ("fifty", "plan", "active")


def test_a_wrong_model_name_is_refused() -> None:
    with pytest.raises(InputError, match="model 'My Model' is not allowed"):
        infer("My Model", pl.DataFrame({"a": [1]}), path="a.parquet")


def test_the_text_gives_its_reasons() -> None:
    frame = pl.DataFrame({"score": SCORE, "label": CLASS, "weekday": [n % 7 for n in COUNT]})
    assert infer("churn", frame, path="my data.csv") == (
        "# How churn is watched: proposed from my data.csv (200 rows). Check it, then apply it.\n"
        "model: churn\n"
        "task: binary  # label holds 0 and 1\n"
        "timezone: UTC  # check: days start at midnight here; name another zone if people's days matter\n"
        "columns:\n"
        "  # check: no prediction id in the reference; served predictions need one, or are given one\n"
        "  # check: no time in the reference: without it there are no days to tell noise from drift\n"
        "  score: score\n"
        "  label: label\n"
        "  positive: 1\n"
        "  features:\n"
        "    weekday: categorical  # 7 different whole numbers: codes, not amounts\n"
        "  segments: [weekday]  # each with few values\n"
        'reference: {path: "my data.csv"}\n'
        "windows: {size: 1d, lateness: 1h, spans: [1, 7, 28]}  # one verdict a day, on 1, 7 and 28 days\n"
        "labels: {expected: 24h, horizon: 90d, minimum: 100}"
        "  # check: when the truth comes, until when it counts, how many make a figure\n"
    )


NAMES = st.one_of(
    st.sampled_from(
        [
            "prediction_id",
            "timestamp",
            "model_version",
            "score",
            "prediction",
            "label",
            "latency_ms",
            "error",
            "all",
            "features",
            "id",
            "ts",
            "version",
            "y",
            "y_pred",
            "target",
            "Score",
            "LABEL",
            "no",
            "yes",
            "null",
            "true",
            "1",
            "user_id",
        ]
    ),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=8),
)
COLUMNS = st.sampled_from(
    [
        st.integers(-5, 5),
        st.integers(0, 1),
        st.integers(-(2**40), 2**40),
        st.floats(0, 1),
        st.floats(),
        st.booleans(),
        st.text(st.characters(codec="utf-8"), max_size=6),
        st.sampled_from(["a", "b", "c"]),
        st.dates(date(1990, 1, 1), date(2040, 1, 1)),
        st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001
        st.none(),
        st.lists(st.floats(0, 1), max_size=2),
    ]
)


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    """A frame of any columns, many of them named like roles, some values missing."""
    rows = draw(st.sampled_from([0, 1, 2, 7, 60]))
    names = draw(st.lists(NAMES, min_size=1, max_size=6, unique=True))
    columns: dict[str, pl.Series] = {}
    for name in names:
        values = draw(COLUMNS)
        some = draw(st.lists(st.one_of(values, values, st.none()), min_size=min(rows, 7), max_size=min(rows, 7)))
        columns[name] = pl.Series(name, [some[n % len(some)] for n in range(rows)], strict=False)
    return pl.DataFrame(columns)


@given(frames())
def test_any_frame_gives_a_specification_that_fits_it(catalog: Catalog, frame: pl.DataFrame) -> None:
    text = infer("m", frame, path="ref.parquet")
    monitor = parse(text, catalog=catalog)
    fitted = monitor.resolve(frame, catalog=catalog)
    facts = survey(frame)
    assert fitted.features == monitor.features
    assert set(fitted.features) <= set(frame.columns)
    assert set(fitted.segments) <= set(fitted.features)
    assert not set(fitted.features) & set(fitted.roles.by_role().values())
    assert all(kind_of(facts[name])[0] is kind for name, kind in fitted.features.items())
    roles = find_roles(facts).columns
    left_out = [line for line in text.splitlines() if " is left out: " in line]
    assert len(frame.columns) == len(fitted.features) + len(roles) + len(left_out)


def lines(frame: dict[str, Any], **given: Any) -> list[str]:
    """The proposed lines, without the reasons behind them."""
    return [line.strip() for line in infer("m", pl.DataFrame(frame), path="a.parquet", **given).splitlines()]


def test_named_columns_play_their_part() -> None:
    frame = {"p": SCORE, "income": WORDS, "instant": COUNT, "seen": TIMES, "other": TIMES}
    named = {"score": "p", "label": "income", "timestamp": "seen"}
    told = lines(frame, named=named)
    assert {"score: p", "label: income", "timestamp: seen"} <= set(told)
    assert "task: binary  # income holds no and yes" in told
    assert "id: instant  # check: it tells the rows of the reference apart; does it those of served files?" in told
    assert "task: none  # as was said" in lines({"prediction": WORDS}, task=Task.NONE)


def test_a_named_column_must_be_there_and_fit() -> None:
    with pytest.raises(UnknownName, match="no column 'incom': there are p, income; did you mean 'income'"):
        infer("m", pl.DataFrame({"p": SCORE, "income": WORDS}), path="a", named={"label": "incom"})
    with pytest.raises(InputError, match="'income' cannot be the score where the task is binary: it holds texts"):
        infer("m", pl.DataFrame({"p": SCORE, "income": WORDS}), path="a", named={"score": "income"})


def test_what_may_be_the_truth_is_no_feature() -> None:
    told = lines({"prediction": AMOUNT, "cnt": [n + 3 for n in AMOUNT], "hour": FEW})
    assert "# check: label: cnt, if it is the truth: it goes with the model's output" in told
    assert "# cnt is left out: it may be the truth, see above" in told
    told = lines({"score": SCORE, "bought": [each > 0.6 for each in SCORE], "member": [n % 4 < 2 for n in COUNT]})
    assert "# bought is left out: it may be the truth, see above" in told
    assert any(line.startswith("member: boolean") for line in told)


@pytest.mark.parametrize(
    ("zone", "proposed"),
    [("America/New_York", "timezone: America/New_York"), ("UTC", "timezone: UTC"), (None, "timezone: UTC")],
)
def test_the_zone_of_the_times_is_the_zone_of_the_days(zone: str | None, proposed: str) -> None:
    seen = pl.Series(TIMES).dt.replace_time_zone(zone)
    [told] = [line for line in lines({"seen": seen, "score": SCORE}) if line.startswith("timezone")]
    assert told.startswith(f"{proposed}  # check: ")


def test_an_offset_in_text_is_proposed_as_a_zone() -> None:
    words = pl.DataFrame({"seen": ["2026-01-01T00:00:00-05:00"] * N, "score": [str(each) for each in SCORE]})
    told = infer("m", pl.DataFrame({"seen": TIMES, "score": SCORE}), path="a.csv", words=words)
    assert "timezone: Etc/GMT+5  # check: times are written with -05:00" in told


def test_without_output_the_way_out_is_told() -> None:
    assert "task: none  # check: no column holds the model's output; name it with --score or --prediction" in lines(
        {"age": AMOUNT}
    )
