"""The project's CDK app, run as the CDK's own program runs it: by the words of `app` in cdktf.json.

Source: @cdktf/cli-core 0.21.0, synth-stack.js: a shell runs the app in the folder of cdktf.json, with the variable CDKTF_OUTDIR
and without Terraform's variables, which hold secrets.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from headgate.files import needed_text, parse_json
from headgate.problems import InputError, Problem, SourceError
from headgate.redaction.environment import without_own_secrets

if TYPE_CHECKING:
    from pathlib import Path

_FILE = "cdktf.json"
_SHOWN = 30  # lines of what it said


def run_app(root: Path, out: Path, target: str) -> None:
    """Synthesize the stacks of a project's target into `out`.

    Raises InputError where cdktf.json says no app, SourceError with the app's last words where it fails.
    """
    path = root / _FILE
    fix = "make the project by `headgate init project`, or have cdktf.json say its `app`"
    settings = parse_json(needed_text(path, fix), str(path), fix)
    app = settings.get("app") if isinstance(settings, dict) else None
    if not isinstance(app, str) or not app.strip():
        raise InputError(Problem("says no app", fix, str(path), path="app"))
    places = {"CDKTF_OUTDIR": str(out.absolute()), "HEADGATE_ROOT": str(root.absolute()), "HEADGATE_TARGET": target}
    run = subprocess.run(  # noqa: S602  # the project's own words, which are a shell's
        app,
        shell=True,
        cwd=root,
        env=_without_variables() | places,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
    )
    if run.returncode:
        said = without_own_secrets(run.stdout + run.stderr).strip().splitlines()[-_SHOWN:]
        raise SourceError("\n".join([f"`{app}` ended with {run.returncode}:", *said]), f"mend it; {_FILE} says what is run")


def _without_variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("TF_VAR_")}
