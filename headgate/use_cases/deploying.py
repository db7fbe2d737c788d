"""What is asked of a deploy, and the steps of it that are the same whatever deploys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.handover.journal import journal_path, read_journal
from headgate.layout.progress import pending
from headgate.numbers import counted
from headgate.problems import InputError, Problem, RefusedError, SourceError
from headgate.synthesis import ready
from headgate.use_cases.preflight import look_before
from headgate.use_cases.request import ConnectorRequest, ProjectRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.layout.deployed import DeployedBy
    from headgate.project import Connector
    from headgate.review.model import Review
    from headgate.use_cases.deploy_steps import DeployEvent, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployRequest(ConnectorRequest):
    """What to deploy, and by what.

    by: what must be what connector.yaml says; None: what that says. start: the pipelines afterwards. out: where the synthesis
    goes, below the project's folder; terraform: the program; empty: the one that there is. bundle: the folder of the bundle,
    below the project's; cli: Databricks' command line; base: the ref of git that a bundle was deployed from last.
    """

    by: DeployedBy | None = None
    start: bool = False
    out: Path = Path("cdktf.out")
    terraform: str = ""
    bundle: Path = Path("bundle")
    cli: str = "databricks"
    base: str | None = None

    def each(self) -> list[DeployRequest]:
        """Give a request for each site that is meant; for a connector without sites, the one.

        Raises InputError for files that can't be read, an unknown name, or a target that no site has.
        """
        whole = ProjectRequest(target=self.target, root=self.root, sites=self.sites, connector=self.connector)
        return [replace(self, connector=one.definition.id, sites=()) for one, _ in whole.read()]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a deploy asks and tells. agree: is shown a review that changes something, and raises where it is not to be.

    tell: says what is no result; warn: says it to those too who want it quiet; show: passes a program's words on as they come,
    and unheard says them to those who did not want them, once it failed. happened: is told of each step.
    """

    agree: Callable[[Review], None]
    tell: Callable[[str], None]
    warn: Callable[[str], None]
    show: Callable[[str], object]
    unheard: Callable[[str], None]
    happened: Callable[[DeployEvent], None]


class Deploying:
    """A deploy on its way. Each step is a method of its name, gives what came of it in words, and raises where it fails."""

    def __init__(self, request: DeployRequest, asked: Asked, one: Connector, target: str) -> None:
        self.request, self.asked, self.one, self.target = request, asked, one, target

    def step(self, name: StepName) -> str:
        """Do a step."""
        found: str = getattr(self, name)()
        return found

    def check(self) -> str:
        """Refuse files that don't fit, another tool than is said, and a handover that is under way."""
        one, target = self.one, self.target
        found = ready(one, target)
        _refuse_half_handed(one, target)
        return f"{counted(len(found.tables), 'table')}, {counted(len(found.layout.pipelines), 'pipeline')}: the lock fits"

    def look(self) -> str:
        """Look at the workspace. Raises SourceError with everything that the deploy would fail at."""
        found = look_before(self.request)
        for one in found:
            if one.level != "problem":
                self.asked.tell(f"warning: {Problem(f'{one.subject} {one.message}', one.fix)}")
        if problems := [Problem(f"{one.subject} {one.message}", one.fix) for one in found if one.level == "problem"]:
            raise SourceError(problems)
        unknown = sum(one.level == "unknown" for one in found)
        return f"all is there but {counted(unknown, 'thing')} that could not be looked at" if unknown else "all is there"

    def agree(self, made: Review) -> str:
        """Have somebody agree to a review.

        Raises RefusedError where data would be lost, InputError where something is to be mended, and what `agree` raises.
        """
        if made.verdict == "loss":
            raise RefusedError(
                [
                    Problem(f"nothing is deployed: data would be lost in {self.target}: {one.subject}: {one.message}")
                    for one in made.of_level("loss")
                ]
                + [Problem("a loss that is wanted is written into accepted.yaml", "docs/change.md says how")]
            )
        if made.verdict == "error":
            raise InputError([Problem(f"{one.subject}: {one.message}") for one in made.of_level("error")])
        self.asked.agree(made)
        words = {"attention": "needs attention, and was agreed to", "fine": "nothing would be lost, and it was agreed to"}
        return words[made.verdict]

    def start(self) -> str:
        """Start the pipelines that hold tables and don't run. Raises SourceError with those that can't be started."""
        from headgate.operate.model import UpdateOptions
        from headgate.operate.run import Runs
        from headgate.preflight.decide import AT_ONCE
        from headgate.use_cases.pipelines import PipelinesRequest, find_pipelines, open_site

        asked = self.request
        request = PipelinesRequest(connector=asked.connector, target=self.target, root=asked.root, profile=asked.profile)
        site = open_site(request, watching=True)
        found = [one for one in find_pipelines(request, site).found if one.declared and one.declared.tables]
        idle = [one for one in found if not one.listed.is_running and not (one.declared and one.declared.leaving)]
        ran = Runs(site.workspace, self.asked.tell).start([(one, UpdateOptions()) for one in idle], AT_ONCE, wait=False)
        if problems := [one.problem for one in ran if one.problem]:
            raise SourceError(problems)
        return f"{counted(len(ran), 'pipeline')} started, {len(found) - len(idle)} running already"


def _refuse_half_handed(one: Connector, target: str) -> None:
    """Raise RefusedError while a handover goes on; one whose tables are handed over waits for this very deploy."""
    journal, todo = read_journal(one.folder, target), pending(one.agreed(), target)
    if journal is None or not (journal.begun or (todo.planned and not todo.handed_over)):
        return
    name = f"headgate handover {one.definition.id} -t {target}"
    raise RefusedError(
        Problem(
            f"a handover in {target} has begun and is not done: what it stopped would be started by a deploy",
            f"`{name} --warehouse ID --execute` carries it on; `{name} --resume-jobs` has run again what it stopped",
            str(journal_path(one.folder, target)),
        )
    )
