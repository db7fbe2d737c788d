"""`headgate init connector`: from code, from a list, from what comes with Headgate; by flags, or by asking."""

from __future__ import annotations

import difflib
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headgate.definition.connector_spec import read_spec
from headgate.definition.load import load_definition
from headgate.problems import InputError
from headgate.use_cases.init_connector import NewConnectorRequest, answered, next_question
from tests.support.command import in_process

if TYPE_CHECKING:
    from tests.support.command import Run

ROOT = Path(__file__).resolve().parents[2]
CODE = """\
class Crm:
    def __init__(self, options):
        assert options["site"] == "north" and options["token"] == "s3cret"

    def list_tables(self):
        return ["contacts", "deals"]

    def read_table_metadata(self, table, options):
        return {"ingestion_type": "snapshot", "primary_keys": ["id"]}
"""
SPEC = """\
display_name: CRM
connection:
  auth_methods:
    - name: key
      parameters:
        - {name: token, required: true, secret: true, description: What the account page shows.}
    - name: login
      parameters:
        - {name: user, required: true}
        - {name: password, required: true}
  parameters:
    - {name: site, type: string, required: true, description: Which site to read.}
    - name: timeout
      required: false
      description: >
        Seconds that a request
        may take.
external_options_allowlist: "page_size, since,page_size"
"""


@pytest.fixture
def project(headgate: Run, tmp_path: Path) -> Path:
    """Give a project, in which the command is run, with a connector's code beside it and the specification beside that."""
    headgate("init", "project", ".")
    (tmp_path / "crm_code").mkdir()
    (tmp_path / "crm_code/crm.py").write_text(CODE)
    (tmp_path / "crm_code/connector_spec.yaml").write_text(SPEC)
    (tmp_path / "secret.json").write_text('{"token": "s3cret"}')
    return tmp_path


def files(project: Path) -> set[str]:
    return {path.relative_to(project).as_posix() for path in (project / "connectors").rglob("*") if path.is_file()}


FLAGS = ("--auth", "key", "--option", "site=north", "--init-options-file", "secret.json")


def test_from_code_it_takes_the_specification_beside_it(headgate: Run, project: Path) -> None:
    made = headgate("init", "connector", "crm", "--python-file", "crm_code/crm.py", *FLAGS)

    definition = load_definition(project / "connectors/crm/connector.yaml")
    assert definition.connection.options == {"site": "north"}
    assert definition.connection.secrets == ["token"]
    assert definition.connection.external_options == ["page_size", "since"]
    text = (project / "connectors/crm/connector.yaml").read_text()
    assert "  # options may also have timeout: Seconds that a request may take.\n" in text
    assert "s3cret" not in text
    assert text.startswith("# yaml-language-server: $schema=../../.headgate/connector.schema.json\n")
    told = "2 tables. Look through connector.yaml, and say under `code:` what pipelines import; then\n"
    assert f"{told}  1. headgate balance crm\n  2. make synth\n" in made.stdout
    headgate("balance", "crm")
    assert "code: nothing brings the connector's code" in headgate("check", code=1).stderr
    (project / "connectors/crm/connector.yaml").write_text(text.replace("# code:", "code:").replace("#   git:", "  git:"))
    assert headgate("check").stdout == "crm: 2 tables, 1 stack, fine\n"


def test_what_no_flag_says_has_a_default_or_names_its_flag(headgate: Run, project: Path) -> None:
    code = ("init", "connector", "crm", "--python-file", "crm_code/crm.py")

    assert "say --python-file, --module, --from-csv, --from-workspace or --from\n" in headgate(*code[:3], code=1).stderr
    assert "How to log in: key, login\n    say --auth" in headgate(*code, code=1).stderr
    failed = headgate(*code, "--auth", "key", code=1)
    assert "The connection's site (Which site to read.)\n    say --option site=…" in failed.stderr
    assert files(project) == set()
    made = headgate(*code, *FLAGS)
    assert "The destination catalog: main (the default; give another by --dest-catalog)" in made.stderr
    assert load_definition(project / "connectors/crm/connector.yaml").destination.catalog == "main"


def test_on_a_terminal_it_asks(project: Path) -> None:
    answers = ["crm_code", "key", "north", "crm_conn", "", "bronze"]
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "headgate", "init", "connector", "crm", "--init-options-file", "secret.json"]
    with os.fdopen(ours, "w") as keyboard:
        keyboard.write("".join(f"{answer}\n" for answer in answers))
        keyboard.flush()
        run = subprocess.run(command, cwd=project, stdin=theirs, capture_output=True, text=True, check=False)
    os.close(theirs)

    assert run.returncode == 0, run.stderr
    definition = load_definition(project / "connectors/crm/connector.yaml")
    assert definition.connection.name == "crm_conn"
    assert (definition.destination.catalog, definition.destination.schema_name) == ("main", "bronze")


def test_from_a_csv(headgate: Run, project: Path) -> None:
    (project / "list.csv").write_text("source_table,ingestion_type\norders,append\nitems,cdc\n")

    headgate("init", "connector", "shop", "--from-csv", "list.csv", "--dest-schema", "raw")

    assert files(project) == {"connectors/shop/connector.yaml", "connectors/shop/tables.csv"}
    assert load_definition(project / "connectors/shop/connector.yaml").destination.schema_name == "raw"


def test_one_that_comes_with_headgate_is_copied_under_the_projects_names(headgate: Run, project: Path) -> None:
    names = ("--option", "pi_base_url=https://pi.example.org/piwebapi", "--dest-catalog", "plant", "--dest-schema", "raw")
    made = headgate("init", "connector", "pi_north", "--from", "osipi", "--connection-name", "pi:north", *names)

    assert "Look through connector.yaml; then\n" in made.stdout
    written = (project / "connectors/pi_north/connector.yaml").read_text().splitlines()
    source = (ROOT / "connectors/osipi/connector.yaml").read_text().splitlines()
    changed = [line for line in difflib.ndiff(source, written) if line.startswith("+ ")]
    assert changed == [
        "+ # yaml-language-server: $schema=../../.headgate/connector.schema.json",
        "+ id: pi_north",
        "+ name: pi_north",
        '+   name: "pi:north"',
        "+   type: COMMUNITY",
        "+     pi_base_url: https://pi.example.org/piwebapi",
        "+   catalog: plant",
        "+   schema: raw",
        "+   module: pi_north.spark",
        "+     catalog: dev_plant",
    ]
    assert {"pyproject.toml", "layout.lock"}.isdisjoint(path.rpartition("/")[2] for path in files(project))
    assert (project / "connectors/pi_north/streaming/reader.py").is_file()
    assert headgate("discover", "--connector-name", "pi_north").stdout.endswith("nothing changed\n")
    headgate("balance", "pi_north")
    assert headgate("check").stdout == "pi_north: 39 tables, 3 stacks, fine\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Crm",), "beginning with a letter, at most 63 long: crm"),
        (("crm/x",), "'crm/x' can't be a connector's id"),
        (("con",), "'con' can't be a connector's folder: it is a device's name on Windows"),
        (("crm", "--from", "osi"), "did you mean 'osipi'?"),
        (("crm", "--from", "osipi", "--from-csv", "x.csv"), "--from-csv and --from each say where tables come from"),
        (("crm", "--from-csv", "none.csv"), "none.csv"),
        (("crm", "--python-file", "none.py"), "none.py"),
        (("crm", "--from", "osipi", "--dest-catalog", "a b"), "which Unity Catalog does not take"),
        (("crm", "--from", "osipi", "--option", "pi_base_url"), "write --option NAME=VALUE"),
        (("crm", "--python-file", "crm_code", "--auth", "keys"), "did you mean 'key'?"),
        (("crm", "--module", "x", "--spec", "main.py"), "main.py:1"),
        (("crm", "--from", "osipi", "--root", "main.py"), "main.py is a file"),
    ],
)
def test_what_can_not_be_made_is_refused_and_nothing_is_written(
    words: tuple[str, ...], said: str, headgate: Run, project: Path
) -> None:
    assert said in headgate("init", "connector", *words, code=1).stderr
    assert files(project) == set()


@pytest.mark.parametrize("again", [("--from", "osipi"), ("--from-csv", "list.csv")])
def test_a_connector_that_is_there_stays_as_it_is(again: tuple[str, ...], headgate: Run, project: Path) -> None:
    (project / "list.csv").write_text("source_table\norders\n")
    headgate("init", "connector", "shop", "--from-csv", "list.csv")
    before = (project / "connectors/shop/connector.yaml").read_bytes()

    refused = headgate("init", "connector", "shop", *again, code=1)

    assert "is there already" in refused.stderr
    assert "`headgate discover --connector-name shop`" in refused.stderr
    assert (project / "connectors/shop/connector.yaml").read_bytes() == before


def test_code_that_lies_in_the_connectors_folder_is_its_own(headgate: Run, project: Path) -> None:
    (project / "connectors/crm").mkdir(parents=True)
    (project / "crm_code/crm.py").rename(project / "connectors/crm/crm.py")
    (project / "crm_code/connector_spec.yaml").rename(project / "connectors/crm/connector_spec.yaml")

    headgate("init", "connector", "crm", *FLAGS)

    assert load_definition(project / "connectors/crm/connector.yaml").connection.secrets == ["token"]


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        ("osipi", "built_in"),
        ("some.csv", "listing"),
        ("~/x.whl", "python_file"),
        ("a/b", "python_file"),
        (r"C:\code\crm", "python_file"),
        ("pkg.crm", "module"),
    ],
)
def test_one_answer_says_where_tables_come_from(answer: str, field: str, tmp_path: Path) -> None:
    request = NewConnectorRequest(name="crm", root=tmp_path)
    question = next_question(request)
    assert question

    found = answered(request, question, answer)

    assert [name for name in ("built_in", "listing", "python_file", "module") if getattr(found, name)] == [field]


def test_a_specification_that_is_wrong_is_told_by_line(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("connection:\n  parameters:\n    - required: true\n")

    with pytest.raises(InputError, match=r"spec.yaml:3: connection.parameters.0"):
        read_spec(tmp_path / "spec.yaml")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--from-csv t.csv --dest-catalog a.b", "--dest-catalog: 'a.b' holds '.', which Unity Catalog does not take"),
        ("--from-csv t.csv --dest-schema a/b", "--dest-schema: 'a/b' holds '/'"),
        ("--from-csv t.csv --connection-name a/b", "--connection-name: 'a/b' holds '/'"),
        ("--from-csv t.csv --option password=x", "--option password: 'password' is a secret by its name"),
        ("--from osipi --dest-catalog a.b", "--dest-catalog: 'a.b' holds '.'"),
        ("--from osipi --option speed=1", "--option speed has no place with --from osipi"),
        ("--from-csv t.csv --auth key", "--auth 'key' is no way to log in"),
        ("--from-csv t.csv --class Crm", "--class is for code, and --from-csv asks none"),
    ],
)
def test_a_flag_that_is_wrong_is_named_and_no_file_that_is_not_there(
    words: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("source_table\na\n")
    headgate = in_process(tmp_path, monkeypatch, capfd)

    said = headgate("init", "connector", "x", *words.split(), "-q", code=1).stderr

    assert said.startswith(says)
    assert "connector.yaml:" not in said
    assert said.count(says.partition(" ")[0]) <= 2
    assert not (tmp_path / "connectors").exists()


def test_a_discovery_of_a_new_connector_names_its_flags_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("source_table\na\n")
    headgate = in_process(tmp_path, monkeypatch, capfd)

    said = headgate("discover", "x", "--from-csv", "t.csv", "--dest-catalog", "a.b", "--dest-schema", "c/d", code=1).stderr

    assert [line.partition(":")[0] for line in said.splitlines() if not line.startswith(" ")] == [
        "--dest-catalog", "--dest-schema",
    ]  # fmt: skip


@pytest.mark.parametrize("command", [("init", "connector"), ("discover",)])
def test_names_that_a_damaged_list_has_are_taken_and_told_with_their_place(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text(f'source_table\na\n"b\nc"\n{"d" * 256}\n')
    headgate = in_process(tmp_path, monkeypatch, capfd)

    said = headgate(*command, "x", "--from-csv", "t.csv", "-q").stderr

    place = "warning: connectors/x/tables.csv: row %d, column source_table: "
    assert place % 2 + "'b\\nc' runs over several lines" in said
    assert place % 3 + f"'{'d' * 57}...' is 256 characters long" in said
    assert said.count("warning: ") == 2
