"""What a workspace was found to have, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.inventory.row import TableRow
    from headgate.layout.adopted import Adopted
    from headgate.layout.deployed import Deployed
    from headgate.layout.ingested import Ingested
    from headgate.layout.model import Layout

Registration = Literal["data_source", "register", "source_loader", "module"]


@dataclass(frozen=True, slots=True)
class FoundPipeline:
    """A pipeline of a workspace. settings: what the REST API calls its specification.

    code: the text of the file or notebook that it runs, None where that can't be read; key: what a bundle calls it.
    """

    id: str
    name: str
    settings: Mapping[str, Any]
    code: str | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class FoundJob:
    """A job of a workspace, with its settings as the REST API has them."""

    id: str
    name: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Left:
    """What is left alone, and why, a sentence each."""

    kind: Literal["pipeline", "job"]
    name: str
    id: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """What an ingest file says: the source, how it is registered, the connection, and the tables.

    module: what registers the source, where it does so itself; folder: the folder that the file has Python search.
    """

    source: str
    registration: Registration
    connection: str
    tables: tuple[Ingested, ...]
    module: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pipeline that ingests, as far as it can be told from its own settings and code.

    settings: cleaned of what the workspace adds by itself. tables: with whole destinations. provider: the oldest version of the
    provider that knows all settings. code: None for managed ingestion; by_platform: then the platform has the connector itself.
    """

    found: FoundPipeline
    settings: dict[str, Any]
    connection: str
    source: str
    tables: tuple[Ingested, ...]
    code: Code | None = None
    by_platform: bool = False
    provider: str = ""

    @property
    def ingestion(self) -> Literal["file", "managed"]:
        """How it ingests."""
        return "file" if self.code else "managed"


@dataclass(frozen=True, slots=True)
class Job:
    """A job that can be taken over with its pipeline: `settings` cleaned as a candidate's are."""

    found: FoundJob
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made: a connector `id` in a `target`, of what reads through `connection`; empty: the only one there is.

    profile: the one to log in with; empty for the environment's.
    """

    id: str
    target: str
    connection: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Adoption:
    """What is written: the definition's parts, the inventory, the lock, what was found and what is recorded of it.

    left: what is left alone. jobs: pipeline's id in the lock → the name of the job that is taken over with it.
    """

    definition: dict[str, Any]
    rows: tuple[TableRow, ...]
    layout: Layout
    adopted: Adopted
    deployed: Deployed
    left: tuple[Left, ...]
    jobs: dict[str, str] = field(default_factory=dict)
