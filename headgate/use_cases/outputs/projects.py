"""What making a project, a connector and workflows, and looking at the machine print for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from headgate.use_cases.doctor import Check
from headgate.use_cases.outputs import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOutput(Output):
    """Files that were written, or brought up to date; those that are there and stay; and what comes next."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()
    next: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConnectorOutput(WrittenOutput):
    """The files of a new connector, and how many tables it has."""

    connector: str
    tables: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorOutput(Output):
    """What a machine has of what is needed, and whether that is all of it."""

    fit: bool
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleOutput(Output):
    """A bundle's files that were written and deleted, its targets, and what has to be done before it is deployed."""

    name: str
    targets: tuple[str, ...]
    written: tuple[Path, ...]
    deleted: tuple[Path, ...]
    before: tuple[str, ...]
