"""What brings more of headgate: a command that works where it is read, for PyPI's package of that name is another one."""

from __future__ import annotations

import json
import shlex
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from headgate import installation
from headgate.installation import bring, brought, wheel_folder

if TYPE_CHECKING:
    from pathlib import Path

WHEEL = "file:///home/me/my%20wheels/headgate-0.1.0-py3-none-any.whl"
LINKS = "--find-links '/home/me/my wheels'"
VERSION = version("headgate")


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an environment of its own, in which nothing but headgate is, from no known place."""
    folder = tmp_path / "home" / "environment"
    folder.mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(folder))
    monkeypatch.setattr(sys, "executable", str(folder / "bin/python"))
    monkeypatch.setattr(installation, "installed", lambda name: "1.0" if name == "cdktf" else "")
    monkeypatch.chdir(tmp_path)
    came_from(monkeypatch, {})
    return folder


def came_from(monkeypatch: pytest.MonkeyPatch, origin: dict[str, object]) -> None:
    """Have the installer say where headgate came from."""

    class Found:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return json.dumps(origin) if origin else None

    monkeypatch.setattr(installation, "distribution", lambda _: Found())


def test_a_wheel_is_named_with_its_folder_for_what_lies_beside_it(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    came_from(monkeypatch, {"url": WHEEL, "archive_info": {}})

    words = shlex.split(bring(["osipi", "exact"]))

    assert words[:4] == [f"{prefix}/bin/python", "-m", "pip", "install"]
    assert words[4:] == ["--find-links", "/home/me/my wheels", f"headgate[osipi,exact] @ {WHEEL}"]
    assert str(wheel_folder()) == "/home/me/my wheels"


def test_a_pip_of_this_environment_that_is_on_the_path_needs_no_more_words(
    prefix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = prefix / "bin/pip"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))

    assert bring(["exact"]) == f"pip install 'headgate[exact]=={VERSION}'"


@pytest.mark.usefixtures("prefix")
def test_an_index_is_asked_for_this_very_version() -> None:
    assert bring(["exact"]).endswith(f" -m pip install 'headgate[exact]=={VERSION}'")


def test_an_environment_without_pip_is_uvs(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "find_spec", lambda _: None)

    assert bring(["exact"]) == f"uv pip install --python {prefix}/bin/python 'headgate[exact]=={VERSION}'"


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        ("uv-receipt.toml", f"uv tool install {LINKS} 'headgate[cdktf,delta] @ {WHEEL}'"),
        (
            "pipx_metadata.json",
            shlex.join(["pipx", "install", "--force", f"--pip-args={LINKS}", f"headgate[cdktf,delta] @ {WHEEL}"]),
        ),
    ],
)
def test_a_tool_of_its_own_is_installed_again_with_all_that_it_had(
    mark: str, says: str, prefix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    came_from(monkeypatch, {"url": WHEEL, "archive_info": {}})
    (prefix / mark).touch()

    assert bring(["delta"]) == says


@pytest.mark.parametrize("elsewhere", [False, True])
def test_in_a_project_it_is_its_pipfile_that_says_what_is_there(elsewhere: bool, prefix: Path, tmp_path: Path) -> None:
    project = tmp_path / "project" if elsewhere else prefix.parent
    project.mkdir(exist_ok=True)
    if elsewhere:  # where pipenv keeps environments, it writes down whose they are
        (prefix / ".project").write_text(f"{project}\n")
    (project / "Pipfile").touch()

    assert bring(["delta"]).startswith(f"add delta to headgate's extras in {project.name}/Pipfile, then `make setup`")


def test_in_a_clone_it_is_the_clone_that_is_installed(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    came_from(monkeypatch, {"url": "file:///src/headgate", "dir_info": {"editable": True}})
    (prefix.parent / "Pipfile").touch()

    words = shlex.split(bring(["osipi", "exact"]))

    assert words[3:] == ["install", "-e", "/src/headgate/connectors/osipi", "-e", "/src/headgate[exact]"]


@pytest.mark.parametrize(("found", "extra", "other"), [("4.2.0", "spark-run", "spark"), ("4.3.1", "spark", "spark-run")])
def test_a_distribution_that_two_extras_bring_is_there_for_the_one_of_its_version_alone(
    found: str, extra: str, other: str, prefix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "installed", lambda name: found if name == "pyspark" else "")
    (prefix / "uv-receipt.toml").touch()
    assert (brought(extra), brought(other)) == (found, "")
    assert bring([other]) == f"uv tool install 'headgate[{other}]=={VERSION}'"
    assert bring(["delta"]) == f"uv tool install 'headgate[{extra},delta]=={VERSION}'"
