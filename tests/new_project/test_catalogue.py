"""The connectors that come with Headgate, each in both of its forms: made, checked and balanced."""

from __future__ import annotations

import csv
import json
import re
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, get_args

import pytest

from headgate.cli.init_connector import connector
from headgate.definition.load import load_definition, parse_definition
from headgate.inventory.read import read_inventory
from headgate.layout.lock import read_lock
from headgate.new_project.built_in import Credentials, Names, built_in_files
from headgate.new_project.catalogue import BUILT_IN, built_in
from tests.deployment.notebooks import execute
from tests.support.command import in_process
from tests.support.shared import COMMUNITY, shared

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.definition.model import Definition
    from tests.support.command import Run

ANSWERS = {
    "github": {"owner": "octo", "repo": "hello-world"},
    "hubspot": {},
    "osipi": {"pi_base_url": "https://pi.example.org/piwebapi"},
    "salesforce": {"username": "reader@example.org", "instance_url": "https://acme.my.salesforce.com"},
    "zendesk": {"subdomain": "acme", "email": "reader@example.org"},
    "zoho_crm": {"client_id": "1000.ABC", "base_url": "https://accounts.zoho.eu"},
}
SECRETS = {
    "github": ["token"],
    "hubspot": ["access_token"],
    "osipi": ["client_secret"],
    "salesforce": ["password", "security_token"],
    "zendesk": ["api_token"],
    "zoho_crm": ["client_secret", "refresh_token"],
}
FORMS: list[tuple[str, Credentials]] = [(name, form) for name in BUILT_IN for form in get_args(Credentials)]
LONG = pytest.mark.long
# Said otherwise than by the connector's code, and why.
OURS = {
    # The events that comments come from have no updated_at: by Zendesk's API they are ordered by created_at.
    ("zendesk", "ticket_comments"): {"sequence_by": "created_at"},
}


@pytest.fixture
def headgate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Give the command line, run in this process in an empty folder."""
    return in_process(tmp_path, monkeypatch, capfd)


def words_of(name: str, form: str) -> list[str]:
    options = [word for option, value in ANSWERS[name].items() for word in ("--option", f"{option}={value}")]
    return ["init", "connector", "mine", "--from", name, "--credentials", form, *options]


@pytest.mark.parametrize(
    ("name", "form"),
    [one if one[1] == "connection" or one[0] == "hubspot" else pytest.param(*one, marks=LONG) for one in FORMS],
)
def test_each_is_made_and_nothing_of_it_is_refused(name: str, form: str, headgate: Run, tmp_path: Path) -> None:
    headgate(*words_of(name, form))

    definition = load_definition(tmp_path / "connectors/mine/connector.yaml")
    assert (definition.id, definition.source, definition.credentials) == ("mine", name, form)
    asked = {**definition.clear_options, **definition.table_options}
    assert {option: asked[option] for option in ANSWERS[name]} == ANSWERS[name]
    assert set(SECRETS[name]) <= set(definition.secret_options)
    headgate("balance", "mine")
    tables = len(read_inventory(tmp_path / "connectors/mine/tables.csv"))
    stacks = "3 stacks" if name == "osipi" else "1 stack"
    assert headgate("check").stdout == f"mine: {tables} tables, {stacks}, fine\n"


def definition_of(name: str, form: Credentials, **options: str) -> Definition:
    """Give the definition that a project gets."""
    names = Names("mine", "mine_connection" if form == "connection" else "", "cat", "sch", {**ANSWERS[name], **options})
    files = {file.path: file.text for file in built_in_files(built_in(name), form, names)}
    return parse_definition(files["connectors/mine/connector.yaml"])


@pytest.mark.parametrize("name", BUILT_IN)
def test_both_forms_give_the_connector_the_same_options(name: str) -> None:
    by_connection, by_secrets = definition_of(name, "connection"), definition_of(name, "secrets")

    def names(definition: Definition) -> set[str]:
        return {*definition.clear_options, *definition.secret_options}

    assert names(by_connection) == names(by_secrets)
    alike = {"credentials", "connection", "secrets"}
    assert by_secrets.model_dump(exclude=alike) == by_connection.model_dump(exclude=alike)


@pytest.mark.parametrize(
    ("name", "form"),
    [one if one in {("salesforce", "connection"), ("github", "secrets")} else pytest.param(*one, marks=LONG) for one in FORMS],
)
def test_with_the_wheels_that_it_names_it_becomes_a_bundle(
    name: str, form: str, headgate: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    headgate(*words_of(name, form))
    file = tmp_path / "connectors/mine/connector.yaml"
    text = file.read_text().replace("    default: true\n", "    default: true\n    deploy_with: bundle\n")
    wheels = re.findall(r"^#( +(?:wheels:|- /Volumes).*\n)", text, re.MULTILINE)
    file.write_text(re.sub(r"^  git:\n(?:    .*\n)+", "".join(line[1:] for line in wheels), text, flags=re.MULTILINE))
    assert len(load_definition(file).code.wheels) == (1 if name in {"osipi", "salesforce"} else 2)

    headgate("balance", "mine")
    headgate("generate", "bundle", "mine")

    assert headgate("check").stderr == ""  # wheels stay as they are, whereas a branch does not
    folder = tmp_path / "bundle/src/dev/mine" / ("notebooks" if form == "secrets" else "ingest")
    texts = [path.read_text() for path in folder.glob("*.py")]
    lock = read_lock(tmp_path / "connectors/mine/layout.lock", "mine")
    assert lock
    assert len(texts) == len(lock.pipelines)
    if form == "secrets":
        reads_all_tables(name, load_definition(file), texts, monkeypatch)


def reads_all_tables(name: str, definition: Definition, notebooks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Execute a connector's notebooks: each of its tables is defined once, and read with the secrets, by their last keys."""
    rows = {row["source_table"]: row for row in csv.DictReader(built_in(name).text("tables.csv").splitlines())}
    metadata = {
        table: {
            "primary_keys": json.loads(row["primary_keys"]),
            "cursor_field": row["cursor_field"] or None,
            "ingestion_type": row["ingestion_type"],
        }
        for table, row in rows.items()
    }
    assert definition.secrets
    keys = definition.secrets.secret_mappings
    secrets = {(definition.secrets.secrets_scope, tried[-1]): f"CANARY-{option}" for option, tried in keys.items()}
    own: Any = ModuleType("mine.spark")
    own.register_lakeflow_source = lambda _: None
    monkeypatch.setitem(sys.modules, "mine", ModuleType("mine"))
    monkeypatch.setitem(sys.modules, "mine.spark", own)
    monkeypatch.setattr(sys, "path", [*sys.path])
    defined: list[str] = []
    for text in notebooks:
        found = execute(text, secrets, metadata)
        defined += found.tables
        for flow in found.flows:
            assert {option: f"CANARY-{option}" for option in keys}.items() <= found.source(flow).options.items()
    assert sorted(defined) == sorted(f"`dev_mine`.`bronze`.`{table}`" for table in rows)


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_nobody_can_guess_is_asked_for(name: str, headgate: Run, tmp_path: Path) -> None:
    needed = [asked.option for asked in built_in(name).asked if asked.default is None]
    assert [asked.option for asked in built_in(name).asked] == list(ANSWERS[name])

    if needed:
        said = headgate("init", "connector", "mine", "--from", name, code=1).stderr
        assert [line.strip() for line in said.splitlines() if "say --option" in line] == [
            f"say --option {option}=…" for option in needed
        ]
        assert not (tmp_path / "connectors").exists()
    else:
        headgate("init", "connector", "mine", "--from", name)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "hubspo"), "did you mean 'hubspot'?"),
        (("--from", "x" * 30), "use one of: github, hubspot, osipi, salesforce, zendesk, zoho_crm"),
        (("--from", "hubspot", "--option", "access_token=CANARY"), "--option access_token has no place with --from hubspot"),
        (("--from", "zendesk", "--option", "x=1"), "--option subdomain=…, --option email=… are what is asked for"),
        (("--from", "hubspot", "--credentials", "secrets", "--connection-name", "c"), "--connection-name has no place with"),
        (("--from", "github", "--option", "owner= "), "--option owner has no value"),
        (("--from-csv", "x.csv", "--credentials", "secrets"), "--credentials is for --from"),
    ],
)
def test_what_can_not_be_made_is_refused(words: tuple[str, ...], said: str, headgate: Run, tmp_path: Path) -> None:
    told = headgate("init", "connector", "mine", *words, code=1).stderr

    assert said in told
    assert "CANARY" not in told
    assert not (tmp_path / "connectors").exists()


@pytest.mark.parametrize("form", ["connection", "secrets"])
@pytest.mark.parametrize(
    "value", ['a"b', "a\\1b", "a: b", "#x", "true", "1.0", "ü", "a'b", "{x}", "a b", "-", "~", "a\nb", "\t", "a\u2028b"]
)
def test_an_answer_is_text_whatever_it_holds(value: str, form: Credentials) -> None:
    assert definition_of("github", form, owner=value).table_options == {"owner": value, "repo": "hello-world"}
    assert definition_of("zendesk", form, email=value).clear_options["email"] == value


def test_the_command_names_all_of_them() -> None:
    told = str(connector.__annotations__["built_in"])

    assert [name for name in BUILT_IN if name not in told] == []


@pytest.mark.shared(COMMUNITY)
def test_tables_are_those_of_the_connectors_own_code() -> None:
    """What 35 tables of four connectors are by their code; of Zoho's it names without a server those that are no modules."""
    with shared(COMMUNITY).open() as file:
        found = [row for row in csv.DictReader(file) if row["connector"] in set(BUILT_IN) - {"osipi"}]
    assert len(found) == 35

    for row in found:
        rows = csv.DictReader(built_in(row["connector"]).text("tables.csv").splitlines())
        ours = next(one for one in rows if one["source_table"] == row["source_table"])
        assert json.loads(ours["primary_keys"]) == json.loads(row["primary_keys"])
        assert [ours[column] for column in ("ingestion_type", "cursor_field")] == [row["ingestion_type"], row["cursor_field"]]


def test_what_is_said_otherwise_than_by_the_code_is_listed_here() -> None:
    found = {
        (name, row["source_table"]): row["table_options_json"]
        for name in BUILT_IN
        for row in csv.DictReader(built_in(name).text("tables.csv").splitlines())
        if row.get("table_options_json")
    }

    assert {key: f'{{"sequence_by":"{options["sequence_by"]}"}}' for key, options in OURS.items()} == found
