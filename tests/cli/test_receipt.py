"""What the verbs that read rows answer, and when the answer is an error."""

from __future__ import annotations

import json

from .conftest import Call, FakeHome


def test_causes_and_warnings_are_told(call: Call) -> None:
    told = call("ingest", "eta", "a.parquet").stdout.splitlines()
    assert told[1:] == ["  1 row: temp, as in row 3: no number", "  warning: no id"]
    answer = json.loads(call("ingest", "eta", "a.parquet", "--json").stdout)
    assert answer["warnings"] == ["no id"]
    assert answer["causes"][0]["rows"] == 1


def test_rows_of_which_none_can_be_used_are_bad_input(call: Call, home: FakeHome) -> None:
    home.accepted = 0
    told = call("ingest", "eta", "a.parquet", "--json")
    assert told.exit_code == 2
    assert json.loads(told.stdout)["quarantined"] == 1
    assert "none of the 1 row could be accepted" in told.stderr
