"""docs/osipi.md, followed in a copy of the repository, against the PI simulator and the tests' workspace."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("fastapi", reason="the programs in apps/ have packages of their own: make .venv/.apps.ready")

from apps.pi_simulator.app import create_app
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Logins, Settings
from connectors.osipi.streams import RECORDED
from tests.connectors.osipi.authority import Authority
from tests.docs.pages import ROOT, Block, blocks
from tests.docs.reader import Reader
from tests.docs.story import Story, scripts
from tests.workspace.model import Table
from tests.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GUIDE = "docs/osipi.md"
PROJECT = (
    ".npmrc", "Makefile", "Pipfile", "Pipfile.lock", "cdktf.json", "connectors", "main.py", "package-lock.json", "package.json",
    "pyproject.toml", "stacks",
)  # fmt: skip
SECRET = "CANARY-PI"  # noqa: S105  # of this server alone
TAGS = 150
# What a page says of months is done with minutes.
SMALLER = {"--at-most 100": "--at-most 40", "2026-02-01": "2026-01-01T00:10:00Z", "'*-2d'": "'*-10m'"}


def block(language: str, word: str) -> Block:
    (found,) = (block for block in blocks(GUIDE) if block.language == language and word in block.text)
    return found


# SQL is run by nothing here, and parsed by no library of the lock: what it names is compared with what is made.
STREAMED = re.findall(r"schema => '([^']*)'", block("sql", "read_files").text)[0]
SQL = {"string": "STRING", "long": "BIGINT", "double": "DOUBLE", "boolean": "BOOLEAN", "timestamp": "TIMESTAMP"}


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Give a reader in a fresh copy of the repository, set up."""
    reader = Reader(tmp_path, {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}, dict(SMALLER))
    for name in PROJECT:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, reader.here / name)
    reader.set_up()
    return reader


@pytest.fixture
def plant(tmp_path: Path, reader: Reader) -> Iterator[Authority]:
    """A PI server by TLS that wants a login; the reader has its address, its certificate, and the login as the guide has it."""
    (tmp_path / "pi").mkdir()
    authority = Authority(tmp_path / "pi", "plant")
    logins = Logins(clients={"headgate": SECRET})
    with served(create_app(Settings(tags=TAGS, logins=logins)), authority.context("127.0.0.1")) as url:
        reader.given |= {
            "https://pi.example.com": url, "https://login.example.com/oauth2/token": f"{url}/identitymanager/connect/token",
            "plant.pem": str(authority.file), "/home/me/pi/": "", "'site1*'": "'Unit00*'", "/data/pi": str(tmp_path / "data"),
        }  # fmt: skip
        write_options(reader, block("json", "https://pi.example.com"))
        yield authority


def write_options(reader: Reader, options: Block) -> None:
    """Write the options file that the guide's commands take."""
    folder = reader.folder / "pi"
    folder.mkdir(exist_ok=True)
    (folder / "options.json").write_text(reader.given_in(options.text).replace("…", SECRET))


def slices(reader: Reader) -> dict[str, set[str]]:
    """Give the tags of each slice, by the name of its table."""
    with (reader.here / "connectors/osipi/tables.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["source_table"] == "pi_timeseries"]
    return {
        row["destination_table"] or row["source_table"]: set(json.loads(row["table_options_json"])["tag_webids"].split(","))
        for row in rows
    }


def get_slices(story: Story) -> None:
    """Follow the sections up to tables with slices, which new tags join."""
    before: dict[str, set[str]] = {}

    def new_tags() -> None:
        before.update(slices(story.reader))
        story.reader.given["'site1*'"] = "'Unit0*'"

    assert story.reader.follow(block("sh", "curl")).startswith("HTTP/1.1 401 ")
    story.read(GUIDE, {">tags.csv\nheadgate slice": new_tags}, section="3.")

    after = slices(story.reader)
    assert (len(before), sum(map(len, before.values()))) == (3, 100)
    assert sum(map(len, after.values())) == TAGS
    assert all(tags <= after[name] for name, tags in before.items())


def configure(story: Story, authority: Authority) -> None:
    """Put the server's address, login and certificate into the definition, as section 4 says."""
    file, given = "connectors/osipi/connector.yaml", story.reader.given
    story.edit(file, "https://piwebapi.example.com", f"{given['https://pi.example.com']}")
    login = "https://login.example.com/oauth2/token"
    certificate = block("yaml", "ca_file").text
    body = re.search(r"-----BEGIN.*-----\n", certificate, re.DOTALL)
    assert body
    text = certificate.replace(body[0].strip(), authority.file.read_text().strip().replace("\n", "\n  "))
    story.edit(file, f"{login}\n", f"{given[login]}\n" + re.sub("^", "    ", text.strip(), flags=re.MULTILINE) + "\n")


@pytest.mark.long
@pytest.mark.terraform
def test_from_an_address_to_pipelines_and_values_read_again(
    deploying: tuple[Workspace, dict[str, str]], reader: Reader, plant: Authority
) -> None:
    pytest.importorskip("deltalake", reason="needs the extra 'delta': make .venv/.exact.ready")
    workspace, environment = deploying
    story = Story(reader)
    get_slices(story)
    tags = slices(reader)

    configure(story, plant)
    reader.environment |= environment
    reader.given |= {"https://…": environment["DATABRICKS_HOST"], "secret=…": f"secret={SECRET}"}
    workspace.do("POST", "/api/2.1/unity-catalog/catalogs", {"name": "dev_osipi"})
    story.read(GUIDE, section="4.")
    held = workspace.connections["dev_osipi_connection"].info["options"]
    assert (held["ca_file"].strip(), held["client_secret"]) == (plant.file.read_text().strip(), SECRET)
    granted = re.findall(r" ON (CONNECTION|CATALOG|SCHEMA) (\S+) TO ", block("sql", "GRANT").text)
    there = {"CONNECTION": workspace.connections, "CATALOG": workspace.catalogs, "SCHEMA": workspace.schemas}
    assert granted
    assert all(name in there[kind] for kind, name in granted)

    for pipeline in workspace.pipelines:
        workspace.run(pipeline)
    workspace.tables["lake.pi.history"] = Table("lake.pi.history", workspace.me)
    reader.given |= {
        "SECRET=…": f"SECRET={SECRET}", "ID=…": "ID=wh1", "TARGET=prod": "TARGET=dev", "F1DP…": min(tags["pi_timeseries"]),
        "s3://lake": str(reader.folder / "lake"),
    }  # fmt: skip
    story.read(GUIDE, section="5.")

    landed = {name: {row["tag_webid"] for row in workspace.tables[f"dev_osipi.bronze.{name}"].rows} for name in tags}
    assert all(landed[name] and landed[name] <= tags[name] for name in tags)
    assert workspace.tables["lake.pi.history"].rows
    assert list((reader.here / "rows").iterdir())
    assert list((reader.folder / "lake/pi_timeseries").glob("*.parquet"))


@pytest.mark.usefixtures("plant")
def test_values_as_they_come_and_the_batch_script(reader: Reader) -> None:
    streaming = next(one for one in scripts(GUIDE) if "osipi stream " in one.text)
    with reader.following(streaming, "rows landed") as line:
        assert shape(line) == shape(block("text", "rows landed").text)

    rows = [json.loads(row) for file in (reader.folder / "data/rows").iterdir() for row in file.read_text().splitlines()]
    assert rows
    columns = [column.split()[0] for column in STREAMED.split(",")]
    assert all(set(row) == set(columns) for row in rows)

    Story(reader).read(GUIDE, section="7.")
    script = (reader.here / "pi_job.py").read_text()
    compile(script, "pi_job.py", "exec")
    assert SECRET not in script


def shape(line: str) -> str:
    return re.sub(r"[\d,.]+", "0", line.strip())


def test_a_streaming_table_has_the_columns_and_types_of_the_pipelines_one() -> None:
    assert [tuple(column.split()) for column in STREAMED.split(",")] == [(one.name, SQL[one.kind]) for one in RECORDED]


def test_the_job_is_one_that_a_workspace_takes_and_runs_what_was_imported() -> None:
    text = next(one.text for one in scripts(GUIDE) if "jobs create" in one.text)
    imported, created = (shlex.split(line) for line in text.split("databricks ")[1:])
    workspace = Workspace()

    workspace.do("POST", "/api/2.2/jobs/create", json.loads(created[created.index("--json") + 1]))

    (job,) = workspace.jobs_named("pi")
    assert job.pause_status == "UNPAUSED"
    assert [task["notebook_task"]["notebook_path"] for task in job.settings["tasks"]] == [imported[2]]


def test_the_simulator_in_place_of_a_plant(reader: Reader) -> None:
    reader.environment |= {"DATABRICKS_APP_PORT": "0", "ARGS": "--auth oidc", "PI_SIMULATOR_SECRET": SECRET}
    with reader.following(block("sh", "make simulator"), "points of PI Web API at") as line:
        address = re.search(r"http://\S+(?=/piwebapi)", line)
        assert address
        reader.given["http://127.0.0.1:8000"] = address[0]
        write_options(reader, block("json", "http://127.0.0.1:8000"))
        tags = Story(reader).do("python -m connectors.osipi tags ~/pi/options.json --name-filter 'Unit0*'")

    assert len(tags.splitlines()) == 1000
