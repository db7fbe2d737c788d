"""What requests say of the project and the target that they are about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.definition.load import load_definitions
from headgate.numbers import counted, some
from headgate.problems import InputError, did_you_mean
from headgate.project import in_target, read_connectors, refuse_committed, target_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from headgate.project import Connector


_FEW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _InTarget:
    """A target of the project in `root`; None: the default one. profile: what to log in with; None: as the target says.

    sites: those that are meant, by name or id; none: all.
    """

    target: str | None = None
    root: Path = Path()
    profile: str | None = None
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRequest(_InTarget):
    """Connectors of a project, each in a target: one by its id or folder, or all of them."""

    connector: str | None = None

    def read(self) -> Iterator[tuple[Connector, str]]:
        """Give each connector and its target; of sites those that are deployed to it.

        Raises InputError for files that can't be read, an unknown name, or a target that none of a definition's sites has.
        """
        for one in in_target(read_connectors(self.root, self.connector, self.sites), self.target):
            yield _in_target(one, self.target, self.profile)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorRequest(_InTarget):
    """A connector of a project, by its id or folder, in a target."""

    connector: str

    def read(self) -> tuple[Connector, str]:
        """Give the connector and the target. Raises InputError for files that can't be read, or an unknown name."""
        return _in_target(one_connector(self.root, self.connector, self.sites), self.target, self.profile)


def target_names(root: Path) -> list[str]:
    """Give the names of all connectors' targets. Raises InputError for definitions that can't be read."""
    return sorted({name for one in load_definitions(root) for name in one.definition.targets})


def site_names(root: Path) -> list[str]:
    """Give the names of all sites. Raises InputError for files that can't be read."""
    return sorted({one.site.name for one in load_definitions(root) if one.site})


def one_connector(root: Path, name: str, sites: Collection[str] = ()) -> Connector:
    """Give the connector of that name. Raises InputError where it is a definition with several sites, besides the rest."""
    found = read_connectors(root, name, sites)
    if len(found) > 1:
        ids = [one.definition.id for one in found]
        raise InputError(f"'{name}' has {counted(len(found), 'site')}", f"name one of them: {some(ids, _FEW)}")
    return found[0]


def connector_names(root: Path, only: str | None = None, sites: Collection[str] = (), target: str | None = None) -> list[str]:
    """Give the ids of the connectors, or of that with id or folder `only`, and of those sites that have the target.

    Raises InputError for files or an unknown name.
    """
    return [one.definition.id for one in in_target(read_connectors(root, only, sites), target)]


def connector_folders(root: Path) -> list[str]:
    """Give the folders of all connectors, by their names. Raises InputError where there is none, or one can't be read."""
    return list(dict.fromkeys(one.base.name for one in read_connectors(root)))


def refuse_unknown_target(root: Path, target: str) -> None:
    """Raise InputError for a target that no connector of the project has; where there is no project, any may be one."""
    refuse_unknown(target, target_names(root))


def refuse_unknown(target: str, known: Collection[str]) -> None:
    """Raise InputError for a target that is not among those that are known, where any are."""
    if known and target not in known:
        raise InputError(f"no connector has a target '{target}'", did_you_mean(target, known))


def _in_target(one: Connector, name: str | None, profile: str | None) -> tuple[Connector, str]:
    target = target_of(one.definition, name)
    if profile is None:
        return one, target
    settings = one.definition.targets[target].model_copy(update={"profile": profile})
    targets = {**one.definition.targets, target: settings}
    return replace(one, definition=one.definition.model_copy(update={"targets": targets})), target


def check_log_file(path: Path) -> None:
    """Raise InputError where a log would be written into a connector's own file, or into accepted.yaml."""
    refuse_committed(path)
