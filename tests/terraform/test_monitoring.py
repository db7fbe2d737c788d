"""Monitoring comes and goes in place: no pipeline is made anew, and nothing that the summaries hold is lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headgate.inventory.row import TableRow
from headgate.layout.progress import rename_pipeline, retire_target
from tests.support.samples import tables_of
from tests.support.site import actions

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.review.model import Review
    from tests.support.shell import Shell
    from tests.support.site import Site

pytestmark = pytest.mark.terraform

MONITORED: dict[str, Any] = {"monitoring": {"schema": "monitoring"}, "targets": {"dev": {"warehouse_id": "wh1"}}}
OWN = ("workspace_file", "pipeline", "job", "dashboard")


def monitored(make: Callable[..., Site]) -> Site:
    return make(MONITORED, tables_of(6), pipelines=2)


def unmonitor(site: Site) -> None:
    del site.parts["monitoring"]
    site.edit(targets={"dev": {}})


def said(review: Review) -> set[tuple[str, str, str]]:
    return {(finding.level, finding.code, finding.subject) for finding in review.findings}


def test_it_is_added_to_what_runs_in_place(settled: Callable[..., Site]) -> None:
    site = settled(None, tables_of(6), pipelines=2)
    before = site.pipelines()
    site.edit(**MONITORED)

    review, planned = site.review()

    assert actions(planned) == {
        **{f"shared:databricks_{kind}.crm": "create" for kind in OWN},
        **{f"1:databricks_pipeline.all_{number}": "update" for number in (1, 2)},
    }
    assert said(review) == set()
    assert {(one.kind, one.id, one.tables) for one in review.pipelines} >= {("created", "crm", (0, 0))}
    site.settle()
    assert site.pipelines().items() >= before.items()
    workspace = site.terraform.workspace
    logs = {name: pipeline.spec.get("event_log") for name in before for pipeline in [workspace.pipeline(name)]}
    assert logs == {
        f"crm_all_{number}": {"catalog": "main", "schema": "monitoring", "name": f"crm__dev__event_log__all_{number}"}
        for number in (1, 2)
    }
    (board,) = workspace.dashboards.values()
    assert board.published == {"warehouse_id": "wh1", "embed_credentials": False}  # so that each reads by rights of their own


def test_taken_out_its_pipeline_and_tables_stay_and_its_job_goes(settled: Callable[..., Site]) -> None:
    site = monitored(settled)
    before = site.pipelines()
    unmonitor(site)

    review, planned = site.review()

    assert actions(planned) == {
        "shared:databricks_pipeline.crm": "remove",
        **{f"shared:databricks_{kind}.crm": "delete" for kind in OWN if kind != "pipeline"},
        **{f"1:databricks_pipeline.all_{number}": "update" for number in (1, 2)},
    }
    assert review.verdict == "attention"
    assert said(review) == {
        ("attention", "pipeline-forgotten", "databricks_pipeline.crm"),
        ("attention", "destroyed", "databricks_dashboard.crm"),
    }
    site.settle()
    assert site.pipelines() == before
    assert all("event_log" not in one.spec for one in site.terraform.workspace.pipelines.values())


@pytest.mark.long
def test_put_in_again_it_takes_over_the_pipeline_that_stayed(
    settled: Callable[..., Site], shell: Callable[[Site], Shell]
) -> None:
    site = monitored(settled)
    before = site.pipelines()
    unmonitor(site)
    site.settle()
    site.edit(**MONITORED)
    deploying = shell(site)
    deploying.synth()

    recovered = deploying("recover", "crm", "--yes")

    assert "databricks_pipeline.crm" in recovered.stdout
    site.settle()
    assert site.pipelines() == before


def test_its_job_is_no_stray_to_who_looks_at_the_workspace(
    settled: Callable[..., Site], shell: Callable[[Site], Shell]
) -> None:
    looking = shell(monitored(settled))
    looking.synth()

    assert "stray" not in looking("check", "--workspace").stdout
    assert "nothing that the states don't have" in looking("recover", "crm").stdout
    looking("record", "crm")
    assert looking.site.deployed.pipelines == ["all_1", "all_2"]


@pytest.mark.long
def test_the_review_blocks_what_would_destroy_the_summaries(settled: Callable[..., Site]) -> None:
    site = settled(MONITORED | {"targets": {"dev": {"protect": False}}}, tables_of(6), pipelines=2)
    site.edit(monitoring={"catalog": "other"})
    site.terraform.workspace.do("POST", "/api/2.1/unity-catalog/catalogs", {"name": "other"})

    review, planned = site.review()

    assert planned["crm-dev-shared"].planned["databricks_pipeline.crm"] == "update"
    assert said(review) == {("attention", "default-changed", "databricks_pipeline.crm")}

    site.layout = retire_target(site.agreed, "dev", "drop")
    review, _ = site.review()

    (finding,) = [one for one in review.of_level("loss") if one.subject == "databricks_pipeline.crm"]
    assert "the monitoring's events and summaries go with it" in finding.message


@pytest.mark.parametrize(("tables", "stays"), [("leave", True), ("drop", False)])
def test_it_goes_with_its_target_or_stays_as_the_tables_do(settled: Callable[..., Site], tables: Any, stays: bool) -> None:
    site = monitored(settled)
    site.layout = retire_target(site.agreed, "dev", tables)

    site.deploy()
    site.record()

    assert ("crm monitoring" in site.pipelines()) == stays
    assert site.workspace().get("databricks_job", {}) == {}
    assert site.plans() == []


@pytest.mark.long
def test_another_id_and_another_layout_change_the_logs_that_are_read(settled: Callable[..., Site]) -> None:
    site = monitored(settled)
    site.layout = rename_pipeline(site.agreed, "all_2", "nightly", ["dev"])
    site.settle()
    site.tables.append(TableRow("late", pipeline_group="other"))
    site.balance()
    site.settle()

    text = site.terraform.workspace.text("/Shared/headgate/dev/crm/monitoring/summaries.py")
    for name in ("all_1", "nightly", "other_1"):
        assert f"'{name}': '`main`.`monitoring`.`crm__dev__event_log__{name}`'" in text

    site.tables.pop()
    site.balance()
    site.settle()
    assert "event_log__other_1" in site.terraform.workspace.text("/Shared/headgate/dev/crm/monitoring/summaries.py")


@pytest.mark.long
def test_a_dashboard_that_somebody_changed_is_made_as_it_was(settled: Callable[..., Site]) -> None:
    site = monitored(settled)
    (board,) = site.terraform.workspace.dashboards.values()
    with site.terraform.workspace.changing():
        board.spec["serialized_dashboard"], board.etag = "{}", "another"

    assert actions(site.plan()) == {"shared:databricks_dashboard.crm": "update"}
    site.settle()
    assert "Freshness of tables" in board.spec["serialized_dashboard"]
