"""Addresses: which are public, and that one private address among several is enough to refuse a host."""

from __future__ import annotations

import pytest

from modelwatch.act.guard import allowed_addresses, is_public, look_up
from modelwatch.domain.errors import DeliveryError


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_not_public(address: str) -> None:
    assert not is_public(address)


def test_one_private_address_among_several_is_enough() -> None:
    addresses = ["8.8.8.8", "10.0.0.1"]
    with pytest.raises(DeliveryError, match=r"ops\.example leads to 10\.0\.0\.1"):
        allowed_addresses("ops.example", 443, allow_private=False, lookup=lambda *_: addresses)
    assert allowed_addresses("ops.example", 443, allow_private=True, lookup=lambda *_: addresses) == addresses


@pytest.mark.parametrize("spelling", ["127.1", "2130706433", "0x7f000001", "localhost"])
def test_other_spellings_of_this_machine_are_seen_through(spelling: str) -> None:
    with pytest.raises(DeliveryError, match=r"leads to (127\.0\.0\.1|::1)"):
        allowed_addresses(spelling, 80, allow_private=False)


def test_a_name_that_nobody_knows_is_told() -> None:
    with pytest.raises(DeliveryError, match=r"nowhere\.invalid cannot be found"):
        allowed_addresses("nowhere.invalid", 80, allow_private=True)
    with pytest.raises(DeliveryError, match="cannot be found"):
        allowed_addresses("a" * 300, 80, allow_private=True)


def test_an_address_is_its_own_name() -> None:
    assert look_up("::1", 80) == ["::1"]
