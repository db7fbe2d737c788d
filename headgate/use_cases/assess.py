"""What a workspace's pipelines take, by their event logs: from exported files, or asked for. Nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from headgate.assess.assess import assess
from headgate.assess.files import gather_files, is_meant
from headgate.assess.gather import Gathering
from headgate.assess.model import PipelineRead, Prices
from headgate.files import write_all
from headgate.observe.log_files import files_of
from headgate.problems import HeadgateError, InputError, SourceError, refuse
from headgate.project import refuse_committed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headgate.assess.model import Assessment
    from headgate.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessRequest:
    """What to read. logs: files and folders; none: the workspace that the profile or the environment logs in to.

    patterns: names, ids or patterns of names of the pipelines that are meant; none: all. days: how far back a workspace is
    asked. warehouse: the id of a SQL warehouse that reads the system table of pipeline events. page: where a page goes.
    """

    logs: tuple[Path, ...] = ()
    patterns: tuple[str, ...] = ()
    profile: str | None = None
    days: int = 30
    warehouse: str = ""
    prices: Prices = field(default_factory=Prices)
    page: Path | None = None


def assess_pipelines(request: AssessRequest, tell: Callable[[str], None]) -> Assessment:
    """Read logs, and give what there is to say of their pipelines; the page is written, where one is asked for.

    Raises InputError for files that can't be read, or logs without a pipeline that is meant; SourceError where the workspace
    can't be asked.
    """
    if request.page:
        refuse_committed(request.page)
    read = _from_files(request, tell) if request.logs else _from_workspace(request, tell)
    if not read.pipelines:
        named = f" named {', '.join(request.patterns)}" if request.patterns else ""
        raise InputError(
            f"the logs hold no update of a pipeline{named}",
            "export all columns of the event log with all rows of its updates; name pipelines as the workspace does",
        )
    found = assess(list(read.pipelines.values()), request.prices, read.unknown)
    if request.page:
        from headgate.render.assess import assessment_page  # its template takes time to load

        for path in write_all({request.page: assessment_page(found)}):
            tell(f"{path} written")
    return found


def _from_files(request: AssessRequest, tell: Callable[[str], None]) -> Gathering:
    files: list[Path] = []
    problems: list[Problem] = []
    for path in request.logs:
        try:
            files += files_of(path)
        except HeadgateError as error:
            problems += error.problems
    refuse(problems)
    return gather_files(list(dict.fromkeys(files)), request.patterns, tell)


def _from_workspace(request: AssessRequest, tell: Callable[[str], None]) -> Gathering:
    """Ask for the log of each pipeline; one whose log can't be read keeps none of the others from being read."""
    from headgate.observe.system_table import SystemTableEvents
    from headgate.operate.databricks import DatabricksWorkspace

    workspace = DatabricksWorkspace(None, request.profile)
    logs = SystemTableEvents(None, request.profile, request.warehouse) if request.warehouse else None
    meant = [one for one in workspace.pipelines() if is_meant(one.name, one.id, request.patterns)]
    since = datetime.now(UTC) - timedelta(days=request.days)
    read = Gathering()
    problems: list[Problem] = []
    for number, one in enumerate(meant, start=1):
        tell(f"{number} of {len(meant)}: {one.name or one.id}")
        try:
            read.add(logs.rows(one.id, since) if logs else workspace.events(one.id, since))
        except SourceError as error:
            problems += error.problems
        read.end()
        # One without an update is idle, and that is worth knowing.
        its = read.pipelines.setdefault(one.id, PipelineRead(one.id))
        its.name = its.name or one.name
    if problems and len(problems) == len(meant):
        raise SourceError(list(dict.fromkeys(problems)))
    for problem in dict.fromkeys(problems):
        tell(f"warning: {problem}")
    return read
