"""Classic clusters that are as large as what their pipeline has to do."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from headgate.balance.sizing import workers
from headgate.definition.checks import faults
from headgate.definition.model import Definition, Sizing
from headgate.deployment.pipelines import PipelineNow, resources_of
from headgate.deployment.scope import Scope
from headgate.emit.terraform import stacks
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.tables.group import Group
from tests.support.samples import parts_of, tables_of

SIZING = Sizing(min_workers=1, max_workers=8, weight_per_worker=300, tables_per_worker=20)


@pytest.mark.parametrize(
    ("weight", "tables", "count"),
    [
        pytest.param(900, 3, 3, id="by weight"),
        pytest.param(901, 3, 4, id="a little more weight"),
        pytest.param(10, 41, 3, id="by number of tables"),
        pytest.param(10, 1, 1, id="no fewer than the fewest"),
        pytest.param(9000, 3, 8, id="no more than the most"),
        pytest.param(0, 0, 1, id="nothing yet"),
        pytest.param(sum([0.1] * 9000), 1, 3, id="a sum of decimals"),
    ],
)
def test_workers_by_weight_and_tables_between_bounds(weight: float, tables: int, count: int) -> None:
    assert workers(SIZING, weight, tables) == count


def test_one_machine_is_enough_where_no_worker_is_asked_for() -> None:
    assert workers(Sizing(min_workers=0, max_workers=4), 0, 0) == 0


@given(st.floats(0, 1e12), st.floats(0, 1e12), st.integers(0, 1000), st.integers(0, 1000))
def test_more_to_do_never_gets_fewer_workers(weight: float, other: float, tables: int, more: int) -> None:
    low, high = sorted((weight, other))

    assert 1 <= workers(SIZING, low, tables) <= workers(SIZING, high, tables + more) <= 8


def definition(**compute: Any) -> Definition:
    return Definition.model_validate(parts_of({"compute": compute}))


def block(what: Definition, rows: list[TableRow]) -> dict[str, Any]:
    now = PipelineNow("all_1", "", Group("all", "", "crm_connection"), "crm_connection", resolve(rows, what))
    found: dict[str, Any] = stacks.resources_of(resources_of(Scope(what, "dev"), now))["databricks_pipeline"]["all_1"]
    return found


def test_each_pipeline_gets_its_own_number_of_workers_in_terraform() -> None:
    sized = definition(kind="classic", sizing=SIZING.model_dump(), node_type="i3.xlarge")
    small, large = block(sized, tables_of(3, weight=10)), block(sized, tables_of(10, weight=150))

    assert small["cluster"] == [{"label": "default", "num_workers": 1, "node_type_id": "i3.xlarge"}]
    assert large["cluster"] == [{"label": "default", "num_workers": 5, "node_type_id": "i3.xlarge"}]
    assert (small["serverless"], large["serverless"]) == (False, False)


def test_tables_without_a_weight_count_by_their_type() -> None:
    sized = definition(kind="classic", sizing={"max_workers": 8, "weight_per_worker": 10})

    assert (
        block(sized, [TableRow("a", ingestion_type="append"), TableRow("b", ingestion_type="cdc")])["cluster"][0]["num_workers"]
        == 2
    )
    assert block(sized, [TableRow("a", ingestion_type="snapshot")])["cluster"][0]["num_workers"] == 1


def test_a_pipeline_that_waits_for_its_tables_gets_the_fewest() -> None:
    sized = definition(kind="classic", sizing={"min_workers": 2, "max_workers": 8})

    assert block(sized, [])["cluster"] == [{"label": "default", "num_workers": 2}]


def test_serverless_stays_the_default_and_fixed_and_varying_clusters_stay_as_they_are() -> None:
    assert block(definition(), tables_of(3))["serverless"] is True
    assert "cluster" not in block(definition(), tables_of(3))
    assert block(definition(kind="classic", workers=2), tables_of(3))["cluster"] == [{"label": "default", "num_workers": 2}]
    varying = {"min_workers": 1, "max_workers": 5}
    assert block(definition(kind="classic", autoscale=varying), [])["cluster"] == [{"label": "default", "autoscale": varying}]


@pytest.mark.parametrize(
    ("compute", "said"),
    [
        ({"kind": "classic"}, ["a classic cluster has one of workers, autoscale and sizing"]),
        (
            {"kind": "classic", "workers": 2, "sizing": {"max_workers": 3}},
            ["a classic cluster has one of workers, autoscale and sizing: found workers and sizing"],
        ),
        ({"kind": "classic", "sizing": {"min_workers": 4, "max_workers": 3}}, ["min_workers is above max_workers"]),
        ({"sizing": {"max_workers": 3}}, ["serverless compute has no cluster to size"]),
        ({"kind": "classic", "sizing": {"max_workers": 3}}, []),
    ],
)
def test_a_cluster_is_sized_in_one_way(compute: dict[str, Any], said: list[str]) -> None:
    assert [fault.message for fault in faults(definition(**compute))] == said


@pytest.mark.parametrize(
    "sizing",
    [{}, {"max_workers": 0}, {"max_workers": 2, "weight_per_worker": 0}, {"max_workers": 2, "tables_per_worker": 0}],
)
def test_bounds_and_measures_have_to_make_sense(sizing: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Sizing.model_validate(sizing)


def test_neither_sizing_nor_weighing_imports_numpy() -> None:
    code = "import sys, headgate.deployment.stacks, headgate.inventory.resolve, headgate.inventory.runs; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "numpy" not in run.stdout.split()
