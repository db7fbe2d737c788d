"""Tables without the source itself: values are made up for what nobody gave, and no server is asked with them."""

from __future__ import annotations

import json
import socket
import zipfile
from typing import TYPE_CHECKING

import pytest

from headgate.definition.connector_spec import Missing
from headgate.definition.load import load_definition
from headgate.discovery.code import discover_code
from headgate.discovery.connector_code import Code, DiscoveryOptions
from headgate.problems import SourceError
from tests.support.command import Run, command_line

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """\
connection:
  parameters:
    - {name: token, required: true, secret: true, description: The key of the account page. It never ends.}
    - {name: region, description: Where the account is.}
external_options_allowlist: since
"""
CLASS = """\
import socket
import time


def ask(server):
    for _ in range(3):
        try:
            return socket.create_connection(server, timeout=1).recv(9)
        except OSError:
            time.sleep(600)
    raise RuntimeError("tried 3 times") from OSError(101, "unreachable")


class Crm:
    def __init__(self, options):
        self.token = options["token"]
        self.names = ["contacts", "deals"]
        {init}

    def list_tables(self):
        {list_tables}
        return self.names

    def read_table_metadata(self, table, options):
        {metadata}
        return {{"ingestion_type": "snapshot", "primary_keys": ["id"]}}
"""
TOKEN = (Missing("token", "The key of the account page", "made-up"),)


@pytest.fixture
def headgate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Give the command line, run where there is nothing."""
    return command_line(tmp_path, monkeypatch, capfd)


def code(folder: Path, init: str = "pass", list_tables: str = "pass", metadata: str = "pass") -> Code:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "crm.py").write_text(CLASS.format(init=init, list_tables=list_tables, metadata=metadata))
    (folder / "connector_spec.yaml").write_text(SPEC)
    return Code(folder)


def test_a_class_that_only_stores_its_options_gives_its_tables(tmp_path: Path) -> None:
    found = discover_code(code(tmp_path, init="assert self.token == 'made-up'"), DiscoveryOptions(missing=TOKEN))

    assert [(table.source_table, table.status) for table in found.tables] == [("contacts", ""), ("deals", "")]


def test_a_class_whose_options_nobody_knows_is_asked_as_far_as_it_got(tmp_path: Path) -> None:
    shop = tmp_path / "shop.py"
    shop.write_text(CLASS.format(init="pass", list_tables="return ['orders']", metadata="pass"))

    (table,) = discover_code(Code(shop), DiscoveryOptions()).tables

    assert (table.source_table, table.ingestion_type, table.status) == ("orders", "snapshot", "unverified")


@pytest.mark.parametrize("init", ["raise ValueError('no such key')", "ask(('example.com', 443))"])
def test_a_class_that_can_not_be_made_is_asked_as_far_as_it_got(tmp_path: Path, init: str) -> None:
    found = discover_code(code(tmp_path, init=init), DiscoveryOptions(missing=TOKEN))

    assert [(table.source_table, table.ingestion_type, table.status) for table in found.tables] == [
        ("contacts", "snapshot", "unverified"),
        ("deals", "snapshot", "unverified"),
    ]
    assert "crm.py" in found.unmade


def test_a_class_that_can_not_be_made_with_what_was_given_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="making the connector failed with ValueError: no such key"):
        discover_code(code(tmp_path, init="raise ValueError('no such key')"), DiscoveryOptions({"token": "t"}))


def test_no_server_is_asked_with_what_was_made_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)  # noqa: FBT003 (it takes no keyword)
        asks = f"ask(('127.0.0.1', {server.getsockname()[1]}))"
        with pytest.raises(SourceError) as failed:
            discover_code(code(tmp_path, list_tables=asks), DiscoveryOptions(missing=TOKEN))
        with pytest.raises(BlockingIOError):
            server.accept()

    assert "list_tables() failed with no network: RuntimeError: tried 3 times" in str(failed.value)
    assert "what was made up here (token: The key of the account page)" in str(failed.value)
    assert "--from-workspace, --from-csv" in str(failed.value)


def test_tables_whose_metadata_the_source_has_are_kept_by_name(headgate: Run, tmp_path: Path) -> None:
    code(tmp_path / "crm", metadata="ask(('example.com', 443))")
    command = ("discover", "--connector-name", "crm", "--connector-python-file", "crm")

    assert "or keep their names alone with --best-effort" in headgate(*command, code=4).stderr
    told = json.loads(headgate(*command, "--best-effort", "--format", "json").stdout)

    assert told["unverified"] == ["contacts", "deals"]


def test_a_starter_is_what_the_specification_beside_the_code_says(headgate: Run, tmp_path: Path) -> None:
    code(tmp_path / "sources/crm")
    (tmp_path / "sources/crm/__init__.py").write_text("")

    headgate("discover", "--connector-name", "crm_north", "--connector-python-file", "sources/crm")

    definition = load_definition(tmp_path / "connectors/crm_north/connector.yaml")
    assert (definition.source, definition.connection.type) == ("crm", "COMMUNITY")
    assert (definition.connection.secrets, definition.connection.external_options) == (["token"], ["since"])
    assert (
        "# options may also have region: Where the account is."
        in (tmp_path / "connectors/crm_north/connector.yaml").read_text()
    )


def test_a_module_and_a_wheel_bring_their_specification(headgate: Run, tmp_path: Path) -> None:
    code(tmp_path / "lib/crm")
    (tmp_path / "lib/crm/__init__.py").write_text("from .crm import Crm")
    with zipfile.ZipFile(tmp_path / "crm-1-py3-none-any.whl", "w") as wheel:
        for file in (tmp_path / "lib/crm").iterdir():
            wheel.write(file, f"vendor/sources/crm/{file.name}")

    headgate("discover", "--connector-name", "a", "--connector-python-file", "crm-1-py3-none-any.whl")
    headgate("discover", "--connector-name", "b", "--module", "lib.crm")

    for name in ("a", "b"):
        definition = load_definition(tmp_path / f"connectors/{name}/connector.yaml")
        assert (definition.source, definition.connection.secrets) == ("crm", ["token"])
