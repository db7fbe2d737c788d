"""A workspace's pipelines, and what the project's layouts say of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from headgate.tables.ids import TableId

# What the call that starts an update can say.
OPTIONS = ("validate_only", "full_refresh", "refresh_selection", "full_refresh_selection", "reset_checkpoint_selection")
ENDED = frozenset({"COMPLETED", "FAILED", "CANCELED"})
_AT_REST = frozenset({"IDLE", "FAILED", ""})  # states of a pipeline, empty where none is told


@dataclass(frozen=True, slots=True)
class Update:
    """An update of a pipeline, in the platform's own word for its state. created: when it was asked for, in UTC."""

    id: str
    state: str
    created: datetime | None = None

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.state in ENDED


@dataclass(frozen=True, slots=True)
class Listed:
    """A pipeline of a workspace as its list has it: state is the platform's word, updates the newest ones, newest first."""

    id: str
    name: str
    state: str = ""
    updates: tuple[Update, ...] = ()

    @property
    def last(self) -> Update | None:
        """The newest update."""
        return self.updates[0] if self.updates else None

    @property
    def active(self) -> Update | None:
        """The update that is not over yet."""
        return next((update for update in self.updates if not update.ended), None)

    @property
    def is_running(self) -> bool:
        """Whether it does something: also where its update is not among the newest."""
        return self.active is not None or self.state not in _AT_REST


@dataclass(frozen=True, slots=True)
class Declared:
    """A pipeline of a connector's layout in a target.

    pipeline: its id in the lock; name: what people see in the workspace; recorded: the workspace's id, empty where none is
    recorded. tables: as the target has them. leaving: it left the layout, and the target's states still know it.
    """

    connector: str
    target: str
    pipeline: str
    group: str
    stack: str
    name: str
    recorded: str = ""
    tables: tuple[TableId, ...] = ()
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """A pipeline that is meant: as the workspace lists it, and as a layout declares it, where one does."""

    listed: Listed
    declared: Declared | None = None

    @property
    def label(self) -> str:
        """What to call it: its name, else its id."""
        return self.listed.name or self.listed.id


@dataclass(frozen=True, slots=True)
class Selected:
    """Pipelines that are meant, and those of a layout that the workspace doesn't have."""

    found: tuple[Chosen, ...] = ()
    missing: tuple[Declared, ...] = ()


@dataclass(frozen=True, slots=True)
class UpdateOptions:
    """What an update is to do; nothing said: refresh all tables.

    refresh, full_refresh_of: tables by their names in the pipeline. reset: flows whose checkpoints are reset.
    """

    validate_only: bool = False
    full_refresh: bool = False
    refresh: tuple[str, ...] = ()
    full_refresh_of: tuple[str, ...] = ()
    reset: tuple[str, ...] = ()

    def as_body(self) -> dict[str, bool | list[str]]:
        """Give what of it is said, as the REST API's call that starts an update has it."""
        values: tuple[bool | list[str], ...] = (
            self.validate_only,
            self.full_refresh,
            list(self.refresh),
            list(self.full_refresh_of),
            list(self.reset),
        )
        return {name: value for name, value in zip(OPTIONS, values, strict=True) if value}


@dataclass(frozen=True, slots=True)
class Details:
    """What a pipeline's settings say. catalog and schema: where it publishes to by default; texts are empty where not told.

    old_metastore: it publishes to the Hive metastore. tables: of a managed ingestion, as catalog.schema.table. tags: its own.
    """

    id: str
    name: str
    catalog: str = ""
    schema: str = ""
    continuous: bool = False
    old_metastore: bool = False
    tables: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
