"""The Databricks Apps of a target, as connector.yaml says them, and what must hold of them."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from headgate.definition.fault import Fault, signed
from headgate.validation import StrictModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.definition.yaml import Path as KeyPath

# Source: Databricks' REST API, Apps, `name`.
AppName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,28}[a-z0-9]$")]
Text = Annotated[str, StringConstraints(min_length=1)]
_PACKAGE = "What the app installs: the wheel of {what}, by its path beside connector.yaml, or a requirement such as {such}."
# A wheel's file name begins so (PyPA, "Binary distribution format").
_DASHBOARD, _SIMULATOR = "headgate", "pi_web_api_simulator"
_WITH_EXTRA = re.compile(r"headgate\s*\[[^\]]*\bdashboard\b[^\]]*\]")


class _App(StrictModel):
    """What both apps say."""

    name: AppName | None = Field(default=None, description="The app's name in the workspace. Default: by the ids.")

    @property
    def wheel(self) -> str:
        """The path of the wheel beside connector.yaml; empty where the app installs a requirement."""
        package: str = getattr(self, "package", "")
        return package if package.endswith(".whl") and "://" not in package and " " not in package else ""


class DashboardApp(_App):
    """`headgate dashboard` as a Databricks App: the layout, the runs and the rows of the tables, for who may use it."""

    package: Text = Field(description=_PACKAGE.format(what="headgate", such="headgate[dashboard]==0.1.0"))
    warehouse_id: Text | None = Field(
        default=None, description="The SQL warehouse that reads the tables. Default: the target's `warehouse_id`."
    )
    as_user: bool = Field(default=False, description="Rows are read with the rights of who looks, not with the app's own.")


class SimulatorApp(_App):
    """A simulated PI Web API as a Databricks App, to try a workspace without a plant."""

    package: Text = Field(description=_PACKAGE.format(what="pi-web-api-simulator", such="pi-web-api-simulator==0.1.0"))
    tags: int = Field(default=1040, ge=1, le=10_000_000, description="How many points it has.")


def app_faults(
    path: KeyPath, dashboard: DashboardApp | None, simulator: SimulatorApp | None, warehouse: str
) -> Iterator[Fault]:
    """Say what is wrong with the apps of a target, which is at `path`. warehouse: its own; empty where it has none."""
    if dashboard and not (dashboard.warehouse_id or warehouse):
        yield Fault((*path, "dashboard"), "no SQL warehouse reads its tables", "add `warehouse_id: ID`")
    for key, app, beginning in (("dashboard", dashboard, _DASHBOARD), ("simulator", simulator, _SIMULATOR)):
        if app is None:
            continue
        place = (*path, key, "package")
        yield from signed(place, app.package)
        if "\n" in app.package or app.package.startswith("-"):
            yield Fault(place, "is no requirement", "write one line, as pip takes it")
        elif app.wheel and not PurePath(app.wheel).name.startswith(f"{beginning}-"):
            yield Fault(place, f"is no wheel of {beginning}", f"name the file {beginning}-….whl")
    if dashboard and not dashboard.wheel and not _WITH_EXTRA.match(dashboard.package):
        fix = "write `headgate[dashboard]==VERSION`, or name a wheel beside connector.yaml"
        yield Fault((*path, "dashboard", "package"), "does not bring the dashboard", fix)
    if dashboard and simulator and dashboard.name and dashboard.name == simulator.name:
        yield Fault((*path, "simulator", "name"), f"'{simulator.name}' is the dashboard's name too", "give it another one")
