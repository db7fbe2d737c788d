"""Making a connector in a project: from code, a list of tables, or what comes with Headgate."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.definition.connector_spec import Spec, read_spec
from headgate.definition.load import FILE
from headgate.discovery.connector_code import Code
from headgate.discovery.request import DiscoveryRequest
from headgate.discovery.specification import spec_of
from headgate.generated import write_files
from headgate.inventory.read import parse_inventory
from headgate.names import ID, folder_fault, slug
from headgate.new_project.built_in import Credentials, Names, built_in_files
from headgate.new_project.catalogue import BUILT_IN, built_in
from headgate.new_project.schemas import CONNECTOR
from headgate.problems import InputError
from headgate.project import TABLES
from headgate.use_cases.discover import discover_tables, parse_new

if TYPE_CHECKING:
    from collections.abc import Mapping

_SOURCES = "--python-file, --module, --from-csv, --from-workspace or --from"


_OURS = f"one of ours ({', '.join(BUILT_IN)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConnectorRequest(DiscoveryRequest):
    """A connector `name` for the project in `root`. One of python_file, module, listing, workspace_tables and built_in at most.

    credentials: where the pipelines of a built-in one take its options from. spec_file: a community connector's
    specification; None: the one beside the code. auth: which of its ways to log in. options: the connection's, that are no
    secrets. given: what its class is made with besides, never shown or written. What is empty is asked for by
    `next_question`, or has a default.
    """

    built_in: str = ""
    credentials: Credentials = "connection"
    spec_file: Path | None = None

    def __post_init__(self) -> None:
        """Leave it to `next_question`, and to the discovery, to say what contradicts itself."""

    def discovery(self) -> DiscoveryRequest:
        """Give what is to be discovered. Raises InputError where that contradicts itself."""
        asked = {one.name: getattr(self, one.name) for one in fields(DiscoveryRequest)}
        asked |= {"spec": self.read_spec() if self.spec_file else None, "given": (self.options, *self.given)}
        return DiscoveryRequest(**asked)

    def read_spec(self) -> Spec:
        """Give the specification: the named one, else the one beside the code, else one that says nothing."""
        if self.spec_file:
            return read_spec(self.spec_file)
        beside = spec_of(Code(None if self.module else self.python_file or self.folder, self.module, search=(self.root,)))
        return beside[0] if beside else Spec()


@dataclass(frozen=True, slots=True)
class Question:
    """What is not known yet. `flag` answers it on the command line; `default` is the answer where nobody does, None: none."""

    flag: str
    text: str
    default: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewConnectorResult:
    """What was written, how many tables there are, the commands that come next, and what is odd about names of tables."""

    files: tuple[Path, ...]
    tables: int
    next: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def next_question(request: NewConnectorRequest) -> Question | None:
    """Give the first thing that is not known yet; None where all is.

    Raises InputError for what can't be made: a name that is no id, a connector that is there, a file that can't be read.
    """
    _check(request)
    if not (
        request.built_in or request.listing or request.workspace_tables or request.module or request.python_file
    ) and not any(request.folder.rglob("*.py")):
        return Question(_SOURCES, f"Where its tables come from: its code (folder, .py, wheel or module), a .csv, or {_OURS}")
    connection, catalog, schema = f"{request.name}_connection", "main", request.name
    if request.built_in:
        catalog, schema = request.name, "bronze"
        for asked in built_in(request.built_in).asked:
            if asked.option not in request.options:
                return Question(f"--option {asked.option}=…", asked.text, asked.default)
    elif found := _asked_by_spec(request, request.read_spec()):
        return found
    if not request.connection and request.credentials == "connection":
        return Question("--connection-name", "The Unity Catalog connection", connection)
    if not request.catalog:
        return Question("--dest-catalog", "The destination catalog", catalog)
    return None if request.schema else Question("--dest-schema", "The destination schema", schema)


def unanswered(request: NewConnectorRequest) -> list[Question]:
    """Give the questions that nobody but the user can answer, as far as they are known before the first of them is.

    Raises what `next_question` does.
    """
    found: list[Question] = []
    while question := next_question(request):
        if question.default is None:
            found.append(question)
            if not question.flag.startswith("--option "):
                break  # what is asked after it depends on its answer
        request = answered(request, question, question.default or "?")
    return found


def answered(request: NewConnectorRequest, question: Question, answer: str) -> NewConnectorRequest:
    """Give the request with a question answered. Raises InputError for an answer that is none."""
    answer = answer.strip()
    if not answer or (question.choices and answer not in question.choices):
        raise InputError(f"{answer!r} is no answer to: {question.text}", f"say {question.flag}")
    if question.flag == _SOURCES:
        return _from(request, answer)
    if question.flag.startswith("--option "):
        name = question.flag.removeprefix("--option ").removesuffix("=…")
        return replace(request, options={**request.options, name: answer})
    fields = {"--auth": "auth", "--connection-name": "connection", "--dest-catalog": "catalog", "--dest-schema": "schema"}
    return replace(request, **{fields[question.flag]: answer})  # type: ignore[arg-type]  # all four are texts


def make_connector(request: NewConnectorRequest, environment: Mapping[str, str]) -> NewConnectorResult:
    """Make the connector, whose request has no question left. Raises InputError and SourceError; nothing is written then."""
    if question := next_question(request):
        raise InputError(f"it is not said: {question.text}", f"say {question.flag}")
    if request.built_in:
        return _copied(request)
    done = discover_tables(request.discovery(), environment)
    written = (request.folder / FILE, request.folder / TABLES)
    return NewConnectorResult(written, len(done.merged.tables), _next(request), tuple(map(str, done.odd)))


def _check(request: NewConnectorRequest) -> None:
    if not ID.fullmatch(request.name):
        fix = f"use a-z, 0-9 and _, beginning with a letter, at most 63 long: {slug(request.name)}"
        raise InputError(f"{request.name!r} can't be a connector's id", fix)
    if fault := folder_fault(request.name):
        raise InputError(f"{request.name!r} can't be a connector's folder: it {fault}", "choose another name")
    named = {
        "--python-file": request.python_file,
        "--module": request.module,
        "--from-csv": request.listing,
        "--from-workspace": request.workspace_tables,
        "--from": request.built_in,
    }
    if len(given := [flag for flag, value in named.items() if value]) > 1:
        raise InputError(f"{' and '.join(given)} each say where tables come from", "give one of them")
    if given and given[0] not in {"--python-file", "--module"}:
        of_code = {"--class": request.class_name, "--init-options-file": request.given}
        if lost := [flag for flag, value in of_code.items() if value]:
            raise InputError(f"{' and '.join(lost)} is for code, and {given[0]} asks none", f"take {' and '.join(lost)} out")
    _check_built_in(request)
    for name in (FILE, TABLES):
        if (request.folder / name).exists():
            fix = f"choose another name, or run `headgate discover --connector-name {request.name}` to find its tables again"
            raise InputError(f"the connector '{request.name}' is there already: {request.folder / name}", fix)
    if request.built_in and request.folder.is_dir() and any(request.folder.iterdir()):
        raise InputError(f"{request.folder} is not empty", "choose another name, or move away what is there")


def _check_built_in(request: NewConnectorRequest) -> None:
    if not request.built_in:
        if request.credentials != "connection":
            fix = "take it out, and say it in connector.yaml, once it is there"
            raise InputError("--credentials is for --from", fix)
        return
    known = [asked.option for asked in built_in(request.built_in).asked]
    if unknown := [name for name in request.options if name not in known]:
        asked_for = ", ".join(f"--option {name}=…" for name in known)
        rest = "set others in connector.yaml, once it is there"
        fix = f"{asked_for} {'is' if len(known) == 1 else 'are'} what is asked for; {rest}" if known else rest
        raise InputError(f"--option {unknown[0]} has no place with --from {request.built_in}", fix)
    if empty := [name for name, value in request.options.items() if not value.strip()]:
        raise InputError(f"--option {empty[0]} has no value", f"write --option {empty[0]}=…, with what it is")
    if request.credentials == "secrets" and request.connection:
        fix = "take it out, or write --credentials connection"
        raise InputError("--connection-name has no place with --credentials secrets, which reads through none", fix)


def _asked_by_spec(request: NewConnectorRequest, spec: Spec) -> Question | None:
    methods = tuple(method.name for method in spec.connection.auth_methods)
    if methods and not request.auth:
        return Question("--auth", f"How to log in: {', '.join(methods)}", methods[0] if len(methods) == 1 else None, methods)
    for one in spec.parameters(request.auth):
        if one.required and not one.is_secret and one.name not in request.options:
            about = f" ({' '.join(one.description.split())})" if one.description else ""
            return Question(f"--option {one.name}=…", f"The connection's {one.name}{about}")
    return None


def _from(request: NewConnectorRequest, answer: str) -> NewConnectorRequest:
    if answer in BUILT_IN:
        return replace(request, built_in=answer)
    path = Path(answer).expanduser()
    if path.suffix == ".csv":
        return replace(request, listing=path)
    if path.exists() or path.suffix in {".py", ".whl"} or {"/", "\\"} & set(answer):
        return replace(request, python_file=path)
    return replace(request, module=answer)


def _copied(request: NewConnectorRequest) -> NewConnectorResult:
    schema = f"../../{CONNECTOR}" if (request.root / CONNECTOR).is_file() else ""
    names = Names(request.name, request.connection, request.catalog, request.schema, request.options, schema)
    files = built_in_files(built_in(request.built_in), request.credentials, names)
    texts = {file.path.rpartition("/")[2]: file.text for file in files}
    parse_new(texts[FILE], request.folder / FILE)
    write_files(request.root, files)
    tables = parse_inventory(texts[TABLES].encode(), str(request.folder / TABLES))
    return NewConnectorResult(tuple(request.root / file.path for file in files), len(tables), _next(request))


def _next(request: NewConnectorRequest) -> tuple[str, ...]:
    makefile = request.root / "Makefile"
    has_synth = makefile.is_file() and "\nsynth:" in makefile.read_text(encoding="utf-8", errors="replace")
    synth = "make synth" if has_synth else "npx cdktf synth"
    return (f"headgate balance {request.name}", synth, f"headgate show {request.name}")
