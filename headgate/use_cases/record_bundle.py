"""What a deployed bundle shows as done: the summary that Databricks' command line gives of it, and the files it was made of."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pydantic import BaseModel

from headgate.deployment.files import upload
from headgate.deployment.model import Kind, Ref
from headgate.emit.bundle.keys import job_key, pipeline_key
from headgate.emit.bundle.paths import bundle_scope, local_code
from headgate.files import needed_bytes, needed_text
from headgate.layout.model import stack_numbers, whereabouts
from headgate.layout.observe import State, as_found
from headgate.problems import InputError, Problem
from headgate.validation import parse_as

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from headgate.layout.model import Layout, Left, Pipeline
    from headgate.project import Connector


class _Deployed(BaseModel):
    id: str | None = None


class _Bundle(BaseModel):
    target: str


class _Resources(BaseModel):
    pipelines: dict[str, _Deployed] = {}
    jobs: dict[str, _Deployed] = {}


class _Summary(BaseModel):
    """What `databricks bundle summary --output json` prints, of it what is needed."""

    bundle: _Bundle
    resources: _Resources = _Resources()


def bundle_states(one: Connector, target: str, layout: Layout, summary: Path, folder: Path) -> dict[int, State]:
    """Give stack number → what the bundle has of the stack's pipelines, as Terraform's states would show it.

    summary: a file with the summary, which has what is deployed, also what the bundle's files no longer have. folder: the
    bundle's; its ingest files or notebooks are taken for those that were deployed. Raises InputError for a summary of another
    target or without a pipeline of this connector, or none, and for files that are not there.
    """
    again = f"write it after the deploy: `databricks bundle summary -t {target} -o json > {summary}`"
    found = parse_as(_Summary, needed_text(summary, again), str(summary), again)
    if found.bundle.target != target:
        raise InputError(Problem(f"is of target '{found.bundle.target}', not of '{target}'", again, str(summary)))
    scope = bundle_scope(one.definition, target)
    ids: defaultdict[int, dict[str, str]] = defaultdict(dict)
    files: defaultdict[int, dict[str, str]] = defaultdict(dict)
    living = {pipeline.id for pipeline in layout.pipelines}
    entries: list[Pipeline | Left] = [*layout.left, *layout.pipelines]
    places = {place for entry in entries for place in whereabouts(entry, target)} | {(0, one.id) for one in layout.transforms}
    for stack, name in sorted(places):
        kinds: tuple[tuple[Kind, Mapping[str, _Deployed], str], ...] = (
            ("pipeline", found.resources.pipelines, pipeline_key(one.definition.id, name)),
            ("job", found.resources.jobs, job_key(one.definition.id, name)),
        )
        for kind, its, key in kinds:
            if key in its and (id_ := its[key].id):
                ids[stack][Ref(kind, name).address] = id_
        path, address = scope.file_path(name), Ref(scope.code_kind, name).address
        # A pipeline that leaves has no file in the bundle any more.
        if Ref("pipeline", name).address in ids[stack] and name in living:
            ids[stack][address] = path
            files[stack][address] = upload(needed_bytes(folder / local_code(scope, path)))
    if not any(ids.values()) and not any(retirement.target == target for retirement in layout.retired):
        message = f"has no pipeline of {one.definition.id} that is deployed"
        raise InputError(Problem(message, again, str(summary)))
    numbers = {0, *stack_numbers(layout, target)}
    return {number: as_found(State(ids=ids[number]), files[number]) for number in sorted(numbers)}
