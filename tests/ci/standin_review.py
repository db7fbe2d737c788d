"""Stands for `headgate review` where this headgate has none: the options, files and exit codes that the workflows rely on."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("files", nargs="*", type=Path)
    options.add_argument("--target")
    for name in ("--json", "--markdown", "--html", "--approved", "--before"):
        options.add_argument(name, type=Path)
    options.add_argument("--details-url")
    given = options.parse_args()
    changes: list[Any] = []
    stacks, failed = [], False
    for file in given.files:
        read = json.loads(file.read_text())
        stacks += read.get("stacks", [file.stem])
        failed |= bool(read.get("errored")) or read.get("verdict") == "error"
        changes += read.get("changes", [])
        for change in read.get("resource_changes", []):
            if change["change"]["actions"] != ["no-op"]:
                changes.append([change["address"], *change["change"]["actions"]])
    changes.sort()
    digest = "sha256:" + hashlib.sha256(json.dumps(changes).encode()).hexdigest()
    verdict = "error" if failed else "attention" if changes else "fine"
    document = {"headgate_review": 1, "target": given.target, "verdict": verdict, "digest": digest}
    texts = {given.json: json.dumps(document | {"stacks": stacks, "changes": changes})}
    texts |= {given.markdown: f"Review of {given.target}: {verdict}\n", given.html: "<p>"}
    for path, text in texts.items():
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if given.approved and json.loads(given.approved.read_text())["digest"] != digest:
        sys.stderr.write("not what was approved\n")
        return 5
    return {"error": 1, "attention": 2, "fine": 0}[verdict]


if __name__ == "__main__":
    sys.exit(main())
