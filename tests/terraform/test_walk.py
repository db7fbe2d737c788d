"""Whatever is edited, in whatever order, and however far each target is behind: no pipeline is destroyed, no table is lost."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.deployment.scope import Scope
from headgate.inventory.row import TableRow
from headgate.layout.progress import pending, record_done, rename_pipeline
from headgate.problems import RefusedError
from headgate.tables.ids import TableId
from tests.support.samples import tables_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.site import Site

pytestmark = pytest.mark.terraform

GROUPS = ("a", "b", "c")
CRON = ("", "0 * * * *", "*/15 * * * *")


class Walk:
    """A connector under random edits, deployed to one or two targets in random order."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site = site
        self.random = random.Random(seed)  # noqa: S311  # no secret
        self.made = len(site.tables)
        self.edits = (
            self.add, self.add_copy, self.drop, self.drop_group, self.weigh, self.regroup, self.reschedule, self.pipelines,
            self.stacks, self.caps, self.rename,
        )  # fmt: skip

    def step(self) -> None:
        """Edit something, balance, and bring one target up to date."""
        before = self.site.parts, list(self.site.tables), self.site.layout
        try:
            self.random.choice(self.edits)()
            self.site.balance(rebalance=self.random.random() < 0.2, restack=self.random.random() < 0.2)
        except RefusedError:  # another change of the pipeline is under way: nothing is edited
            self.site.parts, self.site.tables, self.site.layout = before
        self.site.target = self.random.choice(list(self.site.parts["targets"]))
        self.deploy()

    def deploy(self) -> None:
        """Apply the stacks one by one in any order, look at the workspace after each, and record."""
        site = self.site
        held = self.keys()
        given = self.handed_over()
        try:
            stacks = site.synth()
        except RefusedError:  # pipelines that this target never had change stack already
            self.pass_over()
            stacks = site.synth()
        for number in self.random.sample(range(len(stacks)), len(stacks)):
            pipelines = set(site.workspace().get("databricks_pipeline", {}))
            outcome = site.deploy([number])[stacks[number]]
            assert [address for address in outcome.of("delete") | outcome.of("replace") if "_pipeline." in address] == []
            assert pipelines <= set(site.workspace()["databricks_pipeline"] if pipelines else ())
            self.look(held, given)
        assert Counter(self.keys()) == Counter(self.expected())
        site.record()
        site.deploy()  # what only became possible by the record: emptied pipelines leave
        site.record()
        site.assert_settled()
        todo = pending(site.agreed, site.target)
        assert (todo.left, todo.restacked, todo.renamed, todo.handed_over) == ((), (), (), ())
        site.hand_over({p.table.source_table for p in todo.planned if self.random.random() < 0.7})

    def pass_over(self) -> None:
        """Do what `headgate done --pipeline` does for pipelines that were never deployed to the target."""
        site, target = self.site, self.site.target
        known = site.deployed.pipelines
        names = [name for name in pending(site.agreed, target).restacked if name not in known]
        assert not site.pipelines().keys() & {site.definition.targets[target].name_prefix + f"crm_{name}" for name in names}
        site.layout = record_done(site.agreed, target, tuple(site.definition.targets), pipelines=names)

    def look(self, held: list[TableId], given: set[TableId]) -> None:
        """See that a table that is ingested and stays is in exactly one file, but while its new one takes over."""
        now = Counter(self.keys())
        staying = (set(held) & set(self.expected())) - given
        assert {key: now[key] for key in staying if now[key] != 1} == {}
        assert all(now[key] <= 2 for key in given)
        for keys in self.site.ingested().values():
            assert len(keys) == len({key.source_table for key in keys})

    def keys(self) -> list[TableId]:
        return [key for keys in self.site.ingested().values() for key in keys]

    def expected(self) -> list[TableId]:
        catalog = Scope(self.site.definition, self.site.target).target.catalog or "main"
        return [TableId(t.source_table, f"{catalog}.bronze.{t.destination_name}") for t in self.site.tables]

    def handed_over(self) -> set[TableId]:
        waiting = {p.table.source_table for p in pending(self.site.agreed, self.site.target).handed_over}
        return {key for key in self.keys() if key.source_table in waiting}

    def add(self) -> None:
        for _ in range(self.random.randint(1, 3)):
            self.made += 1
            group = self.random.choice(GROUPS)
            self.site.tables.append(TableRow(f"t_{self.made}", pipeline_group=group, weight=self.random.randint(0, 20)))

    def add_copy(self) -> None:
        self.made += 1
        table = self.random.choice(self.site.tables)
        self.site.tables.append(replace(table, destination_table=f"copy_{self.made}"))

    def drop(self) -> None:
        if len(self.site.tables) > 2:
            self.site.tables.remove(self.random.choice(self.site.tables))

    def drop_group(self) -> None:
        gone = self.random.choice(self.site.tables).pipeline_group
        if rest := [table for table in self.site.tables if table.pipeline_group != gone]:
            self.site.tables = rest

    def weigh(self) -> None:
        self.site.tables = [replace(table, weight=self.random.randint(0, 20)) for table in self.site.tables]

    def regroup(self) -> None:
        number = self.random.randrange(len(self.site.tables))
        self.site.tables[number] = replace(self.site.tables[number], pipeline_group=self.random.choice(GROUPS))

    def reschedule(self) -> None:
        group, cron = self.random.choice(GROUPS), self.random.choice(CRON)
        its = [replace(table, schedule=cron) if table.pipeline_group == group else table for table in self.site.tables]
        self.site.tables = its

    def pipelines(self) -> None:
        self.site.edit(balance={"pipelines": self.random.randint(1, min(6, len(self.site.tables)))})

    def stacks(self) -> None:
        self.site.edit(balance={"stacks": self.random.randint(1, 3)})

    def caps(self) -> None:
        self.site.edit(balance={"max_tables_per_pipeline": self.random.choice((2, 3, 1000))})

    def rename(self) -> None:
        self.made += 1
        old = self.random.choice(self.site.agreed.pipelines).id
        self.site.layout = rename_pipeline(self.site.agreed, old, f"named_{self.made}", list(self.site.definition.targets))


def walk(site: Callable[..., Site], seed: int, steps: int, targets: dict[str, dict[str, str]]) -> None:
    tables = [*tables_of(4, "a"), TableRow("t_5", pipeline_group="b"), TableRow("t_6", pipeline_group="b")]
    started = site({"targets": targets}, tables, pipelines=3, stacks=2)
    started.settle()
    found = Walk(started, seed)
    for _ in range(steps):
        found.step()


@pytest.mark.long
def test_a_few_steps(site: Callable[..., Site]) -> None:
    walk(site, 1, 2, {"dev": {}})


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 106))
def test_many_steps(site: Callable[..., Site], seed: int) -> None:
    walk(site, seed, 10, {"dev": {}})


@pytest.mark.long
@pytest.mark.parametrize("seed", range(200, 210))
def test_many_steps_with_a_second_target_that_lags_behind(site: Callable[..., Site], seed: int) -> None:
    walk(site, seed, 10, {"dev": {"name_prefix": "dev_", "catalog": "dev_main"}, "prod": {}})
