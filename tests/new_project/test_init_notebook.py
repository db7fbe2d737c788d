"""`headgate init notebook`: the notebook's text. `golden/notebook.txt` holds it as it was looked at; tests/notebook runs it.

After a wanted change: `REWRITE_GOLDEN=1 pytest tests/new_project -k looked` writes it anew; look at the difference.
"""

from __future__ import annotations

import ast
import os
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headgate.new_project.notebook import WIDGETS

if TYPE_CHECKING:
    from tests.support.command import Run

GOLDEN = Path(__file__).resolve().parent / "golden" / "notebook.txt"


def test_a_notebook_is_written_as_it_was_looked_at(headgate: Run, tmp_path: Path) -> None:
    said = headgate("init", "notebook")

    text = (tmp_path / "pi_notebook.py").read_text().replace(f"-{version('headgate')}-", "-VERSION-")
    if os.environ.get("REWRITE_GOLDEN"):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()
    assert said.stdout == "pi_notebook.py written\n"
    assert "copy the wheels to /Workspace/Shared/headgate/wheels and import the notebook" in said.stderr


def test_databricks_takes_it_for_a_notebook_and_python_for_python(headgate: Run, tmp_path: Path) -> None:
    headgate("init", "notebook", "--out", "deep/pi.py", "--wheels", "/Volumes/main/tools/my wheels/")

    text = (tmp_path / "deep" / "pi.py").read_text()
    lines = text.splitlines()
    assert lines[0] == "# Databricks notebook source"
    assert lines.count("# COMMAND ----------") == 19
    assert '%pip install --quiet "/Volumes/main/tools/my wheels/headgate-' in text
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    made = [ast.literal_eval(call.args[0]) for call in calls if call.func.attr in {"text", "dropdown"}]  # type: ignore[attr-defined]
    assert made == [widget.name for widget in WIDGETS]
    # Linted as the user's own, without a configuration of ours, and laid out as the formatter does it.
    for words in (["check", "--extend-select", "I,B,UP,SIM"], ["format", "--check"]):
        ran = subprocess.run(
            ["ruff", *words, "--isolated", "--line-length", "120", str(tmp_path / "deep" / "pi.py")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_one_that_somebody_changed_stays_unless_forced(headgate: Run, tmp_path: Path) -> None:
    headgate("init", "notebook")
    file = tmp_path / "pi_notebook.py"
    file.write_text(mine := file.read_text() + "# mine\n")

    said = headgate("init", "notebook", code=5)

    assert "-# mine" in said.stdout
    assert "these files say something else: pi_notebook.py" in said.stderr
    assert file.read_text() == mine
    headgate("init", "notebook", "--check", code=3)
    headgate("init", "notebook", "--force")
    assert file.read_text() == mine.removesuffix("# mine\n")
    assert "the file is up to date already" in headgate("init", "notebook").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--out", "pi.ipynb"), "pi.ipynb is no file of Python"),
        (("--out", "there/headgate_osipi.py"), "has the name of the package headgate_osipi"),
        (("--out", "headgate.py"), "has the name of the package headgate,"),
        (("--wheels", "wheels"), "--wheels 'wheels' is no folder of a workspace"),
        (("--wheels", '/Volumes/a" ; rm -r /'), "is no folder of a workspace"),
        (("--wheels", "/Workspace/a\n# COMMAND ----------"), "is no folder of a workspace"),
    ],
)
def test_what_no_notebook_can_have_is_refused(headgate: Run, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    assert said in headgate("init", "notebook", *words, code=1).stderr
    assert list(tmp_path.iterdir()) == []
