"""Sites that a definition has no more, or never had, though their records say that they are deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.definition.site import FILE, FOLDER
from headgate.layout.deployed import read_deployed
from headgate.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

_HEAD, _TAIL = "deployed.", ".json"


def gone_sites(folder: Path, connector: str, sites: Collection[str]) -> Iterator[Problem]:
    """Say what is deployed by files in a definition's folder that would be seen no more.

    connector: the definition's id. sites: the names that its sites.yaml has; none where there is no such file.
    """
    there = folder / FOLDER
    for place in sorted(there.iterdir()) if there.is_dir() else ():
        if place.name in sites or not (targets := deployed_to(place)):
            continue
        yield Problem(
            f"has no site '{place.name}', which is deployed to {', '.join(targets)}: its stacks would not be written any more, "
            "and nothing would tell its tables from those of nobody",
            f"put it back; to take it down, `headgate retire` it in each target and deploy that, then remove {place} with it. "
            "A site that is called otherwise keeps its id: write `id:`, and move its folder with `git mv`",
            str(folder / FILE),
        )
    if sites and (targets := deployed_to(folder)):
        example = next(iter(sites))
        yield Problem(
            f"'{connector}' is deployed to {', '.join(targets)} without sites, and none of these has its id",
            f"make it one of the sites: give that `id: {connector}`, and move layout.lock, deployed.*.json and runs.csv to "
            f"{there / example} with `git mv`; or take {FILE} away, `headgate retire` it in each target, and deploy that",
            str(folder / FILE),
        )


def deployed_to(folder: Path) -> list[str]:
    """Give the targets that a folder's records have something deployed in. Raises InputError for a damaged record."""
    names = sorted(path.name for path in folder.glob(f"{_HEAD}*{_TAIL}")) if folder.is_dir() else []
    targets = [name.removeprefix(_HEAD).removesuffix(_TAIL) for name in names]
    return [target for target in targets if read_deployed(folder, target).ids]
