"""Enumeration sets: those of the data archive, whose states digital points take, and those of whoever else has some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..archive import SERVER_IDENTITY
from ..tags import SERVER, SERVER_ID, SETS, SYSTEM_STATES
from ..webids import Identity, guid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..request_context import RequestContext
    from ..world import World


@dataclass(frozen=True, slots=True)
class EnumerationSet:
    """A set: `values` are (name, number, description); `owner` is what it stands below, at `controller`, linked as `link`."""

    name: str
    description: str
    path: str
    identity: Identity
    values: tuple[tuple[str, int, str], ...]
    owner: Identity = SERVER_IDENTITY
    controller: str = "dataservers"
    link: str = "DataServer"

    def body(self, asked: RequestContext) -> dict[str, Any]:
        """Give the set as PI shows it."""
        web_id = asked.web_id(self.identity)
        return {
            "WebId": web_id,
            "Id": str(self.identity.guids[-1]),
            "Name": self.name,
            "Description": self.description,
            "Path": self.path,
            "SerializeDescription": True,
            "Links": {
                "Self": asked.link("enumerationsets", web_id),
                self.link: asked.link(self.controller, asked.web_id(self.owner)),
                "Values": asked.link("enumerationsets", web_id, "enumerationvalues"),
                "Security": asked.link("enumerationsets", web_id, "security"),
                "SecurityEntries": asked.link("enumerationsets", web_id, "securityentries"),
            },
        }

    def value_identity(self, name: str) -> Identity:
        """Give the identity of one of its values."""
        marker = self.identity.marker.replace("MS", "MV", 1)
        own = guid(self.identity.guids[-1], "value", name)
        return Identity(marker, (*self.identity.guids, own), f"{self.identity.path}\\{name}")

    def value_path(self, name: str) -> str:
        """Give the path of one of its values."""
        return f"{self.path}\\{name}"

    def value_bodies(self, asked: RequestContext) -> list[dict[str, Any]]:
        """Give its values as PI shows them."""
        return [self._value_body(asked, *value) for value in self.values]

    def _value_body(self, asked: RequestContext, name: str, number: int, description: str) -> dict[str, Any]:
        identity = self.value_identity(name)
        web_id = asked.web_id(identity)
        return {
            "WebId": web_id,
            "Id": str(identity.guids[-1]),
            "Name": name,
            "Description": description,
            "Value": number,
            "Path": self.value_path(name),
            "Parent": "",
            **{f"Serialize{part}": True for part in ("Description", "Id", "Links", "Path", "WebId")},
            "Links": {
                "Self": asked.link("enumerationvalues", web_id),
                "EnumerationSet": asked.link("enumerationsets", asked.web_id(self.identity)),
            },
        }


def archive_sets(world: World, now: int) -> list[EnumerationSet]:
    """Give the sets of the data archive, as its server is called at `now` (ticks)."""
    return [_archive_set(name, world.archive.server(now)) for name in SETS]


def _archive_set(name: str, server: Identity) -> EnumerationSet:
    numbers = SYSTEM_STATES if name == "System" else {state: at for at, state in enumerate(SETS[name])}
    part = f"EnumerationSets[{name}]"
    return EnumerationSet(
        name,
        f"States of {name.lower()}",
        f"\\\\PIServers[{server.path}]\\{part}",
        Identity("MSD", (SERVER_ID, guid("enumeration set", SERVER, name)), f"{server.path}\\{part}"),
        tuple((state, number, "") for state, number in numbers.items()),
        server,
    )


# Who has sets.
OWNERS: dict[str, Callable[[World, int], Iterable[EnumerationSet]]] = {"archive": archive_sets}


def all_sets(world: World, now: int) -> Iterable[EnumerationSet]:
    """Give the sets of everybody, as they are at `now` (ticks)."""
    return (one for owner in OWNERS.values() for one in owner(world, now))
