"""`headgate init ci`, `headgate check --frozen` and `headgate stacks`, as a user types them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headgate.layout.lock import read_lock
from tests.support.command import Run, command_line

if TYPE_CHECKING:
    from pathlib import Path

DEPLOY = ".github/workflows/headgate-deploy.yml"
SETUP = ".github/actions/headgate-setup/action.yml"


@pytest.fixture
def headgate(project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Give the command line, run in the project's folder."""
    return command_line(project, monkeypatch, capfd)


def test_it_writes_the_workflows_and_warns_of_states_that_no_run_finds(headgate: Run, project: Path) -> None:
    done = headgate("init", "ci")

    assert done.stdout.splitlines() == [
        ".github/actions/headgate-setup/action.yml written",
        ".github/actions/headgate-login/action.yml written",
        ".github/workflows/headgate-review.yml written",
        ".github/workflows/headgate-deploy.yml written",
        ".github/workflows/headgate-drift.yml written",
    ]
    assert "crm keeps prod's states in a local file" in done.stderr
    assert "TF_VAR_crm_token: ${{ secrets.TF_VAR_CRM_TOKEN }}" in (project / DEPLOY).read_text()


def test_a_second_run_changes_nothing(headgate: Run, project: Path) -> None:
    headgate("init", "ci", "--target", "prod")
    before = (project / DEPLOY).stat().st_mtime_ns

    done = headgate("init", "ci", "--target", "prod")

    assert done.stdout == ""
    assert "every file is up to date already" in done.stderr
    assert (project / DEPLOY).stat().st_mtime_ns == before


def test_a_file_that_was_changed_is_shown_and_kept(headgate: Run, project: Path) -> None:
    headgate("init", "ci")
    (project / DEPLOY).write_text((project / DEPLOY).read_text() + "# ours\n")

    done = headgate("init", "ci", "--nightly", "0 1 * * *", code=5)

    assert "-# ours" in done.stdout.splitlines()
    assert '+    - cron: "0 1 * * *"' in done.stdout.splitlines()
    assert "say --force" in done.stderr
    # Nothing was written, neither this file nor another.
    assert (project / DEPLOY).read_text().endswith("# ours\n")
    assert "17 3 * * *" in (project / ".github/workflows/headgate-drift.yml").read_text()


def test_force_overwrites(headgate: Run, project: Path) -> None:
    headgate("init", "ci")
    (project / DEPLOY).write_text("# ours\n")

    done = headgate("init", "ci", "--force")

    assert done.stdout == f"{DEPLOY} written\n"
    assert "# ours" not in (project / DEPLOY).read_text()


def test_what_is_the_users_own_is_left_alone(headgate: Run, project: Path) -> None:
    headgate("init", "ci")
    (project / SETUP).write_text("# another way\n")

    headgate("init", "ci")
    headgate("init", "ci", "--check")

    assert (project / SETUP).read_text() == "# another way\n"


def test_check_changes_nothing_and_says_what_would(headgate: Run, project: Path) -> None:
    headgate("init", "ci")
    (project / DEPLOY).unlink()

    done = headgate("init", "ci", "--check", code=3)

    assert f"would be written: {DEPLOY}" in done.stderr
    assert "run `headgate init ci --target dev --target prod`" in done.stderr
    assert not (project / DEPLOY).exists()


def test_gitlab_has_its_one_file(headgate: Run, project: Path) -> None:
    done = headgate("init", "ci", "--gitlab", "--out", "elsewhere")

    assert done.stdout == "elsewhere/.gitlab-ci.yml written\n"
    assert not (project / ".github").exists()


def test_a_target_that_is_not_there_is_told(headgate: Run, project: Path) -> None:
    done = headgate("init", "ci", "-t", "prd", code=1)

    assert "did you mean 'prod'?" in done.stderr
    assert not (project / ".github").exists()


def test_without_a_project_it_says_where_to_run(headgate: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert "run headgate in the project's folder" in headgate("init", "ci", "--root", "empty", code=1).stderr


def test_a_frozen_check_finds_a_lock_that_balance_would_change(headgate: Run, project: Path) -> None:
    folder = project / "connectors/crm"
    tables = "source_table,pipeline_group,ingestion_type,weight\n" + "".join(f"t_{n},g,snapshot,10\n" for n in range(1, 5))
    (folder / "tables.csv").write_text(tables)
    (folder / "connector.yaml").write_text(
        (folder / "connector.yaml").read_text().replace("stacks: 2", "stacks: 1, pipelines: 2")
    )
    headgate("balance")
    headgate("check", "--frozen")
    before = (folder / "layout.lock").read_bytes()
    layout = read_lock(folder / "layout.lock", "crm")
    assert layout

    for placement in layout.tables:
        if placement.pipeline == "g_1":
            tables = tables.replace(
                f"{placement.table.source_table},g,snapshot,10", f"{placement.table.source_table},g,snapshot,100"
            )
    (folder / "tables.csv").write_text(tables)
    done = headgate("check", "--frozen", code=3)

    assert "layout.lock would change for: crm" in done.stderr
    assert (folder / "layout.lock").read_bytes() == before
    headgate("check")


def test_stacks_are_listed_in_the_order_of_their_applies(headgate: Run, project: Path) -> None:
    (project / "cdktf.out").mkdir()
    needed = {"crm-dev-1": ["crm-dev-shared"], "crm-dev-2": ["crm-dev-shared"], "crm-dev-shared": []}
    stacks = {name: {"name": name, "dependencies": waits_for} for name, waits_for in needed.items()}
    (project / "cdktf.out/manifest.json").write_text(json.dumps({"stacks": stacks}))

    assert headgate("stacks").stdout == "crm-dev-shared\ncrm-dev-1\ncrm-dev-2\n"
    assert headgate("stacks", "--format", "json").stdout == '["crm-dev-shared", "crm-dev-1", "crm-dev-2"]\n'


def test_no_stack_is_no_line(headgate: Run, project: Path) -> None:
    (project / "cdktf.out").mkdir()
    (project / "cdktf.out/manifest.json").write_text('{"stacks": {}}')

    assert headgate("stacks").stdout == ""
    assert headgate("stacks", "--format", "json").stdout == "[]\n"
