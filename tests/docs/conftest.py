"""A real Terraform and a workspace for those who follow the pages."""

import shutil

import pytest

from tests.docs.reader import CDKTF
from tests.standin.running import access
from tests.support.program import TERRAFORM
from tests.support.terraform import Terraform
from tests.terraform.conftest import any_provider, provider, served_workspace, servers, terraform, terraform_program, workspace
from tests.workspace.workspace import Workspace

__all__ = ["any_provider", "provider", "served_workspace", "servers", "terraform", "terraform_program", "workspace"]


@pytest.fixture
def deploying(terraform: Terraform, any_provider: dict[str, str]) -> tuple[Workspace, dict[str, str]]:
    """Give an empty workspace, and the environment of a shell whose Terraform and CDK deploy to it."""
    if not CDKTF.exists() or not shutil.which("node"):
        pytest.skip("needs cdktf-cli and Node: make setup")
    if len(TERRAFORM) > 1:
        pytest.skip("cdktf needs Terraform as a command: make terraform")
    return terraform.workspace, terraform.environment({**access(terraform.server.host), **any_provider})
