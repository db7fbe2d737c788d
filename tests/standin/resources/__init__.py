"""What the provider does with each kind of resource: the calls that it makes, and what it reads of the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.standin.resources.app import App
from tests.standin.resources.dashboard import Dashboard
from tests.standin.resources.folders import Directory, Notebook, Repo, WorkspaceFile
from tests.standin.resources.job import Job
from tests.standin.resources.permissions import Permissions
from tests.standin.resources.pipeline import Pipeline
from tests.standin.resources.secrets import Secret, SecretAcl, SecretScope
from tests.standin.resources.unity import Catalog, Connection, Schema

if TYPE_CHECKING:
    from tests.standin.resources.base import Resource

RESOURCES: dict[str, type[Resource]] = {
    one.kind: one
    for one in (
        App,
        Catalog,
        Connection,
        Dashboard,
        Directory,
        Job,
        Notebook,
        Permissions,
        Pipeline,
        Repo,
        Schema,
        Secret,
        SecretAcl,
        SecretScope,
        WorkspaceFile,
    )
}
