"""The commands, as a user types them."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.command import Run

LOCK = Path("connectors/crm/layout.lock")


def test_balance_prints_the_layout_and_writes_the_lock(process: Run, project: Path) -> None:
    done = process("balance")

    assert re.search(r"people_1 +1 +2 +150 +100\.0% +█+ +- +- +at 00:00 every day", done.stdout)
    assert done.stderr == "connectors/crm/layout.lock written\n"
    assert (project / LOCK).exists()


def test_a_second_balance_changes_nothing(headgate: Run, project: Path) -> None:
    headgate("balance")
    before = (project / LOCK).read_bytes()

    done = headgate("balance")

    assert done.stderr == ""
    assert (project / LOCK).read_bytes() == before


def test_results_for_a_machine_are_json_alone(headgate: Run) -> None:
    found = json.loads(headgate("balance", "--format", "json").stdout)

    assert found[0]["connector"] == "crm"
    assert {row["pipeline"]: row["tables"] for row in found[0]["pipelines"]} == {"money_1": 1, "people_1": 2}


def test_balance_says_who_came_went_and_moves(headgate: Run, project: Path) -> None:
    headgate("balance")
    tables = project / "connectors/crm/tables.csv"
    tables.write_text(tables.read_text().replace("companies,people,snapshot,50\n", "leads,people,snapshot,5\n"))

    said = headgate("balance").stdout

    assert "leads → main.bronze.leads comes into people_1" in said
    assert "companies → main.bronze.companies is gone from the inventory" in said


def test_check_in_ci_writes_nothing_and_exits_with_3(process: Run, project: Path) -> None:
    done = process("balance", "--check", code=3)

    assert "layout.lock would change for: crm" in done.stderr
    assert not (project / LOCK).exists()


def test_synthesis_without_a_lock_names_the_command_to_run(headgate: Run) -> None:
    assert "run `headgate balance crm`" in headgate("check", code=3).stderr


def test_a_lock_that_does_not_fit_is_refused(headgate: Run, project: Path) -> None:
    headgate("balance")
    with (project / "connectors/crm/tables.csv").open("a") as file:
        file.write("leads,people,snapshot,5\n")

    assert (
        "the lock does not fit tables.csv and connector.yaml: leads → main.bronze.leads is not in it"
        in headgate("check", code=3).stderr
    )


def test_check_names_a_pipeline_that_can_not_keep_its_schedule_and_counts_stacks_as_show_does(
    headgate: Run, project: Path
) -> None:
    definition = project / "connectors/crm/connector.yaml"
    definition.write_text(definition.read_text().replace("snapshot: 0 0 * * *", "snapshot: '*/15 * * * *'"))
    tables = project / "connectors/crm/tables.csv"
    tables.write_text(tables.read_text().replace("contacts,people,snapshot,100", "contacts,people,snapshot,2200"))
    headgate("balance")

    done = headgate("check")

    assert done.stdout == "crm: 3 tables, 2 stacks, 1 problem\n"
    assert "problem: crm: pipeline people_1 takes 37.67 minutes" in done.stderr
    assert "problem: pipeline people_1 takes 37.67 minutes" in headgate("show").stdout
    assert "crm: 3 tables, 3 pipelines, 2 stacks" in headgate("show").stdout


def test_an_option_that_the_connection_does_not_let_through_is_refused(headgate: Run, project: Path) -> None:
    tables = project / "connectors/crm/tables.csv"
    tables.write_text('source_table,table_options_json\ncontacts,"{""maxCount"":""1"",""startTime"":""x""}"\n')
    headgate("balance")

    said = headgate("check", code=1).stderr

    assert "row 1, column table_options_json" in said
    assert "startTime" in said
    assert "maxCount" not in said


def test_show_ends_with_what_to_do_next(headgate: Run) -> None:
    headgate("balance")

    said = headgate("show", "-t", "prod").stdout

    assert "cdktf.out/stacks/crm-prod-shared  (not synthesized yet)" in said
    assert "export TF_VAR_crm_token=…" in said
    assert "HEADGATE_TARGET=prod npx cdktf deploy 'crm-prod-*'" in said


def test_an_unknown_connector_or_target_is_refused_with_the_nearest(headgate: Run) -> None:
    headgate("balance")

    assert "did you mean 'crm'?" in headgate("balance", "crn", code=1).stderr
    assert "did you mean 'prod'?" in headgate("show", "-t", "prd", code=1).stderr


def test_schema_is_json(headgate: Run) -> None:
    assert json.loads(headgate("schema").stdout)["title"] == "Headgate connector definition"


def test_no_connectors_at_all_is_said(headgate: Run, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    assert "no connectors/*/connector.yaml below" in headgate("balance", "--root", str(tmp_path / "elsewhere"), code=1).stderr


def test_from_scratch_forgets_a_lock_but_not_a_deployed_one(headgate: Run, project: Path) -> None:
    headgate("balance")
    headgate("balance", "--from-scratch")
    (project / "connectors/crm/deployed.dev.json").write_text('{"format": 1, "ids": {"databricks_pipeline.people_1": "u-1"}}')

    assert "deployed to dev" in headgate("balance", "--from-scratch", code=5).stderr


def test_a_deployed_pipeline_that_the_lock_lost_is_refused(headgate: Run, project: Path) -> None:
    headgate("balance")
    (project / "connectors/crm/deployed.dev.json").write_text('{"format": 1, "ids": {"databricks_pipeline.people_7": "u-7"}}')

    assert "not in the lock: people_7" in headgate("check", code=5).stderr


@pytest.mark.parametrize(
    ("command", "code"),
    [("balance", 5), ("balance --from-scratch", 5), ("check", 3), ("show", 3), ("cost", 3), ("done", 3), ("handover", 3)],
)
def test_a_lock_that_is_missing_where_something_is_deployed_is_to_come_back(
    command: str, code: int, headgate: Run, project: Path
) -> None:
    headgate("balance")
    before = (project / LOCK).read_text()
    for words in ("init --quiet", "add --all", "-c user.name=a -c user.email=a@example.com commit --quiet --message lock"):
        subprocess.run(["git", *words.split()], cwd=project, check=True)
    deploy(project, "prod")
    (project / LOCK).unlink()

    said = headgate(*command.split(), code=code).stderr

    assert said.startswith("connectors/crm/layout.lock: is missing, and crm is deployed to prod by it\n")
    assert len(said.splitlines()) == 2
    subprocess.run(said.partition("`")[2].partition("`")[0].split(), cwd=project, check=True)
    assert (project / LOCK).read_text() == before


def test_a_lock_that_is_nowhere_is_made_again_of_pins(headgate: Run, project: Path) -> None:
    headgate("balance")
    placed = {"contacts": "people_1", "companies": "people_1", "deals": "money_1"}
    tables = {f"{name} → main.bronze.{name}": pipeline for name, pipeline in placed.items()}
    ids = {f"databricks_pipeline.{name}": name for name in placed.values()}
    (project / "connectors/crm/deployed.dev.json").write_text(json.dumps({"format": 1, "ids": ids, "tables": tables}))
    before = (project / LOCK).read_text()
    (project / LOCK).unlink()
    definition = project / "connectors/crm/connector.yaml"
    definition.write_text(definition.read_text().replace("{stacks: 2}", f"{{stacks: 2, pinned: {json.dumps(placed)}}}"))

    headgate("balance")

    assert (project / LOCK).read_text() == before


def shown(*names: str) -> str:
    resources = [
        {"mode": "managed", "address": f"{kind}.{name}", "values": {"id": f"{kind}-{name}"}}
        for name in names
        for kind in ("databricks_pipeline", "databricks_job")
    ]
    return json.dumps({"format_version": "1.0", "values": {"root_module": {"resources": resources}}})


def states(project: Path, **stacks: str) -> list[str]:
    for name, text in stacks.items():
        (project / f"crm-{name.replace('_', '-')}.json").write_text(text)
    return [f"crm-{name.replace('_', '-')}.json" for name in stacks]


def test_record_keeps_the_workspaces_ids(headgate: Run, project: Path) -> None:
    headgate("balance")

    done = headgate("record", "crm", *states(project, dev_1=shown("people_1"), dev_2=shown("money_1")))

    assert "2 pipelines are deployed to dev" in done.stdout
    assert "connectors/crm/layout.lock is unchanged" in done.stderr
    ids = json.loads((project / "connectors/crm/deployed.dev.json").read_text())["ids"]
    assert ids["databricks_pipeline.people_1"] == "databricks_pipeline-people_1"


def test_a_pipeline_that_was_destroyed_behind_the_lock_is_told_when_it_is_recorded(headgate: Run, project: Path) -> None:
    headgate("balance")
    headgate("record", "crm", *states(project, dev_1=shown("people_1"), dev_2=shown("money_1")))

    said = headgate("record", "crm", *states(project, dev_1=shown("people_1"), dev_2=shown())).stderr

    assert "money_1 was recorded, and no state has it any more" in said
    assert "people_1 was recorded" not in said


def test_a_pipeline_that_left_is_open_until_recorded_in_every_target(headgate: Run, project: Path) -> None:
    headgate("balance")
    tables = project / "connectors/crm/tables.csv"
    tables.write_text(tables.read_text().replace("deals,money,snapshot,70\n", ""))
    headgate("balance")

    assert "prod: pipeline that leaves, to be applied: money_1" in headgate("done", "crm", "-t", "prod").stdout
    headgate("record", "crm", "-t", "prod", *states(project, prod_2=shown("money_1")))
    assert "money_1" in headgate("done", "crm", "-t", "prod").stdout
    headgate("record", "crm", "-t", "prod", *states(project, prod_2=shown()))
    assert "nothing is open in prod" in headgate("done", "crm", "-t", "prod").stdout
    headgate("done", "crm", "-t", "dev", "--pipeline", "money_1")
    assert '{"id": "money_1", "stack": 2, "until": []}' in (project / LOCK).read_text()


def deploy(project: Path, target: str) -> None:
    """Record of a target that it has the first layout."""
    names = ("money_1", "people_1")
    record = {"format": 1, "target": target, "ids": {f"databricks_pipeline.{name}": f"id-{name}" for name in names}}
    (project / f"connectors/crm/deployed.{target}.json").write_text(json.dumps(record))


def test_what_was_never_deployed_has_nothing_to_hand_over(headgate: Run, project: Path) -> None:
    headgate("balance")
    tables = project / "connectors/crm/tables.csv"
    tables.write_text(tables.read_text().replace("companies,people", "companies,money"))

    said = headgate("balance").stdout

    assert "1 table moves without a handover: not recorded as deployed anywhere" in said
    assert '"move"' not in (project / LOCK).read_text()
    assert headgate("done", "crm").stdout == "nothing is open in dev\n"


def test_a_target_that_has_the_tables_hands_them_over_beside_one_that_has_not(headgate: Run, project: Path) -> None:
    headgate("balance")
    deploy(project, "prod")
    tables = project / "connectors/crm/tables.csv"
    tables.write_text(tables.read_text().replace("companies,people", "companies,money"))

    headgate("balance")

    assert headgate("done", "crm", "--target", "dev").stdout == "nothing is open in dev\n"
    assert "handover to be made: companies" in headgate("done", "crm", "--target", "prod").stdout


def test_a_move_goes_from_planned_to_done(headgate: Run, project: Path) -> None:
    headgate("balance")
    deploy(project, "dev")
    deploy(project, "prod")
    tables = project / "connectors/crm/tables.csv"
    tables.write_text(tables.read_text().replace("companies,people", "companies,money"))
    headgate("balance")

    assert "handover to be made: companies: people_1 → money_1" in headgate("done", "crm").stdout
    assert "no table 'companis'" in headgate("done", "crm", "--handover", "companis", code=1).stderr
    headgate("done", "crm", "--handover", "companies")
    assert "handed over, to be applied: companies" in headgate("done", "crm").stdout
    headgate("done", "crm", "--move", "companies")
    headgate("done", "crm", "-t", "prod", "--handover", "companies")
    headgate("done", "crm", "-t", "prod", "--move", "companies")
    assert '"destination": "main.bronze.companies", "pipeline": "money_1"}' in (project / LOCK).read_text()


def test_pipelines_that_empty_are_told_to_take_two_deploys(headgate: Run, project: Path) -> None:
    headgate("balance")
    for target in ("dev", "prod"):
        deploy(project, target)
    tables = project / "connectors/crm/tables.csv"
    tables.write_text(tables.read_text().replace("deals,money", "deals,people"))
    definition = project / "connectors/crm/connector.yaml"
    definition.write_text(definition.read_text().replace("{stacks: 2}", "{stacks: 2, pipelines: 1}"))

    said = headgate("balance").stdout

    assert "money_1 empties and leaves by a second deploy, once the first one of each target" in said
    for target in ("dev", "prod"):
        assert headgate("done", "crm", "-t", target).stdout.count("pipeline that leaves") == 0
        headgate("done", "crm", "-t", target, "--handover", "deals")
        headgate("done", "crm", "-t", target, "--move", "deals")
    assert headgate("done", "crm").stdout == "dev: pipeline that leaves, to be applied: money_1\n"
    assert "empties" not in headgate("balance").stdout


def test_rename_keeps_the_old_id_until_it_is_applied(headgate: Run, project: Path) -> None:
    headgate("balance")

    headgate("rename", "crm", "people_1", "nightly")

    assert '"renamed": {"before": "people_1", "until": ["dev", "prod"]}' in (project / LOCK).read_text()
    assert "crm: 3 tables" in headgate("check").stdout


def test_retire_shows_what_goes_asks_and_can_be_undone(headgate: Run, project: Path) -> None:
    headgate("balance")
    before = (project / LOCK).read_text()

    refused = headgate("retire", "crm", "-t", "dev", code=1, stdin="n\n")
    assert "2 pipelines are forgotten by Terraform and stay in the workspace, with 3 tables" in refused.stdout
    assert (project / LOCK).read_text() == before
    headgate("retire", "crm", "-t", "dev", "--drop-tables", "--yes")
    assert '{"target": "dev", "tables": "drop", "done": false}' in (project / LOCK).read_text()
    headgate("retire", "crm", "-t", "dev", "--undo")
    assert (project / LOCK).read_text() == before


def test_retire_says_that_continuous_pipelines_run_on_what_that_costs_and_what_stops_them(headgate: Run, project: Path) -> None:
    definition = project / "connectors/crm/connector.yaml"
    text = definition.read_text().replace("schedules: {snapshot: 0 0 * * *}", "mode: streaming")
    definition.write_text(text + "cost: {dbus_per_hour: {serverless: 2}}\n")
    headgate("balance")

    said = headgate("retire", "crm", "-t", "dev", code=1, stdin="n\n").stdout
    assert "each is continuous, 730.50 hours, 1,461.00 DBUs a month" in said
    assert "databricks pipelines stop ID" in said
    assert "run on" not in headgate("retire", "crm", "-t", "dev", "--drop-tables", code=1, stdin="n\n").stdout


@pytest.mark.parametrize("change", [("mode: streaming", "mode: batch"), ("  dev: {", "  dev: {paused: true, ")])
def test_retire_does_not_take_a_changed_definition_for_deployed(headgate: Run, project: Path, change: tuple[str, str]) -> None:
    definition = project / "connectors/crm/connector.yaml"
    text = definition.read_text().replace("schedules: {snapshot: 0 0 * * *}", "mode: streaming")
    definition.write_text(text)
    headgate("balance")
    definition.write_text(text.replace(*change))
    assert definition.read_text() != text

    said = headgate("retire", "crm", "-t", "dev", code=1, stdin="n\n").stdout

    assert "one that is continuous where it is deployed runs on, until somebody stops it" in said
    assert "runs on" not in headgate("retire", "crm", "-t", "dev", "--drop-tables", code=1, stdin="n\n").stdout


@pytest.mark.parametrize("text", ["not json", '{"format_version": "9.0"}', "[]"])
def test_what_is_no_state_is_refused_by_name(headgate: Run, project: Path, text: str) -> None:
    headgate("balance")

    assert "crm-dev-1" in headgate("record", "crm", *states(project, dev_1=text), code=1).stderr


def test_a_table_whose_line_was_lost_is_not_placed_anew_while_it_is_deployed(headgate: Run, project: Path) -> None:
    tables = project / "connectors/crm/tables.csv"
    definition = project / "connectors/crm/connector.yaml"
    definition.write_text(definition.read_text().replace("{stacks: 2}", "{stacks: 1, pipelines: 3}"))
    tables.write_text(tables.read_text() + "leads,people,snapshot,60\nvisits,people,snapshot,1\n")
    headgate("balance")
    lock = project / LOCK
    before = lock.read_text()
    line = next(line for line in before.splitlines() if '"source_table": "contacts"' in line)
    home = line.rpartition('"pipeline": "')[2].partition('"')[0]
    other = "people_2" if home == "people_1" else "people_1"
    record = {"format": 1, "ids": {f"databricks_pipeline.{other}": "7"}, "tables": {"contacts → main.bronze.contacts": other}}
    (project / "connectors/crm/deployed.prod.json").write_text(json.dumps(record))

    lock.write_text(before.replace(line + "\n", ""))
    refused = headgate("balance", code=5).stderr

    assert f"is deployed to 'prod' in pipeline '{other}', and the lock has it in '{home}' without a handover" in refused
    assert line not in lock.read_text()


def test_a_program_that_is_no_terraform_is_said_to_be_none(headgate: Run, project: Path) -> None:
    headgate("balance")
    (project / "cdktf.out/stacks/crm-dev-1/.terraform").mkdir(parents=True)
    program = project / "tfx"
    program.write_text("#!/bin/sh\necho nojson\n")
    program.chmod(0o755)

    assert "printed no JSON" in headgate("record", "crm", "--terraform", "./tfx", code=4).stderr
    program.chmod(0o644)
    assert "can't be run" in headgate("record", "crm", "--terraform", "./missing", code=4).stderr


def test_record_asks_opentofu_where_it_alone_is_on_the_path(
    headgate: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    headgate("balance")
    (project / "cdktf.out/stacks/crm-dev-1/.terraform").mkdir(parents=True)
    (project / "tofu").write_text("#!/bin/sh\necho nojson\n")
    (project / "tofu").chmod(0o755)
    monkeypatch.setenv("PATH", str(project))

    assert f"{project}/tofu show -json` printed no JSON" in headgate("record", "crm", code=4).stderr


def test_looking_at_what_is_open_writes_nothing(headgate: Run, project: Path) -> None:
    headgate("balance")
    lock = project / LOCK
    lock.write_text(lock.read_text().replace('"stack": 1', '"stack":  1'))
    before = lock.read_bytes()

    headgate("done", "crm")

    assert lock.read_bytes() == before


def test_what_is_wrong_with_definitions_and_inventories_is_told_at_once(headgate: Run, project: Path) -> None:
    (project / "connectors/crm/connector.yaml").write_text("id: 3\n")
    (project / "connectors/crm/tables.csv").write_text("source_table,weight\na,heavy\n")

    said = headgate("check", code=1).stderr

    assert "connectors/crm/connector.yaml:1: id: expected a string, found 3" in said
    assert "connectors/crm/tables.csv:2: row 1, column weight: is not a number" in said


def test_check_reads_the_accepted_losses_too(headgate: Run, project: Path) -> None:
    headgate("balance")
    (project / "accepted.yaml").write_text("accepted:\n  - {address: a, what: b, target: prod, reason: c, until: soon}\n")

    said = headgate("check", code=1).stderr

    assert "accepted.yaml:2: accepted.0.until: expected a day, such as 2026-12-31" in said


def test_retire_of_a_target_without_a_recorded_deploy_says_so(headgate: Run, project: Path) -> None:
    headgate("balance")

    assert "no deploy is recorded" in headgate("retire", "crm", "-t", "dev", code=1, stdin="n\n").stdout
    (project / "connectors/crm/deployed.dev.json").write_text('{"format": 1, "ids": {"databricks_pipeline.people_1": "u-1"}}')
    assert "no deploy is recorded" not in headgate("retire", "crm", "-t", "dev", code=1, stdin="n\n").stdout


@pytest.mark.parametrize("name", ["connectors/crm/tables.csv", "connectors/crm/connector.yaml", "accepted.yaml"])
def test_a_log_goes_into_no_file_of_the_project(headgate: Run, project: Path, name: str) -> None:
    (project / "accepted.yaml").write_text("accepted: []\n")
    before = (project / name).read_bytes()

    assert "would be lost" in headgate("check", "--log-file", name, code=1).stderr
    assert (project / name).read_bytes() == before


@pytest.mark.parametrize("command", [("handover", "crm", "-t", "dev"), ("check", "crm", "-t", "dev")])
def test_a_damaged_journal_of_a_handover_is_told(headgate: Run, project: Path, command: tuple[str, ...]) -> None:
    headgate("balance")
    (project / "connectors/crm/handover.dev.json").write_text("{bad")

    assert "connectors/crm/handover.dev.json:1: is not JSON" in headgate(*command, code=1).stderr


def test_check_tells_of_a_handover_that_is_not_finished(headgate: Run, project: Path) -> None:
    headgate("balance")
    (project / "connectors/crm/handover.dev.json").write_text('{"format": 1, "before": [], "begun": []}')

    assert "a handover in dev is not finished" in headgate("check", "-t", "dev").stderr
    assert "not finished" not in headgate("check", "-t", "prod").stderr


SAME = "dev and prod both have main.bronze.companies and 2 more tables: a table belongs to one pipeline"


def test_check_warns_of_two_targets_with_the_same_tables(headgate: Run, project: Path) -> None:
    headgate("balance")
    assert SAME in headgate("check", "-t", "dev").stderr

    definition = project / "connectors/crm/connector.yaml"
    text = definition.read_text()
    definition.write_text(text.replace("prod: {}", "prod: {catalog: sales}"))
    assert "both have" not in headgate("check", "-t", "dev").stderr


def test_a_target_is_refused_whose_tables_another_has_deployed_in_that_workspace(headgate: Run, project: Path) -> None:
    headgate("balance")
    definition, text = project / "connectors/crm/connector.yaml", (project / "connectors/crm/connector.yaml").read_text()
    (project / "connectors/crm/deployed.prod.json").write_text('{"format": 1, "ids": {"databricks_pipeline.people_1": "1"}}')

    def with_hosts(dev: str, prod: str) -> None:
        definition.write_text(text.replace("protect: false", f"protect: false, host: {dev}").replace("{}", f"{{host: {prod}}}"))

    with_hosts("https://one.example.com", "https://One.example.com/")
    said = headgate("check", "-t", "dev", code=5).stderr
    assert f"targets.dev.catalog: prod is deployed; {SAME}" in said
    assert "both have" in headgate("check", "-t", "prod").stderr
    with_hosts("https://one.example.com", "https://two.example.com")
    assert "both have" not in headgate("check", "-t", "dev").stderr


def test_check_tells_of_tables_that_are_gone_and_still_read(headgate: Run, project: Path) -> None:
    inventory = project / "connectors/crm/tables.csv"
    inventory.write_text(
        inventory.read_text().replace("weight\n", "weight,status\n").replace("70\n", "70,gone\n").replace("0\n", "0,\n")
    )
    headgate("balance")

    assert "1 table is marked gone in the inventory and still read (deals)" in headgate("check").stderr


def test_check_warns_of_code_that_changes_by_itself_and_of_a_provider_that_was_not_tried(headgate: Run, project: Path) -> None:
    definition = project / "connectors/crm/connector.yaml"
    git = "git: {url: https://example.com/crm.git, %s}"
    text = (
        definition.read_text()
        .replace("prod: {}", "prod: {catalog: sales}")
        .replace("wheels: [/Volumes/main/code/crm-1.0-py3-none-any.whl]", git)
    )
    headgate("balance")
    definition.write_text(text % "branch: next" + "provider: 1.999.0\n")
    warned = headgate("check").stderr
    definition.write_text(text % "tag: v1.0")

    assert "code.git follows the branch 'next', whatever comes into it" in warned
    assert "provider 1.999.0 is newer than 1.138.0, the newest that was tried" in warned
    assert headgate("check").stderr == ""
