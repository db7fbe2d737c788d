"""A connector's layout in one target, with the workspace's ids that were recorded there. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.deployment.scope import Scope
from headgate.handover.model import Handover, StoppedPipeline
from headgate.layout.chains import chains_in
from headgate.layout.model import whereabouts
from headgate.problems import StaleError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.definition.model import Definition
    from headgate.layout.adopted import Adopted
    from headgate.layout.deployed import Deployed
    from headgate.layout.model import Layout, Left, Pipeline, Placement

# What may be between the quotes of a statement: the workspace's ids are hexadecimal digits and hyphens.
_ID = re.compile(r"[0-9A-Za-z_-]+")


class TargetLayout:
    """A connector's layout in one target, and the workspace's ids there. adopted: what the target had before."""

    def __init__(
        self, layout: Layout, definition: Definition, target: str, deployed: Deployed, adopted: Adopted | None = None
    ) -> None:
        self.layout, self.scope, self.deployed = layout, Scope(definition, target), deployed
        self._by_others = {id_ for id_, one in adopted.pipelines.items() if one.job is None} if adopted else set()
        self.whose = f"{definition.id} -t {target}"
        entries: list[Pipeline | Left] = [*layout.left, *layout.pipelines]
        self.entries = {entry.id: entry for entry in entries}

    def id_of(self, pipeline: str, kind: str = "databricks_pipeline") -> str:
        """Give the workspace's id of a pipeline or its job, under its id or the one before; empty where none is recorded.

        Raises StaleError for a recorded id that can't be one.
        """
        entry = self.entries.get(pipeline)
        names = [name for _, name in whereabouts(entry, self.scope.target_name)] if entry else [pipeline]
        found = next((id_ for name in names if (id_ := self.deployed.ids.get(f"{kind}.{name}"))), "")
        if found and not _ID.fullmatch(found):
            raise StaleError(
                f"the recorded id of {kind}.{pipeline} can't be one: {found!r}", f"run `headgate record {self.whose}`"
            )
        return found

    def missing(self, placement: Placement) -> str:
        """Say what of a table's handover isn't recorded; empty where all is."""
        if not self.deployed.ids:
            return "no deploy is recorded here"
        unknown = [name for name in (placement.pipeline, placement.agreed) if not self.id_of(name)]
        if unknown:
            return f"pipeline {unknown[0]} has no recorded id yet"
        if self.scope.definition.mode == "batch":
            own = [name for name in (placement.pipeline, placement.agreed) if name not in self._by_others]
            jobless = [name for name in own if not self.id_of(name, "databricks_job")]
            return f"the job of pipeline {jobless[0]} has no recorded id yet" if jobless else ""
        return ""

    def handover(self, placement: Placement, *, back: bool = False) -> Handover:
        """Give a table's way between its two pipelines, with their ids; `back`: the other way round."""
        table = placement.table.in_catalog(self.scope.target.catalog).destination
        source, destination = placement.pipeline, placement.agreed
        return Handover(placement, table, source, self.id_of(source), destination, self.id_of(destination), back)

    def stopped(self, pipeline: str, *, leaves: bool = False) -> StoppedPipeline:
        """Give what stops a pipeline: its id and its job's, as far as they are recorded."""
        job = self.id_of(pipeline, "databricks_job")
        return StoppedPipeline(pipeline, self.id_of(pipeline), job, leaves, not job and pipeline in self._by_others)

    def with_leaders(self, pipelines: Iterable[str]) -> list[str]:
        """Give the pipelines, and before each the one whose job starts it too, where tables are to come one after the other."""
        chains = chains_in(self.layout, self.scope.definition.balance.after, self.scope.target_name)
        leaders = {name: chain.leader for chain in chains for name in chain.pipelines}
        return list(dict.fromkeys(one for name in pipelines for one in (leaders.get(name, name), name)))

    def stacks(self, pipeline: str) -> list[str]:
        """Give the names of the stacks that a pipeline is in or was in."""
        places = whereabouts(self.entries[pipeline], self.scope.target_name)
        return [self.scope.stack_name(number) for number in sorted({stack for stack, _ in places})]

    def deploy(self, stacks: Iterable[str] = ()) -> str:
        """Give the command that deploys these stacks, or all of the target."""
        if self.scope.target.deploy_with == "bundle":
            return f"headgate generate bundle {self.scope.definition.id}, databricks bundle deploy -t {self.scope.target_name}"
        names = " ".join(stacks) or f"'{self.scope.definition.id}-{self.scope.target_name}-*'"
        return f"HEADGATE_TARGET={self.scope.target_name} npx cdktf deploy {names}"
