"""Labels of `/metrics`: how they are written, and which text may stand in one.

`families` writes samples with them; `counters` and `figures` ask what may be told.
"""

from __future__ import annotations

from collections.abc import Iterable

from modelwatch.domain.names import ModelKey

LONGEST = 256
_MODEL = ("model_name", "model", "env")
_VERSION = ("model_name", "model", "model_version", "env")
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


def of_model(key: ModelKey) -> str:
    """The labels of a series of a whole model; `model_name` and `model` are the same, for rules of either kind."""
    return labelled(_MODEL, (key.model, key.model, key.env))


def of_version(key: ModelKey, version: str) -> str:
    """The labels of a series of one version of a model."""
    return labelled(_VERSION, (key.model, key.model, version, key.env))


def with_more(labels: str, **more: str) -> str:
    """Written labels and more of them."""
    return f"{labels[:-1]},{labelled(more, more.values())[1:]}"


def labelled(names: Iterable[str], values: Iterable[str]) -> str:
    r"""Labels as a sample has them.

    Examples
    --------
    >>> print(labelled(("model", "env"), ('a "b"', "prod")))
    {model="a \"b\"",env="prod"}
    """
    pairs = (f'{name}="{value.translate(_ESCAPES)}"' for name, value in zip(names, values, strict=True))
    return "{" + ",".join(pairs) + "}"


def is_sound(value: str) -> bool:
    """Whether a label may hold this text: Prometheus ends its reading at a NUL, and long ones cost everybody."""
    return len(value) <= LONGEST and "\0" not in value
