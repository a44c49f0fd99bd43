"""Which addresses a channel may send to: public ones, unless its declaration allows private ones.

`post` asks it before every connection and connects to the very address that was judged; `apply` asks it early.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from modelwatch.domain.errors import DeliveryError

Lookup = Callable[[str, int], list[str]]
_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address within an IPv6 one


def look_up(host: str, port: int) -> list[str]:
    """All addresses of a host, in the system's order.

    Raises
    ------
    OSError
        If the name is not known.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]).partition("%")[0] for *_, address in found))


def allowed_addresses(host: str, port: int, *, allow_private: bool, lookup: Lookup = look_up) -> list[str]:
    """The addresses of a host, all of which may be connected to.

    Parameters
    ----------
    host
        A name, or an address without brackets.
    port
        The port that will be connected to.
    allow_private
        Whether addresses within a machine or a private network are allowed.
    lookup
        Finds the addresses of a name.

    Raises
    ------
    DeliveryError
        If the name is not known, or any of its addresses is not public and may not be used.

    Examples
    --------
    >>> allowed_addresses("127.0.0.1", 80, allow_private=True)
    ['127.0.0.1']
    """
    try:
        addresses = lookup(host, port)
    except (OSError, UnicodeError) as error:
        raise DeliveryError(f"the address of {host} cannot be found: {error}") from None
    if not allow_private:
        refuse_private(host, addresses)
    return addresses


def refuse_private(host: str, addresses: Iterable[str]) -> None:
    """Refuse a host any of whose addresses is not public.

    Raises
    ------
    DeliveryError
        With the address, and how to allow it.
    """
    for address in addresses:
        if not is_public(address):
            raise DeliveryError(
                f"{host} leads to {address}, which is not a public address; allowed: public addresses, "
                "or allow_private: true in the channel's declaration"
            )


def is_public(address: str) -> bool:
    """Whether an address belongs to the internet at large.

    Examples
    --------
    >>> is_public("8.8.8.8"), is_public("169.254.169.254"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    parsed = _innermost(ip_address(address))
    return parsed.is_global and not parsed.is_multicast


def _innermost(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address carries, where it carries one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
