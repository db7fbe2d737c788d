"""A local state that was lost: Terraform empties the file before it writes it, and what is killed in between leaves it empty.

Terraform takes an empty file for no state, and then knows of nothing that it made. `<state>.backup` holds the state of before
the last apply. Source: tried with Terraform 1.11 and SIGKILL; backends that are not local write a state as a whole.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from headgate.problems import Problem

if TYPE_CHECKING:
    from pathlib import Path


def lost_state(folder: Path) -> Problem | None:
    """Say that the local state of the stack in a folder was lost, and how it comes back; None where there is nothing to say."""
    try:
        body: Any = json.loads((folder / "cdk.tf.json").read_text(encoding="utf-8"))
        path = folder / body["terraform"]["backend"]["local"]["path"]
        backup = path.with_name(f"{path.name}.backup")
        if path.stat().st_size or not backup.stat().st_size:
            return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # another backend, or no state yet
        return None
    file, kept = (os.path.relpath(one.resolve()) for one in (path, backup))
    message = "is empty: an apply was killed while Terraform wrote it, which now knows of nothing that it made"
    fix = f"take the state of before that apply, `cp {kept} {file}`, and run the same again; `headgate recover` finds the rest"
    return Problem(message, fix, file)
