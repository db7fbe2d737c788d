"""A range of time, read again by hand: late, corrected and deleted values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.backfill.execute import BackfillCounts, execute
from headgate.backfill.journal import JOURNAL, read_journal, request_digest
from headgate.backfill.merge_targets import merge_target_named, merge_targets_of
from headgate.backfill.sinks import Folder, Lines
from headgate.backfill.source import BackfillSource
from headgate.deployment.scope import Scope
from headgate.discovery.options import init_options
from headgate.problems import InputError
from headgate.project import target_of
from headgate.tables.names import Names
from headgate.use_cases.request import ConnectorRequest, one_connector

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from headgate.backfill.sinks import Sink
    from headgate.clients.warehouse import Warehouse
    from headgate.definition.model import Definition
    from headgate.project import Connector


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillRequest(ConnectorRequest):
    """Which range of a connector's table to read, and where its rows go: `before` is not included.

    tags: ids; none: those that the options choose. options: for the connector, they win over the environment's and the
    definition's. Rows go to one of out (a folder), delta (a Delta table, with options of its storage), into (one table) and
    with `merge` the target's tables, the latter two by a SQL warehouse, to which `profile`
    logs in; with none of them, to the caller. delete: what the source no longer has goes from the table. hours: what is read
    at once.
    """

    start: str
    before: str = "*"
    table: str = "pi_timeseries"
    tags: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    out: Path | None = None
    delta: str = ""
    storage: Mapping[str, str] = field(default_factory=dict, repr=False)
    merge: bool = False
    into: str = ""
    warehouse: str = ""
    delete: bool = False
    requests_per_second: float = 5
    hours: float = 1

    def __post_init__(self) -> None:
        """Raise InputError where it names several places, or none for what needs one."""
        places = {"--out": self.out, "--delta": self.delta, "--merge": self.merge, "--into": self.into}
        if len(named := [name for name, value in places.items() if value]) > 1:
            raise InputError(f"{' and '.join(named)} name {len(named)} places for the same rows", "give one of them")
        if self.delete and not (self.delta or self.merge or self.into):
            raise InputError("--delete takes rows out of a table", "name it by --merge, --into or --delta")
        if (self.merge or self.into) and not self.warehouse:
            raise InputError("no SQL warehouse is named", "name one: --warehouse ID, or DATABRICKS_WAREHOUSE_ID")


@dataclass(frozen=True, slots=True)
class BackfillResult:
    """What came of it, and where rows landed; empty where the caller was given them."""

    table: str
    landing: str
    counts: BackfillCounts


def read_again(
    request: BackfillRequest,
    environ: Mapping[str, str],
    show: Callable[[str], object],
    progress: Callable[[BackfillCounts, int], None] = lambda _, __: None,
) -> BackfillResult:
    """Read a range of time of a table again; the same request carries on where a run was cut off, but for rows that are shown.

    `show` is given rows that land nowhere else, as newline JSON; `progress` what came of it so far, and how many parts there
    are. Raises InputError for what can't be asked, SourceError where the source or the table fails.
    """
    one = one_connector(request.root, request.connector)
    table = _source_table(one, request)
    out, hours, delete = request.out, request.hours, request.delete
    scope = _scope(one.definition, request.target) if request.merge or request.into else None
    merge_targets = (
        () if not scope else (merge_target_named(request.into),) if request.into else merge_targets_of(one.tables, scope, table)
    )
    source = BackfillSource(one.base / (one.definition.code.folder or ""), _options(one.definition, request, environ))
    landing = ", ".join(merge_target.name for merge_target in merge_targets) or (str(out.resolve()) if out else request.delta)
    order = request_digest(table, request.start, request.before, str(hours), landing, str(delete), *map(str, source.choice))
    journal = read_journal((out or one.folder) / JOURNAL, order) if landing else None
    span = (journal and journal.span) or (request.start, request.before)
    known = journal.tags if journal else ()
    sink: Sink
    if scope:
        from headgate.backfill.warehouse import plan_merge

        warehouse = _warehouse(scope, request.warehouse, request.profile)
        asked = known if known and len(merge_targets) == 1 else request.tags
        plan, sink = plan_merge(
            source,
            warehouse,
            merge_targets,
            table,
            span,
            hours,
            asked,
            delete=delete,
        )
        landing = ", ".join(sink.names)
    else:
        plan = source.plan(table, *span, hours, known)
        if request.delta:
            from headgate.backfill.delta import Delta

            sink = Delta(request.delta, plan, delete=delete, storage=request.storage)
        else:
            sink = Folder(out, plan) if out else Lines(show)
    if journal:
        journal.begin(plan.span, plan.tags)
    parts = len(plan.parts)
    progress(BackfillCounts(), parts)
    counts = execute(source, plan, sink, journal, lambda counts: progress(counts, parts))
    return BackfillResult(plan.table, landing, counts)


def _source_table(one: Connector, request: BackfillRequest) -> str:
    """Give the source's name of the table, which may be named by its destination too."""
    catalogs = {target.catalog for target in one.definition.targets.values()}
    names = Names((name, table.id) for table in one.tables for catalog in catalogs for name in table.id.names(catalog))
    found = {table.source_table for table in names.find(request.table)}
    return found.pop() if len(found) == 1 else request.table


def _scope(definition: Definition, target: str | None) -> Scope:
    if target is None and len(definition.targets) > 1:
        names = ", ".join(sorted(definition.targets))
        raise InputError(f"there are the tables of several targets: {names}", "name one: -t TARGET, or HEADGATE_TARGET")
    return Scope(definition, target_of(definition, target))


def _warehouse(scope: Scope, id_: str, profile: str | None) -> Warehouse:
    from headgate.clients.databricks import Login
    from headgate.clients.warehouse import Warehouse

    return Warehouse(Login(scope.target.host, profile or scope.target.profile), id_)


def _options(definition: Definition, request: BackfillRequest, environ: Mapping[str, str]) -> dict[str, str]:
    options = init_options(
        {**definition.clear_options, **definition.discovery}, definition.secret_options, environ, [request.options]
    )
    chosen = {"tag_webids": ",".join(request.tags)} if request.tags else {}
    return {**options, "requests_per_second": str(request.requests_per_second), **chosen}
