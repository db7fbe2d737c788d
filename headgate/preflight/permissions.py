"""Which rights a deploy takes, said before it is done: for each kind of resource that a connector has in a target. Pure.

Sources: Databricks' documentation of Unity Catalog's privileges, of access control lists (pipelines, jobs, folders, git
folders, secrets, dashboards) and of service principals' roles. CAN MANAGE is what whoever made a thing has of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.deployment.model import App, Dashboard, File, GitFolder, Job, Notebook, Permissions, Pipeline, SecretScope
from headgate.emit.bundle.paths import root_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.deployment.model import Resource
    from headgate.deployment.scope import Scope
    from headgate.preflight.model import Needs

DEPLOYS, RUNS = "who deploys", "whom pipelines run as"


@dataclass(frozen=True, slots=True)
class Right:
    """A right that a deploy takes. kind: of resource; names: of which ones; who: needs it; why: what for."""

    kind: str
    names: tuple[str, ...]
    right: str
    who: str
    why: str


def rights_of(resources: Sequence[Resource], scope: Scope, needs: Needs, *, start: bool) -> list[Right]:
    """Give all rights that a deploy takes, of who deploys and of whom the pipelines run as.

    resources: all that the deploy makes, or changes; none of a target that is taken down. start: whether the pipelines are
    started besides.
    """
    if not resources:
        right = "CAN MANAGE; of connection, catalog and schema ownership"
        return [Right("what is deployed", (scope.folder,), right, DEPLOYS, "takes it down"), *_of_state(scope)]
    return [
        *_of_catalog(scope, needs),
        *_of_connections(needs),
        *_of_resources(resources, scope),
        *_of_runs(resources, scope, needs, start=start),
        *_of_state(scope),
        *_of_looking(needs),
    ]


def _of_catalog(scope: Scope, needs: Needs) -> Iterator[Right]:
    if made := tuple(name for name, is_made in needs.catalogs.items() if is_made):
        yield Right("catalog", made, "CREATE CATALOG on the metastore; once there, ownership", DEPLOYS, "makes it")
    if made := tuple(name for name, is_made in needs.schemas.items() if is_made):
        right = f"USE CATALOG and CREATE SCHEMA on {scope.catalog}; once there, ownership"
        yield Right("schema", made, right, DEPLOYS, "makes it")
    if needs.catalogs:
        yield Right("catalog", tuple(needs.catalogs), "USE CATALOG", RUNS, "writes tables")
        yield Right("schema", tuple(needs.schemas), "USE SCHEMA, CREATE TABLE", RUNS, "writes tables")
    if needs.reads:
        yield Right("table", needs.reads, "SELECT, which who made them has", RUNS, "transforms them")


def _of_connections(needs: Needs) -> Iterator[Right]:
    if made := tuple(one.name for one in needs.connections if one.made):
        right = "CREATE CONNECTION on the metastore; once there, ownership"
        yield Right("connection", made, right, DEPLOYS, "makes it")
    if needs.connections:
        yield Right("connection", tuple(one.name for one in needs.connections), "USE CONNECTION", RUNS, "reads through it")


def _of_resources(resources: Sequence[Resource], scope: Scope) -> Iterator[Right]:
    for scopes in (one for one in resources if isinstance(one, SecretScope)):
        yield Right("secret", (scopes.name,), "to make a secret scope; once there, MANAGE", DEPLOYS, "makes it, fills it")
    for one in resources:
        if isinstance(one, GitFolder):
            right = f"CAN MANAGE on {one.path.rpartition('/')[0]}, and a git credential where the repository is private"
            yield Right("git folder", (one.path,), right, DEPLOYS, "checks it out")
        elif isinstance(one, Dashboard):
            right = f"CAN MANAGE on the folder {one.folder}, CAN USE on warehouse {one.warehouse}"
            yield Right("dashboard", (one.name,), right, DEPLOYS, "makes and publishes it")
        elif isinstance(one, App):
            right = "to make apps; once there, CAN MANAGE"
            right += f"; CAN MANAGE on warehouse {one.warehouse}" if one.warehouse else ""
            yield Right("app", (one.name,), right, DEPLOYS, "makes it, and starts it from its files")
    if any(isinstance(one, File | Notebook) for one in resources):
        yield Right("file", (scope.folder,), "CAN MANAGE on the folder, or on the one above it", DEPLOYS, "uploads files")
    pipelines = [one for one in resources if isinstance(one, Pipeline)]
    if pipelines:
        yield Right("pipeline", tuple(one.name for one in pipelines), _to_make(pipelines[0]), DEPLOYS, "makes it")
    if jobs := tuple(one.name for one in resources if isinstance(one, Job)):
        yield Right("job", jobs, "workspace access; once there, CAN MANAGE", DEPLOYS, "makes it")
    if granted := sorted({one.of.kind for one in resources if isinstance(one, Permissions)}):
        yield Right("permissions", tuple(f"of each {kind}" for kind in granted), "CAN MANAGE", DEPLOYS, "says who may use it")


def _to_make(one: Pipeline) -> str:
    if one.cluster is None:
        right = "workspace access, where serverless compute is on"
    elif one.cluster.policy_id:
        right = f"CAN USE on cluster policy {one.cluster.policy_id}"
    else:
        right = "unrestricted cluster creation"
    return f"{right}; once there, CAN MANAGE"


def _of_runs(resources: Sequence[Resource], scope: Scope, needs: Needs, *, start: bool) -> Iterator[Right]:
    pipelines = [one for one in resources if isinstance(one, Pipeline)]
    if needs.writer:
        right = (
            "the role Service Principal User"
            if scope.target.run_as and scope.target.run_as.service_principal
            else "to be an admin"
        )
        yield Right("run_as", (needs.writer,), right, DEPLOYS, "has pipelines and jobs run as it")
    if wheels := tuple(sorted({wheel for one in pipelines for wheel in one.wheels if wheel.startswith("/Volumes/")})):
        yield Right("volume", wheels, "READ VOLUME", RUNS, "installs wheels")
    if start and pipelines:
        yield Right("update", tuple(one.name for one in pipelines), "CAN RUN on the pipeline", DEPLOYS, "starts it")


def _of_state(scope: Scope) -> Iterator[Right]:
    if scope.target.deploy_with == "bundle":
        yield Right("state", (root_path(scope),), "CAN MANAGE on the folder", DEPLOYS, "keeps the bundle's files and state")
    elif scope.target.backend.type != "local":
        right = "to read, write and lock states"
        yield Right("state", (f"backend {scope.target.backend.type}",), right, DEPLOYS, "keeps Terraform's states")


def _of_looking(needs: Needs) -> Iterator[Right]:
    looked = ("pipelines", "jobs", *needs.schemas, *(one.name for one in needs.connections))
    right = "to see them; who holds what: MANAGE or ownership. What may not be seen is said, and not looked at"
    yield Right("look", looked, right, DEPLOYS, "looks before it deploys")
