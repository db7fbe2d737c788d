"""Where a stack's state is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headgate.deployment.scope import Scope


def backend_body(scope: Scope, stack: str) -> dict[str, Any]:
    """Give the backend's arguments: the definition's settings, and a place of the stack's own.

    The local path is relative to the synthesized stack's folder (`cdktf.out/stacks/<stack>`), so it is the same in every
    checkout and lies beside `cdktf.out`, which may be thrown away.
    """
    backend = scope.target.backend
    settings: dict[str, Any] = dict(sorted(backend.settings.items()))
    key = f"headgate/{scope.definition.id}/{scope.target_name}/{stack}.tfstate"
    match backend.type:
        case "local":
            return {"path": f"../../../state/{stack}.tfstate"}
        case "s3" | "azurerm":
            return settings | {"key": key}
        case "gcs":
            return settings | {"prefix": key.removesuffix(".tfstate")}
        case "http":
            address = f"{str(settings['address']).rstrip('/')}/{stack}"
            return settings | {"address": address, "lock_address": f"{address}/lock", "unlock_address": f"{address}/lock"}
        case "remote":
            return settings | {"workspaces": {"name": stack}}
