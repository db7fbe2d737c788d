"""The command's project, as its own tests have it."""

from tests.cli.conftest import headgate, project

__all__ = ["headgate", "project"]
