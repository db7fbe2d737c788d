"""databricks_pipeline. Source: the provider's pipelines/resource_pipeline.go."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from tests.standin.resources.base import Refused, Resource, conflicting
from tests.standin.rest import ApiError
from tests.standin.values import is_zero

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.standin.rest import Json
    from tests.standin.values import Values

API = "/api/2.0/pipelines"
LOOKS = 100
CHANNELS = ("current", "preview")
EDITIONS = ("pro", "core", "advanced")


class Pipeline(Resource):
    """A pipeline. A continuous one is made once it runs; `run_as` is written and never read."""

    kind = "pipeline"
    names: ClassVar[Mapping[str, str]] = {"cluster": "clusters", "library": "libraries", "notification": "notifications"}
    unsent = frozenset(
        {"id", "cause", "cluster_id", "creator_user_name", "health", "last_modified", "latest_updates", "run_as_user_name",
         "state", "url", "timeouts", "provider_config"}
    )  # fmt: skip

    @staticmethod
    def refused(config: Values) -> list[Refused]:
        found = []
        for name, allowed in (("channel", CHANNELS), ("edition", EDITIONS)):
            value = config.get(name)
            if isinstance(value, str) and value.lower() not in allowed:
                found.append(Refused(name, f"expected {name} to be one of {list(allowed)}, got {value}"))
        found += conflicting(config, "storage", "catalog") + conflicting(config, "target", "schema")
        if any(is_zero(one.get("objects")) for one in config.get("ingestion_definition") or []):
            message = '"ingestion_definition": all of `ingestion_definition,ingestion_definition.0.objects` must be specified'
            found.append(Refused("ingestion_definition", "Missing required argument", message))
        return found

    def create(self, values: Values) -> str:
        id_ = str(self.workspace.post(API, self.body(values))["pipeline_id"])
        try:
            self._wait(id_)
        except ApiError:
            self.delete({"id": id_})
            raise
        return id_

    def answer(self, state: Values) -> Json:
        found = self.workspace.get(f"{API}/{state['id']}")
        told = {name: found.get(name) for name in self.unsent & found.keys()}
        spec: Json = found["spec"]
        return spec | told | {"url": f"{self.workspace.address}/#joblist/pipelines/{state['id']}"}

    def update(self, was: Values, values: Values) -> None:
        self.workspace.put(f"{API}/{was['id']}", self.body(values) | {"pipeline_id": was["id"]})
        self._wait(was["id"])

    def delete(self, state: Values) -> None:
        self.workspace.delete(f"{API}/{state['id']}")
        for _ in range(LOOKS):
            try:
                self.workspace.get(f"{API}/{state['id']}")
            except ApiError as error:
                if error.missing:
                    return
                raise
            time.sleep(0.05)
        raise ApiError(0, f"pipeline {state['id']} is not yet deleted")

    def _wait(self, id_: str) -> None:
        for _ in range(LOOKS):
            found = self.workspace.get(f"{API}/{id_}")
            if found["state"] == "FAILED":
                raise ApiError(0, f"pipeline {id_} has failed")
            if found["state"] == "RUNNING" or not found["spec"].get("continuous"):
                return
            time.sleep(0.05)
        raise ApiError(0, f"pipeline {id_} is not yet running")
