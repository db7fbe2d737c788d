"""The Databricks Apps of a target: each with its files, which a person deploys once they are there, and who may use it.

Source: Databricks, "Databricks Apps": app.yaml, requirements.txt, resources; the provider's databricks_app.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from headgate.deployment.files import files_below
from headgate.deployment.model import App, Permissions, Ref

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.definition.apps import DashboardApp, SimulatorApp
    from headgate.deployment.model import Resource
    from headgate.deployment.scope import Scope

# What the app calls its warehouse, and so app.yaml.
WAREHOUSE = "warehouse"
_LONGEST_NAME, _DIGEST = 30, 8
_LISTENING = ("--host", "0.0.0.0")  # noqa: S104  # nothing reaches an app but through the platform's login
_HEAD = "# Written by headgate: a deploy overwrites what is changed here.\n"


@dataclass(frozen=True, slots=True)
class _Made:
    """An app with what it runs. extras: those of what it installs, in brackets."""

    kind: str
    settings: DashboardApp | SimulatorApp
    words: str
    command: tuple[str, ...]
    env: tuple[tuple[str, str, str], ...]  # name, `value` or `valueFrom`, and that
    extras: str = ""
    warehouse: str = ""
    scopes: tuple[str, ...] = ()


def app_resources(scope: Scope, sources: Mapping[str, Mapping[str, bytes]]) -> list[Resource]:
    """Give the apps of the target with their files and permissions. sources: dashboard, simulator → path → content."""
    found: list[Resource] = []
    for made in _apps(scope):
        app = App(
            id=f"{scope.definition.id}_{made.kind}",
            name=app_name(scope, made.kind),
            description=made.words,
            source=source_folder(scope, made.kind),
            warehouse=made.warehouse,
            scopes=made.scopes,
            budget_policy_id=scope.target.budget_policy_id,
        )
        files = dict(sources.get(made.kind, {})) | {
            "app.yaml": _app_yaml(made).encode(),
            "requirements.txt": _requirements(made).encode(),
        }
        found += [*files_below(app.source, files, made.kind), app]
        if granted := tuple(scope.target.permissions):
            ref = Ref(app.kind, app.id)
            found.append(Permissions(f"app_{app.id}", ref, granted))
    return found


def app_name(scope: Scope, kind: str) -> str:
    """Give an app's name: the chosen one, else one of the ids, shortened to what a name may have."""
    settings = scope.target.dashboard if kind == "dashboard" else scope.target.simulator
    if settings and settings.name:
        return settings.name
    whole = f"{scope.definition.id}-{scope.target_name}-{kind}"
    plain = re.sub(r"[^a-z0-9]+", "-", whole)
    if plain == whole.replace("_", "-") and len(plain) <= _LONGEST_NAME:
        return plain
    return f"{plain[: _LONGEST_NAME - _DIGEST - 1].rstrip('-')}-{sha256(whole.encode()).hexdigest()[:_DIGEST]}"


def source_folder(scope: Scope, kind: str) -> str:
    """Give the folder of an app's files, without /Workspace."""
    return f"{scope.folder}/{kind}"


def deploy_commands(scope: Scope) -> list[str]:
    """Give the commands that deploy the files of each app of a target, which nothing else does."""
    kinds = (("dashboard", scope.target.dashboard), ("simulator", scope.target.simulator))
    return [
        f"databricks apps deploy {app_name(scope, kind)} --source-code-path /Workspace{source_folder(scope, kind)}"
        for kind, settings in kinds
        if settings
    ]


def _apps(scope: Scope) -> Sequence[_Made]:
    definition, target, found = scope.definition, scope.target, list[_Made]()
    if board := target.dashboard:
        command = ["headgate", "dashboard", definition.id, "--target", scope.target_name, *_LISTENING, "--allow-host", "*"]
        found.append(
            _Made(
                "dashboard",
                board,
                f"Layout, runs and tables of {definition.id} in {scope.target_name}",
                (*command, *(["--as-user"] if board.as_user else [])),
                (("DATABRICKS_WAREHOUSE_ID", "valueFrom", WAREHOUSE),),
                "[dashboard]",
                board.warehouse_id or target.warehouse_id or "",
                ("sql",) if board.as_user else (),
            )
        )
    if simulator := target.simulator:
        words = f"A simulated PI Web API for {definition.id} in {scope.target_name}"
        command = ["python", "-m", "pi_web_api_simulator", *_LISTENING]
        found.append(
            _Made("simulator", simulator, words, tuple(command), (("MOCK_PI_TAG_COUNT", "value", str(simulator.tags)),))
        )
    return found


def _app_yaml(made: _Made) -> str:
    # A text in JSON is one in YAML.
    command = "".join(f"  - {json.dumps(word)}\n" for word in made.command)
    env = "".join(f"  - name: {name}\n    {key}: {json.dumps(value)}\n" for name, key, value in made.env)
    return f"{_HEAD}command:\n{command}env:\n{env}"


def _requirements(made: _Made) -> str:
    wheel = made.settings.wheel
    return f"{_HEAD}{f'./{PurePosixPath(wheel).name}{made.extras}' if wheel else made.settings.package}\n"
