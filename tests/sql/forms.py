"""Reads a JSON list of texts from stdin; prints a list with whether sqlfluff can parse each, and where not, what it says.

Run by a Python that has sqlfluff, which headgate's own has not.
"""

from __future__ import annotations

import json
import sys

from sqlfluff.core import FluffConfig, Linter


def main() -> None:
    linter = Linter(config=FluffConfig(overrides={"dialect": "databricks", "templater": "raw"}))
    found = []
    for text in json.load(sys.stdin):
        said = [one.desc() for one in linter.parse_string(text).violations]
        found.append(said)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
