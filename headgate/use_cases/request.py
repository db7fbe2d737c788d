"""What requests say of the project and the target that they are about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.project import read_connectors, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.project import Connector


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRequest:
    """Connectors of the project in `root`: one by its id or folder, or all of them. target None: the default one of each."""

    connector: str | None = None
    target: str | None = None
    root: Path = Path()

    def read(self) -> Iterator[tuple[Connector, str]]:
        """Give each connector and its target. Raises InputError for files that can't be read, or an unknown name."""
        for one in read_connectors(self.root, self.connector):
            yield one, target_of(one.definition, self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorRequest:
    """A connector of the project in `root`, by its id or folder, in a target; None: the connector's default one."""

    connector: str
    target: str | None = None
    root: Path = Path()

    def read(self) -> tuple[Connector, str]:
        """Give the connector and the target. Raises InputError for files that can't be read, or an unknown name."""
        one = read_connectors(self.root, self.connector)[0]
        return one, target_of(one.definition, self.target)
