"""The CDK's part: Headgate's stacks as ordinary constructs, in an app that may have others beside them."""

from __future__ import annotations

from headgate.cdk.app import add_stacks, synthesize
from headgate.cdk.edition import App, TerraformStack
from headgate.cdk.planned import PlannedStack

__all__ = ["App", "PlannedStack", "TerraformStack", "add_stacks", "synthesize"]
