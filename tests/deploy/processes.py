"""`headgate` as a process of its own, which a test may kill."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.shell import Shell

ROOT = Path(__file__).resolve().parents[2]


def process(crm: Shell, *words: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    """Start `headgate` in a site's folder, in a session of its own, logged in as the site's Terraform is."""
    terraform = crm.site.terraform
    return subprocess.Popen(
        [sys.executable, "-m", "headgate", *words],
        cwd=crm.site.root,
        env=terraform.environment({"PYTHONPATH": str(ROOT)}),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
