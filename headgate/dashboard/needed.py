"""Whether the libraries are there that the dashboard is made with: those of the extra `dashboard`."""

from __future__ import annotations

from importlib.util import find_spec

from headgate.installation import bring
from headgate.problems import InputError

_LIBRARIES = ("fastapi", "uvicorn", "duckdb", "duckdb_extension_delta")


def refuse_missing() -> None:
    """Raise InputError where a library is missing, with the command that brings it."""
    if missing := [name for name in _LIBRARIES if find_spec(name) is None]:
        raise InputError(f"the dashboard needs the libraries {', '.join(missing)}", bring(["dashboard"]))
