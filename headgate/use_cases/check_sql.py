"""SQL of a pipeline checked, with what the project and a file of schemas know of tables; and mended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.files import needed_text, write_all
from headgate.problems import InputError, Problem, did_you_mean, refuse
from headgate.transforms.files import need_sqlglot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from headgate.sql.check.editions import Edition
    from headgate.sql.check.findings import Code, Finding
    from headgate.sql.known import KnownTable, KnownTables


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSqlRequest:
    """Files of one pipeline, and folders of such files.

    schemas: what is known of tables that the pipeline reads. deployed: files and folders as they were deployed last; empty
    where nothing is compared. fix: mend what can be; approximate: also where results are then no longer exact. strict: warnings
    and notes are errors. edition: of a pipeline on classic compute. target: whose catalogs the project's tables are in.
    spark: a Python that has pyspark, to ask Spark too; None: not asked. allowed: kinds of findings that are warnings, whatever
    they are.
    """

    files: tuple[Path, ...]
    schemas: Path | None = None
    deployed: tuple[Path, ...] = ()
    fix: bool = False
    approximate: bool = False
    strict: bool = False
    edition: Edition | None = None
    target: str | None = None
    root: Path = Path()
    spark: str | None = None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedSql:
    """What was found, after what was mended: settled findings, and the files that changed by it."""

    files: tuple[str, ...]
    findings: tuple[Finding, ...]
    settled: int
    changed: tuple[Path, ...]


def check_sql_files(request: CheckSqlRequest) -> CheckedSql:
    """Check files, and mend them where that is asked for. Raises InputError for files that can't be read."""
    need_sqlglot()
    from headgate.sql.check.pipeline import check_sql

    allowed = codes_of(request.allowed)
    texts = read_texts(request.files)
    tables = known_tables(request)

    def check(files: Mapping[str, str]) -> tuple[Finding, ...]:
        return check_sql(files, tables, strict=request.strict, edition=request.edition, allowed=allowed)

    changed: list[Path] = []
    settled = 0
    if request.fix:
        from headgate.sql.check.fix import fixed

        after, settled = fixed(texts, check, approximate=request.approximate)
        changed = write_all({Path(name): text for name, text in after.items() if text != texts[name]})
        texts = after
    findings = check(texts)
    if request.deployed:
        from headgate.sql.check.deployed import check_deployed

        findings += check_deployed(read_texts(request.deployed), texts, strict=request.strict, allowed=allowed)
    if request.spark is not None:
        findings += tuple(_spark_findings(texts, tables, findings, request))
    return CheckedSql(tuple(texts), findings, settled, tuple(changed))


def codes_of(names: Iterable[str]) -> frozenset[Code]:
    """Give kinds of findings by their names. Raises InputError for a name that none has."""
    from headgate.sql.check.findings import Code

    known = [code.value for code in Code]
    refuse(
        Problem(f"--allow {name}: there is no such finding", did_you_mean(name, known)) for name in names if name not in known
    )
    return frozenset(map(Code, names))


def _spark_findings(
    texts: Mapping[str, str], tables: KnownTables, found: Sequence[Finding], request: CheckSqlRequest
) -> Iterator[Finding]:
    """Give what Spark refuses in statements that have no error yet. Raises what starting and asking Spark does."""
    from headgate.sql.dialect.reader import read_file
    from headgate.sql.spark.session import SparkSession, spark_findings

    files = [read_file(name, text) for name, text in texts.items()]
    with SparkSession(request.spark or "") as session:
        for one in spark_findings(files, tables, session):
            statements = next(file.statements for file in files if file.name == one.file)
            around = next((part.span for part in statements if part.span.start <= one.span.start < part.span.end), one.span)
            errors = [other.span for other in found if other.file == one.file and other.severity.value == "error"]
            if not any(around.start <= span.start < around.end for span in errors):
                yield one


def read_texts(paths: tuple[Path, ...]) -> dict[str, str]:
    """Give the texts of files, and of all `*.sql` below folders, by path. Raises InputError for what can't be read."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for path in paths:
        below = sorted(path.rglob("*.sql")) if path.is_dir() else [path]
        if not below:
            problems.append(Problem("holds no *.sql", "name a file, or a folder that has some", str(path)))
        for file in below:
            try:
                found[str(file)] = needed_text(file)
            except InputError as error:
                problems += error.problems
    refuse(problems)
    return found


def known_tables(request: CheckSqlRequest) -> KnownTables:
    """Give what the file of schemas says, then the tables that the project's connectors land; they are read once one is needed.

    Raises InputError, as the look at these tables does.
    """
    from headgate.sql.known import KnownTables
    from headgate.transforms.landed import landed_tables

    lists: list[Iterable[KnownTable]] = []
    if request.schemas is not None:
        from headgate.sql.schemas import read_schemas

        lists.append(read_schemas(needed_text(request.schemas), str(request.schemas)))
    lists.append(landed_tables(request.root, request.target))
    return KnownTables(*lists)
