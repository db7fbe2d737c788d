"""`deployed.<target>.json`: the workspace's own ids of what was applied, recorded by a command and committed.

An import into another stack needs them, and they tell a pipeline that was deployed from one that never was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from headgate.files import read_text, write_whole
from headgate.tables.ids import TableId
from headgate.validation import parse_as

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

DeployedBy = Literal["terraform", "bundle"]
FORMAT = 1
# A note in the shared stack's state: the digest of the connection that was applied. An output would be written even where the
# apply of the connection fails; a resource that depends on it is not.
APPLIED = "terraform_data.headgate_connection"


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a target's workspace holds: address in Terraform (`databricks_pipeline.a_1`) → the workspace's id, in order.

    `tables`: a table as the target has it → the pipeline whose files read it; empty in older records.
    `doubled`: the workspace's id of a job that no state has → the address of the one that it doubles.
    `connection`: a digest of the connection as it was applied, of secrets the names alone; empty where none is known.
    `by`: what deployed it. `transforms`: pipeline of transforms → its id in the workspace.
    """

    target: str
    ids: dict[str, str] = field(default_factory=dict)
    tables: dict[TableId, str] = field(default_factory=dict)
    doubled: dict[str, str] = field(default_factory=dict)
    connection: str = ""
    by: DeployedBy = "terraform"
    transforms: dict[str, str] = field(default_factory=dict)

    @property
    def pipeline_ids(self) -> dict[str, str]:
        """The pipelines that were deployed: headgate's id → the workspace's."""
        head = "databricks_pipeline."
        return {address.removeprefix(head): id_ for address, id_ in self.ids.items() if address.startswith(head)}

    @property
    def pipelines(self) -> list[str]:
        """The ids (headgate's) of the pipelines that were deployed."""
        return list(self.pipeline_ids)

    def may_hold(self, table: TableId, pipelines: Collection[str]) -> bool:
        """Whether the target may have the table in one of these pipelines: it is recorded, or no table of one is."""
        untold = set(self.pipelines) - set(self.tables.values())
        return table in self.tables or not untold.isdisjoint(pipelines)


def deployed_path(folder: Path, target: str) -> Path:
    """Give the file's place in a connector's folder."""
    return folder / f"deployed.{target}.json"


class _Record(BaseModel):
    """The file. A later headgate may add keys to it, which this one passes over."""

    model_config = ConfigDict(frozen=True, strict=True)

    format: Literal[1]
    ids: dict[str, str | None]
    tables: dict[str, str] = {}
    doubled: dict[str, str] = {}
    connection: str = ""
    by: DeployedBy = "terraform"
    transforms: dict[str, str] = {}


def read_deployed(folder: Path, target: str) -> Deployed:
    """Read what was recorded for a target; nothing recorded gives an empty one. Raises InputError for a damaged file."""
    path = deployed_path(folder, target)
    fix = "take the file of the last commit, or record the target's state again with `headgate record`"
    text = read_text(path, fix)
    if text is None:
        return Deployed(target)
    found = parse_as(_Record, text, str(path), fix)
    ids = {address: id_ for address, id_ in sorted(found.ids.items()) if id_ is not None}
    tables = {TableId.parse(table): pipeline for table, pipeline in found.tables.items()}
    doubled, transforms = dict(sorted(found.doubled.items())), dict(sorted(found.transforms.items()))
    return Deployed(target, ids, tables, doubled, found.connection, found.by, transforms)


def write_deployed(folder: Path, deployed: Deployed) -> bool:
    """Write the record whole; say whether it changed."""
    return write_whole(deployed_path(folder, deployed.target), deployed_text(deployed))


def deployed_text(deployed: Deployed) -> str:
    """Give the record's text, one line an id and a table, sorted."""
    parts = [f'  "format": {FORMAT}', f'  "ids": {_lines(deployed.ids)}']
    if deployed.by != "terraform":
        parts.append(f'  "by": {json.dumps(deployed.by)}')
    if deployed.connection:
        parts.append(f'  "connection": {json.dumps(deployed.connection)}')
    if deployed.tables:
        parts.append(f'  "tables": {_lines({str(table): pipeline for table, pipeline in deployed.tables.items()})}')
    if deployed.doubled:
        parts.append(f'  "doubled": {_lines(deployed.doubled)}')
    if deployed.transforms:
        parts.append(f'  "transforms": {_lines(deployed.transforms)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(entries: dict[str, str]) -> str:
    lines = [f"    {json.dumps(key, ensure_ascii=False)}: {json.dumps(value)}" for key, value in sorted(entries.items())]
    return "{\n" + ",\n".join(lines) + "\n  }" if lines else "{}"
