"""The kind `webhook`: each message as JSON to an address of one's own, signed as Standard Webhooks says.

For whatever has no channel of its own; the receiver checks the signature and forgets ids that it has seen.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from modelwatch.act.deliver import wall_clock
from modelwatch.act.outline import limited, mark
from modelwatch.act.post import Posting, post
from modelwatch.act.sample import TEST
from modelwatch.catalog import Catalog, ChannelKind, Form, Setting
from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import SECOND
from modelwatch.domain.secret import Secret

LARGEST_BODY = 20_000  # bytes: the specification asks for less
PREFIX = "whsec_"
SHORTEST_KEY, LONGEST_KEY = 24, 64
_RUNES = (2_000, 300, 60)
_PLAIN = (
    *("change", "severity", "project", "model", "env", "title", "since", "first", "until"),
    *("how_bad", "peak", "effect", "first_action", "look"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChannel(Posting):
    """Posts to one address; several secrets give several signatures, while a secret is replaced.

    References
    ----------
    https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """

    secrets: tuple[Secret, ...] = ()
    clock: Callable[[], int] = wall_clock

    @property
    def acknowledges(self) -> bool:
        return True

    def send(self, message: Mapping[str, Any], *, key: str) -> None:
        """Post the message, with its key as the webhook's id.

        Raises
        ------
        DeliveryError
            If the address does not answer with 2xx.
        InputError
            If a secret cannot be read, or is no key.
        """
        revealed = [secret.reveal() for secret in self.secrets]
        body, sent_id, seconds = body_of(message), f"msg_{mark(key)}", self.clock() // SECOND
        headers = {
            "Content-Type": "application/json",
            "webhook-id": sent_id,
            "webhook-timestamp": str(seconds),
            **({"webhook-signature": signatures(revealed, sent_id, seconds, body)} if revealed else {}),
        }
        post(self.url.reveal(), body, headers, allow_private=self.allow_private, secrets=revealed)


def register(catalog: Catalog, home: Path) -> None:
    """Add the kind `webhook`."""
    del home
    catalog.channel_kinds.add(
        ChannelKind(
            name="webhook",
            help="JSON to an address of your own, signed by Standard Webhooks.",
            settings=(
                Setting(name="url", form=Form.ADDRESS, required=True, help="Where to post."),
                Setting(name="secret", form=Form.SECRETS, help="whsec_ and a key in base64; several while replacing."),
                Setting(name="allow_private", form=Form.FLAG, default=False, help="Allow private addresses."),
            ),
            make=lambda name, given: WebhookChannel(
                name=name, url=given["url"], secrets=given["secret"] or (), allow_private=given["allow_private"]
            ),
        )
    )


def signatures(secrets: Iterable[str], sent_id: str, seconds: int, body: bytes) -> str:
    """The value of `webhook-signature`, one signature for each secret.

    Examples
    --------
    >>> signatures(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
    ...            b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    content = f"{sent_id}.{seconds}.".encode() + body
    digests = (hmac.digest(_key_of(secret), content, hashlib.sha256) for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def _key_of(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise InputError(
            f"the webhook's secret is no key, not shown here; allowed: {PREFIX} and {SHORTEST_KEY} to {LONGEST_KEY} "
            "random bytes in base64"
        )
    return key


def body_of(message: Mapping[str, Any]) -> bytes:
    """The body: `type`, `timestamp` and `data`, under 20 kB.

    What does not fit is cut: long lists from their end, with the number that there were in `data.trimmed`, then
    long texts.
    """
    kind = "channel.test" if message["change"] == TEST else f"incident.{message['change']}"
    data = {
        **{name: message[name] for name in _PLAIN},
        "kind": message["cause"],
        "links": message["links"],
        "incident": message["detail"],
    }
    encoded = b""
    for runes in _RUNES:
        fitted = _shortened(data, runes)
        while len(encoded := _encoded({"type": kind, "timestamp": message["at"], "data": fitted})) >= LARGEST_BODY:
            if not _halve_largest(fitted):
                break
        else:
            return encoded
    return encoded


def _encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def _shortened(value: Any, runes: int) -> Any:
    """A copy in which no text is longer than so many characters."""
    match value:
        case str():
            return limited(value, runes)
        case dict():
            pairs = cast("dict[str, Any]", value).items()
            return {limited(key, runes): _shortened(each, runes) for key, each in pairs}
        case list() | tuple():
            return [_shortened(each, runes) for each in cast("list[Any]", value)]
        case _:
            return value


def _halve_largest(data: dict[str, Any]) -> bool:
    """Cut the second half off the list or map that takes most room, and note how long it was."""
    incident: dict[str, Any] = data["incident"]
    places = dict.fromkeys(("verdicts", "timeline", "notified"), incident)
    places |= {name: incident.get("cause", {}) for name in ("evidence", "columns", "slices", "impact")}
    places["links"] = data
    found = {name: place[name] for name, place in places.items() if place.get(name)}
    if not found:
        return False
    largest = max(found, key=lambda name: len(_encoded(found[name])))
    items: list[Any] | dict[str, Any] = found[largest]
    data.setdefault("trimmed", {}).setdefault(largest, len(items))
    half = len(items) // 2
    places[largest][largest] = dict(list(items.items())[:half]) if isinstance(items, dict) else items[:half]
    return True
