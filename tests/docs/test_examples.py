"""The examples are what the commands of their pages write. Terraform takes each; those whose source can be simulated run."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import ROOT
from tests.docs.reader import Reader
from tests.docs.story import Story, scripts
from tests.support.command import in_process

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run
    from tests.workspace.workspace import Workspace

EXAMPLES = ROOT / "examples"
NAMES = sorted(page.parent.name for page in EXAMPLES.glob("*/README.md"))
# What the pages say is left out: code that is Headgate's own.
LEFT_OUT = re.compile(r"connectors/osipi(_live)?/(?!connector\.yaml|tables\.csv|layout\.lock).*")
BEGINS = re.compile(r"^(?=headgate )", re.MULTILINE)


@pytest.fixture
def headgate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Give the command line, run in this process in an empty folder."""
    return in_process(tmp_path, monkeypatch, capfd)


def page_of(name: str) -> str:
    return f"examples/{name}/README.md"


def begin(name: str, folder: Path) -> None:
    """Copy what somebody wrote by hand before the first command."""
    for code in (EXAMPLES / name).rglob("*.py"):
        there = folder / code.relative_to(EXAMPLES / name)
        there.parent.mkdir(parents=True)
        shutil.copy(code, there)


def files_of(folder: Path) -> dict[str, bytes]:
    """Give the texts below a folder, but for pages and code that is left out."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {
        name: path.read_bytes()
        for name, path in found.items()
        if path.name != "README.md" and "__pycache__" not in name and not LEFT_OUT.fullmatch(name)
    }


def write(text: str, headgate: Run, folder: Path) -> None:
    """Run a block of commands: those of headgate in this process, and what stands between them in a shell."""
    for part in BEGINS.split(text.replace("\\\n", " ")):
        if not part.startswith("headgate "):
            subprocess.run(["bash", "-euc", part], cwd=folder, check=True)
            continue
        command, _, rest = part.partition("\n")
        headgate(*shlex.split(command)[1:])
        subprocess.run(["bash", "-euc", rest], cwd=folder, check=True)


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_what_the_commands_of_its_page_write(name: str, headgate: Run, tmp_path: Path) -> None:
    begin(name, tmp_path)

    write(scripts(page_of(name))[0].text, headgate, tmp_path)

    assert files_of(tmp_path) == files_of(EXAMPLES / name)
    assert headgate("check").stdout.endswith("fine\n")


def test_every_example_is_in_the_list_of_examples() -> None:
    listed = re.findall(r"^\| \[[^]]+\]\(([^)]+)/README\.md\)", (EXAMPLES / "README.md").read_text(), re.MULTILINE)

    assert sorted(listed) == NAMES


@pytest.mark.long
@pytest.mark.terraform
@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_synthesized_and_taken_by_terraform(
    name: str, deploying: tuple[Workspace, dict[str, str]], tmp_path: Path
) -> None:
    workspace, environment = deploying
    secrets = {f"TF_VAR_{one}": "CANARY" for one in ("hubspot_access_token", "zendesk_api_token", "osipi_client_secret")}
    reader = Reader(tmp_path, environment | secrets | {"TF_VAR_osipi_live_client_secret": "CANARY"})
    story = Story(reader)
    story.do("headgate init project shop\ncd shop\ngit init --quiet")
    begin(name, reader.here)

    reader.follow(scripts(page_of(name))[0])
    (lock,) = (reader.here / "connectors").glob("*/layout.lock")
    for catalog in re.findall(r"^    catalog: (\S+)", lock.with_name("connector.yaml").read_text(), re.MULTILINE):
        workspace.do("POST", "/api/2.1/unity-catalog/catalogs", {"name": catalog})
    story.do("npx cdktf synth\nheadgate plan\nheadgate apply")

    agreed = [one["id"] for one in json.loads(lock.read_text())["pipelines"] if one]
    made = sorted(pipeline.name for pipeline in workspace.pipelines.values())
    assert len(made) == len(agreed)
    assert all(name.startswith("dev_") and name.endswith(id_) for name, id_ in zip(made, agreed, strict=True))
    story.do(f"headgate record {lock.parent.name}\nnpx cdktf synth\nheadgate plan")
    plans = [json.loads(path.read_text()) for path in (reader.here / "cdktf.out/plans").glob("*.json")]
    assert plans
    assert {tuple(change["change"]["actions"]) for plan in plans for change in plan.get("resource_changes", ())} == {("no-op",)}


@pytest.mark.long
@pytest.mark.terraform
def test_a_project_is_made_of_an_example(deploying: tuple[Workspace, dict[str, str]], tmp_path: Path) -> None:
    reader = Reader(tmp_path, deploying[1])
    shutil.copytree(EXAMPLES, reader.here / "examples")

    Story(reader).read("examples/README.md")

    assert (reader.here / "cdktf.out/stacks/hubspot-dev-1/cdk.tf.json").is_file()


@pytest.mark.long
@pytest.mark.parametrize("name", ["osipi-batch", "osipi-streaming", "own-connector"])
def test_an_example_runs_on_this_machine(name: str, tmp_path: Path) -> None:
    reader = Reader(tmp_path, {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"})
    begin(name, reader.here)
    first, *rest = scripts(page_of(name))
    reader.follow(first)
    if name == "own-connector":
        reader.follow(rest[0])
        assert (reader.here / "connectors/press/runs.csv").is_file()
    else:
        serving, running = rest
        reader.given |= {"--port 8000": "--port 0"}
        with reader.following(serving, "points of PI Web API at") as line:
            address = re.search(r"http://\S+(?=/piwebapi)", line)
            assert address
            reader.given["http://127.0.0.1:8000"] = address[0]
            reader.follow(running)
    tables = {path.parent.name for path in (reader.here / "build/run").glob("*/*/*/_delta_log")}
    rows = (reader.here / next((reader.here / "connectors").glob("*/tables.csv"))).read_text().splitlines()[1:]
    assert len(tables) == len(rows)
