"""databricks_app. Source: the provider's internal/providers/pluginfw/products/app/resource_app.go."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tests.standin.resources.base import Resource

if TYPE_CHECKING:
    from tests.standin.rest import Json
    from tests.standin.values import Values

API = "/api/2.0/apps"


class App(Resource):
    """An app, known by its name. Of what it runs the provider knows nothing."""

    kind = "app"
    unsent: ClassVar[frozenset[str]] = frozenset({"id", "no_compute", "provider_config"})

    def create(self, values: Values) -> str:
        return str(self.workspace.post(API, self.body(values))["name"])

    def answer(self, state: Values) -> Json:
        return self.workspace.get(f"{API}/{state['id']}") | {"id": state["id"]}

    def update(self, was: Values, values: Values) -> None:
        self.workspace.patch(f"{API}/{was['id']}", self.body(values))

    def delete(self, state: Values) -> None:
        self.workspace.delete(f"{API}/{state['id']}")
