"""The tags by which a workspace tells what headgate made, for whom, and where.

An apply that dies after the workspace made something leaves it without a state that knows it; its tags still say whose it is.
Pipelines and jobs carry them as tags, catalogs and schemas as properties. Nothing else can: a connection's comment and
properties force its replacement, git folders and workspace files have no tags (source: the provider's resources).

Values are ids, so at most 63 of a-z, 0-9 and _: what cluster tags take on every cloud, Google's labels being the narrowest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.names import TAG_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECTOR, TARGET, ID = TAG_NAMES


@dataclass(frozen=True, slots=True)
class Tag:
    """What headgate made: `id` is a pipeline's for pipeline and job, the connector's for catalog and schema.

    The target is part of it, for dev and prod may share a workspace.
    """

    connector: str
    target: str
    id: str

    def as_tags(self) -> dict[str, str]:
        """Give the three tags."""
        return {CONNECTOR: self.connector, TARGET: self.target, ID: self.id}


def tag_in(tags: Mapping[str, Any] | None) -> Tag | None:
    """Give what some tags or properties say; None where one of the three is missing."""
    values = [(tags or {}).get(name) for name in TAG_NAMES]
    return Tag(*map(str, values)) if all(values) else None
