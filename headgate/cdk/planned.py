"""A planned stack as an ordinary TerraformStack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.cdk.backends import set_backend
from headgate.cdk.edition import TerraformStack
from headgate.cdk.provider import Provider

if TYPE_CHECKING:
    from constructs import Construct

    from headgate.emit.terraform.stacks import StackPlan


class PlannedStack(TerraformStack):
    """A stack with the resources that headgate planned. Subclass it, or add constructs of your own to an instance.

    Resources go in as plain dictionaries, one override a stack: the JSON is what the typed bindings give, in a ninth of
    the time. It has a provider, so typed resources beside ours need none of their own.
    """

    def __init__(self, scope: Construct, plan: StackPlan) -> None:
        super().__init__(scope, plan.name)
        self._body = plan.body
        for name, (settings,) in plan.body["provider"].items():
            Provider(self, **plan.body["terraform"]["required_providers"][name], settings=settings)
        for part, value in plan.body.items():
            if part != "provider":
                self.add_override(part, value)
        # After the body, whose `terraform` would take the place of the backend's settings.
        set_backend(self, plan.backend, plan.backend_body)

    def holds(self, kind: str, name: str) -> bool:
        """Say whether the stack has the resource databricks_<kind>.<name> from headgate."""
        return name in self._body.get("resource", {}).get(f"databricks_{kind}", {})

    def reference(self, kind: str, name: str, attribute: str = "id") -> str:
        """Give a Terraform expression for an attribute of one of the stack's resources, to use in constructs of your own.

        `kind` is `pipeline`, `job`, `connection`, …; `name` a pipeline's id, or the connector's for shared resources.
        Raises KeyError, naming what there is, for a resource that is not in this stack.
        """
        found: dict[str, Any] = self._body.get("resource", {}).get(f"databricks_{kind}", {})
        if name not in found:
            raise KeyError(f"no databricks_{kind}.{name} in this stack; there are: {', '.join(sorted(found)) or 'none'}")
        return f"${{databricks_{kind}.{name}.{attribute}}}"
