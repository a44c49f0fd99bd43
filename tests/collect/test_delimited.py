"""CSV: what is quoted means the same as what is not, and a line that does not fit the header is named."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.collect import read_batches
from modelwatch.domain.errors import InputError

plain = st.text(st.characters(codec="utf-8", exclude_characters='",\n\r\x00'), max_size=8)
anything = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=8)


def read(content: str | bytes, path: Path, *, rows: int = 50_000) -> list[dict[str, str | None]]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [row for batch in read_batches(path, rows=rows) for row in batch.to_dicts()]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv") / "a.csv"


@given(rows=st.lists(st.tuples(plain, plain).filter(any), min_size=1, max_size=12), batch=st.integers(1, 5))
def test_quotes_change_nothing(rows: list[tuple[str, str]], batch: int, path: Path) -> None:
    bare = "a,b\n" + "".join(f"{a},{b}\n" for a, b in rows)
    quoted = "a,b\n" + "".join(f'"{a}","{b}"\n' for a, b in rows)
    expected = [{"a": a or None, "b": b or None} for a, b in rows]
    assert read(bare, path, rows=batch) == expected
    assert read(quoted, path, rows=batch) == expected


@given(rows=st.lists(st.tuples(anything, anything).filter(any), min_size=1), batch=st.integers(1, 5))
def test_what_the_standard_library_writes_is_read(rows: list[tuple[str, str]], batch: int, path: Path) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows([("a", "b"), *rows])
    assert read(written.getvalue(), path, rows=batch) == [{"a": a or None, "b": b or None} for a, b in rows]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_header_tells_the_separator(separator: str, path: Path) -> None:
    assert read(separator.join("abc") + "\n" + separator.join("123"), path) == [{"a": "1", "b": "2", "c": "3"}]


def test_marks_and_ends_of_other_systems_are_no_content(path: Path) -> None:
    assert read(b"\xef\xbb\xbfa,b\r\n1,2\r\n\r\n3,4\r\n", path) == [
        {"a": "1", "b": "2"},
        {"a": "3", "b": "4"},
    ]


def test_a_column_without_a_name_has_one(path: Path) -> None:
    assert read(",temp\n0,20\n", path) == [{"column_1": "0", "temp": "20"}]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a,b\n1,2\n3\n", "line 3 of .* has 1 fields where the header has 2"),
        ("a,b\n\n1,2,3\n", "line 3 of .* has 3 fields where the header has 2"),
        ('a,b\n"1",2\n3\n', "line 3 of .* has 1 fields"),
        ('a,b\n"1\n1",2\n3,4,5\n', "line 4 of .* has 3 fields"),
        ('a,b\n"1,2\n', "line 2 of .* is not CSV: unexpected end of data"),
        ("1,2\n3,4\n", "has no header: its first line has the field '1'"),
        ("a,a\n3,4\n", "names the column 'a' twice"),
    ],
)
def test_a_line_that_does_not_fit_is_named(content: str, told: str, path: Path) -> None:
    for rows in (1, 50_000):
        with pytest.raises(InputError, match=told):
            read(content, path, rows=rows)


def test_lines_that_end_in_a_lone_return_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,score\ra,0.5\r")
    with pytest.raises(InputError, match="does not end its lines with a line feed"):
        list(read_batches(tmp_path / "a.csv"))
