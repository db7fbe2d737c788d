"""What recovery asks of Terraform: the states of synthesized stacks. `headgate.ci.plans` is the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path


class TerraformStates(Protocol):
    """The states of stacks. Every method raises SourceError where Terraform fails."""

    @property
    def stacks(self) -> Path:
        """The folder with each stack's cdk.tf.json."""

    def state(self, stack: str) -> Any:
        """Give what `terraform show -json` says of a stack's state."""

    def take_over(self, stack: str, address: str, id_: str, variables: Iterable[str] = ()) -> None:
        """Have the state know something that the workspace has."""

    def correct(self, stack: str, change: Callable[[str, dict[str, Any]], Mapping[str, Any]]) -> list[str]:
        """Change attributes in the state; give the addresses that changed."""
