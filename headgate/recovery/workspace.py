"""What recovery asks of a workspace, in as few questions as that takes."""

from __future__ import annotations

from os.path import commonprefix
from typing import TYPE_CHECKING

from headgate.recovery.model import CATALOG, CONNECTION, GIT_FOLDER, PIPELINE, SCHEMA, SECRET_SCOPE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.recovery.databricks import DatabricksWorkspace
    from headgate.recovery.decide import Known
    from headgate.recovery.model import Expected, Thing


def survey(workspace: DatabricksWorkspace, expected: Sequence[Expected], known: Known) -> list[Thing]:
    """Give what the workspace has of what is declared: all jobs, pipelines by name, and what no state has of the rest.

    A pipeline that no state has may have been made under another prefix: it is known by the id that its name ends with.
    """
    found = workspace.jobs()
    if pipelines := [one for one in expected if one.kind == PIPELINE]:
        prefix = PIPELINE + "."
        ids = {id_ for address, id_ in known.ids.items() if address.startswith(prefix)}
        unheld = [(one.name, one.tag.id) for one in pipelines if one.tag and known.of(one) is None]
        # The monitoring's name has another beginning, and no id at its end.
        endings = tuple(ending for name, id_ in unheld for ending in (f"_{id_}", name))
        found += workspace.pipelines(name_prefix(pipelines), ids, endings)
    ask = {
        CATALOG: workspace.catalog,
        SCHEMA: workspace.schema,
        CONNECTION: workspace.connection,
        GIT_FOLDER: workspace.git_folder,
        SECRET_SCOPE: workspace.secret_scope,
    }
    missing = [one for one in expected if one.kind in ask and known.of(one) is None]
    return found + [thing for one in missing if (thing := ask[one.kind](one.name))]


def name_prefix(pipelines: Sequence[Expected]) -> str:
    """Give what the names of a target's pipelines begin with: all but the id, where that is at the end."""
    heads = {one.name.removesuffix(one.tag.id) for one in pipelines if one.tag and one.name.endswith(one.tag.id)}
    return commonprefix(sorted(heads or {one.name for one in pipelines}))  # noqa: RUF071  # names, not paths
