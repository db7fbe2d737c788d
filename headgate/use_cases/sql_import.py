"""A pipeline file made of SQL that is there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.emit.bundle.yaml_text import yaml_text
from headgate.files import needed_text, write_all
from headgate.problems import InputError, Problem, RefusedError
from headgate.transforms.files import FOLDER, is_pipeline_file, need_sqlglot
from headgate.transforms.model import SUFFIX
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.sql.importing.statements import Imported

_PLACE = re.compile(r"\$\{\s*([^{}]*?)\s*\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """The SQL file, and where its pipeline file goes; None: pipelines/NAME.pipeline.yaml of the project in `root`.

    catalog, schema: of names that don't say them. values: of what stands as ${name} in the SQL. strict: write nothing where
    something was not taken.
    """

    file: Path
    out: Path | None = None
    catalog: str = "main"
    schema: str = "silver"
    values: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    root: Path = Path()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The file that was written, how many tables it makes, and what of the SQL is not in it."""

    path: Path
    tables: int
    not_taken: tuple[Problem, ...]


def import_file(request: ImportRequest) -> ImportResult:
    """Write the pipeline file.

    Raises InputError where the SQL makes nothing, or by `strict`; RefusedError where the pipeline file is there already.
    """
    need_sqlglot()
    from headgate.sql.dialect.place import FormError
    from headgate.sql.importing.statements import import_sql

    text = _filled(needed_text(request.file), request)
    try:
        found: Imported = import_sql(text, str(request.file), request.catalog, request.schema)
    except FormError as error:
        raise InputError(error.problem(str(request.file), text)) from None
    if request.strict and found.not_taken:
        raise InputError(found.not_taken)
    if not found.data.get("tables"):
        fix = "name a file with CREATE STREAMING TABLE, CREATE MATERIALIZED VIEW or CREATE TEMPORARY VIEW"
        raise InputError([*found.not_taken, Problem("makes no table and no view of a pipeline", fix, str(request.file))])
    path = request.out or request.root / FOLDER / f"{request.file.stem}{SUFFIX}"
    if not is_pipeline_file(path):
        raise InputError(Problem("is no name of a pipeline file", f"end it with {SUFFIX}", str(path)))
    if path.exists():
        raise RefusedError(Problem("is there already", "name another file by --out, or remove it", str(path)))
    write_all({path: yaml_text(found.data, f"Made of {seen(request.file.name)} by headgate.")})
    return ImportResult(path, len(found.data["tables"]), found.not_taken)


def _filled(text: str, request: ImportRequest) -> str:
    """Give the SQL with values in place of ${name}. Raises InputError with each name that has none."""
    missing = {place[1]: place for place in reversed(list(_PLACE.finditer(text))) if place[1] not in request.values}
    if missing:
        places = sorted(missing.values(), key=lambda place: place.start())
        raise InputError(
            Problem(
                f"holds ${{{place[1]}}}, and the SQL of a pipeline file holds values alone",
                f"say what it stands for: --value {place[1]}=…",
                str(request.file),
                text.count("\n", 0, place.start()) + 1,
            )
            for place in places
        )
    return _PLACE.sub(lambda place: request.values[place[1]], text)
