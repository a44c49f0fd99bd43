"""The front page: its commands on files, word for word, on a small model of now, and its comparison."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from .walk import Walk

PAGE = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def rows(first: datetime, days: int) -> pl.DataFrame:
    """A hundred flights a day, whose label goes with the wind."""
    chance = random.Random(1)
    times = [first + timedelta(minutes=14 * number) for number in range(100 * days)]
    winds = [chance.uniform(0, 40) for _ in times]
    return pl.DataFrame(
        {
            "prediction_id": [f"{at:%m%d%H%M}" for at in times],
            "timestamp": times,
            "wind_speed": winds,
            "score": [wind / 40 for wind in winds],
            "label": [int(chance.uniform(0, 40) < wind) for wind in winds],
        }
    )


def commands(section: str) -> list[str]:
    """The commands of the first unmarked block of a section."""
    [text] = re.findall(f"^## {section}$(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    [block, *_] = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return block.splitlines()


@pytest.mark.slow
@pytest.mark.system
def test_the_commands_of_the_front_page_go_one_after_the_other(tmp_path: Path) -> None:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    rows(today - timedelta(days=60), 20).write_parquet(tmp_path / "training.parquet")
    served = rows(today - timedelta(days=5), 4)
    served.drop("label").write_parquet(tmp_path / "predictions.parquet")
    served.drop("label").write_parquet(tmp_path / "last_week.parquet")
    served.select("prediction_id", "label", pl.col("timestamp").dt.offset_by("1h")).write_parquet(
        tmp_path / "labels.parquet"
    )
    told = [*commands("Watch a model"), *commands("Compare two files, once")]
    assert [each.split()[1] for each in told] == [
        "init", "apply", "ingest", "label", "run", "incidents", "compare"
    ]  # fmt: skip
    Walk(tmp_path, {}).walk("".join(f"```console\n$ {each}\n```\n" for each in told))
