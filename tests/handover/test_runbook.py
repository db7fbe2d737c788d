"""The runbook: what is to be done, in which order, with the workspace's ids."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from headgate.definition.model import Definition
from headgate.handover.runbook import make_runbook, make_runbook_back
from headgate.layout.adopted import Adopted, AdoptedPipeline
from headgate.layout.deployed import Deployed
from headgate.layout.handover import alter_statement
from headgate.layout.model import Asked, Change, Layout, Left, Move, Pipeline, Placement
from headgate.layout.progress import pending, record_handover
from headgate.problems import InputError, StaleError
from headgate.render.handover import render_markdown, render_text
from headgate.tables.ids import TableId
from headgate.use_cases.outputs.progress import RunbookOutput
from tests.support.samples import parts_of

TARGET = "dev"
MOVING = Placement(TableId("orders", "main.bronze.orders"), "a_1", Move("b_1", {}))
STAYING = Placement(TableId("people", "main.bronze.people"), "a_1")
LAYOUT = Layout("crm", Asked(None, 1), (Pipeline("a_1", "a", 1), Pipeline("b_1", "b", 2)), (MOVING, STAYING))
DEPLOYED = Deployed(
    TARGET,
    {
        "databricks_job.a_1": "101",
        "databricks_job.b_1": "102",
        "databricks_pipeline.a_1": "aaaa-1",
        "databricks_pipeline.b_1": "bbbb-1",
    },
)


def definition_of(**parts: Any) -> Definition:
    return Definition.model_validate(parts_of(parts))


def kinds(layout: Layout, deployed: Deployed = DEPLOYED, **parts: Any) -> list[tuple[str, str]]:
    return [(step.kind, step.subject) for step in make_runbook(layout, definition_of(**parts), TARGET, deployed).steps]


def test_a_move_is_paused_stopped_altered_recorded_deployed_and_resumed() -> None:
    assert kinds(LAYOUT) == [
        ("pause", "a_1"),
        ("pause", "b_1"),
        ("stop", "a_1"),
        ("stop", "b_1"),
        ("alter", "orders"),
        ("record", "orders"),
        ("commit", "crm"),
        ("deploy", "crm"),
        ("record states", "crm"),
        ("resume", "crm"),
    ]


def test_a_pipeline_that_others_start_needs_no_job_and_a_person_pauses_them() -> None:
    ids = {address: id_ for address, id_ in DEPLOYED.ids.items() if address != "databricks_job.a_1"}
    adopted = Adopted(TARGET, {"a_1": AdoptedPipeline("aaaa-1", {}, "")})

    runbook = make_runbook(LAYOUT, definition_of(), TARGET, Deployed(TARGET, ids), adopted=adopted)

    assert [(one.pipeline, one.job_id, one.by_others) for one in runbook.stopped] == [("a_1", "", True), ("b_1", "102", False)]
    assert runbook.steps[0].words == (
        "Pause what starts pipeline a_1, which is no job of this project, until the files are deployed."
    )
    assert not runbook.waiting
    assert make_runbook(LAYOUT, definition_of(), TARGET, Deployed(TARGET, ids)).waiting


def test_all_tables_are_recorded_by_one_command() -> None:
    moving = [Placement(TableId(name, f"main.bronze.{name[-1]}"), "a_1", Move("b_1", {})) for name in ("table a", "b", "c")]
    layout = replace(LAYOUT, tables=(*moving, STAYING))

    runbook = make_runbook(layout, definition_of(), TARGET, DEPLOYED)
    back = make_runbook_back(layout, definition_of(), TARGET, DEPLOYED, ["table a", "b"])

    (record,) = [step for step in runbook.steps if step.kind == "record"]
    assert record.statement == "headgate done crm -t dev --handover 'table a' --handover b --handover c"
    (record,) = [step for step in back.steps if step.kind == "record"]
    assert record.statement == "headgate handover crm -t dev --back 'table a' --back b --execute"


def test_a_job_that_nothing_starts_is_not_paused() -> None:
    for runbook in (
        make_runbook(LAYOUT, definition_of(), TARGET, DEPLOYED, unstarted=["b_1"]),
        make_runbook_back(LAYOUT, definition_of(), TARGET, DEPLOYED, ["orders"], ["b_1"]),
    ):
        kinds = [(step.kind, step.subject) for step in runbook.steps]
        assert kinds[:3] == [("pause", "a_1"), ("stop", "a_1"), ("stop", "b_1")]


def test_a_statement_names_the_table_as_the_target_has_it_and_the_ids_that_were_recorded() -> None:
    runbook = make_runbook(LAYOUT, definition_of(targets={"dev": {"catalog": "dev_main"}}), TARGET, DEPLOYED)

    (alter,) = [step for step in runbook.steps if step.kind == "alter"]
    name = "`dev_main`.`bronze`.`orders`"
    assert alter.statement == f'ALTER STREAMING TABLE {name} SET TBLPROPERTIES("pipelines.pipelineId"="bbbb-1")'
    assert (alter.check, alter.check_statement) == (
        "pipelines.pipelineId is bbbb-1; before, it is aaaa-1",
        f"SHOW TBLPROPERTIES {name}",
    )
    assert alter.undo_statement == "headgate handover crm -t dev --back orders --execute"


def test_a_streaming_connector_has_no_jobs_to_pause() -> None:
    ids = {address: id_ for address, id_ in DEPLOYED.ids.items() if "job" not in address}

    found = kinds(LAYOUT, Deployed(TARGET, ids), mode="streaming")

    assert [kind for kind, _ in found][:3] == ["stop", "stop", "alter"]


@pytest.mark.parametrize(
    ("lacking", "reason"),
    [
        ("databricks_pipeline.b_1", "pipeline b_1 has no recorded id yet"),
        ("databricks_pipeline.a_1", "pipeline a_1 has no recorded id yet"),
        ("databricks_job.b_1", "the job of pipeline b_1 has no recorded id yet"),
    ],
)
def test_a_table_waits_until_all_ids_are_recorded(lacking: str, reason: str) -> None:
    ids = {address: id_ for address, id_ in DEPLOYED.ids.items() if address != lacking}

    runbook = make_runbook(LAYOUT, definition_of(), TARGET, Deployed(TARGET, ids))

    assert runbook.waiting == (("orders", reason),)
    assert [step.kind for step in runbook.steps] == ["prepare"]


def test_an_undeployed_target_says_so() -> None:
    assert make_runbook(LAYOUT, definition_of(), TARGET, Deployed(TARGET)).waiting == (
        ("orders", "no deploy is recorded here"),
    )


def test_a_pipeline_that_leaves_is_stopped_and_forgotten() -> None:
    layout = replace(LAYOUT, tables=(STAYING,), pipelines=LAYOUT.pipelines[:1], left=(Left("b_1", 2, (TARGET,)),))

    runbook = make_runbook(layout, definition_of(), TARGET, DEPLOYED)

    assert [(step.kind, step.subject) for step in runbook.steps][:3] == [("pause", "b_1"), ("stop", "b_1"), ("leave", "b_1")]
    assert "cdktf deploy crm-dev-2" in next(step for step in runbook.steps if step.kind == "leave").statement


def test_a_pipeline_that_left_before_it_was_deployed_needs_nothing() -> None:
    layout = replace(LAYOUT, tables=(STAYING,), pipelines=LAYOUT.pipelines[:1], left=(Left("c_1", 2, (TARGET,)),))

    assert kinds(layout) == []


def test_a_pipeline_that_changes_stack_runs_on_and_both_stacks_are_deployed() -> None:
    changing = replace(LAYOUT.pipelines[1], restacked=Change("1", (TARGET,)))
    layout = replace(LAYOUT, tables=(STAYING, Placement(MOVING.table, "b_1")), pipelines=(LAYOUT.pipelines[0], changing))

    runbook = make_runbook(layout, definition_of(), TARGET, DEPLOYED)

    assert [step.kind for step in runbook.steps] == ["change stack", "deploy", "record states", "resume"]
    assert runbook.steps[0].statement.endswith("cdktf deploy crm-dev-1 crm-dev-2")
    assert runbook.stopped == ()


def test_a_renamed_pipeline_is_known_by_the_id_that_was_recorded() -> None:
    renamed = replace(LAYOUT.pipelines[1], id="c_1", renamed=Change("b_1", (TARGET,)))
    moving = replace(MOVING, move=Move("c_1", {}))
    layout = replace(LAYOUT, tables=(moving, STAYING), pipelines=(LAYOUT.pipelines[0], renamed))

    (handover,) = make_runbook(layout, definition_of(), TARGET, DEPLOYED).handovers
    assert (handover.destination, handover.destination_id) == ("c_1", "bbbb-1")


def test_what_is_handed_over_is_left_to_be_applied() -> None:
    layout = record_handover(LAYOUT, TARGET, [MOVING])

    assert [kind for kind, _ in kinds(layout)] == ["deploy", "record states", "resume"]


def test_a_run_for_named_tables_can_be_repeated_after_they_are_handed_over() -> None:
    layout = record_handover(LAYOUT, TARGET, [MOVING])

    assert make_runbook(layout, definition_of(), TARGET, DEPLOYED, ["orders"]).handovers == ()


def test_a_table_that_does_not_move_is_an_error() -> None:
    with pytest.raises(InputError, match=r"(?s)no table 'order' is planned to move in dev.*did you mean 'orders'"):
        make_runbook(LAYOUT, definition_of(), TARGET, DEPLOYED, ["order"])
    with pytest.raises(InputError, match="no table 'people' is handed over in dev"):
        make_runbook_back(LAYOUT, definition_of(), TARGET, DEPLOYED, ["people"])


def test_going_back_gives_the_table_to_the_pipeline_that_it_came_from() -> None:
    layout = record_handover(LAYOUT, TARGET, [MOVING])

    runbook = make_runbook_back(layout, definition_of(), TARGET, DEPLOYED, ["orders"])

    assert [step.kind for step in runbook.steps][4:] == ["alter", "record", "commit", "resume"]
    assert '"pipelines.pipelineId"="aaaa-1"' in runbook.steps[4].statement


def test_an_id_that_would_break_out_of_a_statement_is_refused() -> None:
    ids = DEPLOYED.ids | {"databricks_pipeline.b_1": 'x"); DROP TABLE y --'}

    with pytest.raises(StaleError, match="can't be one"):
        make_runbook(LAYOUT, definition_of(), TARGET, Deployed(TARGET, ids))


def test_text_shows_each_step_with_its_statement_check_and_way_back() -> None:
    back = "headgate handover crm -t dev --back orders --execute"

    lines = render_text(make_runbook(LAYOUT, definition_of(), TARGET, DEPLOYED)).splitlines()

    assert lines[0] == "crm in dev: 1 table to hand over"
    at = lines.index(
        "  5.* Give main.bronze.orders from pipeline a_1 to pipeline b_1, as the identity that owns and runs both."
    )
    assert lines[at + 1 : at + 4] == [
        '       ALTER STREAMING TABLE `main`.`bronze`.`orders` SET TBLPROPERTIES("pipelines.pipelineId"="bbbb-1")',
        "       check: pipelines.pipelineId is bbbb-1; before, it is aaaa-1: SHOW TBLPROPERTIES `main`.`bronze`.`orders`",
        f"       back:  give it back, as long as its files are not applied: {back}",
    ]


def test_markdown_has_the_statements_as_code() -> None:
    page = render_markdown(make_runbook(LAYOUT, definition_of(), TARGET, DEPLOYED))

    assert page.startswith("## Handover of crm in dev\n\n1 table to hand over.\n")
    assert "\n   ```sql\n   ALTER STREAMING TABLE `main`.`bronze`.`orders` SET TBLPROPERTIES" in page
    assert "   - Check: pipelines.pipelineId is bbbb-1; before, it is aaaa-1: ``SHOW" not in page
    assert "aaaa-1: `` SHOW TBLPROPERTIES `main`.`bronze`.`orders` ``" in page
    assert page.endswith("pause them again\n")


def test_markdown_takes_no_markup_from_a_tables_name() -> None:
    named = replace(MOVING, table=TableId("<b>@team ``` `x", "main.bronze.```"))
    layout = replace(LAYOUT, tables=(named, STAYING))

    page = render_markdown(make_runbook(layout, definition_of(), TARGET, DEPLOYED))

    prose = [line for line in page.splitlines() if line[:1].isdigit()]
    assert not [line for line in prose if "<b>" in line or "@team" in line]
    longest = max(len(run) for run in re.findall("`+", alter_statement(named.table.destination, "bbbb-1")))
    assert f"\n   {'`' * (longest + 1)}sql\n" in page


def test_json_has_all_of_it_and_is_the_same_each_time() -> None:
    first, second = (RunbookOutput.of(make_runbook(LAYOUT, definition_of(), TARGET, DEPLOYED)) for _ in range(2))

    assert first == second
    assert first.format == 1
    assert [step.kind for step in first.steps if step.by_headgate] == [
        "pause", "pause", "stop", "stop", "alter", "record",
    ]  # fmt: skip


def test_nothing_to_do_is_said() -> None:
    layout = replace(LAYOUT, tables=(STAYING,), pipelines=LAYOUT.pipelines[:1])

    assert not pending(layout, TARGET)
    assert render_text(make_runbook(layout, definition_of(), TARGET, DEPLOYED)).startswith(
        "crm in dev: nothing is to be handed over"
    )
