"""`headgate cost` on a small project."""

import json
from pathlib import Path

import pytest

from headgate.layout.deployed import Deployed, write_deployed
from headgate.layout.lock import write_lock
from tests.cost.conftest import PLACES, layout
from tests.support.command import Run
from tests.workspace.model import Table
from tests.workspace.server import served
from tests.workspace.workspace import TOKEN, Workspace


def test_hours_are_told_and_with_prices_money(project: Path, headgate: Run) -> None:
    write_lock(project / "connectors/crm/layout.lock", layout(PLACES | {"companies": "people_1"}))
    assert headgate("cost", "crm").stdout.startswith("crm in dev: 1.86 hours a month\n- money (0 0 * * *): 0.59 hours;")

    with (project / "connectors/crm/connector.yaml").open("a") as file:
        file.write("cost: {currency: USD, dbu_price: 0.35, dbus_per_hour: {serverless: 8}}\n")
    shown = json.loads(headgate("cost", "crm", "-t", "prod", "--format", "json").stdout)
    assert (shown["target"], shown["hours"], shown["dbus"], shown["price"]) == ("prod", 1.86, 14.88, 5.21)


def test_without_a_lock_the_command_is_named(headgate: Run) -> None:
    assert "headgate balance crm" in headgate("cost", "crm", code=3).stderr


USAGE = """\
usage_date,usage_metadata,usage_unit,usage_quantity,record_type
2026-10-01,"{""dlt_pipeline_id"":""p-1"",""dlt_maintenance_id"":null}",DBU,20,ORIGINAL
2026-10-01,"{""dlt_pipeline_id"":""p-1"",""dlt_maintenance_id"":null}",DBU,-20,RETRACTION
2026-10-31,"{""dlt_pipeline_id"":""p-1"",""dlt_maintenance_id"":null}",DBU,5.0,RESTATEMENT
2026-10-31,"{""dlt_pipeline_id"":""p-9"",""dlt_maintenance_id"":null}",DBU,7,ORIGINAL
"""


@pytest.fixture
def deployed(project: Path) -> None:
    """The connector's layout is agreed, one of its pipelines is recorded, and it has rates."""
    folder = project / "connectors/crm"
    write_lock(folder / "layout.lock", layout(PLACES | {"companies": "people_1"}))
    write_deployed(folder, Deployed("dev", {"databricks_pipeline.money_1": "p-1"}))
    with (folder / "connector.yaml").open("a") as file:
        file.write("cost: {currency: USD, dbu_price: 0.35, dbus_per_hour: {serverless: 8}}\n")


@pytest.mark.usefixtures("deployed")
def test_what_a_month_used_is_shown_beside_its_estimate(project: Path, headgate: Run) -> None:
    (project / "usage.csv").write_text(USAGE)

    assert headgate("cost", "crm", "--usage", "usage.csv").stdout.splitlines()[-7:] == [
        "Used in 2026-10 (2026-10-01 to 2026-10-31): 5.00 DBUs, 4.82 estimated (3.6% too low)",
        "- money_1: 5.00 DBUs, 4.82 estimated (3.6% too low)",
        "- people_1: not recorded, 10.33 DBUs estimated",
        "- 1 pipeline of others: 7.00 DBUs",
        "",
        "No id is recorded for people_1, so nothing is known to be theirs: `headgate record crm -t dev`.",
        "What was used is 8.29 DBUs for each of the 0.60 hours estimated; cost.dbus_per_hour.serverless is 8.",
    ]
    shown = json.loads(headgate("cost", "crm", "--usage", "usage.csv", "--format", "json").stdout)["usage"]
    assert (shown["first"], shown["last"], shown["is_whole"]) == ("2026-10-01", "2026-10-31", True)
    assert (shown["used"], shown["estimated"], shown["error"], shown["of_others"]) == (5, 4.82, -0.036, 7)


@pytest.mark.usefixtures("deployed")
def test_usage_is_asked_of_a_warehouse(headgate: Run) -> None:
    workspace = Workspace()
    workspace.tables["system.billing.usage"] = Table(
        "system.billing.usage",
        "",
        rows=[
            {
                "usage_date": day,
                "usage_unit": unit,
                "usage_quantity": quantity,
                "record_type": kind,
                "usage_metadata": {"dlt_pipeline_id": id_, "dlt_maintenance_id": upkeep},
            }
            for day, unit, quantity, kind, id_, upkeep in [
                ("2026-09-30", "DBU", 50, "ORIGINAL", "p-1", None),
                ("2026-10-01", "DBU", 2, "ORIGINAL", "p-1", None),
                ("2026-10-01", "DBU", 1, "ORIGINAL", "p-1", "m-1"),
                ("2026-10-01", "MILLISECOND", 90_000, "ORIGINAL", "p-1", None),
                ("2026-10-31", "DBU", 3, "ORIGINAL", "p-1", None),
                ("2026-10-31", "DBU", -1, "RETRACTION", "p-1", None),
                ("2026-10-31", "DBU", 9, "ORIGINAL", None, None),
                ("2026-11-01", "DBU", 60, "ORIGINAL", "p-1", None),
            ]
        ],
    )

    with served(workspace) as host:
        login = {"DATABRICKS_HOST": host, "DATABRICKS_TOKEN": TOKEN, "DATABRICKS_WAREHOUSE_ID": "wh1"}
        asked = headgate("cost", "crm", "--month", "2026-10", "-o", "json", **login)

    shown = json.loads(asked.stdout)["usage"]
    assert (shown["used"], shown["pipelines"][0]["maintenance"], shown["is_whole"]) == (5, 1, True)


@pytest.mark.usefixtures("deployed")
def test_what_can_not_be_compared_is_told_with_its_fix(project: Path, headgate: Run) -> None:
    (project / "usage.csv").write_text(USAGE)

    assert "--usage FILE" in headgate("cost", "crm", "--month", "2026-10", code=1).stderr
    assert "write a year and a month, such as 2026-10" in headgate("cost", "crm", "--month", "10", code=1).stderr
    assert "nothing of 2026-09" in headgate("cost", "--usage", "usage.csv", "--month", "2026-09", code=1).stderr
    assert "none.csv" in headgate("cost", "--usage", "none.csv", code=1).stderr
