"""A real Terraform, and a provider for it: the stand-in beside the project, or the real one where its registry answers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headgate.terraform.deployment import PROVIDER
from tests.support.program import TERRAFORM, WITHOUT
from tests.support.samples import parts_of, tables_of
from tests.support.site import Site
from tests.support.terraform import Terraform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from headgate.inventory.table import Table

STANDIN = Path(__file__).resolve().parents[3] / "shared" / "terraform" / "use"
DYING = Path(__file__).resolve().parents[1] / "support" / "dying_provider.py"


@pytest.fixture(scope="session")
def terraform_program() -> tuple[str, ...]:
    """The words that start Terraform."""
    if not TERRAFORM:
        pytest.skip(WITHOUT)
    return TERRAFORM


@pytest.fixture(scope="session")
def standin(terraform_program: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which Terraform starts the stand-in as its provider."""
    assert terraform_program
    if not STANDIN.exists():
        pytest.skip("plan and apply need a workspace, or the provider's stand-in in ../shared/terraform, which is not there")
    mirror = tmp_path_factory.mktemp("mirror")
    run = subprocess.run([STANDIN, sys.executable, mirror], capture_output=True, text=True, check=True)
    return {"TF_CLI_CONFIG_FILE": run.stdout.strip()}


@dataclass(frozen=True, slots=True)
class Server:
    """A stand-in that runs on, which saves its start at every step. `workspace` is a link: each test points it at its own."""

    settings: dict[str, str]
    workspace: Path


@pytest.fixture(scope="session")
def server(standin: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running stand-in."""
    program = next(Path(standin["TF_CLI_CONFIG_FILE"]).parent.rglob("terraform-provider-databricks*"))
    link = tmp_path_factory.mktemp("server") / "workspace.json"
    environment = {**os.environ, "STANDIN_WORKSPACE": str(link), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen([program, "--dev"], env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        mark = "TF_REATTACH_PROVIDERS="
        said = next(line for line in process.stdout if mark in line)
        yield Server(standin | {mark[:-1]: said.partition(mark)[2].strip().strip("'")}, link)
        process.terminate()


@pytest.fixture(scope="session")
def any_provider(
    terraform_program: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, str]:
    """Terraform's environment for what asks no workspace: with the stand-in, else with the registry's own provider."""
    if STANDIN.exists():
        return dict(request.getfixturevalue("standin"))
    folder = tmp_path_factory.mktemp("registry")
    config = folder / "terraform.rc"
    config.write_text(f'plugin_cache_dir = "{folder}"\ndisable_checkpoint = true\n')
    (folder / "main.tf.json").write_text(json.dumps({"terraform": {"required_providers": {"databricks": PROVIDER}}}))
    settings = {"TF_CLI_CONFIG_FILE": str(config), "TF_REGISTRY_CLIENT_TIMEOUT": "5", "TF_REGISTRY_DISCOVERY_RETRY": "0"}
    run = subprocess.run(
        [*terraform_program, "init", "-input=false"],
        cwd=folder,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        pytest.skip("neither the provider's stand-in (../shared/terraform) nor Terraform's registry is within reach")
    return settings


@pytest.fixture
def terraform(server: Server, tmp_path: Path) -> Terraform:
    """Terraform with an empty workspace of the test's own."""
    workspace = tmp_path / "workspace.json"
    server.workspace.unlink(missing_ok=True)
    server.workspace.symlink_to(workspace)
    return Terraform(server.settings, workspace, {"crm_client_secret": "CANARY-1", "crm_token": "CANARY-2"})


@pytest.fixture
def dying(terraform: Terraform, standin: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """Terraform with a stand-in that dies with it where STANDIN_DIES_AT says so."""
    mirror = tmp_path_factory.mktemp("dying")
    shutil.copytree(Path(standin["TF_CLI_CONFIG_FILE"]).parent, mirror, dirs_exist_ok=True)
    program = next(mirror.rglob("terraform-provider-databricks*"))
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{DYING}" "{STANDIN.parent / "provider.py"}" "$@"\n')
    config = mirror / "terraform.rc"
    config.write_text(config.read_text().replace(standin["TF_CLI_CONFIG_FILE"].removesuffix("/terraform.rc"), str(mirror)))
    return replace(terraform, settings={"TF_CLI_CONFIG_FILE": str(config)})


@pytest.fixture
def site(terraform: Terraform, tmp_path: Path) -> Callable[..., Site]:
    """Give a function that makes a connector `crm` with parts of its own, balanced."""

    def make(parts: dict[str, Any] | None = None, tables: Sequence[Table] | None = None, **balance: Any) -> Site:
        whole = parts_of(parts, **balance)
        made = Site(tmp_path, terraform, whole, list(tables_of(6) if tables is None else tables))
        made.balance()
        return made

    return make


@pytest.fixture(scope="session")
def starts() -> dict[str, tuple[Path, Site]]:
    """Deployed connectors that tests start from: each is deployed once, and copied."""
    return {}


@pytest.fixture
def settled(
    site: Callable[..., Site], starts: dict[str, tuple[Path, Site]], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Site]:
    """Give a function that makes a connector as `site` does, deployed and recorded."""

    def make(parts: dict[str, Any] | None = None, tables: Sequence[Table] | None = None, **balance: Any) -> Site:
        made = site(parts, tables, **balance)
        key = repr((made.parts, made.tables))
        if key not in starts:
            made.settle()
            folder = tmp_path_factory.mktemp("start")
            shutil.copytree(tmp_path, folder, dirs_exist_ok=True)
            starts[key] = folder, replace(made)
        folder, start = starts[key]
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        made.layout, made.records = start.layout, dict(start.records)
        return made

    return make
