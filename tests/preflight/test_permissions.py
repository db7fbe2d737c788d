"""For each kind of resource that a definition brings about there is a right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headgate.definition.model import Definition
from headgate.deployment.model import File
from headgate.deployment.scope import Scope
from headgate.deployment.stacks import stacks_of
from headgate.inventory.resolve import resolve
from headgate.layout.deployed import Deployed
from headgate.layout.resolved import locked_groups
from headgate.preflight.model import Needs
from headgate.preflight.needs import needs_of
from headgate.preflight.permissions import rights_of
from headgate.synthesis import Ready
from tests.support.examples import some_of
from tests.support.from_rows import balance
from tests.support.samples import DEFINITIONS, parts_of, tables_for

if TYPE_CHECKING:
    from headgate.preflight.permissions import Right

# What the kinds of resources are called in rights, where that is another word.
WORDS = {"secret_scope": "secret", "secret_acl": "secret", "git_folder": "git folder", "notebook": "file"}


def rights_for(parts: dict[str, Any]) -> tuple[list[Right], set[str]]:
    definition, rows = Definition.model_validate(parts_of(parts)), tables_for(parts)
    scope, layout = Scope(definition, "dev"), balance(rows, definition).layout
    ready = Ready(scope, resolve(rows, definition, (), locked_groups(layout)), layout, {})
    stacks = stacks_of(scope, ready.tables, layout, Deployed("dev"), {"source.py": b""} if definition.code.folder else {})
    resources = [one for stack in stacks for one in stack.resources]
    needs = needs_of(ready, scope, stacks, Deployed("dev"))
    return rights_of(resources, scope, needs, start=False), {one.kind for one in resources}


@pytest.mark.parametrize("name", some_of(DEFINITIONS, 6))
def test_each_kind_of_resource_has_one(name: str) -> None:
    rights, kinds = rights_for(DEFINITIONS[name])

    assert {WORDS.get(kind, kind) for kind in kinds} <= {right.kind for right in rights}
    assert all(right.names and right.right and right.why for right in rights)


def test_whom_pipelines_run_as_and_what_a_dashboard_reads_are_said() -> None:
    rights, _ = rights_for(DEFINITIONS["monitoring, a dashboard, permissions"])
    said = {right.kind: right for right in rights}

    assert said["run_as"].right == "the role Service Principal User"
    assert "CAN USE on warehouse wh${1}" in said["dashboard"].right
    assert said["permissions"].names == ("of each dashboard", "of each job", "of each pipeline")


def test_classic_compute_takes_another_right_than_serverless() -> None:
    classic = {right.kind: right.right for right in rights_for(DEFINITIONS["classic, fixed size"])[0]}
    with_policy = {
        right.kind: right.right
        for right in rights_for(DEFINITIONS["a dev target, classic autoscale, streaming, permissions"])[0]
    }

    assert classic["pipeline"].startswith("unrestricted cluster creation")
    assert with_policy["pipeline"].startswith("CAN USE on cluster policy ABC123")


def test_of_a_target_that_is_taken_down_the_right_to_do_that() -> None:
    scope = Scope(Definition.model_validate(parts_of()), "dev")

    assert [right.why for right in rights_of([], scope, Needs("crm", "dev"), start=False)] == ["takes it down"]


def test_what_transforms_read_is_said() -> None:
    scope = Scope(Definition.model_validate(parts_of()), "dev")
    needs = Needs("crm", "dev", catalogs={"main": False}, reads=("main.bronze.t_1",))
    file = File("a", "/a", b"")

    (right,) = [right for right in rights_of([file], scope, needs, start=False) if right.kind == "table"]
    assert (right.names, right.who) == (("main.bronze.t_1",), "whom pipelines run as")


def test_pipelines_of_transforms_that_are_recorded_are_ours() -> None:
    definition, rows = Definition.model_validate(parts_of()), tables_for(parts_of())
    scope, layout = Scope(definition, "dev"), balance(rows, definition).layout
    ready = Ready(scope, resolve(rows, definition, (), locked_groups(layout)), layout, {})
    deployed = Deployed("dev", ids={"databricks_pipeline.all_1": "p-1"}, transforms={"silver": "p-2"})

    assert needs_of(ready, scope, stacks_of(scope, ready.tables, layout, deployed), deployed).recorded == {"p-1", "p-2"}
