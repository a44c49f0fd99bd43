"""The kind `slack`: blocks within Slack's limits, nothing of the data taken for markup."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modelwatch.act.channels.slack import LONGEST_HEADER, LONGEST_SECTION, SlackChannel, payload
from modelwatch.act.outline import mark
from modelwatch.domain.errors import DeliveryError
from modelwatch.domain.secret import Secret

MOST_BLOCKS = 50


def channel(endpoint: Any) -> SlackChannel:
    return SlackChannel(name="team", url=Secret(text=f"{endpoint.url}/services/T0/B1/t0k3n"), allow_private=True)


def texts(sent: dict[str, Any]) -> list[str]:
    """What stands in each section."""
    return [block["text"]["text"] for block in sent["blocks"] if block["type"] == "section"]


def test_a_message_is_posted_as_blocks(endpoint: Any, message: dict[str, Any]) -> None:
    channel(endpoint).send(message, key="k")
    [request] = endpoint.requests
    assert (request.path, request.headers["content-type"]) == ("/services/T0/B1/t0k3n", "application/json")
    sent = json.loads(request.body)
    title = "CRITICAL  flight-delay  Weather feed missing, 8 columns empty"
    assert sent["text"] == title
    assert sent["blocks"][0] == {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}
    assert texts(sent) == [
        "*New* incident 12, data fault, since 2013-12-30T05:00:00Z",
        "*How bad* missing_share of temp is 1 (limit 0.2); 7 more; rows affected 936",
        "*Why*\n• temp and dewp are missing in all 936 rows\n• the other 6 columns are complete",
        "*Slices* origin EWR (1, n 312)",
        "*Do first* Ask the weather feed's owner whether it was cut off.",
        "*Look* modelwatch incidents flight-delay --id 12",
        "<https://watch.example.org/incidents/12|Incident> · <https://example.com/runbook|Runbook>",
    ]
    assert sent["blocks"][-1]["type"] == "context"
    assert sent["blocks"][-1]["elements"][0]["text"] == f"2013-12-31T06:00:00Z · {mark('k')}"


def test_data_is_never_markup(message: dict[str, Any]) -> None:
    hostile = "<!channel> & <https://evil.example|here>\n*x*"
    sent = payload(
        message | {"title": hostile, "evidence": [hostile], "links": {hostile: "https://e.org/?a=<b>|c"}}, "m"
    )
    told = [sent["text"], *texts(sent)]
    assert not any("<!channel>" in each or "<https://evil" in each for each in told)
    assert "&lt;!channel&gt; &amp; &lt;https://evil.example|here&gt;" in sent["text"]
    assert "https://e.org/?a=&lt;b&gt;%7Cc|" in told[-1]
    assert not any("\n" in each for each in told[:2])


@pytest.mark.parametrize("rune", ["x", "&", "é", "😀"])
def test_everything_stays_within_the_limits(message: dict[str, Any], rune: str) -> None:
    long = rune * 50_000
    changed = dict.fromkeys(("title", "how_bad", "effect", "first_action"), long)
    sent = payload(message | changed | {"evidence": [long] * 200, "columns": [long] * 9, "links": {"a": long}}, "m")
    assert len(sent["blocks"]) <= MOST_BLOCKS
    assert len(sent["blocks"][0]["text"]["text"]) == LONGEST_HEADER
    assert all(0 < len(each) <= LONGEST_SECTION for each in texts(sent))
    assert sum(map(len, texts(sent))) < 10_000, "Slack refuses more without a documented limit"
    whole = "".join(texts(sent))
    assert whole.count("&") == whole.count("&amp;"), "no escape is cut in two"


def test_how_much_more_evidence_there_is_is_said(message: dict[str, Any]) -> None:
    sent = payload(message | {"evidence": [f"{number} " + "&" * 400 for number in range(3)]}, "m")
    [why] = [each for each in texts(sent) if each.startswith("*Why*")]
    shown = why.count("•")
    assert why.endswith(f"and {3 - shown} more")


def test_an_answer_that_is_not_slacks_is_a_failure(endpoint: Any, message: dict[str, Any]) -> None:
    endpoint.answer = b"<html>log in</html>"
    with pytest.raises(DeliveryError, match="which is not Slack's 'ok'"):
        channel(endpoint).send(message, key="k")


@pytest.mark.parametrize(("status", "answer", "final"), [(404, b"no_service", True), (429, b"", False)])
def test_slacks_refusals_are_told(
    endpoint: Any, message: dict[str, Any], status: int, answer: bytes, final: bool
) -> None:
    endpoint.status, endpoint.answer, endpoint.headers = status, answer, {"Retry-After": "30"}
    with pytest.raises(DeliveryError, match=f"answered {status}") as failure:
        channel(endpoint).send(message, key="k")
    assert failure.value.final is final
    assert failure.value.retry_after == 30
    assert answer.decode() in str(failure.value)
    assert "t0k3n" not in str(failure.value)
