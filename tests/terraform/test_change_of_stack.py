"""A pipeline that changes stack: one state forgets it, the other takes it over, whatever comes first and whatever dies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.layout.model import Left
from headgate.layout.progress import pending, rename_pipeline
from headgate.problems import RefusedError
from tests.support.examples import some_of
from tests.support.samples import tables_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.site import Site

pytestmark = pytest.mark.terraform

KINDS = ("databricks_pipeline", "databricks_job", "databricks_workspace_file")
PERMISSIONS = {"targets": {"dev": {"permissions": [{"level": "CAN_VIEW", "group": "analysts"}]}}}


def shrinking(settled: Callable[..., Site], **parts: object) -> Site:
    """Two pipelines in a stack each, deployed, of which one is now to go to the other's stack."""
    found = settled(parts, tables_of(4), pipelines=2, stacks=2)
    found.edit(balance={"stacks": 1})
    found.balance()
    return found


def everything(site: Site) -> dict[str, list[str]]:
    return {kind: sorted(states) for kind, states in site.workspace().items()}


@pytest.mark.parametrize(
    "order", some_of([(0, 1, 2), (2, 1, 0)]), ids=["taken over, then forgotten", "forgotten, then taken over"]
)
def test_it_is_taken_over_with_all_that_is_its_own(settled: Callable[..., Site], order: tuple[int, ...]) -> None:
    found = shrinking(settled, **PERMISSIONS)
    before = everything(found)
    (name,) = pending(found.agreed, "dev").restacked

    done = found.deploy(order)

    own = {f"{kind}.{name}" for kind in KINDS} | {f"databricks_permissions.{kind}_{name}" for kind in ("job", "pipeline")}
    assert done["crm-dev-2"].of("remove") == own
    assert set(done["crm-dev-1"].imported) == own
    others = {(address, action) for one in done.values() for address, action in one.planned.items()} - {
        (address, action) for address in own for action in ("import", "remove")
    }
    # The provider reads no file's content back, so a file that is taken over is written again.
    assert others == {(f"databricks_workspace_file.{name}", "update")}
    found.assert_settled()
    found.record()
    assert not pending(found.agreed, "dev")
    assert found.synth() == ["crm-dev-shared", "crm-dev-1"]
    found.assert_settled()
    assert everything(found) == before


def test_growing_takes_pipelines_over_into_a_new_stack(settled: Callable[..., Site]) -> None:
    found = settled(tables=tables_of(4), pipelines=2)
    before = everything(found)
    found.edit(balance={"stacks": 2})
    found.balance(restack=True)
    assert pending(found.agreed, "dev").restacked

    found.settle()
    assert everything(found) == before
    assert not pending(found.agreed, "dev")


def test_without_recorded_ids_there_is_no_synthesis(settled: Callable[..., Site]) -> None:
    found = shrinking(settled)
    found.records.clear()

    with pytest.raises(RefusedError, match=r"(?s)changes stack.*headgate record crm --target dev") as refused:
        found.plans()
    assert len(refused.value.problems) == 1


def test_a_pipeline_that_never_had_a_job_gets_one_in_its_new_stack(settled: Callable[..., Site]) -> None:
    found = shrinking(settled, mode="streaming")
    found.parts["mode"] = "batch"
    found.balance()

    done = found.settle()

    assert done["crm-dev-1"].planned["databricks_job.all_2"] == "create"
    assert not pending(found.agreed, "dev")


def test_an_emptied_stack_stays_until_all_of_its_pipeline_is_recorded_as_gone(settled: Callable[..., Site]) -> None:
    found = shrinking(settled)
    found.record()  # nothing is applied yet
    assert "crm-dev-2" in found.synth()

    found.deploy((0, 1))
    found.record()  # the stack that forgets is yet to be applied
    assert "crm-dev-2" in found.synth()

    found.deploy((2,))
    found.record()
    assert "crm-dev-2" not in found.synth()


def leave(site: Site, name: str) -> None:
    """Take a pipeline and its tables out of inventory and layout."""
    layout = site.agreed
    gone = next(pipeline for pipeline in layout.pipelines if pipeline.id == name)
    sources = {placement.table.source_table for placement in layout.tables if placement.pipeline == name}
    site.tables = [table for table in site.tables if table.source_table not in sources]
    site.layout = replace(
        layout,
        pipelines=tuple(pipeline for pipeline in layout.pipelines if pipeline.id != name),
        tables=tuple(placement for placement in layout.tables if placement.pipeline != name),
        left=(*layout.left, Left.of(gone, ["dev"])),
    )


@pytest.mark.parametrize("applied", some_of([(0, 1), (), (2,)]), ids=["in both", "in its old stack", "in none"])
def test_what_leaves_while_it_changes_stack_is_forgotten_wherever_it_is(
    settled: Callable[..., Site], applied: tuple[int, ...]
) -> None:
    found = shrinking(settled)
    before = found.pipelines()
    (name,) = pending(found.agreed, "dev").restacked
    found.deploy(applied)
    assert all(plan.of("delete") == set() for plan in found.plan().values())

    leave(found, name)
    planned = found.plan()
    found.settle()

    assert not any(address.startswith("databricks_pipeline.") for plan in planned.values() for address in plan.of("delete"))
    assert found.pipelines() == before
    assert not pending(found.agreed, "dev")
    assert found.synth() == ["crm-dev-shared", "crm-dev-1"]


def test_what_leaves_while_it_gets_a_new_id_is_forgotten_by_its_old_one(settled: Callable[..., Site]) -> None:
    found = settled(tables=tables_of(4), pipelines=2)
    before = found.pipelines()
    found.layout = rename_pipeline(found.agreed, "all_2", "nightly", ["dev"])

    leave(found, "nightly")
    assert found.plan()["crm-dev-1"].of("remove") == {"databricks_pipeline.all_2"}
    found.settle()

    assert found.pipelines() == before
    assert not pending(found.agreed, "dev")
