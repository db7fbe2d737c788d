"""Looking for what no state has as it is, and having it know: Terraform's states on one side, the workspace on the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headgate.files import needed_text, parse_json
from headgate.layout.observe import state_of
from headgate.problems import HeadgateError, Problem, SourceError, refuse
from headgate.recovery.decide import Known, findings_in, may_delete, may_import
from headgate.recovery.expected import expected_in
from headgate.recovery.files import corrections, files_that_differ
from headgate.recovery.workspace import survey

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from headgate.ci.plans import Terraform
    from headgate.recovery.databricks import DatabricksWorkspace
    from headgate.recovery.model import RecoveryFinding


@dataclass(frozen=True, slots=True)
class Deployment:
    """The synthesized stacks of a connector in a target."""

    connector: str
    target: str
    stacks: tuple[str, ...]

    @property
    def shared(self) -> str:
        """The stack that every deployment has, of what its pipelines share."""
        return f"{self.connector}-{self.target}-shared"

    def bodies(self, terraform: Terraform) -> dict[str, Any]:
        """Give what each stack declares. Raises InputError where it isn't what a synthesis writes."""
        return {stack: _body(terraform, stack) for stack in self.stacks}


@dataclass(frozen=True, slots=True)
class RecoveryChoice:
    """What is to be done about findings."""

    imports: tuple[RecoveryFinding, ...] = ()
    deletions: tuple[RecoveryFinding, ...] = ()
    corrections: tuple[RecoveryFinding, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.imports or self.deletions or self.corrections)


@dataclass(slots=True)
class RecoveryResult:
    """What was done, and what failed."""

    imported: list[RecoveryFinding] = field(default_factory=list)
    deleted: list[RecoveryFinding] = field(default_factory=list)
    corrected: list[RecoveryFinding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def deployment_in(stacks: Iterable[str], connector: str, target: str) -> Deployment:
    """Give the stacks of a connector in a target among all that were synthesized."""
    return Deployment(connector, target, tuple(one for one in stacks if one.rpartition("-")[0] == f"{connector}-{target}"))


def deployment_of_stack(stacks: Sequence[str], stack: str) -> Deployment | None:
    """Give the stacks of the connector and target that a stack's name says; None for a name that says none."""
    parts = stack.split("-")  # ids hold no hyphen
    return deployment_in(stacks, parts[0], parts[1]) if len(parts) == 3 else None  # noqa: PLR2004  # connector, target, number


def login_in(bodies: dict[str, Any]) -> tuple[str | None, str | None]:
    """Give the host and profile that the stacks' provider logs in with; None: by the environment."""
    providers = [body.get("provider", {}).get("databricks", [{}])[0] for body in bodies.values()]
    return next(((one.get("host"), one.get("profile")) for one in providers if one), (None, None))


def look(
    deployment: Deployment, terraform: Terraform, workspace: DatabricksWorkspace, files_of: Collection[str]
) -> list[RecoveryFinding]:
    """Compare stacks, the states of them all, and the workspace; the content of files in the stacks `files_of`.

    Raises SourceError where one of them can't be asked.
    """
    expected = expected_in(deployment.bodies(terraform), deployment.connector)
    states = {stack: state_of(terraform.state(stack), stack) for stack in deployment.stacks}
    known = Known({address: id_ for state in states.values() for address, id_ in state.ids.items()})
    things = survey(workspace, expected, known)
    differing = files_that_differ(workspace, {stack: state for stack, state in states.items() if stack in files_of})
    return findings_in(expected, known, things, deployment.connector, deployment.target) + differing


def chosen(findings: Sequence[RecoveryFinding], imports: Iterable[str] = (), deletions: Iterable[str] = ()) -> RecoveryChoice:
    """Give what to do: take over what is ours, correct states, delete jobs that an apply surely doubled, and what is named.

    `imports` are addresses, or address=id where there is a choice; `deletions` are ids of jobs. Raises InputError for a name
    that fits no finding, or several.
    """
    taken = [one for one in findings if one.kind == "ours"]
    gone = [one for one in findings if one.kind == "doubled" and one.sure]
    problems: list[Problem] = []
    for word in imports:
        address, _, id_ = word.partition("=")
        fitting = [one for one in findings if may_import(one) and one.address == address and id_ in ("", one.thing.id)]
        taken += fitting[:1]
        if len(fitting) != 1:
            problems.append(_unfit(word, [f"{one.address}={one.thing.id}" for one in findings if may_import(one)]))
    for id_ in deletions:
        fitting = [one for one in findings if may_delete(one) and one.thing.id == id_]
        gone += fitting
        if not fitting:
            problems.append(_unfit(id_, [one.thing.id for one in findings if may_delete(one)]))
    refuse(problems)
    correct = tuple(one for one in findings if one.kind == "differs")
    return RecoveryChoice(tuple(dict.fromkeys(taken)), tuple(dict.fromkeys(gone)), correct)


def _unfit(word: str, there: Sequence[str]) -> Problem:
    return Problem(f"'{word}' does not say which of what was found", f"name one of: {', '.join(there) or 'nothing was found'}")


def execute(
    choice: RecoveryChoice, terraform: Terraform, workspace: DatabricksWorkspace, tell: Callable[[str], None]
) -> RecoveryResult:
    """Take over and delete, one by one; what fails is kept as a problem, and the rest goes on.

    A job is deleted only when whatever it doubles is in a state, so imports come first and a failed one keeps its twins.
    Raises InputError where a stack to import into was not synthesized.
    """
    done, failed = RecoveryResult(), set()
    for one in choice.imports:
        tell(f"taking over {one.address} ({one.thing.id}) into {one.stack}")
        try:
            terraform.take_over(one.stack, one.address, one.thing.id, _body(terraform, one.stack).get("variable", {}))
            done.imported.append(one)
        except SourceError as error:
            failed.add(one.address)
            done.problems += error.problems
    for one in choice.deletions:
        if one.address in failed:
            continue
        try:
            workspace.delete_job(one.thing.id)
            done.deleted.append(one)
        except HeadgateError as error:
            done.problems += error.problems
    for stack in dict.fromkeys(one.stack for one in choice.corrections):
        try:
            done.corrected += _correct(terraform, stack, [one for one in choice.corrections if one.stack == stack], tell)
        except HeadgateError as error:
            done.problems += error.problems
    return done


def _correct(
    terraform: Terraform, stack: str, files: list[RecoveryFinding], tell: Callable[[str], None]
) -> list[RecoveryFinding]:
    new = corrections(files)
    tell(f"correcting what the state of {stack} says of {', '.join(new)}")
    terraform.correct(stack, lambda address, _: new.get(address, {}))
    return files


def _body(terraform: Terraform, stack: str) -> Any:
    path = terraform.stacks / stack / "cdk.tf.json"
    return parse_json(needed_text(path), str(path), "synthesize again")
