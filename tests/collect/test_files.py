"""Files: the same rows come out of every format, in batches, and a file that is none says so."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from modelwatch.collect import Layout, canonical_predictions, count_rows, digest_of, is_untyped, read_batches
from modelwatch.domain.errors import InputError

FORMATS = ["parquet", "arrow", "arrows", "csv", "jsonl", "csv.gz", "jsonl.gz", "csv.zst", "jsonl.zst"]


def write(source: pl.DataFrame, path: Path) -> Path:
    name = path.name.removeprefix("source.")
    text = source.with_columns(pl.col("at").dt.to_string("%Y-%m-%dT%H:%M:%SZ"))
    match name.split("."):
        case ["parquet"]:
            source.write_parquet(path, row_group_size=300)
        case ["arrow"]:
            source.write_ipc(path, record_batch_size=300)
        case ["arrows"]:
            table = source.to_arrow()
            with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
                stream.write_table(table, max_chunksize=170)
        case ["csv", *packed]:
            path.write_bytes(pack(text.write_csv().encode(), packed))
        case ["jsonl", *packed]:
            path.write_bytes(pack(text.write_ndjson().encode(), packed))
    return path


def pack(content: bytes, packing: list[str]) -> bytes:
    match packing:
        case ["gz"]:
            return gzip.compress(content)
        case ["zst"]:
            return bytes(pa.compress(content, "zstd"))
        case _:
            return content


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_rows_come_out_of_every_format(
    name: str, source: pl.DataFrame, layout: Layout, tmp_path: Path
) -> None:
    path = write(source, tmp_path / f"source.{name}")
    batches = list(read_batches(path, rows=100))
    assert max(batch.height for batch in batches) == 100

    def canonical(frame: pl.DataFrame, *, text: bool) -> pl.DataFrame:
        return canonical_predictions(frame, layout, received=2**51, digest="file", first_row=1, text=text).frame.drop(
            "source_row"
        )

    read = pl.concat([canonical(batch, text=is_untyped(path)) for batch in batches])
    assert read.equals(canonical(source, text=False))


@pytest.mark.parametrize("name", ["parquet", "arrow", "arrows"])
def test_the_content_tells_the_format_whatever_the_name(name: str, source: pl.DataFrame, tmp_path: Path) -> None:
    path = write(source, tmp_path / f"source.{name}")
    renamed = path.rename(tmp_path / "export.csv")
    assert sum(batch.height for batch in read_batches(renamed)) == source.height
    assert not is_untyped(renamed)


def test_text_without_a_telling_name_is_told_by_its_first_character(
    as_json_lines: Path, as_csv: Path, tmp_path: Path
) -> None:
    assert is_untyped(as_csv.rename(tmp_path / "data"))
    assert not is_untyped(as_json_lines.rename(tmp_path / "rows.log"))


@pytest.mark.parametrize("name", FORMATS)
def test_rows_are_counted_where_that_is_quick(name: str, source: pl.DataFrame, tmp_path: Path) -> None:
    path = write(source, tmp_path / f"source.{name}")
    assert count_rows(path) == (None if name.endswith(("gz", "zst")) else source.height)


@pytest.mark.parametrize("name", ["parquet", "arrow", "arrows", "csv.gz", "jsonl.zst"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_file_that_was_cut_short_is_refused(name: str, share: float, source: pl.DataFrame, tmp_path: Path) -> None:
    path = write(source, tmp_path / f"source.{name}")
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match=r"damaged|cut short|breaks off"):
        list(read_batches(path))


def test_every_byte_of_a_parquet_footer_may_be_wrong(source: pl.DataFrame, tmp_path: Path) -> None:
    path = write(source, tmp_path / "source.parquet")
    content = bytearray(path.read_bytes())
    for place in range(len(content) - 300, len(content), 7):
        broken = content.copy()
        broken[place] ^= 0xFF
        path.write_bytes(broken)
        try:
            rows = sum(batch.height for batch in read_batches(path))
        except InputError:
            continue
        assert rows == source.height


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.parquet", b"id,score\n1,2\n", "is not a parquet: it does not begin like one"),
        ("a.arrow", b"id,score\n1,2\n", "is not an arrow file"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n\n", "has no header"),
        ("a.csv", b"id,score\n", "has no rows"),
        ("a.jsonl", b"\n \n", "has no rows"),
        ("a.bin", b"\x00\x01\x02\x03", "is of no format that can be read; those are parquet, arrow file"),
        ("a.gz", gzip.compress(b"id\n1\n", mtime=0), "its name must say of what"),
        ("a.csv", b"id,score\n\xff\xfe,1\n", "is not UTF-8 text: save it as UTF-8"),
    ],
)
def test_what_is_no_file_of_rows_is_refused(name: str, content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=told) as error:
        list(read_batches(path))
    assert str(path) in str(error.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no file .*gone\.csv"):
        list(read_batches(tmp_path / "gone.csv"))
    with pytest.raises(InputError, match="is a folder"):
        count_rows(tmp_path)


def test_a_parquet_file_without_rows_is_told(source: pl.DataFrame, tmp_path: Path) -> None:
    source.clear().write_parquet(tmp_path / "none.parquet")
    with pytest.raises(InputError, match="has no rows"):
        list(read_batches(tmp_path / "none.parquet"))


def test_names_with_wildcards_are_names(source: pl.DataFrame, tmp_path: Path) -> None:
    for name in ("part[1].parquet", "a*.csv", "day=1"):
        folder = tmp_path / "year=2013"
        folder.mkdir(exist_ok=True)
        source.select("score").write_parquet(folder / name)
        assert [batch.columns for batch in read_batches(folder / name)] == [["score"]]


def test_the_digest_is_of_the_content(as_csv: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.write_bytes(as_csv.read_bytes())
    assert digest_of(copy) == digest_of(as_csv)
    copy.write_bytes(as_csv.read_bytes() + b" ")
    assert digest_of(copy) != digest_of(as_csv)


def test_an_arrow_stream_with_dictionaries_and_an_early_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.arrows"
    schema = pa.schema([("carrier", pa.dictionary(pa.int32(), pa.string()))])
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, schema) as stream:
        for values in (["UA", "AA"], ["DL"], ["B6", "UA"]):
            stream.write_batch(
                pa.record_batch([pa.array(values).dictionary_encode().cast(schema[0].type)], schema=schema)
            )
    # A writer that was interrupted between two batches leaves no end mark, which the format allows.
    path.write_bytes(buffer.getvalue()[:-8])
    carriers = [value for batch in read_batches(path, rows=2) for value in batch["carrier"].cast(pl.String).to_list()]
    assert carriers == ["UA", "AA", "DL", "B6", "UA"]
    assert count_rows(path) == 5
