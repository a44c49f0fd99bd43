"""Errors that carry more than a message."""

from __future__ import annotations

from modelwatch.domain.errors import DeliveryError, ModelwatchError


def test_a_failed_delivery_says_whether_and_when_to_try_again() -> None:
    usual = DeliveryError("no answer")
    assert (str(usual), usual.retry_after, usual.final, usual.gone) == ("no answer", 0, False, False)
    assert DeliveryError("gone", gone=True).final
    assert isinstance(usual, OSError | ModelwatchError)
