"""A connector in a folder, its app without the CDK, a workspace, and `headgate deploy` at work on them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headgate.inventory.write import write_inventory
from headgate.layout.lock import write_lock
from tests.support.command import in_process
from tests.support.samples import tables_of
from tests.support.shell import Shell
from tests.terraform.conftest import provider, served_workspace, servers, site, terraform, terraform_program, workspace
from tests.workspace import catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.site import Site

__all__ = ["provider", "served_workspace", "servers", "site", "terraform", "terraform_program", "workspace"]

APP = Path(__file__).resolve().parents[1] / "support/app.py"


def write_files(at_work: Shell) -> None:
    """Write what is committed, and what cdktf would be told."""
    made = at_work.site
    at_work.folder.mkdir(parents=True, exist_ok=True)
    (at_work.folder / "connector.yaml").write_text(json.dumps(made.parts))
    write_inventory(at_work.folder / "tables.csv", made.tables)
    write_lock(at_work.folder / "layout.lock", made.agreed)
    (made.root / "cdktf.json").write_text(json.dumps({"app": f'"{sys.executable}" "{APP}"'}))


@pytest.fixture
def deploying(
    site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Shell]:
    """Give a function that makes a connector `crm` of four tables in two pipelines, in a workspace that has its schema."""

    def make(parts: dict[str, Any] | None = None, **balance: Any) -> Shell:
        made = site(parts, tables_of(4), **({"pipelines": 2} | balance))
        catalog.make(made.terraform.workspace, "schemas", {"name": "bronze", "catalog_name": "main"})
        at_work = Shell(made, in_process(tmp_path, monkeypatch, capfd))
        write_files(at_work)
        return at_work

    return make
