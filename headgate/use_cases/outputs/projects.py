"""What making a project, a connector and workflows, and looking at the machine print for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from headgate.use_cases.doctor import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOutput:
    """Files that were written, or brought up to date; those that are there and stay; and what comes next."""

    format: Literal[1] = 1
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
class DoctorOutput:
    """What a machine has of what is needed, and whether that is all of it."""

    format: Literal[1] = 1
    fit: bool
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleOutput:
    """A bundle's files that were written and deleted, its targets, and what has to be done before it is deployed."""

    format: Literal[1] = 1
    name: str
    targets: tuple[str, ...]
    written: tuple[Path, ...]
    deleted: tuple[Path, ...]
    before: tuple[str, ...]
