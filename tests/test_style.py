"""The code's style and types are held by the same tools that `make lint` runs."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.examples import some_of

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("words", some_of([["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]], 2), ids=" ".join)
def test_nothing_to_mend_for(words: list[str]) -> None:
    run = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr


def test_the_engine_imports_neither_the_cdk_nor_spark() -> None:
    code = "import sys, headgate.synthesis, headgate.cli, headgate.balance.plan, headgate.discovery; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert not {"cdktf", "cdktn", "jsii", "pyspark"} & set(run.stdout.split())


def test_folders_import_only_from_those_below_them_and_no_module_imports_itself_through_others() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr


def test_the_architecture_names_each_module_under_the_heading_of_its_folder_and_no_other() -> None:
    places = ("headgate", "stacks", "connectors", "apps", "bench")
    modules = {path for place in places for path in (ROOT / place).rglob("*.py") if path.name != "__init__.py"}
    _, *parts = re.split(r"^\*\*`([^`]+)/`", (ROOT / "ARCHITECTURE.md").read_text(), flags=re.MULTILINE)
    named = {
        ROOT / folder / name
        for folder, text in zip(parts[::2], parts[1::2], strict=True)
        for name in re.findall(r"`(\w+\.py)`", text.split("\n## ")[0])
        if folder.split("/")[0] in places
    }

    assert (modules - named, named - modules) == (set(), set())


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


# The docstring of a command is its help, which says what to do and how it ends.
COMMANDS = {"headgate/cli", "apps/pi_simulator/command.py", "connectors/osipi/__main__.py"}


def public_functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node)


def names_in(node: ast.AST) -> set[str]:
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return names | {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def raised(node: ast.AST, caught: frozenset[str] = frozenset()) -> set[str]:
    """Give the errors that leave a function's own body; those that it makes elsewhere have the name of what makes them."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        name = getattr(node.exc.func, "id", getattr(node.exc.func, "attr", ""))
        by_a_constant = any(one.isupper() for one in caught)  # such as _UNREADABLE: all that goes wrong there
        return set() if by_a_constant else {name} - caught - {"NotImplementedError", "AssertionError"}
    if isinstance(node, ast.Try):
        handled = caught.union(*(names_in(handler.type) for handler in node.handlers if handler.type))
        rest = (*node.handlers, *node.orelse, *node.finalbody)
        return set().union(*(raised(part, handled) for part in node.body), *(raised(part, caught) for part in rest))
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    return set().union(*(raised(part, caught) for part in ast.iter_child_nodes(node) if not isinstance(part, inner)))


def test_docstrings_name_the_errors_that_their_functions_raise() -> None:
    silent = {
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}: {name}"
        for place in ("headgate", "stacks", "connectors", "apps")
        for path in (ROOT / place).rglob("*.py")
        if not any(path.is_relative_to(ROOT / command) for command in COMMANDS)
        for function in public_functions(ast.parse(path.read_text()))
        for name in raised(function)
        if (name if name[:1].isupper() else "aise") not in (ast.get_docstring(function) or "")
    }

    assert silent == set()
