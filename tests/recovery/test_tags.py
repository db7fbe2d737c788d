"""What headgate makes says whose it is."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.definition.model import Definition
from headgate.deployment.tags import Tag, tag_in
from headgate.layout.deployed import Deployed
from headgate.recovery.model import CATALOG, JOB, PIPELINE, SCHEMA
from tests.support.from_rows import balance, plan_stacks
from tests.support.samples import DEFINITIONS, parts_of, tables_for, tables_of

# The argument by which a type carries tags; the types that have none are known by name or path, or are Terraform's own.
TAGGED = {PIPELINE: "tags", JOB: "tags", CATALOG: "properties", SCHEMA: "properties"}
UNTAGGED = {
    "databricks_app", "databricks_connection", "databricks_dashboard", "databricks_workspace_file", "databricks_permissions",
    "databricks_repo", "databricks_notebook", "databricks_secret", "databricks_secret_acl", "databricks_secret_scope",
    "terraform_data",
}  # fmt: skip


def emitted(parts: dict[str, Any], target: str = "dev") -> list[tuple[str, str, dict[str, Any]]]:
    """Give type, name and block of all that a definition makes in a target."""
    definition, tables = Definition.model_validate(parts_of(parts)), tables_for(parts)
    layout = balance(tables, definition).layout
    plans = plan_stacks(definition, tables, layout, target, Deployed(target), {"crm/a.py": b"x = 1\n"})
    kinds = [item for plan in plans for item in plan.body.get("resource", {}).items()]
    return [(kind, name, block) for kind, blocks in kinds for name, block in blocks.items()]


@pytest.mark.parametrize("name", DEFINITIONS)
def test_all_that_can_carry_tags_does(name: str) -> None:
    found = emitted(DEFINITIONS[name])

    assert {kind for kind, _, _ in found} <= {*TAGGED, *UNTAGGED}
    for kind, resource, block in found:
        if kind in TAGGED:
            assert tag_in(block[TAGGED[kind]]) == Tag("crm", "dev", resource)


def test_a_targets_own_tags_stay_beside_headgates() -> None:
    own = {f"t{number}": "x" for number in range(22)}
    blocks = [block for kind, _, block in emitted({"targets": {"dev": {"tags": own}}}) if kind == "databricks_job"]

    assert blocks
    assert all(block["tags"].items() > own.items() and len(block["tags"]) == 25 for block in blocks)


def test_two_targets_in_one_workspace_are_told_apart() -> None:
    both: dict[str, Any] = {"targets": {"dev": {}, "prod": {}}}
    definition = Definition.model_validate(parts_of(both))
    layout = balance(tables_of(4), definition).layout

    def tags(target: str) -> set[Tag | None]:
        plans = plan_stacks(definition, tables_of(4), layout, target, Deployed(target))
        jobs = [block for plan in plans for block in plan.body.get("resource", {}).get("databricks_job", {}).values()]
        return {tag_in(block["tags"]) for block in jobs}

    assert tags("dev")
    assert not tags("dev") & tags("prod")


@pytest.mark.parametrize("tags", [None, {}, {"team": "data"}, {"headgate_connector": "crm", "headgate_target": "dev"}])
def test_what_lacks_one_of_the_three_says_nothing(tags: dict[str, str] | None) -> None:
    assert tag_in(tags) is None
