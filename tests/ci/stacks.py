"""Synthesized stacks that need no provider."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_stacks(out: Path, stacks: Mapping[str, dict[str, Any]], waits_for: Mapping[str, list[str]] | None = None) -> None:
    """Write stacks as the CDK does, each with a state beside `out`."""
    for name, body in stacks.items():
        folder = out / "stacks" / name
        folder.mkdir(parents=True, exist_ok=True)
        backend = {"terraform": {"backend": {"local": {"path": f"../../../state/{name}.tfstate"}}}}
        (folder / "cdk.tf.json").write_text(json.dumps(backend | body))
    needed = waits_for or {}
    (out / "manifest.json").write_text(
        json.dumps({"stacks": {name: {"name": name, "dependencies": needed.get(name, [])} for name in stacks}})
    )


def thing(value: str, **more: Any) -> dict[str, Any]:
    """Give a stack's body with a resource of Terraform's own provider."""
    return {"resource": {"terraform_data": {"thing": {"input": value, **more}}}}
