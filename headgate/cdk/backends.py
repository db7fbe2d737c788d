"""A stack's Terraform backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.cdk.edition import TerraformStack, cdk

if TYPE_CHECKING:
    from collections.abc import Callable


def set_backend(stack: TerraformStack, kind: str, settings: dict[str, Any]) -> None:
    """Give the stack a backend of a kind (local, s3, azurerm, gcs, http, remote) with these settings.

    The typed construct takes the place of the default local backend, which a bare override would leave beside it; all
    settings then go in by an override, since the constructs lack some that Terraform has (use_lockfile of s3).
    """
    required: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
        "local": (cdk.LocalBackend, ("path",)),
        "s3": (cdk.S3Backend, ("bucket", "key")),
        "azurerm": (cdk.AzurermBackend, ("container_name", "key", "storage_account_name")),
        "gcs": (cdk.GcsBackend, ("bucket",)),
        "http": (cdk.HttpBackend, ("address",)),
    }
    if kind == "remote":
        cdk.RemoteBackend(
            stack, organization=settings["organization"], workspaces=cdk.NamedRemoteWorkspace(settings["workspaces"]["name"])
        )
    else:
        make, names = required[kind]
        make(stack, **{name: settings[name] for name in names})
    stack.add_override(f"terraform.backend.{kind}", settings)
