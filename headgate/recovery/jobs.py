"""Jobs that nothing manages, as the committed files tell it: a second one of a pipeline's, or one that was left over. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.deployment.scope import Scope
from headgate.deployment.tags import Tag
from headgate.layout.model import whereabouts
from headgate.layout.transforms import leaving_transforms, living_transforms
from headgate.recovery.decide import Known, findings_in
from headgate.recovery.model import JOB, Expected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.definition.model import Definition
    from headgate.layout.model import Layout, Left, Pipeline
    from headgate.recovery.model import RecoveryFinding, Thing


def unmanaged_jobs(
    jobs: Sequence[Thing], ids: Mapping[str, str], definition: Definition, layout: Layout, target: str
) -> list[RecoveryFinding]:
    """Give the doubled and stray jobs of a connector in a target, by the ids that are known of it (address → id).

    A job that is the only one of its pipeline is none of them, even if its id is not known: it may not be recorded yet.
    """
    known = Known(ids)
    held = known.held()
    found = findings_in(_expected(definition, layout, target), known, jobs, definition.id, target)
    return [one for one in found if one.kind == "stray" or (one.kind == "doubled" and one.kept and (JOB, one.kept.id) in held)]


def _expected(definition: Definition, layout: Layout, target: str) -> list[Expected]:
    if any(retirement.target == target and retirement.done for retirement in layout.retired):
        return []
    scope = Scope(definition, target)
    entries: list[Pipeline | Left] = [*layout.pipelines, *(left for left in layout.left if target in left.until)]
    found = []
    for entry in entries:
        (stack, id_), *before = whereabouts(entry, target)
        shown = getattr(entry, "name", "") or id_
        former = tuple(dict.fromkeys(f"{JOB}.{name}" for _, name in before if name != id_))
        tag = Tag(definition.id, target, id_)
        found.append(Expected(f"{JOB}.{id_}", scope.stack_name(stack), scope.pipeline_name(shown), tag, former))
    for id_ in (*living_transforms(layout), *leaving_transforms(layout, target)):
        tag = Tag(definition.id, target, id_)
        found.append(Expected(f"{JOB}.{id_}", scope.stack_name(None), scope.pipeline_name(id_), tag))
    if scope.monitoring:
        tag = Tag(definition.id, target, definition.id)
        found.append(Expected(f"{JOB}.{definition.id}", scope.stack_name(None), scope.monitoring_label, tag))
    return found
