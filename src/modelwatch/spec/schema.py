"""The specification as JSON Schema, for editors that complete and check YAML while it is written.

Made from the table in `keys`, the one that `parse` reads with.
"""

from __future__ import annotations

from typing import Any

from modelwatch.catalog import Catalog
from modelwatch.spec.keys import monitor_keys

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(catalog: Catalog, *, any_channel: bool = False) -> dict[str, Any]:
    """The JSON Schema of a specification that may name the metrics and channels of a catalogue.

    With `any_channel` it may name any channel: homes declare their own.

    Examples
    --------
    >>> json_schema(Catalog())["required"]
    ['model', 'task']
    """
    return {
        "$schema": DIALECT,
        "title": "modelwatch monitor",
        **monitor_keys(catalog, any_channel=any_channel).schema(),
    }
