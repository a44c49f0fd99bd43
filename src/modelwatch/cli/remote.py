"""A home that a server of this machine holds: verbs that write are done by it, all others read the files.

`session` gives it to the verbs in place of the home itself, with the same methods.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import msgspec

from modelwatch.domain.errors import HomeError, InputError
from modelwatch.domain.event import Event
from modelwatch.domain.names import ModelKey
from modelwatch.domain.receipt import Receipt

if TYPE_CHECKING:
    from modelwatch.app import Applied, Home, Progress, Ran

_LONGEST_SECONDS = 24 * 3600.0


class ServedHome:
    """The writing half of a `Home`, done over HTTP by the server that holds it."""

    def __init__(self, reader: Home, url: str, token: str) -> None:
        self._reader, self._token = reader, token
        self.url = url
        self._address = urlsplit(url)
        self.path = reader.path

    def apply(self, path: Path, *, progress: Progress | None = None) -> Applied:
        from modelwatch.app import Applied
        from modelwatch.spec import Monitor

        del progress
        told = self._ask("apply", path=str(path.absolute()))
        monitor = Monitor.from_yaml(path, catalog=self._reader.catalog)
        return Applied(
            monitor=monitor,
            version=told["version"],
            changed=told["changed"],
            rows=told["rows"],
            notes=tuple(told["notes"]),
        )

    def ingest(self, key: ModelKey, paths: Sequence[Path], *, progress: Progress | None = None) -> Receipt:
        del progress
        return _receipt(self._ask("ingest", key=asdict(key), paths=[str(path.absolute()) for path in paths]))

    def label(
        self, key: ModelKey, paths: Sequence[Path], *, outcome: str | None = None, progress: Progress | None = None
    ) -> Receipt:
        del progress
        files = [str(path.absolute()) for path in paths]
        return _receipt(self._ask("label", key=asdict(key), paths=files, outcome=outcome))

    def add_event(self, key: ModelKey, event: Event) -> None:
        self._ask("event", key=asdict(key), event=asdict(event))

    def run(self, key: ModelKey | None = None, *, until: int | None = None, progress: Progress | None = None) -> Ran:
        from modelwatch.app import Ran

        del progress
        return msgspec.convert(self._ask("run", key=None if key is None else asdict(key), until=until), Ran)

    def respond(
        self,
        key: ModelKey | None,
        incident_id: int,
        act: Literal["ack", "comment", "silence"],
        *,
        who: str,
        text: str = "",
        until: int | None = None,
    ) -> dict[str, Any]:
        whose = None if key is None else asdict(key)
        return self._ask("respond", key=whose, incident_id=incident_id, act=act, who=who, text=text, until=until)

    def create_key(
        self, name: str, *, scopes: Sequence[str], project: str = "default", lasts: int | None = None
    ) -> dict[str, Any]:
        return self._ask("create_key", name=name, scopes=list(scopes), project=project, lasts=lasts)

    def revoke_key(self, name: str, *, project: str = "default") -> None:
        self._ask("revoke_key", name=name, project=project)

    def incidents(self, key: ModelKey | None = None, **wanted: Any) -> list[dict[str, Any]]:
        return self._reader.incidents(key, **wanted)

    def resume_channel(self, name: str) -> int:
        return int(self._ask("resume_channel", name=name)["queued"])

    def deliver_due(self, *, wait: bool = True) -> None:
        """Nothing: the server sends within a second by itself."""
        del wait

    def now(self) -> int:
        return self._reader.now()

    def models(self) -> list[ModelKey]:
        return self._reader.models()

    def close(self) -> None:
        """Close the files that were open for reading."""
        self._reader.close()

    def is_there(self) -> bool:
        """Whether the server still answers: its address stays behind when it was killed."""
        connection = self._connect(2.0)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _ask(self, verb: str, **given: Any) -> dict[str, Any]:
        body = json.dumps({"verb": verb, "given": given})
        connection = self._connect(_LONGEST_SECONDS)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", "/v1/local", body, headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise HomeError(f"the server of {self.path} did not answer: {error}; see whether it still runs") from None
        finally:
            connection.close()
        if answer.status >= 400:
            raise InputError(told["detail"])
        return told

    def _connect(self, seconds: float) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._address.hostname or "", self._address.port, timeout=seconds)


def _receipt(told: dict[str, Any]) -> Receipt:
    return msgspec.convert(told, Receipt)
