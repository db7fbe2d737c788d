"""Secrets of a connection that the workspace may not have, though the state says so, as after an update that failed.

No workspace tells a secret. So where there is doubt, the state forgets those that it keeps, and the next deploy sends them
again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.emit.terraform.connection import KEPT_SECRETS
from headgate.recovery.model import CONNECTION

if TYPE_CHECKING:
    from headgate.ci.plans import Terraform


def may_be_unsent(plan: Any) -> bool:
    """Whether a plan, as `terraform show -json` gives it, sends a connection another value of a secret that a state keeps."""
    for one in plan.get("resource_changes", []):
        before, after = (((one["change"].get(side) or {}).get("options") or {}) for side in ("before", "after"))
        if one["type"] == CONNECTION and one["change"]["actions"] == ["update"] and _kept(before) != _kept(after):
            return True
    return False


def forget_secrets(terraform: Terraform, stack: str) -> list[str]:
    """Have a stack's state forget the secrets of its connections; give their addresses. Raises SourceError where it fails."""

    def change(address: str, attributes: dict[str, Any]) -> dict[str, Any]:
        options = attributes.get("options") or {}
        if not address.startswith(f"{CONNECTION}.") or not _kept(options):
            return {}
        return {"options": {name: value for name, value in options.items() if name not in KEPT_SECRETS}}

    return terraform.correct(stack, change)


def _kept(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name in KEPT_SECRETS}
