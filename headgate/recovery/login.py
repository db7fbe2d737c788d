"""Whether a workspace's login is set, found without the SDK, whose import takes a second."""

from __future__ import annotations

import os

# Source: the SDK's unified authentication.
_VARIABLES = ("DATABRICKS_HOST", "DATABRICKS_CONFIG_PROFILE")


def is_set(host: str | None, profile: str | None) -> bool:
    """Whether a target or the environment says which workspace to log in to."""
    return bool(host or profile or any(os.environ.get(name) for name in _VARIABLES))
