"""What the command line of this machine asks of a home that is being served: verbs that write, by name.

Only the token in the home's folder opens it, so whoever may ask could as well write the files.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from modelwatch.domain.errors import InputError
from modelwatch.domain.event import Event
from modelwatch.domain.names import ModelKey
from modelwatch.domain.scope import Scope
from modelwatch.serve.bodies import SMALL_LIMIT, read_body
from modelwatch.serve.endpoint import Call, Endpoint, as_json
from modelwatch.serve.live import LiveHome
from modelwatch.serve.routes.events import read_struct


class _Key(msgspec.Struct):
    """A model."""

    model: str
    env: str
    project: str


class _Apply(msgspec.Struct):
    path: str

    def do(self, live: LiveHome) -> Any:
        applied = live.home.apply(Path(self.path))
        live.changed(applied.monitor.key)
        return {name: getattr(applied, name) for name in ("version", "changed", "rows", "notes")}


class _Ingest(msgspec.Struct):
    key: _Key
    paths: list[str]

    def do(self, live: LiveHome) -> Any:
        receipt = live.home.ingest(_model(self.key), [Path(path) for path in self.paths])
        live.changed(_model(self.key))
        return asdict(receipt)


class _Label(msgspec.Struct):
    key: _Key
    paths: list[str]
    outcome: str | None

    def do(self, live: LiveHome) -> Any:
        receipt = live.home.label(_model(self.key), [Path(path) for path in self.paths], outcome=self.outcome)
        live.changed(_model(self.key))
        return asdict(receipt)


class _Event(msgspec.Struct):
    key: _Key
    event: Event

    def do(self, live: LiveHome) -> Any:
        self.event.check()
        live.home.add_event(_model(self.key), self.event)
        return {}


class _Run(msgspec.Struct):
    key: _Key | None
    until: int | None

    def do(self, live: LiveHome) -> Any:
        key = None if self.key is None else _model(self.key)
        try:
            return asdict(live.home.run(key, until=self.until))
        finally:
            for each in live.home.models() if key is None else [key]:
                live.changed(each)


class _Respond(msgspec.Struct):
    key: _Key | None
    incident_id: int
    act: Literal["ack", "comment", "silence"]
    who: str
    text: str
    until: int | None

    def do(self, live: LiveHome) -> Any:
        key = None if self.key is None else _model(self.key)
        return live.home.respond(key, self.incident_id, self.act, who=self.who, text=self.text, until=self.until)


class _CreateKey(msgspec.Struct):
    name: str
    scopes: list[str]
    project: str
    lasts: int | None

    def do(self, live: LiveHome) -> Any:
        return live.home.create_key(self.name, scopes=self.scopes, project=self.project, lasts=self.lasts)


class _RevokeKey(msgspec.Struct):
    name: str
    project: str

    def do(self, live: LiveHome) -> Any:
        live.home.revoke_key(self.name, project=self.project)
        return {}


class _ResumeChannel(msgspec.Struct):
    name: str

    def do(self, live: LiveHome) -> Any:
        return {"queued": live.home.resume_channel(self.name)}


VERBS = {
    "apply": _Apply,
    "ingest": _Ingest,
    "label": _Label,
    "event": _Event,
    "run": _Run,
    "respond": _Respond,
    "create_key": _CreateKey,
    "revoke_key": _RevokeKey,
    "resume_channel": _ResumeChannel,
}


class _Asked(msgspec.Struct):
    """One call: the verb, and what it is given."""

    verb: str
    given: msgspec.Raw


async def ask(call: Call) -> Response:
    """Do what a verb does, in the server's process."""
    asked: _Asked = read_struct(await read_body(call.request, limit=SMALL_LIMIT), _Asked)
    kind = VERBS.get(asked.verb)
    if kind is None:
        raise InputError(f"there is no local verb {asked.verb!r}: this server is of another release")
    given = read_struct(bytes(asked.given), kind)
    return as_json(await run_in_threadpool(given.do, call.live))


def _model(key: _Key) -> ModelKey:
    return ModelKey(key.model, key.env, key.project)


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
