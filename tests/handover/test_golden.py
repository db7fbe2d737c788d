"""All steps of runbooks, word by word, as they were looked at: `golden/<case>.json`.

After a wanted change: `python -m tests.handover.test_golden` writes them anew; look at the difference.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headgate.definition.model import Definition
from headgate.handover.runbook import make_runbook, make_runbook_back
from headgate.layout.deployed import Deployed
from headgate.layout.model import Asked, Change, Layout, Left, Move, Pipeline, Placement
from headgate.layout.progress import record_handover
from headgate.problems import StaleError
from headgate.tables.ids import TableId
from tests.support.samples import parts_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.handover.model import Runbook

GOLDEN = Path(__file__).resolve().parent / "golden"
DEFINITION = Definition.model_validate(parts_of({}))
MOVING = Placement(TableId("Größe 1", "main.bronze.sizes"), "a_1", Move("b_1", {}))
STAYING = Placement(TableId("people", "main.bronze.people"), "a_1")
ONE, TWO = Pipeline("a_1", "a", 1), Pipeline("b_1", "b", 2)
LAYOUT = Layout("crm", Asked(None, 1), (ONE, TWO), (MOVING, STAYING))
IDS = {
    "databricks_job.a_1": "1a",
    "databricks_pipeline.a_1": "1a",
    "databricks_job.b_1": "2b",
    "databricks_pipeline.b_1": "2b",
}
DEPLOYED = Deployed("dev", IDS)


def forward(layout: Layout, deployed: Deployed = DEPLOYED) -> Runbook:
    return make_runbook(layout, DEFINITION, "dev", deployed)


def back() -> Runbook:
    return make_runbook_back(record_handover(LAYOUT, "dev", [MOVING]), DEFINITION, "dev", DEPLOYED, ["Größe 1"])


def undeployed() -> Runbook:
    return forward(LAYOUT, Deployed("dev", {name: id_ for name, id_ in IDS.items() if "a_1" in name}))


def leaving() -> Runbook:
    return forward(replace(LAYOUT, tables=(STAYING,), pipelines=(ONE,), left=(Left("b_1", 2, ("dev",)),)))


def restacked() -> Runbook:
    changing = replace(TWO, restacked=Change("1", ("dev",)))
    return forward(replace(LAYOUT, tables=(STAYING, Placement(MOVING.table, "b_1")), pipelines=(ONE, changing)))


CASES: dict[str, Callable[[], Runbook]] = {
    "a_table_is_handed_over": lambda: forward(LAYOUT),
    "a_table_is_given_back": back,
    "its_new_pipeline_is_not_deployed": undeployed,
    "a_pipeline_leaves": leaving,
    "a_pipeline_changes_stack": restacked,
}


def written(runbook: Runbook) -> str:
    steps = [
        {name: value for name, value in asdict(step).items() if value and name not in ("handover", "stopped")}
        for step in runbook.steps
    ]
    return json.dumps({"steps": steps, "waiting": runbook.waiting}, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_a_runbook_says_what_was_looked_at(case: str) -> None:
    assert written(CASES[case]()) == (GOLDEN / f"{case}.json").read_text()


def test_a_table_whose_ids_are_not_recorded_is_not_given_back() -> None:
    handed = record_handover(LAYOUT, "dev", [MOVING])
    with pytest.raises(StaleError, match=r"Größe 1: pipeline b_1 has no recorded id yet[\s\S]*headgate record crm -t dev"):
        make_runbook_back(handed, DEFINITION, "dev", Deployed("dev", {"databricks_pipeline.a_1": "1a"}), ["Größe 1"])


if __name__ == "__main__":
    for name, made in CASES.items():
        (GOLDEN / f"{name}.json").write_text(written(made()))
