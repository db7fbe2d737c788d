"""Somebody who follows the pages in a shell: block after block, in one folder, with what was exported before."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.docs.pages import Block

_BIN = Path(sys.executable).parent
CDKTF = ROOT / "node_modules/.bin/cdktf"
# What a person would answer, and what a deploy needs where there is no registry. A synthesis is what cdktf.json's `app` says:
# docs/start.md has the CDK's own program do it.
_PROGRAMS = {
    "headgate": f'yes | "{_BIN}/headgate" "$@"',
    "npx": f"""case "$1 $2" in
  "cdktf synth") exec "{_BIN}/python" main.py ;;
  "cdktf deploy") shift 2; exec "{CDKTF}" deploy "$@" --auto-approve --skip-provider-lock ;;
  "cdktf diff") shift 2; "{_BIN}/python" main.py; exec "{_BIN}/headgate" plan "$@" ;;
  *) echo "npx $*: not known here" >&2; exit 1 ;;
esac""",
}


@dataclass
class Reader:
    """`environment`: of the shell, besides what the pages export. `given`: what a reader puts for a page's words."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        programs = self.folder / "programs"
        programs.mkdir(parents=True)
        for name, text in _PROGRAMS.items():
            (programs / name).write_text(f"#!/bin/bash\n{text}\n")
            (programs / name).chmod(0o755)
        self._state, self.work = self.folder / "state.sh", self.folder / "work"
        self.work.mkdir()
        own = {
            "HOME": str(self.folder),
            "PATH": f"{programs}:{_BIN}:{os.environ['PATH']}",
            **{f"GIT_{who}_{what}": f"a@{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
            "NO_COLOR": "1",
            "COLUMNS": "200",
            "CI": "true",
        }
        self._state.write_text(
            f"cd {shlex.quote(str(self.work))}\n"
            + "".join(f"export {name}={shlex.quote(value)}\n" for name, value in own.items())
        )

    @property
    def here(self) -> Path:
        """The folder that the last block ended in."""
        line = self._state.read_text().splitlines()[0]
        return Path(shlex.split(line)[1])

    def follow(self, block: Block) -> str:
        """Run a block, and give what it printed as results. Raises AssertionError where a command of it fails."""
        script, environment = self._script(block), {**os.environ, **self.environment}
        run = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
        assert run.returncode == 0, f"{block} ended with {run.returncode}\n{script}\n{run.stdout}{run.stderr}"
        return run.stdout

    @contextmanager
    def following(self, block: Block, word: str) -> Iterator[str]:
        """Run a block that goes on until it is stopped; give the first line with `word` that it says beside its results.

        Then let things happen, and stop it as Ctrl-C does. Raises AssertionError where it ends before.
        """
        script, environment = self._script(block), {**os.environ, **self.environment}
        command = ["bash", "-c", script]
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
        ) as run:
            assert run.stderr
            said = []
            try:
                for line in run.stderr:
                    said.append(line)
                    if word in line:
                        break
                else:
                    raise AssertionError(f"{block} ended\n{script}\n{''.join(said)}")
                yield said[-1]
            finally:
                if run.poll() is None:
                    os.killpg(run.pid, signal.SIGINT)
                run.stderr.read()

    def given_in(self, text: str) -> str:
        """Give a page's text with what a reader puts for its words."""
        for word, value in self.given.items():
            text = text.replace(word, value)
        return text

    def _script(self, block: Block) -> str:
        after = f'{{ printf "cd %q\\n" "$PWD"; export -p; }} >{shlex.quote(str(self._state))}'
        return f"set -eu -o pipefail\n. {shlex.quote(str(self._state))}\n{self.given_in(block.text)}\n{after}"

    def set_up(self) -> None:
        """Do what `make setup` does in the project, with what is installed here."""
        for folder in (".venv/bin", "node_modules", "build/pipenv/bin"):
            (self.here / folder).mkdir(parents=True)
        for made in ("build/pipenv/bin/pipenv", ".venv/.ready", ".venv/.apps.ready", "node_modules/.ready"):
            (self.here / made).touch()
        for program in (_BIN / "python", _BIN / "pytest", self.folder / "programs/headgate"):
            path = self.here / ".venv/bin" / program.name
            path.write_text(f'#!/bin/sh\nexec "{program}" "$@"\n')
            path.chmod(0o755)
        (self.here / "node_modules/.bin").symlink_to(CDKTF.parent)
