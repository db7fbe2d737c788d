"""What a review says, held against what Terraform itself says of the same plans and then does."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from headgate.inventory.row import TableRow
from headgate.layout.deployed import APPLIED
from headgate.layout.progress import rename_pipeline
from headgate.review.holding import HOLDING
from tests.support.samples import parts_of, tables_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headgate.review.model import Review
    from tests.support.site import Site
    from tests.support.terraform import Outcome, Terraform

pytestmark = pytest.mark.terraform

# Terraform's words for what a review says in its own.
WORDS = {
    "created": "create", "changed": "update", "deleted": "delete", "replaced": "replace", "forgotten": "remove",
    "renamed": "move", "imported": "import",
}  # fmt: skip
CRM = {"name": "crm_connection", "options": {"url": "https://crm.example.com"}, "secrets": ["client_secret"]}
MADE = {"catalog": "main", "schema": "bronze", "create_schema": True}
OPEN = {"dev": {"protect": False}}


def deployment(
    tables: list[TableRow] | None = None, pipelines: int = 2, stacks: int = 1, **parts: Any
) -> tuple[Any, list[TableRow]]:
    return parts_of({"targets": OPEN, **parts}, pipelines=pipelines, stacks=stacks), tables or tables_of(6)


HEAVY = [replace(table, weight=float(number)) for number, table in enumerate(reversed(tables_of(6)), 1)]
DEPLOYMENTS = {
    "six tables": deployment(),
    "a table more": deployment(tables_of(7)),
    "a table less": deployment(tables_of(5)),
    "other weights": deployment(HEAVY),
    "one pipeline": deployment(pipelines=1),
    "four pipelines": deployment(pipelines=4),
    "two stacks": deployment(pipelines=4, stacks=2),
    "other groups": deployment([*tables_of(3, "one"), *tables_of(6, "two")[3:]]),
    "another schedule": deployment(schedules={"unknown": "0 3 * * *"}),
    "options": deployment(
        [replace(table, options={"page_size": 5}) for table in tables_of(6)],
        connection={**CRM, "external_options": ["page_size"]},
    ),
    "a connection with a comment": deployment(connection={**CRM, "comment": "Made for the CRM"}),
    "a schema of its own": deployment(destination=MADE),
    "another catalog": deployment(targets={"dev": {"protect": False, "catalog": "dev_main"}}),
    "monitoring": deployment(monitoring={}, targets={"dev": {"protect": False, "warehouse_id": "wh1"}}),
}
FEW = [
    ("six tables", "a table more"),
    ("four pipelines", "one pipeline"),
    ("two stacks", "four pipelines"),
    ("a schema of its own", "a connection with a comment"),
    ("six tables", "monitoring"),
    ("monitoring", "six tables"),
]


def said(review: Review) -> dict[tuple[str, str], str]:
    """Give what a review says that happens to each resource."""
    found = {(one.stack, one.address): WORDS[one.kind] for one in review.resources}
    own = {(change.stack, change.address) for change in review.facts.changes if change.type == "databricks_pipeline"}
    for one in review.pipelines:
        place = (one.stack, f"databricks_pipeline.{one.id}")
        if one.kind == "changed stack":
            found[place] = "import"
            found[one.before_stack, place[1]] = "remove"
        elif one.kind == "replaced" and one.before_stack:
            found[place] = "create"
            found[one.before_stack, place[1]] = "delete"
        elif place in own:  # else it is the file of what it reads that changes
            found[place] = WORDS[one.kind]
    # What another stack takes over is told once, there.
    taken_over = {change.address for change in review.facts.changes if change.imported}
    own = {(change.stack, change.address) for change in review.facts.changes if change.forgets and change.address in taken_over}
    return found | dict.fromkeys(own, "remove")


def done(outcomes: dict[str, Outcome]) -> dict[tuple[str, str], str]:
    """Give what Terraform says that happens to each resource; a note in the state is none."""
    planned = [(stack, *change) for stack, outcome in outcomes.items() for change in outcome.planned.items()]
    return {(stack, address): action for stack, address, action in planned if address != APPLIED}


def losses(review: Review) -> set[tuple[str, str]]:
    return {(finding.stack, finding.subject) for finding in review.of_level("loss")}


def assert_true(review: Review, outcomes: dict[str, Outcome]) -> None:
    """See that the review says what Terraform says, and that no destruction of data goes without a block."""
    told, planned = said(review), done(outcomes)
    # A move or an import may come with an update; the review tells the greater change.
    simple = {place: action for place, action in planned.items() if told.get(place) not in ("move", "import")}
    assert {place: told.get(place) for place in simple} == simple
    assert told.keys() == planned.keys()
    holding = {"databricks_pipeline", *HOLDING}
    destroyed = {
        place for place, action in planned.items() if action in ("delete", "replace") and place[1].partition(".")[0] in holding
    }
    blocked = {place for place in losses(review) if place[1].partition(".")[0] in holding}
    assert blocked == destroyed
    assert (review.verdict == "loss") >= bool(destroyed)


def assert_tables(review: Review, before: dict[str, list[Any]], after: dict[str, list[Any]]) -> None:
    """See that the tables that come, go and move are those whose files in the workspace change."""
    now = {one.before_id: one.id for one in review.pipelines if one.kind == "renamed"}
    places = [{(str(key), now.get(name, name)) for name, keys in side.items() for key in keys} for side in (before, after)]
    gone = {
        (f"{one.source_table} → {one.destination}", one.before) for one in review.tables if one.kind in ("removed", "moved")
    }
    come = {(f"{one.source_table} → {one.destination}", one.after) for one in review.tables if one.kind in ("added", "moved")}
    assert gone == places[0] - places[1]
    assert come == places[1] - places[0]


@pytest.fixture(scope="session")
def applied() -> dict[str, tuple[Path, dict[str, Any]]]:
    """Deployments that were applied, each in a folder that is copied, and its workspace."""
    return {}


@pytest.fixture
def apply(
    site: Callable[..., Site],
    applied: dict[str, tuple[Path, dict[str, Any]]],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Site]:
    """Give a function that applies a deployment by its name."""

    def make(name: str) -> Site:
        parts, tables = DEPLOYMENTS[name]
        made = site(dict(parts), tables, **parts["balance"])
        if name not in applied:
            made.deploy()
            applied[name] = tmp_path_factory.mktemp("applied"), made.terraform.workspace.snapshot()
            shutil.copytree(tmp_path, applied[name][0], dirs_exist_ok=True)
        folder, kept = applied[name]
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        made.terraform.workspace.restore(kept)
        return made

    return make


def pair(apply: Callable[[str], Site], site: Callable[..., Site], first: str, second: str) -> None:
    """Apply one deployment, plan another in its place with a lock of its own, and compare; then do it, and compare again."""
    before = apply(first)
    held = before.ingested()
    parts, tables = DEPLOYMENTS[second]
    after = site(dict(parts), tables, **parts["balance"])
    review, outcomes = after.review()

    assert_true(review, outcomes)

    left = {stack for stack in (path.name for path in (after.root / "cdktf.out" / "stacks").iterdir()) if stack not in outcomes}
    if not left:  # a stack that is synthesized no more keeps what it has, and the names that others want
        after.deploy_reviewed(outcomes)
        assert_tables(review, held, after.ingested())


@pytest.mark.parametrize(("first", "second"), FEW)
def test_a_review_says_what_terraform_does(
    apply: Callable[[str], Site], site: Callable[..., Site], first: str, second: str
) -> None:
    pair(apply, site, first, second)


@pytest.mark.long
@pytest.mark.parametrize(("first", "second"), [two for two in permutations(DEPLOYMENTS, 2) if two not in FEW])
def test_every_review_says_what_terraform_does(
    apply: Callable[[str], Site], site: Callable[..., Site], first: str, second: str
) -> None:
    pair(apply, site, first, second)


def untouched(_: Site) -> None:
    pass


def handed_over(crm: Site) -> None:
    crm.hand_over()


def removed(crm: Site) -> None:
    crm.tables.pop(0)
    crm.balance()


def edited(crm: Site, *, restack: bool = False, **balance: int) -> None:
    crm.edit(balance=balance)
    crm.balance(restack=restack)


def renamed(crm: Site) -> None:
    crm.layout = rename_pipeline(crm.agreed, "all_1", "first", ["dev"])


def added(crm: Site) -> None:
    crm.tables.append(TableRow("t_9", pipeline_group="all", weight=10))
    crm.balance()


# An edit, as a user makes it, and what the review of its deploy finds.
EDITS: list[tuple[Callable[[Site], None], set[str]]] = [
    (untouched, set()),
    (removed, {"table-removed"}),
    (partial(edited, pipelines=4), {"move-planned"}),
    (handed_over, set()),
    (added, set()),
    (partial(edited, stacks=1, restack=True), set()),
    (renamed, set()),
    (partial(edited, pipelines=2), {"move-planned"}),
    (handed_over, set()),
]


@pytest.mark.long
def test_what_the_lock_brings_about_is_never_a_loss(settled: Callable[..., Site]) -> None:
    """Edit after edit, balanced from the lock: each deploy is reviewed, and then made."""
    crm = settled(tables=tables_of(8), pipelines=2, stacks=2)

    for edit, codes in EDITS:
        edit(crm)
        held = crm.ingested()
        review, outcomes = crm.review()
        assert_true(review, outcomes)
        assert {finding.code for finding in review.findings} == codes
        crm.deploy_reviewed(outcomes)
        assert_tables(review, held, crm.ingested())
        crm.record()


def test_a_pipeline_that_vanished_from_the_workspace_is_told(settled: Callable[..., Site]) -> None:
    crm = settled(pipelines=2)
    with crm.terraform.workspace.changing() as workspace:
        del workspace.pipelines[workspace.pipeline("crm_all_1").id]

    review, _ = crm.review()

    assert {"gone", "pipeline-made-again"} <= {finding.code for finding in review.of_level("loss")}


def test_a_secret_of_the_plan_is_not_in_the_review(settled: Callable[..., Site], terraform: Terraform) -> None:
    crm = settled(pipelines=1)
    rotated = replace(terraform, variables={"crm_client_secret": "CANARY-rotated"})

    review, _ = replace(crm, terraform=rotated).review()

    assert "CANARY" not in repr(review)
    assert [(one.path, one.changed) for one in review.secrets if one.path.endswith("client_secret")] == [
        ("options.client_secret", True)
    ]
