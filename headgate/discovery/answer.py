"""Reading what the process with the connector's code answered, whatever became of it."""

from __future__ import annotations

import contextlib
import json
import signal
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NoReturn

from headgate.discovery.classify import listed
from headgate.discovery.found import Failure, Found
from headgate.discovery.metadata import MetadataError, name_faults, table_of
from headgate.inventory.row import UNVERIFIED, TableRow
from headgate.numbers import some
from headgate.problems import HeadgateError, InputError, Problem, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.discovery.connector_code import Code, DiscoveryOptions
    from headgate.discovery.isolate import Ended

_LONGEST = 1_000
_PRINTED = 8 * 1024
_MOST = 20
_ELSEWHERE = "take the tables from a workspace or a list: --from-workspace, --from-csv"
_OPTIONS = (
    "what it needs to start goes in HEADGATE_OPTION_<NAME>, --init-options-file, or `discovery:` of connector.yaml; "
    f"or {_ELSEWHERE}"
)
# Packages that many use and that are not called as their module is.
_PACKAGES = {
    "bs4": "beautifulsoup4",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "jwt": "PyJWT",
    "yaml": "PyYAML",
}
_STAGES = {
    "import": "importing the code",
    "lists": "reading its TABLES_ lists",
    "init": "making the connector",
    "list_tables": "list_tables()",
    "metadata": "read_table_metadata()",
}
# What a line may say → where that is kept.
_ALIKE = ("stage", "importing", "connector", "lists", "unmade")
_KEPT = {"asking": "current", "tables": "names", **{name: name for name in _ALIKE}}


@dataclass
class _ChildOutput:
    """The lines of an answer, taken together."""

    stage: str = ""
    importing: str = ""
    current: str = ""
    connector: str = ""
    lists: dict[str, list[str]] = field(default_factory=dict)
    names: Any = None
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    unmade: dict[str, str] | None = None
    fault: dict[str, str] | None = None
    search: dict[str, Any] | None = None

    def take(self, line: dict[str, Any]) -> None:
        for key, name in _KEPT.items():
            setattr(self, name, line.get(key, getattr(self, name)))
        self.fault = line.get("fault", self.fault) if "table" not in line else self.fault
        self.search = line if "looked" in line else self.search
        if "table" in line:
            self.answers[line["table"]] = line


def read_answer(ended: Ended, code: Code, options: DiscoveryOptions, redact: Callable[[str], str]) -> Found:
    """Give the tables that were answered; raises InputError and SourceError as `discover_code` says."""
    output = _ChildOutput()
    for line in ended.lines:
        # The code may have written to any descriptor; a line of another kind is none of ours.
        with contextlib.suppress(ValueError):
            output.take(_redacted(json.loads(line), redact))
    printed = redact(ended.printed.decode(errors="replace")).strip()[-_PRINTED:]
    try:
        if not ended.whole:
            _died(ended, output, code)
        if output.search:
            _no_single_class(output.search, code)
        tables, failed = _tables(output, code, options, redact)
        if failed and not options.best_effort:
            raise SourceError(_failures(failed, code, output, options))
    except HeadgateError as error:
        if not printed:
            raise
        raise type(error)([*error.problems, Problem(f"what the connector's code printed last:\n{printed}")]) from None
    unmade = _described(output.unmade) if output.unmade else ""
    return Found(tuple(tables), tuple(failed), output.connector, unmade, printed)


def _redacted(line: dict[str, Any], redact: Callable[[str], str]) -> dict[str, Any]:
    """Take secrets out of what an exception says; names of tables and columns are results, and stay."""
    for fault in (line.get("fault", {}), line.get("unmade", {}), *line.get("errors", {}).values()):
        if "message" in fault:
            text = redact(fault["message"])
            fault["message"] = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return line


def _tables(
    output: _ChildOutput, code: Code, options: DiscoveryOptions, redact: Callable[[str], str]
) -> tuple[list[TableRow], list[Failure]]:
    if output.fault:
        # What fails in a class that was not made fails for that.
        stage, fault = ("init", output.unmade) if output.unmade else (output.stage, output.fault)
        fix = _wanted([*([output.unmade] if output.unmade else []), output.fault], options)
        raise SourceError(f"{code}: {_STAGES[stage]} failed with {_described(fault)}", fix or _OPTIONS)
    if faults := name_faults(output.names):
        fix = "fix list_tables() of the connector" if output.names else _OPTIONS
        raise SourceError([Problem(f"{code}: list_tables(): {redact(fault)}", fix) for fault in faults[:_MOST]])
    categories = listed(output.lists)
    tables: list[TableRow] = []
    failed: list[Failure] = []
    status = UNVERIFIED if output.unmade else ""
    for name in output.names:
        category, answer = categories.get(name, ""), output.answers[name]
        try:
            if "fault" in answer:
                raise MetadataError(_described(answer["fault"]))  # noqa: TRY301 (one way out for both kinds of failure)
            tables.append(replace(table_of(name, answer["metadata"], category), status=status))
        except MetadataError as error:
            failed.append(Failure(name, redact(str(error))))
            tables.append(TableRow(name, category=category, status=UNVERIFIED))
    return tables, failed


def _failures(failed: list[Failure], code: Code, output: _ChildOutput, options: DiscoveryOptions) -> list[Problem]:
    wanted = _wanted([answer["fault"] for answer in output.answers.values() if "fault" in answer], options)
    fix = "; ".join(
        filter(None, (wanted or "fix the connector or its options", "or keep their names alone with --best-effort"))
    )
    last = len(failed) - 1
    return [
        Problem(f"{code}: read_table_metadata({one.table!r}): {one.message}", fix if number == last else "")
        for number, one in enumerate(failed)
    ]


def _wanted(faults: list[dict[str, str]], options: DiscoveryOptions) -> str:
    """Say what to give a connector that needs what nobody gave, or the source itself; empty where it needs neither."""
    parts = []
    if options.missing:
        named = "; ".join(f"{one.name}: {one.about}" if one.about else one.name for one in options.missing)
        parts.append(f"give as HEADGATE_OPTION_<NAME>, or by --init-options-file, what was made up here ({named})")
    if options.missing or any("unreached" in fault for fault in faults):
        parts.append(_ELSEWHERE)
    return "; or ".join(parts)


def _died(ended: Ended, output: _ChildOutput, code: Code) -> NoReturn:
    doing = _STAGES.get(output.stage, "starting")
    if output.stage == "import" and output.importing:
        doing = f"importing {output.importing}"
    if output.stage == "metadata" and output.current:
        doing = f"read_table_metadata({output.current!r})"
    if ended.exit_code is None:
        raise SourceError(
            f"{code}: {doing} did not end within {code.timeout:g} s; the process and those it started were killed",
            "give it more time with --timeout, or look at what it waits for",
        )
    how = f"with exit code {ended.exit_code}"
    if ended.exit_code < 0:
        how = (
            f"by {signal.Signals(-ended.exit_code).name}"
            if -ended.exit_code in set(signal.Signals)
            else f"by signal {-ended.exit_code}"
        )
    raise SourceError(
        f"{code}: the connector's code ended its process {how} during {doing}", "look for what ends the process there"
    )


def _no_single_class(search: dict[str, Any], code: Code) -> NoReturn:
    if search["classes"]:
        names = some(search["classes"], _MOST)
        choice = search["classes"][0].rpartition(":")[2]
        raise InputError(
            f"{code} holds several connectors: {names}", f"name one of them with --class, such as --class {choice}"
        )
    first: dict[tuple[str, str], str] = {}
    for place, fault in search["errors"].items():
        first.setdefault(_unimported(fault), place)
    if first:
        raise SourceError(Problem(f"{code}: {place} {told}", fix) for (told, fix), place in list(first.items())[:_MOST])
    wanted = f" named {code.class_name}" if code.class_name else ""
    where = f"looked in {some(search['looked'], _MOST)}" if search["looked"] else "it holds no Python file"
    raise InputError(
        f"{code}: No LakeflowConnect class{wanted} found; {where}",
        "a connector's class has list_tables and read_table_metadata, and is not abstract",
    )


def _unimported(fault: dict[str, str]) -> tuple[str, str]:
    """Say why code could not be imported, and how to mend it."""
    if "needs" not in fault:
        return f"could not be imported: {_described(fault)}", "mend it, or name the file that holds the connector's class"
    module = fault["needs"].partition(".")[0]
    package = _PACKAGES.get(module, module)
    told = f"needs the package {module}{f' ({package})' if package != module else ''}, which is not installed"
    fix = f"pip install {package}, in headgate's environment; a module of the connector's own goes beside its code"
    return f"{told}{' (' + fault['at'] + ')' if fault['at'] else ''}", fix


def _described(fault: dict[str, str]) -> str:
    message, at = fault["message"], f" ({fault['at']})" if fault["at"] else ""
    no_network = "no network: " if "unreached" in fault else ""
    return f"{no_network}{fault['type']}{': ' if message else ''}{message}{at}"
