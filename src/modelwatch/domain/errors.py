"""The tree of errors that modelwatch raises on purpose.

Every stage raises one of these; the command line and the server turn them into one clear message, never a
traceback.
"""

from __future__ import annotations


class ModelwatchError(Exception):
    """Base of all deliberate errors: says what happened, the value seen, what is allowed and what to do."""


class NotComputable(ModelwatchError, ValueError):
    """A statistic has no value on this input; the message is the reason shown in place of a number."""


class SpecError(ModelwatchError, ValueError):
    """A monitor specification is refused whole."""


class InputError(ModelwatchError, ValueError):
    """A file, body or argument cannot be read as what it should be."""


class Malformed(InputError):
    """A body is not of the form that its type names: no JSON, no whole Arrow stream, damaged compression."""


class TooLarge(InputError):
    """A body has more bytes, rows or columns than are taken at once."""


class UnknownEncoding(InputError):
    """A body is of a type, or compressed in a way, that cannot be read."""


class UnknownName(ModelwatchError, LookupError):
    """A model, metric, column or incident that does not exist was asked for."""


class HomeError(ModelwatchError, RuntimeError):
    """The home folder cannot be used: locked by another process, from a newer release, or damaged."""


class DurabilityError(ModelwatchError, OSError):
    """The disk refused to keep what it was given; nothing was acknowledged."""


class DiskFull(DurabilityError):
    """There is no room left on the disk; what was refused may be sent again once there is."""


class Overloaded(ModelwatchError, RuntimeError):
    """More comes in than can be kept up with; the sender should try again after `seconds`."""

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class DeliveryError(ModelwatchError, OSError):
    """A channel did not take a message: is it worth another try, when, and does the endpoint still exist.

    Parameters
    ----------
    message
        What happened, without any secret.
    retry_after
        Seconds that the other side asks to be left alone, for all messages of the channel.
    final
        Whether this message can never be taken: it becomes a dead letter at once.
    gone
        Whether the other side wants no message ever again: the channel is stopped.

    Examples
    --------
    >>> DeliveryError("hooks.example.com answered 429", retry_after=30).retry_after
    30
    """

    def __init__(self, message: str, *, retry_after: float = 0, final: bool = False, gone: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.final = final or gone
        self.gone = gone
