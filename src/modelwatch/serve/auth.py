"""Who asks: API keys with scopes, the token of this machine's own command line, or nobody in particular.

Every route names the scope that it needs; `Gate` tells who a request comes from and refuses the others.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from modelwatch.domain.errors import ModelwatchError
from modelwatch.domain.scope import GRANTED, Scope
from modelwatch.store import State, keys
from modelwatch.store.keys import ApiKey, digest_of

COOKIE = "modelwatch_key"
"""Where a browser that signed in keeps its key; only pages read it."""
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
_FRESH_SECONDS = 2.0


class NotSignedIn(ModelwatchError, PermissionError):
    """A request carries no key, or one that does not hold."""


class NotAllowed(ModelwatchError, PermissionError):
    """A request's key does not reach far enough."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request comes from."""

    name: str
    project: str
    scopes: frozenset[Scope]


class Gate:
    """Tells callers apart.

    While a home has no keys, whoever reaches the server on the loopback address may do everything in the
    project `default`: but not a web page in somebody's browser, which is told by its `Origin` or `Host`.

    Parameters
    ----------
    state
        Where the keys are kept.
    token
        The secret of this machine's command line.
    loopback
        Whether only this machine can reach the server.
    """

    def __init__(self, state: State, *, token: str, loopback: bool) -> None:
        self._state = state
        self._token = token
        self._loopback = loopback
        self._lock = Lock()
        self._read_at = float("-inf")
        self._keys: dict[bytes, ApiKey] = {}

    def caller(self, headers: Mapping[str, str], now: int, *, cookie: str | None = None) -> Caller:
        """Who sends these headers, or the key of this cookie, at an instant, microseconds since 1970.

        Raises
        ------
        NotSignedIn
            If nobody who may do anything does.
        """
        given = _credential(headers) or cookie
        if given is None:
            return self._anonymous(headers)
        if hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._token.encode()):
            return Caller("local", "default", frozenset(Scope))
        digest = digest_of(given)
        # One that was made a moment ago holds at once.
        found = self._known().get(digest) or self._known(anew=True).get(digest)
        if found is None or found.revoked is not None:
            raise NotSignedIn("this key is not known, or was revoked: make one with modelwatch keys create")
        if found.expires is not None and found.expires <= now:
            raise NotSignedIn(f"the key {found.name!r} has expired: make a new one with modelwatch keys create")
        return Caller(found.name, found.project, frozenset(Scope(scope) for scope in found.scopes))

    def has_keys(self) -> bool:
        """Whether there is any key that was not revoked."""
        return any(key.revoked is None for key in self._known().values())

    def _anonymous(self, headers: Mapping[str, str]) -> Caller:
        if self._known() or not self._loopback:
            raise NotSignedIn("send a key, as in 'Authorization: Bearer mw_...': modelwatch keys create makes one")
        # A page that rebinds its name to this machine, or posts a form to it, is not the user.
        if _host(headers.get("host", "")) not in LOOPBACK_HOSTS:
            raise NotSignedIn("without a key this server answers to localhost only")
        origin = headers.get("origin")
        if origin is not None and _host(origin.partition("://")[2]) not in LOOPBACK_HOSTS:
            raise NotSignedIn("without a key this server does not answer to web pages of other hosts")
        return Caller("anonymous", "default", frozenset(GRANTED))

    def _known(self, *, anew: bool = False) -> dict[bytes, ApiKey]:
        """The keys, read again every few seconds: a key that was revoked ends soon."""
        with self._lock:
            if anew or monotonic() - self._read_at > _FRESH_SECONDS:
                with self._state.reading() as tx:
                    self._keys = {key.digest: key for key in keys.listed(tx)}
                self._read_at = monotonic()
            return self._keys


def require(caller: Caller, scope: Scope) -> None:
    """Refuse a caller who lacks a scope.

    Raises
    ------
    NotAllowed
        Naming the scope.
    """
    if scope not in caller.scopes:
        raise NotAllowed(f"the key {caller.name!r} lacks the scope {scope.value!r}")


def require_own_page(headers: Mapping[str, str]) -> None:
    """Refuse a form that a page of another site sent.

    Raises
    ------
    NotAllowed
        Naming the site.
    """
    origin = headers.get("origin")
    other = origin is not None and origin.partition("://")[2] != headers.get("host", "")
    if other or headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotAllowed(f"a page of {origin or 'another site'} may not send forms here: open the page itself")


def _credential(headers: Mapping[str, str]) -> str | None:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return headers.get("x-api-key")


def _host(name: str) -> str:
    """The host of `host:port`, brackets of IPv6 taken off."""
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0].lower()
