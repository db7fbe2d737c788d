"""What is measured: commands as a user runs them, each in an environment that says only what it needs."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure import peak_memory, run
from bench.project import bodies, synthesized

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).resolve().parent
OURS = HERE.parent / "main.py"
BARE = HERE / "baselines" / "bare.py"
TYPED = HERE / "baselines" / "typed.py"
ACTIONS = HERE / "baselines" / "actions.py"
_PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Synthesis:
    """A way to synthesize a generated project: a script, and where the project lies; `out` is its own folder."""

    script: Path
    project: Path

    @property
    def out(self) -> Path:
        """The folder that the stacks are written to."""
        return self.project / f"out-{self.script.stem}"

    def seconds(self) -> float:
        """Synthesize into an empty folder, as a whole process; give its seconds."""
        shutil.rmtree(self.out, ignore_errors=True)
        return run(self._command(), self._environment(), self.project)

    def memory(self) -> float | None:
        """Do the same, and give the peak of Python's and Node's memory together in MB, where it can be told."""
        shutil.rmtree(self.out, ignore_errors=True)
        return peak_memory(self._command(), self._environment(), self.project)

    def stacks(self) -> dict[str, Any]:
        """Give stack → JSON of the last synthesis."""
        return synthesized(self.out)

    def _command(self) -> list[str | Path]:
        words: list[str | Path] = [sys.executable, self.script]
        return words if self.script == OURS else [*words, ready_bodies(self.project), self.out]

    def _environment(self) -> dict[str, str]:
        return environment() | {"HEADGATE_ROOT": str(self.project), "CDKTF_OUTDIR": str(self.out)}


def ready_bodies(project: Path) -> Path:
    """Write the stacks' dictionaries that the baselines begin with, once; give the file."""
    path = project / "bodies.json"
    if not path.exists():
        path.write_text(json.dumps(bodies(project)), encoding="utf-8")
    return path


@dataclass(frozen=True, slots=True)
class Review:
    """A review of a plan, in all its renderings; or what is at the least to be done with a plan (`script`)."""

    plan: Path
    script: Path | None = None

    def seconds(self) -> float:
        """Do it as a whole process; give its seconds."""
        return run(self._command(), environment(), self.plan.parent)

    def memory(self) -> float | None:
        """Do it, and give the peak of its memory in MB, where it can be told."""
        return peak_memory(self._command(), environment(), self.plan.parent)

    def _command(self) -> list[str | Path]:
        if self.script:
            return [sys.executable, self.script, self.plan]
        outputs = ["--json", "r.json", "--markdown", "r.md", "--summary", "s.md", "--html", "r.html"]
        return [_PROGRAMS / "headgate", "review", self.plan, *outputs]


def headgate(words: Sequence[str | Path], cwd: Path) -> float:
    """Run the installed command `headgate`; give its seconds."""
    return run([_PROGRAMS / "headgate", *words], environment(), cwd)


def environment() -> dict[str, str]:
    """Give the environment of a measured process: nobody's settings for headgate, compiled Python kept as it normally is."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("HEADGATE_", "CDKTF_", "PYTHONDONTWRITE"))
    }
    return kept | {
        "PATH": os.pathsep.join((str(_PROGRAMS), kept.get("PATH", os.defpath))),
        "CHECKPOINT_DISABLE": "1",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }
