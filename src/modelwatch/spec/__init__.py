"""How a model is watched: the specification, read from YAML with exact errors, completed, checked and shown.

The first step after the nouns: `apply` parses a specification, every later stage reads the `Monitor`.
"""

from modelwatch.spec.infer import infer
from modelwatch.spec.kept import parse_kept
from modelwatch.spec.monitor import Monitor
from modelwatch.spec.packs import default_pack
from modelwatch.spec.parse import parse
from modelwatch.spec.parts import Outcome, Range, ReferenceSource, Retention, Roles, Route
from modelwatch.spec.render import render
from modelwatch.spec.schema import json_schema

__all__ = [
    "Monitor",
    "Outcome",
    "Range",
    "ReferenceSource",
    "Retention",
    "Roles",
    "Route",
    "default_pack",
    "infer",
    "json_schema",
    "parse",
    "parse_kept",
    "render",
]
