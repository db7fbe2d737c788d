"""What goes in as plain dictionaries is what the typed bindings would have emitted."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from cdktf import App, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_databricks.provider import DatabricksProvider

from headgate.definition.model import Definition
from headgate.layout.deployed import Deployed
from tests.support.from_rows import balance, plan_stacks
from tests.support.samples import DEFINITIONS, tables_for

if TYPE_CHECKING:
    from pathlib import Path

KINDS = (
    "app", "catalog", "connection", "dashboard", "job", "notebook", "permissions", "pipeline", "repo", "schema", "secret",
    "secret_acl", "secret_scope", "workspace_file",
)  # fmt: skip


def emitted(parts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give our resources of a definition: type → name → block, over all its stacks."""
    whole = {
        "id": "crm",
        "source": "crm",
        "connection": {"name": "crm_connection"},
        "destination": {"catalog": "main", "schema": "bronze"},
        "targets": {"dev": {}},
    }
    definition = Definition.model_validate({name: part for name, part in (whole | parts).items() if part is not None})
    tables = tables_for(parts)
    found: dict[str, dict[str, Any]] = {}
    plans = plan_stacks(
        definition, tables, balance(tables, definition).layout, "dev", Deployed("dev"), {"crm/a.py": b"x = 1\n"}
    )
    for plan in plans:
        for kind, blocks in plan.body.get("resource", {}).items():
            found.setdefault(kind, {}).update(blocks)
    return found


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def typed(module: Any, prefix: str, value: Any) -> Any:
    """Give a value as the bindings want it: their own class for each nested block that has one."""
    if isinstance(value, list):
        return [typed(module, prefix, part) for part in value]
    made = getattr(module, prefix, None)
    if not isinstance(value, dict) or made is None:
        return value
    return made(**{key: typed(module, prefix + camel(key), part) for key, part in value.items()})


def by_typed_bindings(folder: Path, kind: str, blocks: dict[str, Any]) -> dict[str, Any]:
    """Give what the typed bindings emit for the same values."""
    module = importlib.import_module(f"cdktf_cdktf_provider_databricks.{kind}")
    app = App(outdir=str(folder))
    stack = TerraformStack(app, "typed")
    DatabricksProvider(stack, "databricks")
    for name, block in blocks.items():
        own = {key: value for key, value in block.items() if key not in ("lifecycle", "depends_on")}
        arguments = {key: typed(module, camel(kind) + camel(key), value) for key, value in own.items()}
        if "lifecycle" in block:
            arguments["lifecycle"] = TerraformResourceLifecycle(**block["lifecycle"])
        made = getattr(module, camel(kind))(stack, f"{kind}-{name}", **arguments)
        made.override_logical_id(name)
        if "depends_on" in block:
            made.add_override("depends_on", block["depends_on"])
    app.synth()
    text = (folder / "stacks" / "typed" / "cdk.tf.json").read_text()
    resources: dict[str, Any] = json.loads(text)["resource"][f"databricks_{kind}"]
    return {name: {key: value for key, value in block.items() if key != "//"} for name, block in resources.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_resource_equals_the_typed_bindings(kind: str, tmp_path: Path) -> None:
    seen = 0
    for number, parts in enumerate(DEFINITIONS.values()):
        blocks = emitted(parts).get(f"databricks_{kind}", {})
        if blocks:
            seen += len(blocks)
            assert by_typed_bindings(tmp_path / str(number), kind, blocks) == blocks

    assert seen > 0


def test_no_kind_is_left_out() -> None:
    kinds = {kind for parts in DEFINITIONS.values() for kind in emitted(parts)}

    assert kinds == {"terraform_data", *(f"databricks_{kind}" for kind in KINDS)}  # Terraform's own needs no bindings
