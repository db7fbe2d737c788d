"""Which Terraform is run."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.clients.terraform import library
from headgate.installation import bring
from headgate.problems import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMES = ("terraform", "tofu")


def find_program(named: str = "") -> tuple[str, ...]:
    """Give the words that start Terraform in any folder.

    They are the program that is named (by --terraform, TERRAFORM_BINARY_NAME), else `terraform` on the path, else OpenTofu's
    `tofu`, else the library of the extra headgate[terraform]. Raises SourceError where there is none of them.
    """
    if named:
        return (str(Path(named).absolute()) if "/" in named else named,)
    if found := next((path for name in _NAMES if (path := shutil.which(name))), None):
        return (str(Path(found).absolute()),)
    if library.library():
        return (sys.executable, "-P", library.__file__)
    raise SourceError(
        "there is no Terraform: neither terraform nor tofu is on the path",
        f"install one of them (1.10 or newer), or name its program with --terraform; or {bring(['terraform'])}",
    )


def not_run(program: Sequence[str], error: OSError) -> SourceError:
    """Give the error that says why the words could not start Terraform."""
    why = "there is no such program" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
    return SourceError(
        f"'{program[0]}' can't be run: {why}", "install Terraform or OpenTofu, or name its program with --terraform"
    )
