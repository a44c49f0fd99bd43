"""The kind `webhook`: signed as Standard Webhooks says, under 20 kB, with the incident whole where it fits."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from typing import Any

import pytest

from modelwatch.act.channels.webhook import LARGEST_BODY, WebhookChannel, body_of, signatures
from modelwatch.act.outline import mark
from modelwatch.domain.errors import DeliveryError, InputError
from modelwatch.domain.instants import SECOND
from modelwatch.domain.secret import Secret

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_" + base64.b64encode(bytes(range(64))).decode()


def channel(url: str, *secrets: str, **given: Any) -> WebhookChannel:
    return WebhookChannel(
        name="ops",
        url=Secret(text=url),
        secrets=tuple(Secret(text=each) for each in secrets),
        **{"allow_private": True, "clock": lambda: 1_614_265_330 * SECOND, **given},
    )


def test_the_vector_of_the_specification() -> None:
    signed = signatures([OLD], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_can_check_what_it_gets(endpoint: Any, message: dict[str, Any]) -> None:
    channel(f"{endpoint.url}/hook?a=1", OLD).send(message, key="k")
    [request] = endpoint.requests
    assert request.path == "/hook?a=1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == f"127.0.0.1:{endpoint.port}"
    assert request.headers["webhook-id"] == f"msg_{mark('k')}"
    assert request.headers["webhook-timestamp"] == "1614265330"
    content = f"{request.headers['webhook-id']}.1614265330.".encode() + request.body
    digest = hmac.new(base64.b64decode(OLD[6:]), content, hashlib.sha256).digest()
    assert request.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


def test_two_secrets_give_two_signatures(endpoint: Any, message: dict[str, Any]) -> None:
    channel(endpoint.url, NEW, OLD).send(message, key="k")
    [request] = endpoint.requests
    identity, body = request.headers["webhook-id"], request.body
    alone = [signatures([secret], identity, 1614265330, body) for secret in (NEW, OLD)]
    assert request.headers["webhook-signature"].split() == alone


def test_without_a_secret_nothing_is_signed(endpoint: Any, message: dict[str, Any]) -> None:
    channel(endpoint.url).send(message, key="k")
    assert "webhook-signature" not in endpoint.requests[0].headers


@pytest.mark.parametrize("secret", ["whsec_c2hvcnQ=", "whsec_no base64", "hunter2", "whsec_" + "A" * 100])
def test_a_secret_that_is_no_key_is_refused_and_not_shown(endpoint: Any, message: dict[str, Any], secret: str) -> None:
    with pytest.raises(InputError, match="whsec_ and 24 to 64 random bytes in base64") as refusal:
        channel(endpoint.url, secret).send(message, key="k")
    assert secret not in str(refusal.value)
    assert endpoint.requests == []


@pytest.mark.parametrize("change", ["opened", "reopened", "escalated", "resolved"])
def test_the_body_has_type_time_and_data(message: dict[str, Any], change: str) -> None:
    body = json.loads(body_of(message | {"change": change}))
    assert list(body) == ["type", "timestamp", "data"]
    assert body["type"] == f"incident.{change}"
    assert re.fullmatch(r"[a-zA-Z0-9_.]+", body["type"])
    assert body["timestamp"] == "2013-12-31T06:00:00Z"
    assert body["data"]["incident"] == message["detail"]
    same = ("severity", "project", "model", "env", "title", "since", "until", "how_bad", "first_action", "links")
    assert {name: body["data"][name] for name in same} == {name: message[name] for name in same}
    assert (body["data"]["kind"], body["data"]["change"]) == ("data_fault", change)
    assert "trimmed" not in body["data"]


def test_what_does_not_fit_is_cut_and_said(message: dict[str, Any]) -> None:
    verdicts = [{"value": number, "column": f"column {number}"} for number in range(5_000)]
    evidence = [f"evidence {number}" for number in range(8)]
    detail = {"id": 12, "verdicts": verdicts, "cause": {"evidence": evidence}}
    raw = body_of(message | {"detail": detail})
    assert len(raw) < LARGEST_BODY
    data = json.loads(raw)["data"]
    assert data["trimmed"] == {"verdicts": 5_000}
    kept = data["incident"]["verdicts"]
    assert kept == verdicts[: len(kept)]
    assert len(raw) > LARGEST_BODY / 3, "no more is cut than has to be"
    assert data["incident"]["cause"]["evidence"] == evidence


def test_long_texts_are_cut_when_lists_are_not_enough(message: dict[str, Any]) -> None:
    raw = body_of(message | {"title": "é" * 100_000, "how_bad": "\ud800" * 100_000, "effect": "x" * 100_000})
    assert len(raw) < LARGEST_BODY
    assert json.loads(raw)["data"]["title"].endswith("…")


def test_every_status_but_2xx_is_a_failure(endpoint: Any, message: dict[str, Any]) -> None:
    endpoint.status = 204
    channel(endpoint.url).send(message, key="k")
    endpoint.status, endpoint.answer = 500, f"no: {OLD}".encode()
    with pytest.raises(DeliveryError, match=r"127\.0\.0\.1 answered 500: no: \*\*\*"):
        channel(endpoint.url, OLD).send(message, key="k")


def test_the_address_is_checked_and_shown_without_its_path() -> None:
    given = channel("http://user:pw@127.0.0.1:9/t0k3n", allow_private=False)
    assert given.where == "127.0.0.1:9"
    with pytest.raises(DeliveryError, match="not a public address"):
        given.check()
    channel("http://127.0.0.1:9/").check()
