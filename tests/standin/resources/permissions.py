"""databricks_permissions of pipelines, jobs, dashboards and apps.

Source: the provider's permissions/resource_permissions.go and permission_definitions.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.standin.resources.base import Refused, Resource
from tests.standin.rest import ApiError

if TYPE_CHECKING:
    from tests.standin.rest import Json
    from tests.standin.values import Values

API = "/api/2.0/permissions"
ME = "/api/2.0/preview/scim/v2/Me"
PRINCIPALS = ("user_name", "group_name", "service_principal_name")


@dataclass(frozen=True)
class Object:
    """What permissions are given on. `folder` is its part of the API's paths."""

    argument: str
    folder: str
    levels: tuple[str, ...]


OBJECTS = (
    Object("pipeline_id", "pipelines", ("CAN_MANAGE", "CAN_RUN", "CAN_VIEW", "IS_OWNER")),
    Object("job_id", "jobs", ("CAN_MANAGE", "CAN_MANAGE_RUN", "CAN_VIEW", "IS_OWNER")),
    Object("dashboard_id", "dashboards", ("CAN_EDIT", "CAN_MANAGE", "CAN_READ", "CAN_RUN")),
    Object("app_name", "apps", ("CAN_MANAGE", "CAN_USE")),
)


class Permissions(Resource):
    """All that is granted on something. Whoever applies stays its owner (of a dashboard: may manage it), or who is named."""

    kind = "permissions"

    @staticmethod
    def unplannable(planned: Values) -> list[Refused]:
        for one in OBJECTS:
            if planned.get(one.argument) is not None:
                levels = [entry.get("permission_level") for entry in planned.get("access_control") or []]
                wrong = [level for level in levels if isinstance(level, str) and level and level not in one.levels]
                return [
                    Refused(
                        "access_control",
                        f"permission_level {level} is not supported with {one.argument} objects; "
                        f"allowed levels: {', '.join(one.levels)}",
                    )
                    for level in wrong
                ]
        return []

    def create(self, values: Values) -> str:
        one = next((one for one in OBJECTS if values.get(one.argument)), None)
        if one is None:
            raise ApiError(0, f"the tests' workspace has permissions of {', '.join(one.argument for one in OBJECTS)} alone")
        id_ = f"/{one.folder}/{values[one.argument]}"
        self.update({"id": id_}, values)
        return id_

    def update(self, was: Values, values: Values) -> None:
        me = self._me()
        entries: list[Any] = self.body({"access_control": values["access_control"]})["access_control"]
        for entry in entries:
            if entry.get("group_name") == "admins":
                raise ApiError(0, "it is not possible to modify admin permissions for this resource")
            if me in entry.values() and entry["permission_level"] not in ("CAN_MANAGE", "IS_OWNER"):
                raise ApiError(0, "cannot remove management permissions for the current user")
        self._put(was["id"], entries, me)

    def answer(self, state: Values) -> Json:
        me = self._me()
        found = self.workspace.get(f"{API}{state['id']}")
        named = {entry.get(name) for entry in state.get("access_control") or [] for name in PRINCIPALS}
        entries = [
            {name: entry.get(name) for name in PRINCIPALS} | {"permission_level": permission["permission_level"]}
            for entry in found["access_control_list"]
            if entry.get("group_name") != "admins" and (me not in entry.values() or me in named)
            for permission in entry["all_permissions"]
            if not permission.get("inherited")
        ]
        one, id_ = self._object(state["id"])
        return {"access_control": entries, "object_type": found["object_type"], one.argument: id_}

    def read(self, state: Values, *, new: bool) -> Values | None:
        found = super().read(state, new=new)
        return found if found and found["access_control"] else None

    def delete(self, state: Values) -> None:
        """Take all grants back but those of admins. On pipelines the provider leaves them as they are."""
        one, id_ = self._object(state["id"])
        if one.folder == "pipelines":
            return
        self.workspace.get(f"{API}{state['id']}")
        is_job = one.folder == "jobs"
        creator = self.workspace.get("/api/2.2/jobs/get", job_id=id_)["creator_user_name"] if is_job else self._me()
        self._put(state["id"], [], creator)

    def _me(self) -> str:
        return str(self.workspace.get(ME)["userName"])

    def _put(self, id_: str, entries: list[Any], owner: str) -> None:
        named = any(entry["permission_level"] == "IS_OWNER" for entry in entries)
        level = "CAN_MANAGE" if self._object(id_)[0].folder in {"dashboards", "apps"} else "IS_OWNER"
        named = named or any(owner in entry.values() for entry in entries if level == "CAN_MANAGE")
        added = [] if named else [{"user_name": owner, "permission_level": level}]
        self.workspace.put(f"{API}{id_}", {"access_control_list": [*entries, *added]})

    @staticmethod
    def _object(id_: str) -> tuple[Object, str]:
        folder, _, key = id_.strip("/").partition("/")
        for one in OBJECTS:
            if one.folder == folder:
                return one, key
        raise ApiError(0, f"resource type for {id_} not found")
