"""Which kind of resource a request is about, in the words of the rights that a deploy takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.workspace.messages import Request

LOOKS = "look"
_CHANGES = {
    r".*/pipelines/[^/]+/updates": "update",
    r".*/api/2.0/pipelines.*": "pipeline",
    r".*/api/2.\d/jobs/.*": "job",
    r".*/permissions/.*": "permissions",
    r".*/unity-catalog/connections.*": "connection",
    r".*/unity-catalog/schemas.*": "schema",
    r".*/unity-catalog/catalogs.*": "catalog",
    r".*/workspace/(mkdirs|import|delete)": "file",
    r".*/workspace-files/.*": "file",
    r".*/secrets/.*": "secret",
    r".*/repos.*": "git folder",
    r".*/api/2.0/apps.*": "app",
}


def kind_of(request: Request) -> str:
    """Give the kind; what only looks is one of its own. Raises AssertionError for a request that nobody thought of."""
    if request.method == "GET":
        return LOOKS
    for pattern, kind in _CHANGES.items():
        if re.fullmatch(pattern, request.path):
            return kind
    raise AssertionError(f"{request} is of no kind that a right is said of")
