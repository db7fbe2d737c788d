"""Tables that pipeline files make in two targets alike, though a table belongs to one pipeline."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from headgate.layout.same_tables import one_workspace
from headgate.numbers import counted
from headgate.problems import InputError
from headgate.tables.names import folded
from headgate.transforms.files import need_sqlglot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from headgate.definition.model import Definition
    from headgate.transforms.named import NamedFile


def made_twice(definition: Definition, files: Sequence[NamedFile], target: str) -> Iterator[str]:
    """Say which other targets get the same tables, and may be in the same workspace.

    files: the pipeline files that the connector deploys. What can't be read for another target is told by that one's own check.
    """
    targets = definition.targets
    here = _made(files, target) if files else {}
    for other, its in targets.items():
        if not here or other == target or one_workspace(targets[target], its) == "no":
            continue
        try:
            shared = sorted(here.keys() & _made(files, other))
        except InputError:
            continue
        if shared:
            more = f" and {counted(len(shared) - 1, 'more table', 'more tables')}" if len(shared) > 1 else ""
            way = (
                "give their files a catalog by target, as a parameter, or each target its `host` where they are two workspaces"
            )
            both = f"pipelines of transforms in {target} and {other} both make {here[shared[0]]}{more}"
            yield f"{both}, and that of the other target fails: {way}"


def tables_made(files: Sequence[NamedFile], targets: Iterable[str]) -> dict[str, set[str]]:
    """Give each pipeline's id → catalog.schema.table of all that it makes in any target.

    files: the pipeline files that a connector deploys. What can't be read is told where SQL is made of it. Raises InputError
    where the library that reads SQL is missing.
    """
    if files:
        need_sqlglot()
    found: dict[str, set[str]] = {file.id: set() for file in files}
    for file in files:
        for target in targets:
            with suppress(InputError):
                found[file.id].update(_made([file], target).values())
    return found


def _made(files: Sequence[NamedFile], target: str) -> dict[str, str]:
    """Give a table's name as Unity Catalog stores it → as the files say it, of all tables in a target."""
    from headgate.sql.language.load import load_pipeline
    from headgate.sql.language.made import outputs

    loaded = [load_pipeline(one.path, target).file for one in files]
    names = [".".join(parts) for file in loaded for _, parts in outputs(file)]
    return {folded(name): name for name in names}
