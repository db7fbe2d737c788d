"""An apply that is killed half-way is carried on by the next: nothing is lost, nothing is there twice."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Literal

import pytest

from headgate.layout.progress import pending
from tests.support.samples import tables_of
from tests.workspace.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.site import Site

pytestmark = pytest.mark.terraform

SOURCES = ["t_1", "t_2", "t_3", "t_4"]


def kill(site: Site, stack: str, when: Literal["before", "after"], nth: int) -> bool:
    """Apply a stack, and die before or after the nth change of the workspace. Say whether it came to that change."""
    site.synth()
    site.terraform.init(site.folder(stack))
    change = Fault(when=when, nth=nth, about=lambda request: request.method != "GET")
    outcome = site.terraform.apply(site.folder(stack), "-parallelism=1", die_at=change)
    assert outcome.errors == []
    return outcome.code == -signal.SIGKILL


def ingested(site: Site) -> list[str]:
    return sorted(key.source_table for keys in site.ingested().values() for key in keys)


def points(count: int, *first: int) -> list[object]:
    """Give 1 to `count`; those that are not the first ones are left to the long run."""
    return [number if number in first else pytest.param(number, marks=pytest.mark.long) for number in range(1, count + 1)]


@pytest.mark.parametrize("number", points(6, 4))
def test_a_first_deploy_killed_before_it_makes_something(site: Callable[..., Site], number: int) -> None:
    found = site(tables=tables_of(4), pipelines=2)
    found.deploy((0,))

    assert kill(found, "crm-dev-1", "before", number)
    found.settle()

    assert sorted(found.pipelines()) == ["crm_all_1", "crm_all_2"]
    assert len(found.workspace()["databricks_job"]) == 2
    assert ingested(found) == SOURCES


@pytest.mark.parametrize("when", [pytest.param("before", marks=pytest.mark.long), "after"])
@pytest.mark.parametrize("number", points(3))
def test_a_deploy_of_moved_tables_killed_half_way(
    settled: Callable[..., Site], when: Literal["before", "after"], number: int
) -> None:
    found = settled({"schedules": {"unknown": "0 2 * * *"}}, tables_of(4), pipelines=2)
    before = found.pipelines()
    found.edit(balance={"pipelines": 3})
    found.balance()
    found.settle()
    moved = found.hand_over()
    assert moved

    assert kill(found, "crm-dev-1", when, number)
    found.record()
    assert ingested(found) == SOURCES or pending(found.agreed, "dev").handed_over
    found.settle()

    assert found.pipelines().items() >= before.items()
    assert ingested(found) == SOURCES
    assert not pending(found.agreed, "dev")


@pytest.mark.parametrize("when", ["before", pytest.param("after", marks=pytest.mark.long)])
@pytest.mark.parametrize("number", points(2, 1))
def test_a_deploy_that_forgets_a_pipeline_killed_half_way(
    settled: Callable[..., Site], when: Literal["before", "after"], number: int
) -> None:
    found = settled(tables=tables_of(4), pipelines=2, stacks=2)
    before = found.pipelines()
    gone = {p.table.source_table for p in found.agreed.tables if p.pipeline == "all_2"}
    found.tables = [table for table in found.tables if table.source_table not in gone]
    found.balance()

    assert kill(found, "crm-dev-2", when, number)
    found.record()
    assert "crm-dev-2" in found.synth()  # what it left behind is still to be taken away
    found.settle()

    assert found.pipelines() == before
    assert len(found.workspace()["databricks_job"]) == 1
    assert list(found.ingested()) == ["all_1"]
    assert found.synth() == ["crm-dev-shared", "crm-dev-1"]


@pytest.mark.parametrize("stack", ["crm-dev-2", pytest.param("crm-dev-1", marks=pytest.mark.long)])
@pytest.mark.parametrize("line", points(16, 9))
def test_a_change_of_stack_killed_at_any_line_of_output(settled: Callable[..., Site], stack: str, line: int) -> None:
    found = settled(tables=tables_of(4), pipelines=2, stacks=2)
    before = {kind: sorted(states) for kind, states in found.workspace().items()}
    found.edit(balance={"stacks": 1})
    found.balance()
    found.synth()

    found.terraform.apply(found.folder(stack), die_at=line)
    found.record()
    found.deploy()
    found.record()

    assert not pending(found.agreed, "dev")
    found.assert_settled()
    assert {kind: sorted(states) for kind, states in found.workspace().items()} == before
    assert ingested(found) == SOURCES
