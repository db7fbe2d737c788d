"""Taking a deployment down: on purpose, whole, and without losing tables that were to stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.layout.progress import pending, rename_pipeline, retire_target, revive_target
from tests.support.samples import DEV, tables_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.site import Site

pytestmark = pytest.mark.terraform

MADE = {"destination": {"catalog": "main", "schema": "bronze", "create_catalog": True, "create_schema": True}}


@pytest.fixture
def start(settled: Callable[..., Site]) -> Site:
    return settled(MADE, tables_of(4), pipelines=2, stacks=2)


def left_over(site: Site) -> dict[str, int]:
    return {kind: len(states) for kind, states in site.workspace().items() if states}


def test_pipelines_and_what_holds_their_tables_stay_and_all_else_goes(start: Site) -> None:
    before = start.pipelines()
    start.layout = retire_target(start.agreed, "dev", "leave")

    start.deploy()
    start.record()

    assert start.pipelines() == before
    assert left_over(start) == {"databricks_pipeline": 2, "databricks_schema": 1, "databricks_catalog": 1}
    assert not pending(start.agreed, "dev").retired
    assert start.plans() == []
    assert start.deployed.ids == {}


def test_with_tables_dropped_nothing_stays_even_where_it_was_protected(start: Site) -> None:
    start.layout = retire_target(start.agreed, "dev", "drop")

    start.deploy()
    start.record()

    assert left_over(start) == {}
    assert start.plans() == []


def test_the_connection_goes_last(start: Site) -> None:
    start.layout = retire_target(start.agreed, "dev", "leave")

    shared = start.plans()[-1]
    assert shared.name == "crm-dev-shared"
    assert shared.waits_for == ("crm-dev-1", "crm-dev-2")


def test_it_is_not_done_before_every_stack_is_empty(start: Site) -> None:
    start.layout = retire_target(start.agreed, "dev", "leave")
    start.deploy((0, 1))
    start.record()

    assert pending(start.agreed, "dev").retired
    assert [plan.name for plan in start.plans()] == ["crm-dev-1", "crm-dev-2", "crm-dev-shared"]


def test_it_can_be_undone_before_it_is_applied(start: Site) -> None:
    start.layout = revive_target(retire_target(start.agreed, "dev", "drop"), "dev")

    start.assert_settled()


def test_a_pipeline_on_its_way_to_another_stack_is_kept_too(start: Site) -> None:
    before = start.pipelines()
    start.edit(balance={"stacks": 1})
    start.balance()
    start.deploy((0, 1))  # both stacks have it now
    start.layout = retire_target(start.agreed, "dev", "leave")

    start.deploy()
    start.record()

    assert start.pipelines() == before
    assert "databricks_job" not in left_over(start)
    assert start.plans() == []


def test_a_pipeline_on_its_way_to_a_new_id_is_kept_too(start: Site) -> None:
    before = start.pipelines()
    start.layout = retire_target(rename_pipeline(start.agreed, "all_2", "nightly", ["dev"]), "dev", "leave")

    start.deploy()

    assert start.pipelines() == before


def test_terraform_destroy_is_refused_where_the_target_is_protected(start: Site) -> None:
    before = start.workspace()

    for stack in start.synth():
        refused = start.terraform.destroy(start.folder(stack))
        assert "Instance cannot be destroyed" in refused.errors[0]
    assert start.workspace() == before


def test_terraform_destroy_takes_down_a_target_that_is_not_protected(settled: Callable[..., Site]) -> None:
    found = settled(MADE | {"targets": {"dev": DEV}}, tables_of(2))

    for stack in reversed(found.synth()):
        assert found.terraform.destroy(found.folder(stack)).errors == []
    assert left_over(found) == {}


def test_continuous_pipelines_that_are_left_run_on_and_the_review_says_so(settled: Callable[..., Site]) -> None:
    crm = settled({"mode": "streaming"}, tables_of(2), pipelines=2)
    ids = crm.pipelines()
    crm.layout = retire_target(crm.agreed, "dev", "leave")

    review, _ = crm.review()
    told = {finding.message for finding in review.findings if finding.code == "pipeline-runs-on"}
    assert {message.rpartition("`databricks pipelines stop ")[2] for message in told} == {f"{id_}`" for id_ in ids.values()}
    crm.deploy()

    assert {one.state for one in crm.terraform.workspace.pipelines.values()} == {"RUNNING"}
