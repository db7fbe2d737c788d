"""The provider of a stack's resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.cdk.edition import cdk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct


class Provider(cdk.TerraformProvider):
    """The databricks provider with settings as Terraform names them, without the typed bindings' seconds of import.

    A construct, not a bare override: the CDK refuses typed resources in a stack without one, and an override beside a typed
    provider would configure it twice, which Terraform refuses.
    """

    def __init__(self, scope: Construct, source: str, version: str, settings: Mapping[str, Any]) -> None:
        name = source.rpartition("/")[2]
        made_for = cdk.TerraformProviderGeneratorMetadata(provider_name=name, provider_version=version)
        super().__init__(
            scope, name, terraform_resource_type=name, terraform_generator_metadata=made_for, terraform_provider_source=source
        )
        for key, value in settings.items():
            self.add_override(key, value)
