"""What a bundle calls its resources: keys that never change, and that no two resources share, whatever their kind."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from headgate.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from headgate.deployment.model import Ref

_JOB = "_job"


def pipeline_key(connector: str, pipeline: str) -> str:
    """Give the key of a pipeline."""
    return f"{connector}_{pipeline}"


def job_key(connector: str, pipeline: str) -> str:
    """Give the key of the job that starts a pipeline."""
    return f"{connector}_{pipeline}{_JOB}"


def shared_key(connector: str, kind: str) -> str:
    """Give the key of what a connector has once: its catalog, schema or dashboard."""
    return f"{connector}_{kind}"


def app_key(app: str) -> str:
    """Give the key of an app, whose id begins with the connector's."""
    return f"{app}_app"


def key_of(connector: str, one: Ref) -> str:
    """Give the key of a resource."""
    if one.kind == "app":
        return app_key(one.id)
    if one.kind == "pipeline":
        return pipeline_key(connector, one.id)
    return job_key(connector, one.id) if one.kind == "job" else shared_key(connector, one.kind)


def clashes(keys: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    """Say which keys more than one resource has. keys: each with what it is of, in words. A bundle takes each once."""
    of_key: defaultdict[str, list[str]] = defaultdict(list)
    for key, words in keys:
        of_key[key].append(words)
    for key, its in sorted(of_key.items()):
        if len(its) > 1:
            fix = "generate the connectors into bundles of their own, or `headgate rename` the pipeline"
            yield Problem(f"{' and '.join(sorted(its))} would both be '{key}' in the bundle", fix)
