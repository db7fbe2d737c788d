"""Deploying a bundle from where it was generated: what it needs besides, the deploy itself, and the record of what is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headgate.clients.bundle_command import BundleCommand
from headgate.definition.yaml import parse_yaml
from headgate.deployment.model import Connection, GitFolder
from headgate.deployment.shared import shared_resources
from headgate.emit.bundle.paths import bundle_scope
from headgate.files import needed_text, parse_json, write_whole
from headgate.problems import RefusedError, StaleError
from headgate.use_cases.bundle_unbound import refuse_unbound
from headgate.use_cases.generate_bundle import BundleRequest, generate_bundle
from headgate.use_cases.record import RecordRequest, record_applied
from headgate.use_cases.request import ConnectorRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from headgate.clients.databricks import Login
    from headgate.use_cases.record import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployBundleRequest(ConnectorRequest):
    """bundle: the folder of the connector's bundle. cli: Databricks' command line. secrets: the connection's, by name."""

    bundle: Path
    cli: str = "databricks"
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def summary(self, target: str) -> Path:
        """Give the file with the summary of what is deployed: beside the bundle."""
        return self.bundle.parent / f"summary.{target}.json"


def deploy_bundle(request: DeployBundleRequest, tell: Callable[[str], None]) -> Progress:
    """Deploy a bundle to a target, and record what is there then.

    Raises StaleError for a bundle that is not of the files as they are, RefusedError where the deploy would destroy a pipeline,
    or make one again that the workspace has, InputError and SourceError where the workspace or its command line can't be used.
    What was done until then stays, and the same again goes on from there.
    """
    one, target = request.read()
    _refuse_stale(request)
    login = _login(request)
    command = BundleCommand(request.cli, request.bundle, login.environment(), login.redacted_lines)
    deployed = command.summary(target)
    _refuse_destroying(deployed, request.bundle, target)
    refuse_unbound(one, target, deployed, str(request.bundle))
    send_needs(request, tell)
    tell(login.redacted_lines(command.deploy(target)).strip())
    write_whole(request.summary(target), command.summary(target))
    return record_bundle(request, tell)


def send_needs(request: DeployBundleRequest, tell: Callable[[str], None]) -> None:
    """Make the connection and the git folder that a target's pipelines need, or bring them up to date.

    Raises InputError for a secret that is not given, RefusedError where something else has their names, SourceError where the
    workspace can't be asked.
    """
    from headgate.use_cases.bundle_needs import make_git_folder, send_connection

    one, target = request.read()
    login = _login(request)
    for found in shared_resources(bundle_scope(one.definition, target), {}):
        if isinstance(found, Connection):
            is_new = send_connection(login, found, request.secrets)
            tell(f"connection {found.name} {'made' if is_new else 'brought up to date'}")
        elif isinstance(found, GitFolder):
            is_new = make_git_folder(login, found)
            tell(f"git folder {found.path} {'made' if is_new else 'is there'}")


def record_bundle(request: DeployBundleRequest, tell: Callable[[str], None]) -> Progress:
    """Record what a deploy of the bundle as it is left in a target, by the summary beside the bundle.

    Raises StaleError for a bundle that is not of the files as they are, InputError for a summary that is not there, or is
    another's.
    """
    _, target = request.read()
    _refuse_stale(request)
    recorded = RecordRequest(
        connector=request.connector,
        target=target,
        root=request.root,
        states=(request.summary(target),),
        bundle=request.bundle,
    )
    with _login(request).in_environment():
        return record_applied(recorded, tell)


def _login(request: DeployBundleRequest) -> Login:
    from headgate.clients.databricks import Login

    one, target = request.read()
    settings = one.definition.targets[target]
    return Login(settings.host, settings.profile)


def _refuse_stale(request: DeployBundleRequest) -> None:
    as_it_is = BundleRequest(connector=request.connector, out=request.bundle, root=request.root, write=False)
    found = generate_bundle(as_it_is)
    if found.changes or found.gone:
        raise StaleError(f"{request.bundle} is not of the files as they are", "generate the bundle again, and review it")


def _refuse_destroying(summary: str, folder: Path, target: str) -> None:
    """Raise RefusedError for deployed pipelines that the bundle's state has and its files have not."""
    known = _own_pipelines(folder, target)
    if lost := sorted(set(_deployed(summary, str(folder))) - known):
        raise RefusedError(
            f"the deploy would destroy what this folder does not know: {', '.join(lost)}",
            "the bundle was deployed from another folder: go on there, or copy its connectors/ here",
        )


def _own_pipelines(folder: Path, target: str) -> set[str]:
    """Give the keys of the pipelines that a bundle's files have in a target."""
    found: set[str] = set()
    for path in sorted((folder / "resources").glob("*.yml")):
        data = parse_yaml(needed_text(path), str(path)).data
        own = data.get("targets", {}).get(target, {})
        for part in (data, own):
            found |= part.get("resources", {}).get("pipelines", {}).keys()
    return found


def _deployed(summary: str, file: str) -> Iterator[str]:
    """Give the keys of the pipelines that a summary has an id of."""
    said: Any = parse_json(summary, file, "look what `databricks bundle summary -o json` prints")
    pipelines = said.get("resources", {}).get("pipelines", {}) if isinstance(said, dict) else {}
    return (key for key, block in pipelines.items() if block.get("id"))
