"""databricks_job, as far as jobs have tasks. Source: the provider's jobs/resource_job.go and jobs_api_go_sdk.go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from tests.standin.resources.base import Refused, Resource, conflicting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.standin.rest import Json
    from tests.standin.values import Values

API = "/api/2.2/jobs"
WHO = ("service_principal_name", "user_name")
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Job(Resource):
    """A job."""

    kind = "job"
    names: ClassVar[Mapping[str, str]] = {
        "task": "tasks", "job_cluster": "job_clusters", "environment": "environments", "parameter": "parameters",
        "library": "libraries", "task.library": "libraries",
    }  # fmt: skip
    unsent = frozenset({"id", "url", "always_running", "control_run_state", "timeouts", "provider_config"})

    @staticmethod
    def refused(config: Values) -> list[Refused]:
        found = conflicting(config, "schedule", "trigger", "continuous")
        for one in config.get("run_as") or []:
            either = ",".join(f"run_as.0.{name}" for name in WHO)
            missing = [one.get(name) for name in WHO].count(None)
            if missing != 1:
                both = f"only one of `{either}` can be specified, but `{either}` were specified."
                said = both if not missing else f"one of `{either}` must be specified"
                found += [Refused("run_as", "Invalid combination of arguments", f'"run_as.0.{name}": {said}') for name in WHO]
        return found

    def create(self, values: Values) -> str:
        return str(self.workspace.post(f"{API}/create", self._settings(values))["job_id"])

    def answer(self, state: Values) -> Json:
        found = self.workspace.get(f"{API}/get", job_id=state["id"])
        settings: Json = found["settings"]
        who = str(found.get("run_as_user_name", ""))
        run_as = {"service_principal_name" if UUID.fullmatch(who) else "user_name": who} if who else None
        tasks = sorted(settings.get("tasks", []), key=lambda task: task["task_key"])
        return settings | {"run_as": run_as, "tasks": tasks, "url": f"{self.workspace.address}/#job/{state['id']}"}

    def update(self, was: Values, values: Values) -> None:
        self.workspace.post(f"{API}/reset", {"job_id": int(was["id"]), "new_settings": self._settings(values)})

    def _settings(self, values: Values) -> Json:
        """Give what is sent: where nothing is said of a queue, that there is none."""
        return {"queue": {"enabled": False}} | self.body(values)

    def delete(self, state: Values) -> None:
        self.workspace.post(f"{API}/delete", {"job_id": int(state["id"])})
