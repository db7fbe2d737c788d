"""A project on disk: its connectors, each with definition, inventory and lock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from shlex import quote
from typing import TYPE_CHECKING

from headgate.definition.load import FILE, load_definitions
from headgate.inventory.defaults import table_id
from headgate.inventory.grouping import rows_asked_for
from headgate.inventory.read import read_inventory
from headgate.inventory.resolve import resolve
from headgate.inventory.runs import RUNS, read_runs
from headgate.inventory.weighing import unknown_runs
from headgate.layout.deployed import Deployed, read_deployed
from headgate.layout.lock import read_lock
from headgate.layout.resolved import locked_groups
from headgate.layout.strays import strays
from headgate.problems import HeadgateError, InputError, Problem, RefusedError, StaleError, did_you_mean, refuse
from headgate.tables.names import blurred, spelling

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from headgate.definition.model import Definition
    from headgate.inventory.row import TableRow
    from headgate.inventory.runs import Run
    from headgate.layout.model import Layout
    from headgate.tables.ids import TableId
    from headgate.tables.table import Table

LOCK, TABLES = "layout.lock", "tables.csv"
ACCEPTED = "accepted.yaml"  # what losses a review lets through


@dataclass(frozen=True, slots=True)
class Connector:
    """One connector's committed files. `layout` is None where nothing was balanced yet."""

    folder: Path
    definition: Definition
    rows: tuple[TableRow, ...]
    layout: Layout | None

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables as the committed files have them, heaviest first; past runs have no say."""
        return resolve(self.grouped_rows, self.definition, (), locked_groups(self.layout))

    @property
    def grouped_rows(self) -> tuple[TableRow, ...]:
        """The inventory's rows, less the groups that a discovery wrote where another group_by is asked for since the lock."""
        return rows_asked_for(self.rows, self.definition, locked_groups(self.layout))

    @property
    def lock_path(self) -> Path:
        """Where the lock lies."""
        return self.folder / LOCK

    def agreed(self) -> Layout:
        """Give the layout. Raises StaleError where nothing was balanced yet, or the lock of what is deployed is missing."""
        if self.layout is None:
            fix = f"run `headgate balance {self.definition.id}`"
            raise StaleError(self.lost_lock() or Problem("there is no lock yet", fix, str(self.lock_path)))
        return self.layout

    def lost_lock(self) -> Problem | None:
        """Say that there is no lock, though a target has what one agreed on: only that one knows which table is where."""
        deployed = [target for target in self.definition.targets if self.deployed(target).ids]
        if self.layout is not None or not deployed:
            return None
        back = f"git -C {quote(str(self.folder))} checkout HEAD -- {LOCK}"
        return Problem(
            f"is missing, and {self.definition.id} is deployed to {', '.join(deployed)} by it",
            f"take it from the last commit that has it: `{back}`; a commit that took it away has it at its parent, COMMIT~1; "
            "is it nowhere, pin each table to its pipeline (balance.pinned), and balance",
            str(self.lock_path),
        )

    def deployed(self, target: str) -> Deployed:
        """Give what was recorded for a target."""
        return read_deployed(self.folder, target)

    def weighed(
        self, definition: Definition | None = None, *, regroup: bool = False, runs: Sequence[Run] | None = None
    ) -> tuple[Table, ...]:
        """Give the tables as their past runs weigh them, heaviest first; these stand in runs.csv, where there is one.

        definition: another one than the connector's own, to see what it would do. regroup: decide again which categories
        are groups of their own. runs: other ones than the file's. Raises InputError with every problem of runs.csv.
        """
        locked = locked_groups(self.layout)
        if locked and regroup:
            locked = replace(locked, of_table=None)
        past = read_runs(self.folder) if runs is None else runs
        return resolve(self.grouped_rows, definition or self.definition, past, locked)

    def unknown_runs(self) -> list[Problem]:
        """Say which runs of runs.csv are of no table of the inventory. Raises InputError with every problem of the file."""
        rows = {table_id(row, self.definition): row for row in self.rows}
        return unknown_runs(rows, self.definition, read_runs(self.folder), str(self.folder / RUNS))

    def code(self) -> dict[str, bytes]:
        """Give path → content of the connector's files to upload; none where wheels or git bring the code.

        The definition's own folder gives its Python files only. With a `module`, paths begin with the folder's name. Raises
        InputError for links that lead out of the folder.
        """
        folder = self.definition.code.folder
        if folder is None:
            return {}
        root = self.folder / folder
        pattern = "*.py" if root.resolve() == self.folder.resolve() else "*"
        files = [path for path in sorted(root.rglob(pattern)) if path.is_file()]
        skipped = {"__pycache__", "node_modules"}
        # What a link points to beyond the folder is not the connector's, and may be a secret of the machine's.
        if problems := [
            Problem(f"links to {path.resolve()}, outside of the connector's code", "put the file there itself", str(path))
            for path in files
            if not path.resolve().is_relative_to(root.resolve())
        ]:
            raise InputError(problems)
        before = f"{root.resolve().name}/" if self.definition.code.module else ""
        return {
            before + path.relative_to(root).as_posix(): path.read_bytes()
            for path in files
            if not any(part in skipped or part.startswith(".") for part in path.relative_to(root).parts)
        }


def read_connectors(root: Path, only: str | None = None) -> tuple[Connector, ...]:
    """Read the connectors below `root`/connectors, or the one with id or folder `only`.

    Raises InputError with the problems of all files, or the error of the one that has any.
    """
    try:
        loaded = load_definitions(root)
    except InputError as error:
        raise InputError([*error.problems, *_inventory_problems(root)]) from None
    if not loaded:
        raise InputError(
            f"no connectors/*/connector.yaml below {root}",
            "run headgate in the project's folder, or make a connector: `headgate init connector NAME`",
        )
    if only is not None:
        chosen = [one for one in loaded if only in (one.definition.id, one.folder.name)]
        if not chosen:
            raise InputError(f"there is no connector '{only}'", did_you_mean(only, [one.definition.id for one in loaded]))
        loaded = tuple(chosen)
    found, errors = [], []
    for one in loaded:
        try:
            rows = read_inventory(one.folder / TABLES)
            layout = read_lock(one.folder / LOCK, one.definition.id)
            found.append(Connector(one.folder, one.definition, rows, layout))
        except HeadgateError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise InputError([problem for error in errors for problem in error.problems])
    if problems := _shared_destinations(found):
        raise InputError(problems)
    return tuple(found)


def _inventory_problems(root: Path) -> Iterator[Problem]:
    """Say what is wrong with inventories whatever the definitions are."""
    for path in sorted((root / "connectors").glob(f"*/{TABLES}")):
        try:
            read_inventory(path)
        except InputError as error:
            yield from error.problems


def _shared_destinations(connectors: Sequence[Connector]) -> list[Problem]:
    """Say which tables go to one destination, by default or in a target with a catalog of its own.

    Targets of one name are taken to write to one Unity Catalog. Names that may be one there are one destination.
    """
    owners: dict[tuple[str, str], tuple[Connector, int, TableId]] = {}
    problems = []
    for connector in connectors:
        catalogs = {name: target.catalog for name, target in connector.definition.targets.items()}
        for row, table in enumerate(connector.rows, 1):
            one = table_id(table, connector.definition)
            places = {catalog: one.in_catalog(catalog) for catalog in {None, *catalogs.values()}}
            blurs = {catalog: blurred(place.destination) for catalog, place in places.items()}
            for target in ("", *catalogs):
                catalog = catalogs.get(target)
                here = places[catalog]
                owner = owners.setdefault((target, blurs[catalog]), (connector, row, here))
                if owner[:2] != (connector, row):
                    problems.append(_shared(here, connector, row, owner, target if here.destination != one.destination else ""))
                    break
    return problems


def _shared(table: TableId, connector: Connector, row: int, owner: tuple[Connector, int, TableId], target: str) -> Problem:
    other, first_row, first = owner
    whose = "" if other is connector else f" of connector '{other.definition.id}'"
    where = f" in target '{target}'" if target else ""
    message = f"{table.destination} is also the destination of {first.source_table!r} (row {first_row}){whose}{where}"
    if table.destination != first.destination:
        message += f": {spelling(first.destination, [table.destination], [first.destination])}"
    fix = "give one of them another destination"
    return Problem(message, fix, str(connector.folder / TABLES), row=row, column="destination_table")


def refuse_committed(path: Path, read: Collection[Path] = ()) -> None:
    """Raise InputError where an output would go to a connector's own file, to accepted.yaml, or to one that is `read`."""
    if not path.is_file():
        return
    if (path.parent / FILE).is_file():
        raise InputError(Problem("is one of a connector's own files, and would be lost", "name another file", str(path)))
    is_projects = path.name == ACCEPTED and (path.parent / "connectors").is_dir()
    if is_projects or any(path.samefile(one) for one in read if one.is_file()):
        raise InputError(Problem("is what is read here, and would be lost", "name another file", str(path)))


def target_of(definition: Definition, name: str | None) -> str:
    """Give the target to work on: the named one, else the definition's default. Raises InputError for an unknown one."""
    if name is None:
        return definition.default_target
    if name not in definition.targets:
        raise InputError(Problem(f"connector '{definition.id}' has no target '{name}'", did_you_mean(name, definition.targets)))
    return name


def refuse_forgotten_pipelines(connector: Connector, target: str) -> None:
    """Raise RefusedError where a pipeline that was deployed is not in the lock at all: its block would just vanish."""
    layout = connector.layout
    if layout is None:
        return
    known = {pipeline.id for pipeline in layout.pipelines} | {left.id for left in layout.left}
    known |= {pipeline.renamed.before for pipeline in layout.pipelines if pipeline.renamed}
    deployed, transforms = connector.deployed(target), {one.id for one in layout.transforms}
    lost = [name for name in deployed.pipelines if name not in known]
    lost += [name for name in deployed.transforms if name not in transforms]
    if lost:
        raise RefusedError(
            Problem(
                f"pipelines that are deployed to '{target}' are not in the lock: {', '.join(lost)}; Terraform would destroy "
                "them with their streaming tables",
                "take layout.lock from the last commit that has them",
                str(connector.lock_path),
            )
        )


def refuse_strays(connector: Connector, layout: Layout, targets: Iterable[str]) -> None:
    """Raise RefusedError where a target has a table in another pipeline than the layout, without a handover in between."""
    definition, file = connector.definition, str(connector.lock_path)
    problems = [
        problem
        for target in targets
        for problem in strays(layout, connector.deployed(target), definition.targets[target].catalog, file)
    ]
    refuse(problems, RefusedError)
