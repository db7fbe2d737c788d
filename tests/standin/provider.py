"""The provider as `tf` serves it: resources between Terraform and the workspace that it is configured for."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tf import schema as tfs

from tests.standin.facts import FACTS
from tests.standin.planning import Planner
from tests.standin.resources import RESOURCES
from tests.standin.resources.base import Resource
from tests.standin.rest import ApiError, Client
from tests.standin.schema import attributes, blocks
from tests.standin.values import known

if TYPE_CHECKING:
    from tf.iface import CreateContext, DeleteContext, ImportContext, ReadContext, UpdateContext, UpgradeContext
    from tf.utils import Diagnostics

    from tests.standin.bindings import Schema
    from tests.standin.derived import Derived
    from tests.standin.values import Values

SOURCE = "registry.terraform.io/databricks/databricks"
HERE = ("127.0.0.1", "localhost")


class Provider:
    """Serves the resources of `derived`. DATABRICKS_HOST and DATABRICKS_TOKEN go before what the provider's block says.

    So a stack that names its workspace is applied to the tests' own. A host that is not of this machine is refused.
    """

    def __init__(self, derived: Derived) -> None:
        self.derived = derived
        self.version = tuple(int(part) for part in derived.version.split("."))
        self.workspace = Client("", "")
        self.resources = {name: _resource(name, block) for name, block in derived.resources.items()}

    def get_model_prefix(self) -> str:
        return "databricks_"

    def get_provider_schema(self, _diags: Diagnostics) -> tfs.Schema:
        return tfs.Schema(attributes=attributes(self.derived.provider))

    def full_name(self) -> str:
        return SOURCE

    def validate_config(self, diags: Diagnostics, config: Values) -> None:
        """Accept what the schema does."""

    def configure_provider(self, diags: Diagnostics, config: Values) -> None:
        host = os.environ.get("DATABRICKS_HOST") or known(config.get("host"))
        token = os.environ.get("DATABRICKS_TOKEN") or known(config.get("token"))
        if host and urlsplit(host).hostname not in HERE:
            diags.add_error(
                "the stand-in asks no other machine", f"host is {host}: set DATABRICKS_HOST to the tests' workspace"
            )
        self.workspace = Client((host or "").rstrip("/"), token or "")

    def get_data_sources(self) -> list[Any]:
        return []

    def get_resources(self) -> list[Any]:
        return list(self.resources.values())

    def get_functions(self) -> list[Any]:
        return []

    def new_resource(self, klass: Any) -> Any:
        return klass(self)

    def planned(self, kind: str, was: Values | None, wanted: Values, diags: Diagnostics) -> tuple[Values, Planner]:
        """Give what a change of a resource comes to, and the planner that knows what makes it anew."""
        planner, resource = Planner(FACTS[kind]), RESOURCES.get(kind, Resource)
        found = planner.plan(self.derived.resources[kind], was, wanted)
        resource.plan(was, found)
        for one in resource.unplannable(found):
            diags.add_error(one.message, one.detail)
        return found, planner


class Served:
    """One kind of resource for `tf`. What goes wrong is told as the provider tells it: `cannot create pipeline: …`."""

    kind: str
    block: Schema

    def __init__(self, provider: Provider) -> None:
        klass = RESOURCES.get(self.kind, Resource)
        self.resource = klass(provider.workspace, self.block, provider.version)

    @classmethod
    def get_name(cls) -> str:
        return cls.kind

    @classmethod
    @functools.cache  # it is asked for at every step
    def get_schema(cls) -> tfs.Schema:
        return tfs.Schema(attributes(cls.block), FACTS[cls.kind].version, blocks(cls.block))

    def validate(self, diags: Diagnostics, _type_name: str, config: Values) -> None:
        for one in self.resource.refused(config):
            diags.add_error(one.message, one.detail, path=[one.argument])

    def create(self, ctx: CreateContext, planned: Values) -> Values | None:
        values = known(planned)
        try:
            state = values | {"id": self.resource.create(values)}
        except ApiError as error:
            return self._failed(ctx, "create", error, None)
        try:
            return self.resource.read(state, new=True)
        except ApiError as error:
            return self._failed(ctx, "read", error, state)

    def read(self, ctx: ReadContext, current: Values) -> Values | None:
        try:
            return self.resource.read(current, new=False)
        except ApiError as error:
            return None if error.missing else self._failed(ctx, "read", error, current)

    def update(self, ctx: UpdateContext, current: Values, planned: Values) -> Values | None:
        """Update it. The state takes the new values even where that failed (hashicorp/terraform-plugin-sdk, issue 476)."""
        values = known(planned) | {"id": current["id"]}
        try:
            self.resource.update(current, values)
            return self.resource.read(values, new=False)
        except ApiError as error:
            return self._failed(ctx, "update", error, values)

    def delete(self, ctx: DeleteContext, current: Values) -> Values | None:
        try:
            self.resource.delete(current)
        except ApiError as error:
            return None if error.missing else self._failed(ctx, "delete", error, current)
        return None

    def import_(self, ctx: ImportContext, id: str) -> Values | None:  # noqa: A002  # the library's name
        empty: Values = dict.fromkeys(self.block["attributes"]) | {"id": id}
        empty |= {name: None if own["nesting_mode"] == "single" else [] for name, own in self.block["block_types"].items()}
        try:
            return self.resource.read(empty, new=True)
        except ApiError as error:
            return self._failed(ctx, "read", error, None)

    def upgrade(self, _ctx: UpgradeContext, _version: int, old: Values) -> Values:
        return old

    def _failed(self, ctx: Any, doing: str, error: ApiError, state: Values | None) -> Values | None:
        ctx.diagnostics.add_error(f"cannot {doing} {self.kind.replace('_', ' ')}: {error}")
        return state


def _resource(kind: str, block: Schema) -> type[Served]:
    return type(kind, (Served,), {"kind": kind, "block": block})
