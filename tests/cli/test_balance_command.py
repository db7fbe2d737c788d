"""What `headgate balance` shows besides the layout: reasons, other settings, data for machines, a page."""

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.support.command import Run

LOCK = "connectors/crm/layout.lock"


def test_another_number_of_pipelines_is_tried_without_writing(headgate: Run, project: Path) -> None:
    headgate("balance")
    before = (project / LOCK).read_bytes()

    tried = headgate("balance", "crm", "--what-if", "pipelines=3", "stacks=1")

    assert "3 pipelines, 1 stack\n" in tried.stdout
    assert "is to move from people_1 to people_2" in tried.stdout
    assert "nothing was changed" in tried.stderr
    assert (project / LOCK).read_bytes() == before


def test_a_setting_without_what_if_is_no_connector(headgate: Run) -> None:
    assert "settings to try come after --what-if" in headgate("balance", "pipelines=3", code=1).stderr


def test_why_a_table_is_where_it_is(headgate: Run) -> None:
    headgate("balance")

    said = headgate("balance", "--explain", "contacts").stdout

    assert "contacts → main.bronze.contacts" in said
    assert "its group is people (as its row says" in said
    assert "it weighs 100 s of a run, as its row says" in said
    assert "it was there before, and stays" in said
    assert "its group has no other pipeline" in said


def test_reasons_for_a_machine(headgate: Run) -> None:
    (found,) = json.loads(headgate("balance", "--explain", "contacts", "--format", "json").stdout)

    assert found["pipeline"] == "people_1"
    assert any("there was no layout before" in reason for reason in found["reasons"])


def test_a_table_that_is_not_there_has_no_reasons(headgate: Run) -> None:
    assert "did you mean 'contacts'?" in headgate("balance", "--explain", "contact", code=1).stderr


def test_pipelines_as_csv(headgate: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(headgate("balance", "--format", "csv").stdout)))

    assert [(row["connector"], row["pipeline"], row["weight"], row["share"]) for row in rows] == [
        ("crm", "money_1", "70.0", "1.0"),
        ("crm", "people_1", "150.0", "1.0"),
    ]


def test_each_table_s_weight_says_where_it_comes_from(headgate: Run, project: Path) -> None:
    runs = "source_table,destination,started_at,seconds,full_load\n" + "".join(
        f"deals,,2026-11-{day:02}T00:00:00Z,{seconds},false\n" for day, seconds in ((1, 40), (2, 41), (3, 40), (4, 900))
    )
    (project / "connectors/crm/runs.csv").write_text(runs)
    tables = project / "connectors/crm/tables.csv"
    tables.write_text(tables.read_text().replace("deals,money,snapshot,70", "deals,money,append,"))

    (report,) = json.loads(headgate("balance", "--format", "json").stdout)

    found = {entry["source_table"]: (entry["weight"], entry["weight_from"]) for entry in report["tables"]}
    assert found["contacts"] == (100, "given")
    assert found["deals"][1] == "observed"
    assert 40 <= found["deals"][0] <= 41  # 900 is an outlier


@pytest.mark.parametrize(("words", "said"), [(["balance"], "warning: "), (["check"], "warning: crm: ")])
def test_runs_of_a_table_that_is_not_there_are_told(headgate: Run, project: Path, words: list[str], said: str) -> None:
    headgate("balance")
    (project / "connectors/crm/runs.csv").write_text("source_table,started_at,seconds\ndeal,2026-11-01T00:00:00Z,4\n")

    told = headgate(*words).stderr

    assert f"{said}connectors/crm/runs.csv: row 1, column source_table: 'deal' is no table of tables.csv" in told
    assert "did you mean 'deals'?" in told


def test_the_page_of_loads_is_whole_html(headgate: Run, project: Path) -> None:
    headgate("balance", "--html", "balance.html")

    found: list[str] = []

    class Page(HTMLParser):
        def handle_data(self, data: str) -> None:
            found.append(data)

    Page().feed((project / "balance.html").read_text())
    assert any("people_1" in text for text in found)


def test_what_is_wrong_with_rules_is_told_of_all_connectors_with_its_line(headgate: Run, project: Path) -> None:
    definition = project / "connectors/crm/connector.yaml"
    wrong = definition.read_text().replace("{stacks: 2}", "{together: [[deals, nope]], pinned: {deals: nope_1}}")
    (project / "connectors/erp").mkdir()
    (project / "connectors/erp/tables.csv").write_text("source_table\ndeals\n")
    (project / "connectors/erp/connector.yaml").write_text(wrong.replace("crm", "erp").replace("bronze", "silver"))
    definition.write_text(wrong.replace("\n  dev:", "\n\n  dev:").replace("balance:", "\n\nbalance:"))

    said = headgate("balance", code=1).stderr

    assert "connectors/crm/connector.yaml:8: balance.together[0]: 'nope' is not in the inventory" in said
    assert "connectors/erp/connector.yaml:6: balance.together[0]: 'nope' is not in the inventory" in said
    assert not (project / LOCK).exists()


def test_rules_that_contradict_each_other_are_told_together(headgate: Run, project: Path) -> None:
    definition = project / "connectors/crm/connector.yaml"
    rules = "{together: [[contacts, companies]], apart: [[companies, contacts]]}"
    definition.write_text(definition.read_text().replace("{stacks: 2}", rules))

    said = headgate("balance", code=1).stderr

    assert "contacts, companies must share a pipeline (balance.together)" in said
    assert "must not share a pipeline (balance.apart[0])" in said
    assert said.startswith("connectors/crm/connector.yaml:6: balance: ")
    assert not (project / LOCK).exists()


def test_the_curve_is_shown_and_writes_no_lock(headgate: Run, project: Path) -> None:
    headgate("balance")
    before = (project / LOCK).read_bytes()

    text = headgate("balance", "crm", "--curve", "--html", "curve.html")
    printed = json.loads(headgate("balance", "crm", "--curve", "--format", "json").stdout)
    rows = list(csv.DictReader(io.StringIO(headgate("balance", "crm", "--curve", "--format", "csv").stdout)))

    assert "run time" in text.stdout
    assert [str(point["pipelines"]) for point in printed[0]["points"]] == [row["pipelines"] for row in rows]
    assert printed[0]["today"] in [point["pipelines"] for point in printed[0]["points"] if not point["moves"]]
    assert (project / "curve.html").read_text().startswith("<!DOCTYPE html>")
    assert (project / LOCK).read_bytes() == before


def test_the_curve_goes_with_settings_and_not_with_a_balance(headgate: Run) -> None:
    headgate("balance")

    tried = json.loads(headgate("balance", "crm", "--curve", "--format", "json", "--what-if", "max_pipelines=1").stdout)

    assert len(tried[0]["points"]) == 1
    assert "leave the other flag out" in headgate("balance", "--curve", "--rebalance", code=1).stderr


def test_rules_and_lists_are_tried_as_json(headgate: Run) -> None:
    headgate("balance")

    said = headgate("balance", "crm", "--what-if", 'apart=[["contacts","nothing"]]', code=1).stderr

    assert "balance.apart[0]: 'nothing' is not in the inventory" in said
