"""What one run of `headgate discover` is to do, and what came of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.discovery.connector_code import TIMEOUT
from headgate.inventory.row import GONE
from headgate.names import folder_fault
from headgate.problems import InputError, Problem, refuse, short
from headgate.schedule.convert import check_schedule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from headgate.definition.connector_spec import Spec
    from headgate.discovery.found import Found
    from headgate.inventory.merge import Merged
    from headgate.tables.group import GroupBy

_LONGEST = 86_400
_LONGEST_NAME = 255  # characters of a table's name in Unity Catalog


@dataclass(frozen=True, slots=True)
class DiscoveryRequest:
    """The command's flags; what is empty or None comes from the connector's definition, or else has a default.

    `name` is the folder below `root`/connectors. One of python_file, module, workspace_tables and listing says where tables
    come from; with none of them it is the connector's own code. `columns`: a listing's heading → a column of an
    inventory, or empty for none. Init options (`given`, later ones win) are never shown.
    """

    name: str
    root: Path
    python_file: Path | None = None
    module: str = ""
    class_name: str = ""
    workspace_tables: Path | None = None
    workspace_metadata: Path | None = None
    listing: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    output: Path | None = None
    given: tuple[Mapping[str, str], ...] = field(default=(), repr=False)
    connection: str = ""
    catalog: str = ""
    schema: str = ""
    group_by: GroupBy | None = None
    prefixes: Mapping[str, str] = field(default_factory=dict)
    schedules: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    spec: Spec | None = None
    auth: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    best_effort: bool = False
    timeout: float = TIMEOUT

    def __post_init__(self) -> None:
        """Raise InputError where the flags contradict each other."""
        sources = {
            "--connector-python-file": self.python_file,
            "--module": self.module,
            "--from-workspace": self.workspace_tables,
            "--from-csv": self.listing,
        }
        named = [flag for flag, value in sources.items() if value]
        if len(named) > 1:
            raise InputError(f"{' and '.join(named)} each say where tables come from", "give one of them")
        if self.workspace_metadata and not self.workspace_tables:
            raise InputError("--workspace-metadata needs --from-workspace", "give the export of _community_tables too")
        if fault := folder_fault(self.name):
            message = f"--connector-name {self.name!r} is not a folder name: it {fault}"
            raise InputError(message, "such as --connector-name osipi")
        if self.columns and not self.listing:
            raise InputError("--column needs --from-csv", "give the file too, or take --column out")
        if self.module and not all(part.isidentifier() for part in self.module.split(".")):
            raise InputError(f"--module {self.module!r} is not a module's name", "such as --module osipi.connector")
        if not (math.isfinite(self.timeout) and 0 < self.timeout <= _LONGEST):
            raise InputError(f"--timeout {self.timeout:g} is not a time", f"give seconds, more than 0 and at most {_LONGEST}")
        self._check_rules()

    def _check_rules(self) -> None:
        problems = [
            Problem(f"--weight-{kind} {weight:g} is not a weight", "give a number from 0 on")
            for kind, weight in self.weights.items()
            if not (math.isfinite(weight) and weight >= 0)
        ]
        for kind, schedule in self.schedules.items():
            if error := check_schedule(schedule):
                problems.append(Problem(f"--schedule-{kind}: {error.message}", error.fix))
        refuse(problems)

    @property
    def folder(self) -> Path:
        """The connector's folder."""
        return self.root / "connectors" / self.name

    @property
    def csv(self) -> Path:
        """The inventory that is written."""
        return self.output or self.own_csv

    @property
    def own_csv(self) -> Path:
        """The inventory that a project's commands read."""
        return self.folder / "tables.csv"


@dataclass(frozen=True, slots=True)
class Regrouped:
    """Another group_by than before, as connector.yaml has it now. moves: tables that the next balance moves; None: no lock."""

    before: str
    after: str
    moves: int | None


@dataclass(frozen=True, slots=True)
class DiscoveryResult:
    """What was found, how the inventory changed, and the definition that was written where there was none.

    `own_csv` is the inventory that a project's commands read, `csv` the one that was written. groups: each group with its
    schedule → how many tables of it there are, without those that are gone.
    """

    found: Found
    merged: Merged
    csv: Path
    own_csv: Path
    first: bool
    groups: dict[str, int]
    scaffold: Path | None = None
    regrouped: Regrouped | None = None

    @property
    def odd(self) -> list[Problem]:
        """The source's names that few sources have, and a damaged list has soon; each is taken as it is."""
        fix = "it is taken as it is; if no table is called so, mend the list (a quote left open?), and take the row out"
        return [
            Problem(f"{short(table.source_table)} {how}", fix, str(self.csv), row=row, column="source_table")
            for row, table in enumerate(self.merged.tables, 1)
            if (how := _oddness(table.source_table)) and table.status != GONE
        ]


def _oddness(name: str) -> str:
    if len(name.splitlines()) > 1:
        return "runs over several lines"
    return f"is {len(name)} characters long" if len(name) > _LONGEST_NAME else ""
