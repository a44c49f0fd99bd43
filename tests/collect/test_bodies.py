"""Bodies of requests: any bytes become rows or a refusal with a reason, and never more memory than is allowed."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from typing import Any

import polars as pl
import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from modelwatch.collect import bodies
from modelwatch.collect.bodies import ARROW, ENCODINGS, JSON, JSON_LINES, MEDIA_TYPES, Rows, decode_body, to_frame
from modelwatch.domain.errors import InputError, Malformed, TooLarge, UnknownEncoding

NDJSON = JSON_LINES[0]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)
NAMES = st.sampled_from(["features", "input", "score", "metadata", "prediction_id"]) | st.text(max_size=5)


def arrow(frame: pl.DataFrame, **given: Any) -> bytes:
    buffer = io.BytesIO()
    frame.write_ipc_stream(buffer, **given)
    return buffer.getvalue()


def frame_of(rows: Rows) -> pl.DataFrame:
    return to_frame(rows.records) if rows.records is not None else rows.columns  # type: ignore[return-value]


@given(st.binary(max_size=300), st.sampled_from(MEDIA_TYPES), st.sampled_from(ENCODINGS))
@example(b"\xef\xbb\xbf{}", JSON, "identity")
@example(b"[" * 5000, JSON, "identity")
@example(b'{"a":' * 5000, NDJSON, "identity")
@example(b"1" * 5000, JSON, "identity")
@example(b'{"a": ' + b"1" * 5000 + b"}", NDJSON, "identity")
@example(b"\xff\xff\xff\xff\x00\x00\x00\x00", ARROW, "identity")
@example(b"\xff\xff\xff\xff\xff\xff\xff\x7f", ARROW, "identity")
@example(b"\x28\xb5\x2f\xfd", JSON, "zstd")
@example(b"\x1f\x8b", JSON, "gzip")
@example(b"", ARROW, "gzip")
def test_any_bytes_give_rows_or_a_reason(body: bytes, media_type: str, encoding: str) -> None:
    try:
        rows = decode_body(body, media_type=media_type, encoding=encoding)
    except InputError:
        return
    assert frame_of(rows).height == rows.height


@given(VALUES | st.dictionaries(NAMES, VALUES) | st.lists(st.dictionaries(NAMES, VALUES)))
def test_any_json_gives_as_many_rows_as_it_says_or_a_reason(value: Any) -> None:
    body = json.dumps(value).encode()
    try:
        rows = decode_body(body, media_type=JSON)
    except InputError:
        assert not isinstance(value, list) or not all(isinstance(each, dict) for each in value)
        return
    assert frame_of(rows).height == rows.height
    if isinstance(value, list):
        assert rows.height == len(value)
    assert rows.height == decode_body(gzip.compress(body), media_type=JSON, encoding="gzip").height


@given(st.lists(st.dictionaries(st.text(), SCALARS, min_size=1), min_size=1))
def test_lines_are_what_the_list_is(records: list[dict[str, Any]]) -> None:
    listed = decode_body(json.dumps(records).encode(), media_type=JSON)
    lines = decode_body("\n".join(map(json.dumps, records)).encode(), media_type=NDJSON)
    assert json.dumps(listed.records) == json.dumps(lines.records)


@given(st.data())
def test_a_damaged_arrow_stream_is_refused_or_read_within_its_size(data: st.DataObject) -> None:
    frame = pl.DataFrame({"a": [1.5, None, 3.0], "b": ["x", "ü", None], "c": [[1], [], None]})
    body = bytearray(arrow(frame, compression=data.draw(st.sampled_from(["uncompressed", "zstd", "lz4"]))))
    for _ in range(data.draw(st.integers(0, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)))
    try:
        rows = decode_body(bytes(body[:cut]), media_type=ARROW, limit=1 << 20)
    except InputError:
        return
    assert rows.height <= 1 << 20


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(b" " * (64 << 20)), "gzip"),
        (zstandard.compress(b" " * (64 << 20)), "zstd"),
        (b"".join(gzip.compress(b" " * 1000) for _ in range(3000)), "gzip"),
        (b"".join(zstandard.compress(b" " * 1000) for _ in range(3000)), "zstd"),
    ],
)
def test_a_body_that_swells_is_refused_before_it_is_held(packed: bytes, encoding: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge, match="comes to more than 2,097,152 bytes"):
            decode_body(packed, media_type=JSON, encoding=encoding, limit=2 << 20)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_several_compressed_parts_are_one_body() -> None:
    for pack, encoding in ((gzip.compress, "gzip"), (zstandard.compress, "zstd"), (gzip.compress, "X-GZIP")):
        assert decode_body(pack(b'{"a":') + pack(b"1}"), media_type=JSON, encoding=encoding).records == [{"a": 1}]


def test_an_arrow_stream_may_not_claim_more_than_is_allowed() -> None:
    body = arrow(pl.DataFrame({"a": pl.zeros(200_000, eager=True)}), compression="zstd")
    assert len(body) < 20_000
    with pytest.raises(TooLarge, match="more than 1,048,576 bytes"):
        decode_body(body, media_type=ARROW, limit=1 << 20)


def test_a_columnar_object_is_a_row_for_each_value() -> None:
    rows = decode_body(
        b'{"prediction_id": ["a", "b"], "features": {"x": [1, 2]}, "score": [0.1, 0.2]}', media_type=JSON
    )
    assert rows.columns is not None
    assert rows.columns.to_dict(as_series=False) == {"prediction_id": ["a", "b"], "score": [0.1, 0.2], "x": [1, 2]}


@pytest.mark.parametrize(
    "body",
    [b'{"input": [1, 2], "score": [1]}', b'{"input": [1, 2]}', b'{"features": [1, 2]}', b'{"score": 1}', b"{}"],
)
def test_an_object_is_one_row_unless_all_its_fields_are_lists(body: bytes) -> None:
    rows = decode_body(body, media_type=JSON)
    assert (rows.height, rows.single) == (1, True)


@pytest.mark.parametrize(
    ("body", "media_type", "encoding", "kind", "part"),
    [
        (b"", JSON, "", Malformed, "not JSON"),
        (b"{", JSON, "", Malformed, "not JSON"),
        (b'{"a": 1}{"a": 2}', JSON, "", Malformed, "not JSON"),
        (b'{"a": 1}\n{"a": 2}', JSON, "", Malformed, NDJSON),
        (b'{"a": 1}\n1', NDJSON, "", InputError, "line 2 is not a JSON object"),
        (b'{"a": 1}\n\n{', NDJSON, "", Malformed, "line 3 is not JSON"),
        (b'{"a": [1], "b": []}', JSON, "", InputError, "a 1, b 0"),
        (b'[{"a": 1}, null]', JSON, "", InputError, "element 2"),
        (b"true", JSON, "", InputError, "JSON boolean"),
        (b"null", JSON, "", InputError, "JSON null"),
        (b'"a"', JSON, "", InputError, "JSON string"),
        (b"{}", "text/plain", "", UnknownEncoding, "text/plain"),
        (b"{}", JSON, "deflate", UnknownEncoding, "'deflate'"),
        (b"", JSON, "gzip", Malformed, "not JSON"),
        (b"x", JSON, "zstd", Malformed, "not zstd"),
    ],
)
def test_the_reason_names_what_is_wrong(
    body: bytes, media_type: str, encoding: str, kind: type[InputError], part: str
) -> None:
    with pytest.raises(InputError, match=part.replace("+", r"\+")) as told:
        decode_body(body, media_type=media_type, encoding=encoding)
    assert type(told.value) is kind


def test_what_strict_json_lacks_is_a_value_all_the_same() -> None:
    rows = decode_body(b'[{"a": NaN, "b": 1e400, "c": "\\ud800"}]', media_type=JSON)
    assert rows.records is not None
    assert str(rows.records[0]["a"]) == "nan"
    assert rows.records[0]["b"] == float("inf")
    assert to_frame(rows.records)["c"].len() == 1


def test_rows_and_columns_are_bounded() -> None:
    wide = {f"c{number}": [1] for number in range(bodies.MOST_COLUMNS + 1)}
    for body, media_type in ((json.dumps(wide).encode(), JSON), (arrow(pl.DataFrame(wide)), ARROW)):
        with pytest.raises(TooLarge, match="at most 10,000"):
            decode_body(body, media_type=media_type)
    with pytest.raises(TooLarge, match="different fields"):
        to_frame([{name: 1} for name in wide])
    with pytest.raises(TooLarge, match="at most 1,000,000"):
        decode_body(b"{}\n" * (bodies.MOST_ROWS + 1), media_type=NDJSON)


def test_records_of_no_fields_keep_their_number() -> None:
    assert to_frame([{}, {}, {}]).height == 3
    assert to_frame([{"a": 1}, {"b": "x"}]).to_dicts() == [{"a": 1, "b": None}, {"a": None, "b": "x"}]
