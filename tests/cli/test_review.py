"""`headgate review` as a user runs it: exit codes, files, merged documents, and reviews without a plan."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.plans import change, file, pipeline, pipelines, plan

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run

SAME = {"a": ["t"]}
GONE = plan(*pipelines({"a": ["t"], "b": ["u"]}, {"a": ["t"]}))
LOSS, ATTENTION, FINE = 3, 2, 0


def write(folder: Path, name: str, found: Any) -> str:
    (folder / name).write_text(json.dumps(found))
    return name


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (plan(*pipelines(SAME, {"a": ["t", "u"]})), FINE),
        (plan(*pipelines(SAME, {"a": []})), ATTENTION),
        (GONE, LOSS),
        (plan(errored=True), 1),
    ],
)
def test_the_exit_code_says_the_verdict(headgate: Run, project: Path, found: Any, code: int) -> None:
    headgate("review", write(project, "crm-prod-1.json", found), "-t", "prod", code=code)


def test_a_file_that_is_no_plan_is_an_error_with_its_name(headgate: Run, project: Path) -> None:
    (project / "crm-prod-1.json").write_text("{")

    assert "crm-prod-1.json:1: is not JSON" in headgate("review", "crm-prod-1.json", "-t", "prod", code=1).stderr


def test_a_file_that_is_not_there_is_an_error(headgate: Run) -> None:
    assert "none.json" in headgate("review", "none.json", "-t", "prod", code=1).stderr


def test_a_plan_of_bytes_that_are_no_text_is_an_error_with_the_command(headgate: Run, project: Path) -> None:
    (project / "plan.out").write_bytes(b"PK\x03\x04\xff\xfe")

    assert "terraform show -json" in headgate("review", "plan.out", "-t", "prod", code=1).stderr


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le"])
def test_a_plan_that_powershell_wrote_is_read(headgate: Run, project: Path, encoding: str) -> None:
    (project / "crm-prod-1.json").write_bytes(("\ufeff" + json.dumps(GONE)).encode(encoding))

    headgate("review", "crm-prod-1.json", "-t", "prod", code=LOSS)


@pytest.mark.parametrize("flag", ["--html", "--json", "--out"])
@pytest.mark.parametrize("name", ["accepted.yaml", "crm-prod-1.json"])
def test_no_output_takes_the_place_of_what_is_read(headgate: Run, project: Path, flag: str, name: str) -> None:
    (project / "accepted.yaml").write_text("accepted: []\n")
    write(project, "crm-prod-1.json", GONE)
    before = (project / name).read_bytes()

    said = headgate("review", "crm-prod-1.json", "-t", "prod", flag, name, code=1).stderr

    assert f"{name}: is what is read here, and would be lost" in said
    assert (project / name).read_bytes() == before


def test_every_rendering_can_be_written_at_once_and_is_the_same_each_time(headgate: Run, project: Path) -> None:
    name = write(project, "crm-prod-1.json", GONE)
    files = ["--json", "r.json", "--markdown", "r.md", "--summary", "s.md", "--html", "r.html"]
    first = headgate("review", name, "-t", "prod", *files, code=LOSS).stdout
    written = {path: (project / path).read_bytes() for path in files[1::2]}

    assert headgate("review", name, "-t", "prod", *files, code=LOSS).stdout == first
    assert {path: (project / path).read_bytes() for path in files[1::2]} == written
    assert b"databricks_pipeline.b" in written["r.md"]
    assert json.loads(written["r.json"])["verdict"] == "loss"


def test_reviews_of_single_stacks_merge_to_the_review_of_all(headgate: Run, project: Path) -> None:
    one = write(project, "crm-prod-1.json", plan(*pipelines({"a": ["t", "u"]}, SAME)))
    two = write(project, "crm-prod-2.json", plan(*pipelines({"b": ["v"]}, {"b": ["u", "v"]})))
    headgate("review", one, "-t", "prod", "--json", "one.json", code=ATTENTION)
    headgate("review", two, "-t", "prod", "--json", "two.json", code=FINE)

    merged = headgate("review", "one.json", "two.json", "-t", "prod", "--format", "json", code=LOSS).stdout

    assert merged == headgate("review", one, two, "-t", "prod", "--format", "json", code=LOSS).stdout
    assert json.loads(merged)["findings"][0]["code"] == "move-without-handover"


def test_an_errored_plan_still_leaves_something_to_post(process: Run, project: Path) -> None:
    (project / "crm-prod-1.json").write_text('{"format_version": "2.0"}')
    process("review", "crm-prod-1.json", "-t", "prod", "--markdown", "r.md", "--json", "r.json", code=1)

    assert "has format 2" in (project / "r.md").read_text()
    assert json.loads((project / "r.json").read_text())["verdict"] == "error"


def test_what_was_approved_may_be_applied_and_nothing_else(headgate: Run, project: Path) -> None:
    approved = write(project, "crm-prod-1.json", plan(*pipelines(SAME, {"a": ["t", "u"]})))
    headgate("review", approved, "-t", "prod", "--json", "approved.json")
    headgate("review", approved, "-t", "prod", "--approved", "approved.json")
    write(project, "crm-prod-1.json", GONE)

    refused = headgate("review", approved, "-t", "prod", "--approved", "approved.json", code=5)

    assert "databricks_pipeline.b: nothing approved, delete planned" in refused.stderr


def test_an_accepted_loss_is_to_be_looked_at(headgate: Run, project: Path) -> None:
    name = write(project, "crm-prod-1.json", GONE)
    entry = "{address: databricks_pipeline.b, what: pipeline-deleted, target: prod, reason: switched off, until: 9999-12-31}"
    (project / "accepted.yaml").write_text(f"accepted: [{entry}]\n")

    assert "switched off" in headgate("review", name, "-t", "prod", code=ATTENTION).stdout


def test_an_unknown_target_is_told(headgate: Run, project: Path) -> None:
    name = write(project, "crm-prod-1.json", GONE)

    assert "did you mean 'prod'?" in headgate("review", name, "-t", "prd", code=1).stderr


def test_nothing_to_review_is_told(headgate: Run) -> None:
    assert "--before or --base" in headgate("review", "-t", "prod", code=1).stderr


def test_a_folder_that_is_not_there_is_nothing_that_was_before(headgate: Run, project: Path) -> None:
    headgate("balance")
    said = headgate("review", "-t", "prod", "--before", "nowhere", code=1).stderr
    assert said.startswith("nowhere: there is no such folder")
    write(project, "crm-prod-1.json", plan(*pipelines({}, {"a": ["t"]})))
    beside = headgate("review", "crm-prod-1.json", "-t", "prod", "--before", "nowhere", code=None).stderr
    assert "what was before can't be read" in beside


def test_the_lock_and_the_inventory_say_what_tables_weigh(headgate: Run, project: Path) -> None:
    headgate("balance")
    code = file("people_1", ["contacts"])
    name = write(
        project,
        "crm-prod-1.json",
        plan(
            change("databricks_pipeline.people_1", None, pipeline("people_1")),
            change("databricks_workspace_file.people_1", None, code),
        ),
    )

    said = headgate("review", name, "-t", "prod", code=ATTENTION).stdout

    assert "100 s" in said
    assert "stack missing  crm-prod-2" in said


@pytest.fixture
def base(headgate: Run, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as the base branch has it, in git and in a folder of its own."""
    headgate("balance")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "base")):
        git(project, *words)
    folder = tmp_path_factory.mktemp("base")
    shutil.copytree(project / "connectors", folder / "connectors")
    return folder


def git(folder: Path, *words: str) -> None:
    names = {f"GIT_{who}_{what}": "x@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, env={**os.environ, **names})


def test_without_a_plan_the_committed_files_tell_what_changes(headgate: Run, project: Path, base: Path) -> None:
    with (project / "connectors/crm/tables.csv").open("a") as tables:
        tables.write("leads,people,snapshot,40\n")
    headgate("balance")

    of_folder = headgate("review", "-t", "prod", "--before", str(base), "--format", "json").stdout
    of_git = headgate("review", "-t", "prod", "--base", "main", "--format", "json").stdout

    assert of_folder == of_git
    found = json.loads(of_git)
    assert [(one["kind"], one["source_table"], one["after"]) for one in found["tables"]] == [("added", "leads", "people_1")]
    assert found["facts"]["predicted"]


def test_without_a_plan_a_changed_connection_is_told_to_be_replaced(headgate: Run, project: Path, base: Path) -> None:
    definition = project / "connectors/crm/connector.yaml"
    definition.write_text(definition.read_text().replace("secrets: [token]", "secrets: [token], comment: new"))

    said = headgate("review", "-t", "prod", "--before", str(base), code=LOSS).stdout

    assert "connection replaced" in said


def test_a_lock_that_does_not_fit_is_an_error_and_no_loss(headgate: Run, project: Path, base: Path) -> None:
    with (project / "connectors/crm/tables.csv").open("a") as tables:
        tables.write("leads,people,snapshot,40\n")

    assert "headgate balance" in headgate("review", "-t", "prod", "--before", str(base), code=1).stderr


def test_the_first_connector_of_a_repository_is_reviewed_as_all_new(headgate: Run, project: Path) -> None:
    for words in (("init", "-q", "-b", "main"), ("commit", "-qm", "begun", "--allow-empty")):
        git(project, *words)
    headgate("balance")

    found = json.loads(headgate("review", "-t", "prod", "--base", "main", "--format", "json").stdout)

    assert {(one["kind"], one["source_table"]) for one in found["tables"]} == {
        ("added", name) for name in ("contacts", "companies", "deals")
    }


def test_a_reference_that_git_does_not_know_is_told(headgate: Run, base: Path) -> None:
    assert base.exists()
    assert "nowhere" in headgate("review", "-t", "prod", "--base", "nowhere", code=1).stderr
    assert "is not a reference" in headgate("review", "-t", "prod", "--base=--output=x", code=1).stderr


def test_no_secret_of_options_environment_or_comments_comes_out(
    headgate: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = "CANARY-7f3a91"
    marks = {"before_sensitive": {"options": True}, "after_sensitive": {"options": True}}
    options = {"token": canary, "maxCount": canary, "sourceName": "crm"}
    after = {"name": "c", "comment": f"made with {canary}", "options": options | {"token": canary + "2"}}
    whole = plan(
        change("databricks_connection.crm", {"name": "c", "comment": "", "options": options}, after, **marks),
        *pipelines({"a": ["t"]}, {"a": ["t", canary]}),
        change("databricks_job.a", {"name": "j", "description": canary}, {"name": canary + "2"}),
        variables={"crm_token": {"value": canary + "2"}},
        configuration={"root_module": {"variables": {"crm_token": {"sensitive": True}}}},
        resource_drift=[change("databricks_job.a", {"name": canary}, {"name": "x"})],
    )
    write(project, "crm-prod-1.json", whole)
    names = ("DATABRICKS_TOKEN", "DATABRICKS_CLIENT_SECRET", "TF_VAR_crm_token", "GITHUB_TOKEN", "HEADGATE_OPTION_TOKEN")
    files = ["--json", "r.json", "--markdown", "r.md", "--summary", "s.md", "--html", "r.html", "--out", "r.txt", "--diff"]
    for name in names:
        monkeypatch.setenv(name, canary)
    for extra, code in (
        ([], ATTENTION),
        (["--before", "nowhere"], ATTENTION),
        (["--approved", "crm-prod-1.json"], 1),
        (["--accepted", "crm-prod-1.json"], 1),
        (["--accepted", "none.yaml"], 1),
    ):
        done = headgate("review", "crm-prod-1.json", "-t", "prod", *files, *extra, code=code)
        out = {name: (project / name).read_text() for name in files[1:10:2] if (project / name).exists()}
        found = [name for name, text in (out | {"out": done.stdout, "err": done.stderr}).items() if canary in text]
        assert found == []
