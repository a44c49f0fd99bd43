"""One POST to an endpoint of somebody else: guarded, with a time limit, no redirects, and no secret in its errors.

The channels that speak HTTP send through it; what comes back decides whether `deliver` tries again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

from modelwatch.act.guard import allowed_addresses, look_up, refuse_private
from modelwatch.act.outline import limited, printable
from modelwatch.domain.errors import DeliveryError, InputError
from modelwatch.domain.secret import Secret, hide

TIMEOUT_SECONDS = 15.0
_ANSWER_BYTES = 16_384
_TOLD = 200
_AGAIN = frozenset({408, 425, 429})
_GONE = 410
_REDIRECTS = range(300, 400)


def post(
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    *,
    allow_private: bool = False,
    secrets: Iterable[str] = (),
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> str:
    """Send content to a URL; the start of the answer if its status is 2xx.

    Parameters
    ----------
    url
        An address of http or https. Never told in an error: only its host is.
    content
        The body, as it is sent.
    headers
        Besides those of HTTP itself.
    allow_private
        Whether the host may be this machine or in a private network.
    secrets
        What must not stand in an error, besides the URL.
    timeout_seconds
        For the connection, and for every wait after it; also for the answer as a whole.

    Raises
    ------
    DeliveryError
        For any other answer, or none.
    InputError
        If httpx is not installed.
    """
    try:
        import httpx
    except ImportError:
        raise InputError("this channel needs httpx: pip install 'modelwatch[channels]'") from None
    parts = parts_of(url)
    host, port = str(parts.hostname), port_of(parts)
    address = allowed_addresses(host, port, allow_private=allow_private)[0]
    bare = httpx.URL(url)
    hidden = (url, parts.path if len(parts.path) > 1 else "", parts.query, *secrets)
    limit = time.monotonic() + timeout_seconds
    # Connected to the address that was judged, whatever the name means by now; TLS is still held to the name.
    # The transport is used by itself: a client would log the URL, follow the environment and remember cookies.
    request = httpx.Request(
        "POST",
        bare.copy_with(host=address),
        headers={**headers, "Host": bare.netloc.decode("ascii"), "User-Agent": "modelwatch"},
        content=content,
        extensions={
            "timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout_seconds),
            "sni_hostname": host,
        },
    )
    try:
        with httpx.HTTPTransport() as transport:
            response = transport.handle_request(request)
            body = _start_of(response, limit)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        told = hide(str(error), hidden) or "no answer"
        raise DeliveryError(f"{host} cannot be reached: {type(error).__name__}: {told}") from None
    text = body.decode("utf-8", "replace").strip()
    if response.is_success:
        return text
    raise _failure(host, response, hide(text, hidden))


def parts_of(url: str) -> SplitResult:
    """The parts of a URL.

    Raises
    ------
    InputError
        If it is no address of http or https.
    """
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and port_of(parts):
            return parts
    except ValueError:
        pass
    raise InputError("the channel's url is none, not shown here; allowed: an address of https:// or http://")


def port_of(parts: SplitResult) -> int:
    """The port that a URL means."""
    return parts.port or (443 if parts.scheme == "https" else 80)


def check_address(url: Secret, *, allow_private: bool) -> None:
    """Refuse a URL that no message may be sent to; what cannot be found out now is left to the sending.

    Raises
    ------
    DeliveryError
        If the host is known and not a public one.
    InputError
        If it is no URL.
    """
    try:
        revealed = url.reveal()
    except InputError:
        return  # the secret may be there only where messages are sent
    parts = parts_of(revealed)
    try:
        addresses = look_up(str(parts.hostname), port_of(parts))
    except (OSError, UnicodeError):
        return  # the name may be known only there
    if not allow_private:
        refuse_private(str(parts.hostname), addresses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What every channel that posts to an address has: the address, and whether it may be a private one."""

    name: str
    url: Secret
    allow_private: bool = False

    @property
    def where(self) -> str:
        return host_of(self.url)

    def check(self) -> None:
        check_address(self.url, allow_private=self.allow_private)


def host_of(url: Secret) -> str:
    """The host of a URL, or where the URL stands if it cannot be read here."""
    try:
        parts = parts_of(url.reveal())
    except InputError:
        return url.where
    return parts.netloc.rpartition("@")[2]


def _start_of(response: object, limit: float) -> bytes:
    import httpx

    assert isinstance(response, httpx.Response)
    body = b""
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > _ANSWER_BYTES:
            break
        if time.monotonic() > limit:
            raise TimeoutError("the answer does not end")
    return body[:_ANSWER_BYTES]


def _failure(host: str, response: object, text: str) -> DeliveryError:
    import httpx

    assert isinstance(response, httpx.Response)
    status = response.status_code
    told = f"{host} answered {status}"
    if status in _REDIRECTS:
        return DeliveryError(f"{told}, a redirect, which is not followed: declare the address that it leads to")
    if text:
        told += f": {limited(printable(text), _TOLD)}"
    if status == _GONE:
        return DeliveryError(told, gone=True)
    final = 400 <= status < 500 and status not in _AGAIN
    return DeliveryError(told, final=final, retry_after=retry_after(response.headers.get("retry-after", "")))


def retry_after(header: str, *, now: datetime | None = None) -> float:
    """The seconds that a Retry-After header asks for, 0 if it says nothing that can be read.

    Examples
    --------
    >>> retry_after("120"), retry_after("soon")
    (120.0, 0.0)
    """
    if header.strip().isdecimal():
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())
