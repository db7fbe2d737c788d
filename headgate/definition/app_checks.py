"""What must hold of the Databricks Apps of a target."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from headgate.definition.fault import Fault, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.definition.apps import DashboardApp, SimulatorApp
    from headgate.definition.yaml import Path as KeyPath

# A wheel's file name begins so (PyPA, "Binary distribution format").
_DASHBOARD, _SIMULATOR = "headgate", "pi_web_api_simulator"
# A wheel's name, its version, perhaps a build, and three tags.
_WHEEL_PARTS = (5, 6)
# What follows a requirement's name and extras: nothing, a version, an address or a marker (PyPA, "Dependency specifiers").
_END = r"\s*(?=$|[<>=!~@;(])"
_WITH_EXTRA = re.compile(rf"headgate\s*\[[^\]]*\bdashboard\b[^\]]*\]{_END}", re.IGNORECASE)
_OF_SIMULATOR = re.compile(rf"https?://|pi[-_.]web[-_.]api[-_.]simulator\s*(\[[^\]]*\])?{_END}", re.IGNORECASE)


def app_faults(
    path: KeyPath, dashboard: DashboardApp | None, simulator: SimulatorApp | None, warehouse: str
) -> Iterator[Fault]:
    """Say what is wrong with the apps of a target, which is at `path`. warehouse: its own; empty where it has none."""
    if dashboard and not (dashboard.warehouse_id or warehouse):
        yield Fault((*path, "dashboard"), "no SQL warehouse reads its tables", "add `warehouse_id: ID`")
    for key, app, beginning, requirement, such in (
        ("dashboard", dashboard, _DASHBOARD, _WITH_EXTRA, "headgate[dashboard]==VERSION"),
        ("simulator", simulator, _SIMULATOR, _OF_SIMULATOR, "pi-web-api-simulator==VERSION"),
    ):
        if app is None:
            continue
        place = (*path, key, "package")
        yield from signed(place, app.package)
        if "\n" in app.package or app.package.startswith("-"):
            yield Fault(place, "is no requirement", "write one line, as pip takes it")
        elif app.wheel and not PurePath(app.wheel).name.startswith(f"{beginning}-"):
            yield Fault(place, f"is no wheel of {beginning}", f"name the file {beginning}-….whl")
        elif app.wheel and len(PurePath(app.wheel).name.split("-")) not in _WHEEL_PARTS:
            fix = f"name it as it was built: {beginning}-0.1.0-py3-none-any.whl"
            yield Fault(place, "is no wheel's name, so pip refuses it", fix)
        elif not app.wheel and not requirement.match(app.package):
            fix = f"write `{such}`, or name a wheel beside connector.yaml, without spaces in its path"
            yield Fault(place, f"does not bring the {key}", fix)
    if dashboard and simulator and dashboard.name and dashboard.name == simulator.name:
        yield Fault((*path, "simulator", "name"), f"'{simulator.name}' is the dashboard's name too", "give it another one")
