"""A real Terraform and a workspace for those who follow the pages."""

from tests.terraform.conftest import provider, served_workspace, servers, terraform, terraform_program, workspace

__all__ = ["provider", "served_workspace", "servers", "terraform", "terraform_program", "workspace"]
