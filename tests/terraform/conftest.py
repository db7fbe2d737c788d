"""A real Terraform, with the stand-in for its provider at work on a workspace that each test finds empty."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.standin.derived import ENDS, missing
from tests.standin.running import OLDEST, Server, mirror
from tests.support.command import in_process
from tests.support.program import TERRAFORM, WITHOUT
from tests.support.samples import parts_of, tables_of
from tests.support.shell import Shell
from tests.support.site import Site
from tests.support.terraform import Terraform
from tests.workspace.server import served
from tests.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from headgate.inventory.row import TableRow


@pytest.fixture(scope="session")
def terraform_program() -> tuple[str, ...]:
    """The words that start Terraform."""
    if not TERRAFORM:
        pytest.skip(WITHOUT)
    return TERRAFORM


@pytest.fixture(scope="session")
def served_workspace() -> Iterator[tuple[Workspace, str]]:
    """A workspace and the address at which it answers."""
    workspace = Workspace()
    with served(workspace) as host:
        yield workspace, host


@pytest.fixture(scope="session")
def servers(served_workspace: tuple[Workspace, str]) -> Iterator[dict[str, Server]]:
    """The provider's stand-ins by version, each of which starts when it is first asked for and then runs on."""
    found = {version: Server(served_workspace[1], version) for version in ENDS}
    yield found
    for server in found.values():
        server.kill()


@pytest.fixture(scope="session")
def any_provider(
    terraform_program: tuple[str, ...], served_workspace: tuple[Workspace, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The environment in which Terraform starts the stand-in by itself."""
    assert terraform_program
    return mirror(tmp_path_factory.mktemp("mirror"), served_workspace[1])


@pytest.fixture
def provider() -> str:
    """The provider's version. A test of both ends overrides it: `@pytest.mark.parametrize("provider", ENDS)`."""
    return OLDEST


@pytest.fixture
def workspace(served_workspace: tuple[Workspace, str]) -> Workspace:
    """The workspace, empty."""
    served_workspace[0].reset()
    return served_workspace[0]


@pytest.fixture
def terraform(terraform_program: tuple[str, ...], servers: dict[str, Server], provider: str, workspace: Workspace) -> Terraform:
    """Terraform with an empty workspace."""
    assert terraform_program
    if reason := missing(provider):
        pytest.skip(reason)
    return Terraform(servers[provider], workspace, {"crm_client_secret": "CANARY-1", "crm_token": "CANARY-2"})


@pytest.fixture
def site(terraform: Terraform, tmp_path: Path) -> Callable[..., Site]:
    """Give a function that makes a connector `crm` with parts of its own, balanced."""

    def make(parts: dict[str, Any] | None = None, tables: Sequence[TableRow] | None = None, **balance: Any) -> Site:
        whole = parts_of(parts, **balance)
        made = Site(tmp_path, terraform, whole, list(tables_of(6) if tables is None else tables))
        made.balance()
        made.make_ready()
        return made

    return make


@pytest.fixture(scope="session")
def starts() -> dict[str, tuple[Path, dict[str, Any], Site]]:
    """Deployed connectors that tests start from, with their workspaces: each is deployed once, and copied."""
    return {}


@pytest.fixture
def settled(
    site: Callable[..., Site],
    starts: dict[str, tuple[Path, dict[str, Any], Site]],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Site]:
    """Give a function that makes a connector as `site` does, deployed and recorded."""

    def make(parts: dict[str, Any] | None = None, tables: Sequence[TableRow] | None = None, **balance: Any) -> Site:
        made = site(parts, tables, **balance)
        key = repr((made.parts, made.tables, made.terraform.server.version))
        if key not in starts:
            made.settle()
            folder = tmp_path_factory.mktemp("start")
            shutil.copytree(tmp_path, folder, dirs_exist_ok=True)
            starts[key] = folder, made.terraform.workspace.snapshot(), replace(made)
        folder, kept, start = starts[key]
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        made.terraform.workspace.restore(kept)
        made.layout, made.records = start.layout, dict(start.records)
        return made

    return make


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[[Site], Shell]:
    """Give a function that gives the commands on a site."""
    return lambda site: Shell(site, in_process(tmp_path, monkeypatch, capfd))
