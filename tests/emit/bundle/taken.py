"""What takes a bundle: Databricks' own library, and its command line, which gives a summary of what it deployed."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tests.emit.bundle.merged import in_target

if TYPE_CHECKING:
    from pathlib import Path


def built(folder: Path, bundle: dict[str, Any]) -> Any:
    """Give a bundle as Databricks' own library reads it. Raises ValueError for what that does not know."""
    (folder / "in.json").write_text(json.dumps(bundle))
    command = [sys.executable, "-m", "databricks.bundles.build", "--phase", "apply_mutators"]
    places = ["--input", "in.json", "--output", "out.json", "--diagnostics", "said.json", "--locations", "lines.json"]
    done = subprocess.run([*command, *places], cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode:
        raise ValueError((folder / "said.json").read_text() if (folder / "said.json").exists() else done.stderr)
    return json.loads((folder / "out.json").read_text())


def summary(project: Path, target: str) -> Path:
    """Give a file with what the bundle's summary would be once it is deployed: each resource with an id."""
    resources = in_target(project / "bundle", target)["resources"]
    ids = iter(range(1, 100))
    keys = sorted((key, kind) for kind in ("pipelines", "jobs") for key in resources[kind])
    found: dict[str, Any] = {"bundle": {"name": "crm", "target": target}, "resources": {"pipelines": {}, "jobs": {}}}
    for key, kind in keys:
        found["resources"][kind][key] = {**resources[kind][key], "id": str(next(ids)), "url": "https://crm.example.com/1"}
    path = project / f"{target}.json"
    path.write_text(json.dumps(found))
    return path
