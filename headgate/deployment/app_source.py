"""The files of a target's Databricks Apps: what of the project they show, and what they install."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from headgate.definition.load import FILE
from headgate.deployment.apps import app_name
from headgate.deployment.files import MOST_BYTES, upload
from headgate.deployment.scope import Scope
from headgate.files import read_bytes
from headgate.inventory.runs import RUNS
from headgate.problems import Problem, refuse
from headgate.project import LOCK, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headgate.definition.apps import DashboardApp, SimulatorApp
    from headgate.project import Connector

Files = dict[str, bytes]
_NO_CODE = "The connector's code is not needed here.\n"


def app_sources(connector: Connector, target: str) -> dict[str, Files]:
    """Give app (dashboard, simulator) → path → content, for those that the target has.

    Raises InputError for files that can't be read, and for those that no app takes.
    """
    settings, found = connector.definition.targets[target], dict[str, Files]()
    if settings.dashboard:
        found["dashboard"] = _shown(connector) | _wheel(connector, settings.dashboard)
    if settings.simulator:
        found["simulator"] = _wheel(connector, settings.simulator)
    refuse(problem for files in found.values() for problem in _too_large(connector.folder, files))
    return found


def _shown(connector: Connector) -> Files:
    """Give the files that the dashboard reads. Not what is recorded of a deploy, which would change with each of them."""
    folder, definition = PurePosixPath("connectors", connector.folder.name), connector.definition
    names = [FILE, TABLES, LOCK, RUNS]
    if definition.secrets and definition.secrets.file:
        names.append(definition.secrets.file)
    files = {str(folder / name): content for name in names if (content := read_bytes(connector.folder / name)) is not None}
    if definition.code.folder:
        files[str(folder / definition.code.folder / "README.md")] = _NO_CODE.encode()
    return files


def _wheel(connector: Connector, app: DashboardApp | SimulatorApp) -> Files:
    if not app.wheel:
        return {}
    return {PurePosixPath(app.wheel).name: read_bytes(connector.folder / app.wheel) or b""}


def app_problems(connector: Connector) -> Iterator[Problem]:
    """Say which apps can't be, for a site has none, or for their wheels are not beside connector.yaml; each with its place."""
    for name, target in connector.definition.targets.items():
        if target.dashboard and target.simulator:
            yield from _one_name(Scope(connector.definition, name))
        for key, app in (("dashboard", target.dashboard), ("simulator", target.simulator)):
            if app and connector.site:
                fix = f"take {key} out; a connector without sites can have it"
                yield Problem("a connector with sites has no apps", fix, path=f"targets.{name}.{key}")
            if not app or not app.wheel:
                continue
            path, place = f"targets.{name}.{key}.package", (connector.folder / app.wheel)
            if not place.resolve().is_relative_to(connector.folder.resolve()):
                yield Problem(f"'{app.wheel}' is outside the connector's folder", "put it beside connector.yaml", path=path)
            elif not place.is_file():
                yield Problem(f"there is no file '{app.wheel}' beside connector.yaml", "put the wheel there", path=path)


def _one_name(scope: Scope) -> Iterator[Problem]:
    """Say where both apps have one name, chosen for one and by the ids for the other."""
    if (its := app_name(scope, "simulator")) == app_name(scope, "dashboard"):
        path = f"targets.{scope.target_name}.simulator"
        yield Problem(f"'{its}' is the name of the dashboard's app too", "give one of them another `name`", path=path)


def _too_large(folder: Path, files: Files) -> Iterator[Problem]:
    fix = "take old runs out of runs.csv, or name another wheel: an app's files are not larger"
    for path, content in files.items():
        if len(upload(content)) > MOST_BYTES:
            message = f"has {len(content):,} bytes, and the workspace takes {MOST_BYTES:,} of a file, counted in base64"
            yield Problem(message, fix, str(folder / PurePosixPath(path).name))
