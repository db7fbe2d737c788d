"""What a dashboard is started with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.use_cases.watch import WatchRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """A SQL warehouse of the workspace that the environment logs in to. as_user: ask with the rights of who looks."""

    id: str
    as_user: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The project and what was seen of it, and the limits that keep one visitor from keeping others waiting.

    reviews: the folder whose HTML pages are shown. hosts: names by which browsers may ask, beside this machine's own.
    query_seconds, queries: how long a query of tables may take, and how many run at once; the same for downloads. watchers: how
    many pages are told of changes. every: seconds between two looks at the project's files. report: is told of pages that
    failed, with a stack trace. warehouse: what reads tables, those of a workspace; None: DuckDB reads those of runs here.
    """

    watched: WatchRequest
    reviews: Path = Path()  # in the project's folder
    hosts: tuple[str, ...] = ()
    query_seconds: float = 10.0
    queries: int = 3
    download_seconds: float = 120.0
    downloads: int = 1
    download_rows: int = 1_000_000
    watchers: int = 100
    every: float = 1.0
    report: Callable[[str], None] = print
    warehouse: Warehouse | None = None

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.watched.root

    @property
    def data(self) -> Path:
        """The folder of runs on this machine."""
        return self.root / self.watched.data

    @property
    def reviews_folder(self) -> Path:
        """The folder of reviews."""
        return self.root / self.reviews
