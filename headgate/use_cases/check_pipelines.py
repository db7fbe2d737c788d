"""Pipeline files checked by the SQL that they become."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.files import needed_text
from headgate.problems import Problem, refuse
from headgate.transforms.files import SqlRequest, is_pipeline_file, need_sqlglot, read_pipelines
from headgate.transforms.findings import checked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.sql.known import KnownTable
    from headgate.use_cases.check_sql import CheckedSql, CheckSqlRequest


def check_files(request: CheckSqlRequest) -> CheckedSql:
    """Check pipeline files where there is one, else files of SQL. Raises what checking either does."""
    if any(map(is_pipeline_file, request.files)):
        return check_pipelines(request)
    from headgate.use_cases.check_sql import check_sql_files

    return check_sql_files(request)


def check_pipelines(request: CheckSqlRequest) -> CheckedSql:
    """Check pipeline files, each a pipeline of its own; findings are at their lines.

    Raises InputError for other files beside them, and for what only SQL files have.
    """
    from headgate.transforms.landed import landed_tables
    from headgate.use_cases.check_sql import CheckedSql, codes_of

    need_sqlglot()
    others = [path for path in request.files if not is_pipeline_file(path)]
    problems = [Problem("is no pipeline file", "check SQL files by a command of their own", str(path)) for path in others]
    if request.fix:
        problems.append(Problem("--fix writes SQL files", "mend the pipeline file, at the lines that are said"))
    if request.spark is not None:
        problems.append(Problem("--spark reads SQL files", "name the SQL that `headgate sql generate` writes"))
    if request.deployed:
        problems.append(Problem("--deployed compares SQL files", "name the SQL that `headgate sql generate` writes"))
    refuse(problems)
    allowed = codes_of(request.allowed)
    names = tuple(str(path) for path in request.files)
    found = read_pipelines(SqlRequest(names=names, target=request.target, root=request.root))
    tables: Iterable[KnownTable] = landed_tables(request.root, request.target)
    if request.schemas is not None:
        from headgate.sql.schemas import read_schemas

        tables = [*read_schemas(needed_text(request.schemas), str(request.schemas)), *tables]
    done = checked(found, tables, strict=request.strict, edition=request.edition, allowed=allowed)
    return CheckedSql(names, tuple(finding for one in done for finding in one.findings), 0, ())
