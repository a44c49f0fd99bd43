"""What the command line of this machine asks of a home that is being served: verbs that write, by name.

Only the token in the home's folder opens it, so whoever may ask could as well write the files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from modelwatch.domain.errors import InputError
from modelwatch.domain.event import Event
from modelwatch.domain.names import ModelKey
from modelwatch.serve.auth import Scope
from modelwatch.serve.bodies import SMALL_LIMIT, read_body
from modelwatch.serve.endpoint import Call, Endpoint, as_json
from modelwatch.serve.live import LiveHome
from modelwatch.serve.routes.events import read_struct


class Asked(msgspec.Struct):
    """One call: the verb and what it is given."""

    verb: str
    given: dict[str, Any] = {}


async def ask(call: Call) -> Response:
    """Do what a verb does, in the server's process."""
    asked: Asked = read_struct(await read_body(call.request, limit=SMALL_LIMIT), Asked)
    verb = VERBS.get(asked.verb)
    if verb is None:
        raise InputError(f"there is no local verb {asked.verb!r}: this server is of another release")
    return as_json(await run_in_threadpool(verb, call.live, asked.given))


def _apply(live: LiveHome, given: Mapping[str, Any]) -> Any:
    applied = live.home.apply(Path(given["path"]))
    live.changed(applied.monitor.key)
    told = {name: getattr(applied, name) for name in ("version", "changed", "rows", "notes")}
    return {**told, "text": applied.monitor.text, "source": applied.monitor.source}


def _ingest(live: LiveHome, given: Mapping[str, Any]) -> Any:
    key = _key(given)
    receipt = live.home.ingest(key, [Path(path) for path in given["paths"]])
    live.changed(key)
    return asdict(receipt)


def _label(live: LiveHome, given: Mapping[str, Any]) -> Any:
    key = _key(given)
    receipt = live.home.label(key, [Path(path) for path in given["paths"]], outcome=given["outcome"])
    live.changed(key)
    return asdict(receipt)


def _event(live: LiveHome, given: Mapping[str, Any]) -> Any:
    live.home.add_event(_key(given), Event(**given["event"]))
    return {}


def _run(live: LiveHome, given: Mapping[str, Any]) -> Any:
    key = None if given["key"] is None else _key(given)
    try:
        ran = live.home.run(key, until=given["until"])
    finally:
        for each in live.home.models() if key is None else [key]:
            live.changed(each)
    return {**asdict(ran), "now": live.home.now()}


def _respond(live: LiveHome, given: Mapping[str, Any]) -> Any:
    key = None if given["key"] is None else _key(given)
    return live.home.respond(
        key, given["incident_id"], given["act"], who=given["who"], text=given["text"], until=given["until"]
    )


def _create_key(live: LiveHome, given: Mapping[str, Any]) -> Any:
    return live.home.create_key(**given)


def _revoke_key(live: LiveHome, given: Mapping[str, Any]) -> Any:
    live.home.revoke_key(**given)
    return {}


def _key(given: Mapping[str, Any]) -> ModelKey:
    return ModelKey(**given["key"])


VERBS: Mapping[str, Callable[[LiveHome, Mapping[str, Any]], Any]] = {
    "apply": _apply,
    "ingest": _ingest,
    "label": _label,
    "event": _event,
    "run": _run,
    "respond": _respond,
    "create_key": _create_key,
    "revoke_key": _revoke_key,
}
ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/v1/local",
        scope=Scope.LOCAL,
        summary="For the command line of the same machine",
        handler=ask,
        body={"application/json": {"type": "object"}},
        answer={},
    ),
)
