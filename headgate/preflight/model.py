"""What a deploy needs of a workspace, what was found there, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

# problem: the deploy, or the pipelines after it, would fail. unknown: could not be looked at. note: worth knowing.
FindingLevel = Literal["problem", "unknown", "note"]
Holder = Literal["catalog", "schema"]


@dataclass(frozen=True, slots=True)
class PreflightFinding:
    """Something of a workspace that a person has to know before a deploy. subject: what it is about; fix: what to do."""

    level: FindingLevel
    subject: str
    message: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class NeededConnection:
    """A connection that pipelines read through. made: the deploy makes it; options: what it has to let through, of tables."""

    name: str
    made: bool
    options: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Needs:
    """What a connector needs in a target. Names of catalogs and of schemas (`catalog.schema`) → whether the deploy makes it.

    writer: whom the pipelines run as, empty where that is who deploys. tables: destination, as Unity Catalog stores it →
    headgate's id of its pipeline. pipelines and jobs: names → headgate's id. recorded: the workspace's ids that are recorded.
    reads: tables that pipelines of transforms read.
    """

    connector: str
    target: str
    writer: str = ""
    connections: tuple[NeededConnection, ...] = ()
    catalogs: Mapping[str, bool] = field(default_factory=dict)
    schemas: Mapping[str, bool] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    pipelines: Mapping[str, str] = field(default_factory=dict)
    jobs: Mapping[str, str] = field(default_factory=dict)
    recorded: frozenset[str] = frozenset()
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rights:
    """Who owns a catalog or a schema, and who holds which privilege there, inherited ones included: privilege → principals."""

    owner: str
    held: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Named:
    """A pipeline or a job of the workspace. ours: it is recorded, or carries the tags of this connector in this target."""

    id: str
    name: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Untold:
    """What could not be looked at, and why."""

    what: str
    why: str
    fix: str = ""


@dataclass(slots=True)
class Facts:
    """What a workspace says. What is missing in it was not told: `untold` says why.

    me: who asks, and groups: those of whom the workspace says that they have that one in them. connections: name → their
    options, None where there is none. rights: of catalogs and schemas, None where there is none. tables: schema → table →
    the id of the pipeline that made it, empty where none did. running: how many pipelines of others run now. room: schema →
    how many more tables its quota takes.
    """

    me: str
    groups: frozenset[str] = frozenset()
    connections: dict[str, Mapping[str, str] | None] = field(default_factory=dict)
    rights: dict[tuple[Holder, str], Rights | None] = field(default_factory=dict)
    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    pipelines: list[Named] = field(default_factory=list)
    jobs: list[Named] = field(default_factory=list)
    running: int = 0
    room: dict[str, int] = field(default_factory=dict)
    untold: list[Untold] = field(default_factory=list)
