"""Every command of the written files is one that bash reads."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = Path(__file__).resolve().parent / "golden"


def commands(found: Any) -> Iterator[str]:
    """Give the texts of `run`, `script` and `before_script` wherever they stand."""
    if isinstance(found, list):
        for one in found:
            yield from commands(one)
    elif isinstance(found, dict):
        for key, value in found.items():
            if key in {"run", "script", "before_script"} and isinstance(value, str | list):
                yield value if isinstance(value, str) else "\n".join(value)
            else:
                yield from commands(value)


@pytest.mark.parametrize("path", sorted(GOLDEN.rglob("*.yml")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_bash_reads_it(path: Path) -> None:
    scripts = list(commands(YAML(typ="safe", pure=True).load(path)))

    assert scripts
    for script in scripts:
        run = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
        assert (run.returncode, run.stderr) == (0, ""), script
