"""The code's style and types are held by the same tools that `make lint` runs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("words", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]], ids=" ".join)
def test_nothing_to_mend_for(words: list[str]) -> None:
    run = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr


def test_the_engine_imports_neither_the_cdk_nor_spark() -> None:
    code = "import sys, headgate.synthesis, headgate.cli, headgate.balance.plan, headgate.discovery; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert not {"cdktf", "cdktn", "jsii", "pyspark"} & set(run.stdout.split())


def test_every_module_has_its_line_in_the_architecture() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text()
    places = ("headgate", "stacks", "connectors", "apps", "bench")
    modules = [path for place in places for path in (ROOT / place).rglob("*.py") if path.name != "__init__.py"]
    missing = [str(path.relative_to(ROOT)) for path in modules if f"`{path.name}`" not in page]

    assert missing == []


def test_no_lock_names_where_packages_come_from() -> None:
    assert json.loads((ROOT / "Pipfile.lock").read_text())["_meta"]["sources"] == []
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_no_file_is_too_long_to_read() -> None:
    lengths = {
        path: len(path.read_text().splitlines())
        for place in ("headgate", "stacks", "connectors", "apps")
        for path in (ROOT / place).rglob("*.py")
    }

    assert {str(path): length for path, length in lengths.items() if length > 500} == {}
