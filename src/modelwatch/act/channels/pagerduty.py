"""The kind `pagerduty`: alerts that open, are acknowledged and close by the Events API v2 of PagerDuty.

An incident that comes back finds its alert again: the alert is known by model and kind, not by the incident.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from modelwatch.act.outline import facts, headline, limited, links, mark, model_of
from modelwatch.act.post import Posting, post
from modelwatch.act.sample import TEST
from modelwatch.catalog import Catalog, ChannelKind, Form, Setting
from modelwatch.domain.secret import Secret

ENQUEUE = "https://events.pagerduty.com/v2/enqueue"
LONGEST_SUMMARY = 1_024
LARGEST_EVENT = 512_000  # bytes
TRIGGER, ACKNOWLEDGE, RESOLVE = "trigger", "acknowledge", "resolve"
_ACTIONS = {"acknowledged": ACKNOWLEDGE, "resolved": RESOLVE}
_SEVERITIES = {"critical": "critical", "warning": "warning"}
_LONGEST_DETAIL = 2_000
_CLIENT = "modelwatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class PagerDutyChannel(Posting):
    """Sends events to one service, which its routing key names."""

    routing_key: Secret

    @property
    def acknowledges(self) -> bool:
        return True

    def send(self, message: Mapping[str, Any], *, key: str) -> None:
        """Send the event of a message; of a test, an alert that is closed at once.

        Raises
        ------
        DeliveryError
            If PagerDuty does not take the event.
        InputError
            If the routing key cannot be read.
        """
        actions = [TRIGGER, RESOLVE] if message["change"] == TEST else [_ACTIONS.get(message["change"], TRIGGER)]
        routing_key = self.routing_key.reveal()
        for action in actions:
            post(
                self.url.reveal(),
                encoded(event(message, action, routing_key, mark(key))),
                {"Content-Type": "application/json"},
                allow_private=self.allow_private,
                secrets=[routing_key],
            )


def register(catalog: Catalog, home: Path) -> None:
    """Add the kind `pagerduty`."""
    del home
    catalog.channel_kinds.add(
        ChannelKind(
            name="pagerduty",
            help="Alerts by the Events API v2 of PagerDuty.",
            settings=(
                Setting(name="routing_key", form=Form.SECRET, required=True, help="The integration key of a service."),
                Setting(name="url", form=Form.ADDRESS, default=ENQUEUE, help="Where events go; another in the EU."),
                Setting(name="allow_private", form=Form.FLAG, default=False, help="Allow private addresses."),
            ),
            make=lambda name, given: PagerDutyChannel(name=name, **given),
        )
    )


def dedup_key(message: Mapping[str, Any]) -> str:
    """What makes it the same alert: project, model, environment and kind of cause.

    Examples
    --------
    >>> len(dedup_key({"project": "default", "model": "eta", "env": "prod", "cause": "drift"}))
    64
    """
    parts = (message["project"], message["model"], message["env"], message["cause"])
    return sha256("|".join(parts).encode("utf-8", "backslashreplace")).hexdigest()


def event(message: Mapping[str, Any], action: str, routing_key: str, sign: str) -> dict[str, Any]:
    """The event of a message.

    Parameters
    ----------
    message
        As the pipeline writes it.
    action
        trigger, acknowledge or resolve.
    routing_key
        The service's key.
    sign
        The message's mark.
    """
    address = message["links"].get("incident")
    return {
        "routing_key": routing_key,
        "event_action": action,
        "dedup_key": dedup_key(message),
        "client": _CLIENT,
        **({"client_url": address} if address else {}),
        "links": [{"href": href, "text": text} for text, href in links(message)],
        "payload": {
            "summary": limited(headline(message), LONGEST_SUMMARY),
            "source": model_of(message),
            "severity": _SEVERITIES.get(message["severity"], "info"),
            "timestamp": message["at"],
            "component": message["model"],
            "group": f"{message['project']}/{message['env']}",
            "class": message["cause"],
            "custom_details": {"message": sign, **dict(_details(message)), "incident": message["detail"]},
        },
    }


def encoded(given: dict[str, Any]) -> bytes:
    """An event as JSON; one that is too large without the incident's JSON, then without any details."""
    body = json.dumps(given).encode()
    details: dict[str, Any] = given["payload"]["custom_details"]
    for left in ({**details, "incident": "too large to be sent"}, {"message": details["message"]}):
        if len(body) > LARGEST_EVENT:
            body = json.dumps({**given, "payload": {**given["payload"], "custom_details": left}}).encode()
    return body


def _details(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for fact in facts(message):
        yield fact.label, limited("; ".join(fact.items) or fact.text, _LONGEST_DETAIL)
