"""Write the reference pages of the documentation from the code that they describe: what `make docs` runs.

A test makes them too and holds the committed ones to them.
"""

from __future__ import annotations

from pathlib import Path

from reference.metrics import metrics_page
from reference.routes import with_routes
from reference.rules import catalogue
from reference.specification import SCHEMA_FILE, schema_file, specification_page
from reference.verbs import verbs_page

FOLDER = Path(__file__).parents[1] / "docs" / "reference"


def pages() -> dict[str, str]:
    """The text of every page that is made, by its file in `docs/reference`."""
    catalog = catalogue()
    return {
        "metrics.md": metrics_page(catalog),
        "specification.md": specification_page(catalog),
        SCHEMA_FILE: schema_file(catalog),
        "cli.md": verbs_page(),
        "http.md": with_routes((FOLDER / "http.md").read_text("utf-8")),
    }


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"docs/reference/{name}")
