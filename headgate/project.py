"""A project on disk: its connectors, each with definition, inventory and lock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from shlex import quote
from typing import TYPE_CHECKING

from headgate.definition.load import FILE, key_path, load_definitions, located
from headgate.definition.site import FILE as SITES_FILE
from headgate.definition.site import FOLDER as SITES
from headgate.grouped import grouped
from headgate.inventory.at_site import rows_at, without_rules_of
from headgate.inventory.defaults import table_id
from headgate.inventory.grouping import rows_asked_for
from headgate.inventory.read import read_inventory
from headgate.inventory.resolve import resolve
from headgate.inventory.runs import RUNS, read_runs
from headgate.inventory.weighing import unknown_runs
from headgate.layout.adopted import Adopted, read_adopted
from headgate.layout.deployed import Deployed, read_deployed
from headgate.layout.gone_sites import gone_sites
from headgate.layout.lock import read_lock
from headgate.layout.resolved import locked_groups
from headgate.layout.shared_destinations import Inventory, shared_destinations
from headgate.layout.strays import strays
from headgate.problems import HeadgateError, InputError, Problem, RefusedError, StaleError, did_you_mean, refuse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from headgate.definition.load import Loaded
    from headgate.definition.model import Definition
    from headgate.definition.site import Site
    from headgate.inventory.row import TableRow
    from headgate.inventory.runs import Run
    from headgate.layout.model import Layout
    from headgate.tables.table import Table

LOCK, TABLES = "layout.lock", "tables.csv"
ACCEPTED = "accepted.yaml"  # what losses a review lets through


@dataclass(frozen=True, slots=True)
class Connector:
    """One connector's committed files. `layout` is None where nothing was balanced yet.

    A site of a definition is a connector of its own. folder: where its lock, records and runs lie. site: None where the
    definition has none. row_numbers: of its rows in the inventory; empty where it has all of them.
    """

    folder: Path
    definition: Definition
    rows: tuple[TableRow, ...]
    layout: Layout | None
    site: Site | None = None
    row_numbers: tuple[int, ...] = ()

    @property
    def base(self) -> Path:
        """Where its definition, inventory and code lie, which it shares with the other sites of the definition."""
        return self.folder.parents[1] if self.site else self.folder

    @property
    def names(self) -> frozenset[str]:
        """What commands may call it: its id and its folder; a site by the id and folder of its definition too."""
        return frozenset({self.definition.id, self.base.name, *([self.site.of] if self.site else ())})

    @property
    def numbered_rows(self) -> list[tuple[int, TableRow]]:
        """The rows with their numbers in the inventory, from 1."""
        return list(zip(self.row_numbers or range(1, len(self.rows) + 1), self.rows, strict=True))

    def located(self, problems: Iterable[Problem]) -> list[Problem]:
        """Give problems with a place in the definition with its file and line: of what a site says, those of sites.yaml."""
        site, found = self.site, list(problems)
        if site:
            found = [
                replace(problem, file=site.file, line=site.line(*path), path=f"sites.{site.name}.{problem.path}")
                if not problem.file and (path := key_path(problem.path)) in site.lines and path
                else problem
                for problem in found
            ]
        return located(found, self.base / FILE)

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

    def adopted(self, target: str) -> Adopted:
        """Give what a target had before the connector was."""
        return read_adopted(self.folder, target)

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
        root = self.base / folder
        pattern = "*.py" if root.resolve() == self.base.resolve() else "*"
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


def read_connectors(root: Path, only: str | None = None, sites: Collection[str] = ()) -> tuple[Connector, ...]:
    """Read the connectors below `root`/connectors, a site each where a definition has sites.

    only: the id or folder of one, or of a definition, which means all of its sites. sites: names or ids of those that are
    meant. Raises InputError with the problems of all files, or the error of the one that has any, and RefusedError where
    something is deployed that the files have no more.
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
    chosen = _chosen(loaded, only, sites)
    bases = {one.folder: one for one in chosen}
    names = grouped((one.folder, one.site.name) for one in loaded if one.site)
    refuse(
        (
            problem
            for folder, one in bases.items()
            for problem in gone_sites(folder, one.site.of if one.site else one.definition.id, names.get(folder, ()))
        ),
        RefusedError,
    )
    found, errors = [], list[HeadgateError]()
    for folder in bases:
        try:
            rows = read_inventory(folder / TABLES)
        except HeadgateError as error:
            errors.append(error)
            continue
        for one in chosen:
            if one.folder == folder:
                try:
                    found.append(_connector(one, rows))
                except HeadgateError as error:
                    errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise InputError(dict.fromkeys(problem for error in errors for problem in error.problems))
    refuse_shared(found)
    return tuple(found)


def _chosen(loaded: Sequence[Loaded], only: str | None, sites: Collection[str]) -> Sequence[Loaded]:
    found = [one for one in loaded if only is None or only in _names(one)]
    if not found:
        known = dict.fromkeys(name for one in loaded for name in (one.definition.id, one.site.of if one.site else ""))
        raise InputError(f"there is no connector '{only}'", did_you_mean(str(only), filter(None, known)))
    if not sites:
        return found
    whose = f"'{only}'" if only else "the project"
    known = dict.fromkeys(one.site.name for one in found if one.site)
    for name in sites:
        if not any(one.site and name in (one.site.name, one.definition.id) for one in found):
            fix = did_you_mean(name, known) if known else "sites stand in sites.yaml beside a connector.yaml"
            raise InputError(f"{whose} has no site '{name}'", fix)
    return [one for one in found if one.site and {one.site.name, one.definition.id} & set(sites)]


def _names(one: Loaded) -> set[str]:
    return {one.definition.id, one.folder.name, *([one.site.of] if one.site else ())}


def _connector(one: Loaded, rows: Sequence[TableRow]) -> Connector:
    """Give a connector; a site's has its files in a folder of its own. Raises InputError and StaleError for those."""
    if one.site is None:
        return Connector(one.folder, one.definition, tuple(rows), read_lock(one.folder / LOCK, one.definition.id))
    folder = one.folder / SITES / one.site.name
    its = rows_at(one.site, rows)
    kept = {row.source_table for _, row in its}
    definition = without_rules_of(one.definition, {row.source_table for row in rows} - kept)
    layout = read_lock(folder / LOCK, definition.id, SITES_FILE)
    numbers = tuple(number for number, _ in its)
    return Connector(folder, definition, tuple(row for _, row in its), layout, one.site, numbers)


def _inventory_problems(root: Path) -> Iterator[Problem]:
    """Say what is wrong with inventories whatever the definitions are."""
    for path in sorted((root / "connectors").glob(f"*/{TABLES}")):
        try:
            read_inventory(path)
        except InputError as error:
            yield from error.problems


def refuse_shared(connectors: Iterable[Connector]) -> None:
    """Raise InputError with the tables of connectors that go to one destination."""
    refuse(
        shared_destinations(
            [Inventory(one.definition, one.numbered_rows, str(one.base / TABLES), one.site) for one in connectors]
        )
    )


def in_target(connectors: Sequence[Connector], target: str | None) -> list[Connector]:
    """Give the connectors without those sites that are not deployed to a target, where others of their definition are.

    target: None: each definition's default one.
    """
    have = {one.base for one in connectors if _has(one, target)}
    return [one for one in connectors if _has(one, target) or one.base not in have]


def _has(one: Connector, target: str | None) -> bool:
    return (target or (one.site.default_target if one.site else one.definition.default_target)) in one.definition.targets


def refuse_committed(path: Path, read: Collection[Path] = ()) -> None:
    """Raise InputError where an output would go to a connector's own file, to accepted.yaml, or to one that is `read`."""
    if not path.is_file():
        return
    is_sites = path.parent.parent.name == SITES and (path.parent.parent.parent / FILE).is_file()
    if is_sites or (path.parent / FILE).is_file():
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
