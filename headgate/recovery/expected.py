"""What synthesized stacks declare, as far as a workspace can have it without a state. Pure; bodies are their cdk.tf.json.

What is left out needs nothing after a crash, for making it again gives the same (source: the provider's resources):
workspace files and notebooks are imported with overwrite, folders made by mkdirs, permissions set as a whole, secrets and who
may read them put.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from headgate.deployment.tags import tag_in
from headgate.emit.terraform.literals import plain
from headgate.recovery.model import CATALOG, CONNECTION, GIT_FOLDER, JOB, KINDS, PIPELINE, SCHEMA, SECRET_SCOPE, Expected

if TYPE_CHECKING:
    from collections.abc import Mapping

TAGGED = {PIPELINE: "tags", JOB: "tags", CATALOG: "properties", SCHEMA: "properties"}
_CATALOG = re.compile(r"\$\{databricks_catalog\.(\w+)\.name\}")


def expected_in(bodies: Mapping[str, Any], connector: str) -> list[Expected]:
    """Give headgate's own resources of a connector's stacks; `bodies` by stack. What users add beside them is left out."""
    return [one for stack, body in sorted(bodies.items()) for one in _of_stack(stack, body, connector)]


def _of_stack(stack: str, body: dict[str, Any], connector: str) -> list[Expected]:
    resources, found = body.get("resource", {}), []
    for kind in KINDS:
        for name, block in sorted(resources.get(kind, {}).items()):
            tag = tag_in(block.get(TAGGED.get(kind, "")))
            if tag or (kind in (CONNECTION, GIT_FOLDER, SECRET_SCOPE) and name == connector):
                address = f"{kind}.{name}"
                found.append(Expected(address, stack, _name(kind, block, resources), tag, _former(address, body)))
    return found


def _name(kind: str, block: dict[str, Any], resources: dict[str, Any]) -> str:
    if kind == GIT_FOLDER:
        return plain(block["path"])
    if kind != SCHEMA:
        return plain(block["name"])
    made = _CATALOG.fullmatch(block["catalog_name"])
    catalog = resources[CATALOG][made[1]]["name"] if made else block["catalog_name"]
    return f"{plain(catalog)}.{plain(block['name'])}"


def _former(address: str, body: dict[str, Any]) -> tuple[str, ...]:
    return tuple(move["from"] for move in body.get("moved", []) if move["to"] == address)
