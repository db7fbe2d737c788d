"""The derived schema with the facts beside it, kept in build/standin so that a provider starts at once."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.standin.bindings import Bindings, Schema, archive_of
from tests.standin.facts import FACTS, PROVIDER, Facts, holds

HERE = Path(__file__).parent
KEPT = HERE.parents[1] / "build" / "standin"

# Read at once, so that it is the code that runs here.
_CODE = b"".join((HERE / name).read_bytes() for name in ("bindings.py", "derived.py", "facts.py"))

# Both ends of the bindings that are supported, by the provider's version: the package that holds them.
ENDS = {"1.99.0": "cdktf_cdktf_provider_databricks", "1.138.0": "cdktn_provider_databricks"}


@dataclass(frozen=True)
class Derived:
    """A provider's schema. `resources`: type without `databricks_` → its block."""

    version: str
    provider: Schema
    resources: dict[str, Schema]


def missing(version: str) -> str:
    """Give why tests of a version are skipped, and what to do; nothing where its bindings are installed."""
    return "" if find_spec(ENDS[version]) else f"needs {ENDS[version].replace('_', '-')}: make .venv/.bindings.ready"


def derived(package: str) -> Derived:
    """Give the schema that a package of bindings stands for, with what it takes to know (facts.py). Reads it once."""
    archive = archive_of(package)
    key = sha256(_CODE + f"{archive.name} {archive.stat().st_size}".encode()).hexdigest()[:16]
    file = KEPT / f"{package}-{key}.json"
    if not file.exists():
        found = _derive(archive)
        KEPT.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(found))
        new.replace(file)
    kept: dict[str, Any] = json.loads(file.read_text())
    return Derived(**kept)


def _derive(archive: Path) -> dict[str, Any]:
    bindings = Bindings.read(archive, frozenset(FACTS))
    resources = {}
    for name, facts in FACTS.items():
        resources[name] = bindings.resource(name)
        _mark(resources[name], facts, "")
    provider = bindings.provider()
    del provider["attributes"]["alias"]  # Terraform's own
    _mark(provider, PROVIDER, "")
    return {"version": bindings.version, "provider": provider, "resources": resources}


def _mark(block: Schema, facts: Facts, above: str) -> None:
    for name, attribute in block["attributes"].items():
        path = f"{above}{name}"
        if path == "id" or holds(facts.computed, path):
            attribute["computed"] = True
        if holds(facts.sensitive, path):
            attribute["sensitive"] = True
    for name, nested in block["block_types"].items():
        _mark(nested["block"], facts, f"{above}{name}.")
