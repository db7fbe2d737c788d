"""What a bundle's deploy that died left in the workspace, and the bundle's state does not know: it would be made a second time.

Source: databricks/cli, cmd/bundle/deployment/bind.go: a resource of the bundle is bound to one of the workspace by key and id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.deployment.model import Pipeline
from headgate.deployment.stacks import stacks_of
from headgate.emit.bundle.keys import job_key, pipeline_key
from headgate.emit.bundle.paths import bundle_scope
from headgate.files import parse_json
from headgate.problems import Problem, RefusedError, refuse
from headgate.synthesis import ready
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.project import Connector
    from headgate.recovery.model import Thing

_KINDS = {"databricks_pipeline": ("pipelines", pipeline_key), "databricks_job": ("jobs", job_key)}


def refuse_unbound(one: Connector, target: str, summary: str, folder: str) -> None:
    """Raise RefusedError for pipelines and jobs that have this connector's tags and names, and that the bundle doesn't know.

    summary: what `databricks bundle summary -o json` printed. Raises SourceError where the workspace can't be asked.
    """
    from headgate.recovery.databricks import DatabricksWorkspace

    settings, scope = one.definition.targets[target], bundle_scope(one.definition, target)
    found = ready(one, target)
    stacks = stacks_of(scope, found.tables, found.layout, one.deployed(target), found.code, found.transforms)
    names = {each.id: each.name for stack in stacks for each in stack.resources if isinstance(each, Pipeline)}
    said: Any = parse_json(summary, folder, "look what `databricks bundle summary -o json` prints")
    resources = said.get("resources", {}) if isinstance(said, dict) else {}
    known = {str(block["id"]) for kind, _ in _KINDS.values() for block in resources.get(kind, {}).values() if block.get("id")}
    workspace = DatabricksWorkspace(settings.host, settings.profile)
    prefix = scope.pipeline_name("")
    things = [*workspace.pipelines(prefix, known), *workspace.jobs()]
    refuse(
        _problems(one.definition.id, target, names, [thing for thing in things if thing.id not in known], folder), RefusedError
    )


def _problems(connector: str, target: str, names: dict[str, str], things: Sequence[Thing], folder: str) -> Iterator[Problem]:
    for thing in things:
        tag = thing.tag
        if tag and (tag.connector, tag.target) == (connector, target) and names.get(tag.id) == thing.name:
            kind, key = _KINDS[thing.kind]
            bind = f"databricks bundle deployment bind {key(connector, tag.id)} {thing.id} -t {target} --auto-approve"
            what = seen(f"{kind.removesuffix('s')} {thing.id} '{thing.name}'")
            message = f"{what} carries {connector}'s tags, and the bundle's state does not know it"
            yield Problem(message, f"if it is this one, in {folder}: `{bind}`; then the same again")
