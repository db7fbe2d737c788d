"""The distributions, built, and an environment that has nothing of this clone but them."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.standin.running import mirror
from tests.support.program import TERRAFORM

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
BUILDER, PACKAGED = ROOT / "build/dist/bin/python", ROOT / "build/packaged"
FOLDERS = (".", "connectors/osipi", "apps/pi_simulator")


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment in `folder`/.venv with the wheels, and a path that has Node and Terraform of this machine besides."""

    folder: Path
    environment: dict[str, str]

    def run(self, *words: str, code: int = 0, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment in a folder."""
        program = self.folder / ".venv/bin" / words[0]
        done = subprocess.run(
            [program if program.exists() else words[0], *words[1:]],
            cwd=cwd or self.folder,
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def install(self, wheels: Path) -> None:
        """Install all wheels of a folder, in place of those that are there; what they depend on is there."""
        python, own = str(PACKAGED / "bin/python"), str(self.folder / ".venv/bin/python")
        pip = [python, "-m", "pip", "--python", own, "install", "--quiet"]
        flags = ["--no-deps", "--no-index", "--force-reinstall", "--no-compile"]
        subprocess.run([*pip, *flags, *sorted(wheels.glob("*.whl"))], check=True)


def build(source: Path, out: Path) -> None:
    """Build the wheel of a folder."""
    words: list[str | Path] = [BUILDER, "-m", "hatchling", "build", "-t", "wheel", "-d", out]
    done = subprocess.run(words, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the wheels of the three distributions, as they stand here."""
    if not (PACKAGED / ".ready").exists():
        pytest.skip("`make test` installs what wheels are built with")
    out = tmp_path_factory.mktemp("wheels")
    for folder in FOLDERS:
        build(ROOT / folder, out)
    return out


@pytest.fixture
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the wheel of a later headgate, whose pipelines' app has another first line."""
    source, out = tmp_path_factory.mktemp("newer"), tmp_path_factory.mktemp("newer wheels")
    skipped = shutil.ignore_patterns("__pycache__", "node_modules", ".venv", "build", "dist", "cdktf.out")
    for name in ("headgate", "stacks", "connectors/salesforce"):
        shutil.copytree(ROOT / name, source / name, ignore=skipped)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, source)
    settings = source / "pyproject.toml"
    settings.write_text(settings.read_text().replace('version = "0.1.0"', 'version = "9.9.9"', 1))
    app = source / "main.py"
    app.write_text(app.read_text().replace('"""The CDKTF app', '"""The newer CDKTF app'))
    build(source, out)
    return out


@pytest.fixture
def installed(wheels: Path, tmp_path: Path) -> Callable[[str], Installed]:
    """Give what makes an environment with the wheels, in a folder of this name."""

    def make(name: str) -> Installed:
        folder, programs = tmp_path / name, tmp_path / "programs"
        folder.mkdir()
        subprocess.run([PACKAGED / "bin/python", "-m", "venv", "--without-pip", folder / ".venv"], check=True)
        (site,) = (folder / ".venv/lib").glob("*/site-packages")
        (others,) = (PACKAGED / "lib").glob("*/site-packages")
        (site / "others.pth").write_text(f"{others}\n")
        programs.mkdir(exist_ok=True)
        (programs / "node").symlink_to(str(shutil.which("node")))
        environment = {"HOME": str(tmp_path), "PATH": f"{folder / '.venv/bin'}:{programs}:/usr/bin:/bin"}
        environment |= {"CHECKPOINT_DISABLE": "1", "CI": "1", "COLUMNS": "200"}
        if TERRAFORM:
            (programs / "terraform").write_text(f'#!/bin/sh\nexec {" ".join(TERRAFORM)} "$@"\n')
            (programs / "terraform").chmod(0o755)
            (tmp_path / "mirror").mkdir()
            environment |= mirror(tmp_path / "mirror", "http://127.0.0.1:9")
        found = Installed(folder, environment)
        found.install(wheels)
        paths = found.run("python", "-c", "import sys; print(*sys.path, sep='\\n')").stdout.splitlines()
        strange = [path for path in paths if Path(path).is_relative_to(ROOT) and not Path(path).is_relative_to(PACKAGED)]
        assert not strange, strange
        return found

    return make
