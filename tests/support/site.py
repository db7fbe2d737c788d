"""A connector as its users have it: inventory, definition and lock, synthesized stacks in a folder, and a workspace."""

from __future__ import annotations

import ast
import json
from base64 import b64decode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headgate.balance.fit import misfits
from headgate.definition.model import Definition
from headgate.inventory.resolve import resolve
from headgate.layout.deployed import Deployed, write_deployed
from headgate.layout.ingested import CODE_TYPES
from headgate.layout.lock import parse_lock, render_lock
from headgate.layout.observe import observe, state_of
from headgate.layout.progress import pending, record_handover
from headgate.layout.transforms import transform_misfits, with_transforms
from headgate.project import Connector
from headgate.review.context import context_of
from headgate.review.decide import review_of
from headgate.review.plan_file import facts_of_plans
from headgate.tables.ids import TableId
from headgate.transforms.deployed import deployed_transforms
from headgate.transforms.named import named_files
from headgate.transforms.targets import tables_made
from tests.support.from_rows import balance, plan_stacks
from tests.workspace import catalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from headgate.emit.terraform.stacks import StackPlan
    from headgate.inventory.row import TableRow
    from headgate.layout.model import Layout
    from headgate.review.model import Review
    from headgate.transforms.deployed import DeployedTransforms
    from tests.support.terraform import Outcome, Terraform

Parts = dict[str, Any]


@dataclass
class Site:
    """`parts` is what connector.yaml would say; stacks lie where `cdktf synth` would write them below `root`."""

    root: Path
    terraform: Terraform
    parts: Parts
    tables: list[TableRow]
    target: str = "dev"
    layout: Layout | None = None
    records: dict[str, Deployed] = field(default_factory=dict)
    code: dict[str, bytes] = field(default_factory=dict)

    @property
    def definition(self) -> Definition:
        return Definition.model_validate(self.parts)

    @property
    def agreed(self) -> Layout:
        assert self.layout is not None
        return self.layout

    @property
    def deployed(self) -> Deployed:
        """What was recorded for the target."""
        return self.records.get(self.target, Deployed(self.target))

    @property
    def files(self) -> Path:
        """The connector's folder."""
        return self.root / "connectors"

    def edit(self, **parts: Any) -> None:
        """Change parts of the definition; a part that is a dictionary is changed key by key."""
        for name, part in parts.items():
            self.parts[name] = {**self.parts.get(name, {}), **part} if isinstance(part, dict) else part

    def make_ready(self) -> None:
        """Make in the workspace the catalogs that the definition takes to be there."""
        made, workspace = self.definition.destination, self.terraform.workspace
        names = {target.catalog or made.catalog for target in self.definition.targets.values()}
        for name in set() if made.create_catalog else names - workspace.catalogs.keys():
            catalog.make(workspace, "catalogs", {"name": name})

    def balance(self, *, rebalance: bool = False, restack: bool = False) -> None:
        """Do what `headgate balance` does, and see that doing it again changes nothing."""
        made = balance(self.tables, self.definition, self.layout, rebalance=rebalance, restack=restack).layout
        self.layout = with_transforms(
            made, tables_made(named_files(self.files), self.definition.targets), self.definition.targets
        )
        assert balance(self.tables, self.definition, self.layout).layout == self.layout
        assert misfits(resolve(self.tables, self.definition), self.definition, self.layout) == []

    def plans(self) -> list[StackPlan]:
        """Give the planned stacks, of a layout that its lock keeps whole."""
        assert parse_lock(render_lock(self.agreed)) == self.agreed
        transforms = self.transforms()
        return plan_stacks(self.definition, self.tables, self.agreed, self.target, self.deployed, self.code, transforms)

    def transforms(self) -> list[DeployedTransforms]:
        """Give the pipelines of transforms, of a layout that has just these."""
        files = named_files(self.files)
        assert transform_misfits(self.agreed, [one.id for one in files]) == []
        connector = Connector(self.files, self.definition, tuple(self.tables), self.agreed)
        return deployed_transforms(connector, files, self.target, [connector])

    def synth(self) -> list[str]:
        """Write the stacks as the CDK writes them (tests/stacks holds that it does), and give their names in order."""
        plans = self.plans()
        for plan in plans:
            folder = self.folder(plan.name)
            folder.mkdir(parents=True, exist_ok=True)
            terraform = plan.body["terraform"] | {"backend": {plan.backend: plan.backend_body}}
            (folder / "cdk.tf.json").write_text(json.dumps(plan.body | {"terraform": terraform}))
        return [plan.name for plan in plans]

    def folder(self, stack: str) -> Path:
        return self.root / "cdktf.out" / "stacks" / stack

    def plan(self) -> dict[str, Outcome]:
        """Synthesize, and say what Terraform would do to each stack."""
        found = {}
        for stack in self.synth():
            self.terraform.init(self.folder(stack))
            found[stack] = self.terraform.plan(self.folder(stack))
            assert not found[stack].errors, (stack, found[stack].errors)
        return found

    def review(self) -> tuple[Review, dict[str, Outcome]]:
        """Synthesize, plan every stack, and review the plans as `headgate review` does; give what Terraform says beside it."""
        outcomes, texts = {}, []
        for stack in self.synth():
            self.terraform.init(self.folder(stack))
            outcomes[stack], text = self.terraform.plan_file(self.folder(stack))
            assert not outcomes[stack].errors, (stack, outcomes[stack].errors)
            texts.append((stack, text, f"{stack}.json"))
        self.files.mkdir(exist_ok=True)
        write_deployed(self.files, self.deployed)
        connector = Connector(self.files, self.definition, tuple(self.tables), self.agreed)
        facts = facts_of_plans(texts, self.target, self.definition.secret_options)
        return review_of(facts, [context_of(connector, self.target)]), outcomes

    def deploy(self, order: Sequence[int] | None = None) -> dict[str, Outcome]:
        """Synthesize and apply each stack, in the planned order or in another."""
        stacks = self.synth()
        found = {}
        for stack in stacks if order is None else [stacks[number] for number in order]:
            self.terraform.init(self.folder(stack))
            found[stack] = self.terraform.apply(self.folder(stack))
            assert not found[stack].errors, (stack, found[stack].errors)
        return found

    def deploy_reviewed(self, stacks: Iterable[str]) -> None:
        """Apply the plans that were reviewed, as CI does once they are approved."""
        for stack in stacks:
            applied = self.terraform.apply_plan(self.folder(stack))
            assert not applied.errors, (stack, applied.errors)

    def record(self) -> None:
        """Do what `headgate record` does."""
        layout = self.agreed
        prefix = f"{self.definition.id}-{self.target}-"
        folders = {path.name: path for path in (self.root / "cdktf.out" / "stacks").iterdir() if path.name.startswith(prefix)}
        states = {
            0 if name.endswith("-shared") else int(name.removeprefix(prefix)): state_of(self.terraform.show(path), name)
            for name, path in folders.items()
            if (path / ".terraform").is_dir()
        }
        files = {
            f"{kind}.{name}": block["content_base64"]
            for plan in self.plans()
            for kind in CODE_TYPES
            for name, block in plan.body.get("resource", {}).get(kind, {}).items()
        }
        targets = tuple(self.definition.targets)
        self.layout, self.records[self.target] = observe(layout, self.target, targets, states, files, self.deployed)

    def settle(self) -> dict[str, Outcome]:
        """Deploy and record, and see that nothing is left to do."""
        done = self.deploy()
        self.record()
        self.assert_settled()
        return done

    def settle_moves(self) -> None:
        """Deploy and record, where recording the end of moves leaves more to deploy."""
        self.deploy()
        self.record()

    def assert_settled(self) -> None:
        """See that a second plan of every stack is empty."""
        assert {name: outcome.planned for name, outcome in self.plan().items() if outcome.planned} == {}

    def hand_over(self, tables: Iterable[str] | None = None) -> list[str]:
        """Record as handed over what is planned to move (or those of it that are named); give the source tables."""
        names = None if tables is None else set(tables)
        moving = [p for p in pending(self.agreed, self.target).planned if names is None or p.table.source_table in names]
        self.layout = record_handover(self.agreed, self.target, moving)
        return [placement.table.source_table for placement in moving]

    def workspace(self) -> dict[str, dict[str, Any]]:
        """Give what is in the workspace: type of resource → id → what it is there. Of folders, only files are told."""
        found = self.terraform.workspace
        files = {path: thing.content for path, thing in found.things.items() if thing.kind == "FILE"}
        kinds: dict[str, dict[Any, Any]] = {
            "pipeline": found.pipelines, "job": found.jobs, "permissions": found.grants, "workspace_file": files,
            "connection": found.connections, "catalog": found.catalogs, "schema": found.schemas, "repo": found.repos,
        }  # fmt: skip
        return {f"databricks_{kind}": {str(key): one for key, one in ones.items()} for kind, ones in kinds.items() if ones}

    def pipelines(self) -> dict[str, str]:
        """Give name → id of the pipelines in the workspace."""
        return {one.name: one.id for one in self.terraform.workspace.pipelines.values()}

    def ingested(self) -> dict[str, list[TableId]]:
        """Give pipeline → tables, for the target's ingest files in the workspace."""
        folder = f"/Shared/headgate/{self.target}/crm/ingest/"
        files = self.workspace().get("databricks_workspace_file", {})
        own = {path.removeprefix(folder): content for path, content in files.items() if path.startswith(folder)}
        return {name.removesuffix(".py"): tables_in(content) for name, content in own.items() if name.endswith(".py")}


def tables_in(content: str) -> list[TableId]:
    """Give the tables that an ingest file (base64) names."""
    for node in ast.parse(b64decode(content)).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pipeline_spec":
            return [_key(entry["table"]) for entry in ast.literal_eval(node.value)["objects"]]
    raise AssertionError("no pipeline_spec")


def _key(table: dict[str, str]) -> TableId:
    place = (table["destination_catalog"], table["destination_schema"], table["destination_table"])
    return TableId(table["source_table"], ".".join(place))


def actions(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """Give what happens over all stacks: `1:databricks_job.x`, which is in stack 1, → its action."""
    return {
        f"{stack.rpartition('-')[2]}:{address}": done
        for stack, outcome in outcomes.items()
        for address, done in outcome.planned.items()
    }
