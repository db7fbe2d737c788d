"""What forbids a handover, each thing with what to do about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.handover.checks import Survey, owned_by, refusals
from headgate.handover.model import Handover, StoppedPipeline
from headgate.handover.workspace import WorkspaceJob, WorkspacePipeline
from headgate.layout.model import Move, Placement
from headgate.tables.ids import TableId

HANDOVER = Handover(
    Placement(TableId("orders", "main.bronze.orders"), "a_1", Move("b_1", {})), "main.bronze.orders", "a_1", "1a", "b_1", "1b"
)
STOPPED = (StoppedPipeline("a_1", "1a", "101"), StoppedPipeline("b_1", "1b", "102"))
FINE = Survey(
    me="me",
    pipelines={id_: WorkspacePipeline(id_, run_as="me", catalog="main", schema="bronze") for id_ in ("1a", "1b")},
    holders={"1a": "me", "1b": "me"},
    jobs={"101": WorkspaceJob("101", paused=False), "102": WorkspaceJob("102", paused=None)},
    releases={"1a": "16.4.2", "1b": "dlt:17.0.1"},
    owners={"main.bronze.orders": "1a"},
    named={"b_1": frozenset({"main.bronze.other"})},
)
PUBLISH = "enable the default publishing mode in its settings, deploy, and run it once"
RECORD = "run `headgate record`: the ids in deployed.<target>.json are of another workspace, or of what was deleted since"
NEWER = "set `channel: PREVIEW` or wait for the release, and run the pipeline once"
SEEN = "ask as an identity that may see it: the owner"


def other(**more: object) -> Survey:
    return replace(FINE, **more)  # type: ignore[arg-type] # whatever a test says


def second(**more: object) -> Survey:
    """Give a survey in which the second pipeline differs."""
    changed = replace(FINE.pipelines["1b"] or WorkspacePipeline("1b"), **more)  # type: ignore[arg-type] # whatever a test says
    return other(pipelines={**FINE.pipelines, "1b": changed})


def told(survey: Survey, handover: Handover = HANDOVER) -> list[tuple[str, str]]:
    return [(problem.message, problem.fix) for problem in refusals([handover], STOPPED, survey)]


def test_where_all_holds_nothing_is_refused() -> None:
    assert told(FINE) == []
    assert told(other(owners={"main.bronze.orders": "1b"})) == []  # it was cut off before it was recorded
    assert told(other(named={})) == []  # it is not known what the file names


@pytest.mark.parametrize(
    ("survey", "message", "fix"),
    [
        (other(pipelines={**FINE.pipelines, "1b": None}), "there is no pipeline 1b (b_1) in the workspace", RECORD),
        (other(jobs={**FINE.jobs, "102": None}), "there is no job 102 (of pipeline b_1) in the workspace", RECORD),
        (other(holders={"1a": "me", "1b": "x"}), "pipeline a_1 is owned by me, and pipeline b_1 is owned by x",
         "give both to one owner"),
        (other(holders={"1a": "", "1b": "me"}), "it is not known who pipeline a_1 is owned by", SEEN),
        (other(holders={"1a": "me", "1b": ""}), "it is not known who pipeline b_1 is owned by", SEEN),
        (second(run_as="x"), "pipeline a_1 runs as me, and pipeline b_1 runs as x", "set targets.<target>.run_as, and deploy"),
        (second(run_as=""), "it is not known who pipeline b_1 runs as", SEEN),
        (second(catalog=""), "pipeline b_1 has no catalog: it doesn't publish to Unity Catalog", "deploy it with one"),
        (second(legacy=True), "pipeline b_1 is in legacy publishing mode (`target` instead of `schema`)", PUBLISH),
        (second(schema=""), "pipeline b_1 is in legacy publishing mode (`target` instead of `schema`)", PUBLISH),
        (other(releases={"1a": "16.2.9"}), "pipeline a_1 last ran on Databricks Runtime 16.2.9; tables move from 16.3 on",
         NEWER),
        (other(releases={"1b": "15.4"}), "pipeline b_1 last ran on Databricks Runtime 15.4; tables move from 16.3 on", NEWER),
        (other(owners={"main.bronze.orders": "9"}), "main.bronze.orders belongs to pipeline 9, not to a_1 (1a)",
         "look what it is: headgate moves tables between its own pipelines only"),
        (other(owners={"main.bronze.orders": ""}), "main.bronze.orders belongs to no pipeline, not to a_1 (1a)",
         "look what it is: headgate moves tables between its own pipelines only"),
        (other(owners={}), "there is no table main.bronze.orders in the workspace",
         "if it was never updated here, nothing owns it: say `headgate done … --handover`; else look who dropped it"),
        (other(named={"b_1": frozenset({"main.bronze.orders"})}),
         "the applied file of pipeline b_1 names main.bronze.orders already",
         "look which lock was deployed: in this one the table is yet to be handed over"),
    ],
)  # fmt: skip
def test_each_thing_that_forbids_it_is_told_with_its_fix(survey: Survey, message: str, fix: str) -> None:
    assert told(survey) == [(message, fix)]


def test_only_the_identity_that_both_belong_to_may_move_their_tables() -> None:
    assert told(other(me="you")) == [
        (
            "pipelines a_1 and b_1: each is owned by me, and you are you",
            "log in as me: only that identity may move their tables",
        ),
        ("pipelines a_1 and b_1: each runs as me, and you are you", "log in as me: only that identity may move their tables"),
    ]
    assert told(other(me=""))[0][0].endswith("and you are unknown")


def test_on_the_way_back_the_new_pipeline_gives() -> None:
    back = replace(HANDOVER, back=True)

    assert owned_by(back, "1b") == owned_by(back, "1a") == []
    assert owned_by(back, "9")[0].message == "main.bronze.orders belongs to pipeline 9, not to b_1 (1b)"
    assert told(other(named={"b_1": frozenset({"main.bronze.orders"})}), back) == [
        (
            "the applied file of pipeline b_1 names main.bronze.orders already",
            "it was deployed: record it, and move the table back by a new balance",
        )
    ]


def test_a_pipeline_that_leaves_may_have_lost_its_job() -> None:
    leaving = replace(STOPPED[1], leaves=True)

    assert refusals([], [leaving], other(jobs={})) == []


def test_what_two_tables_are_refused_for_alike_is_told_once() -> None:
    assert len(refusals([HANDOVER, HANDOVER], STOPPED, other(holders={}))) == 1


def test_a_job_of_others_that_would_start_a_pipeline_meanwhile_is_to_be_paused() -> None:
    stopped = [replace(STOPPED[0], job_id="", by_others=True), STOPPED[1]]
    jobs = [
        WorkspaceJob("7", paused=False, name="Both", pipelines=("1a", "1b")),
        WorkspaceJob("8", paused=True, name="Paused", pipelines=("1a",)),
        WorkspaceJob("9", paused=None, name="By hand", pipelines=("1a",)),
    ]

    found = refusals([HANDOVER], stopped, other(starters=tuple(jobs)))

    assert [one.message for one in found] == ["job 7 (Both) starts pipeline a_1, and is not paused"]
    assert refusals([HANDOVER], STOPPED, other(starters=tuple(jobs))) == []
