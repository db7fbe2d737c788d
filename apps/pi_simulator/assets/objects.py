"""An object of the asset model as data, and as PI writes it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from ..bodies import ALL, Fields
from ..webids import KINDS, Identity, guid, unpack
from .kinds import BY_CODE, BY_MARKER, SERVER, Kind
from .names import SERVER_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BITS = 48  # of a number; a kind's code is above
_GUID = 22  # characters of a GUID in a WebID
_PREFIX = 2  # characters of a WebID before its marker

Ref = tuple[str | Identity, ...]


def hashed(*words: object) -> int:
    """Give 64 bits that depend on nothing but the words."""
    return int.from_bytes(hashlib.blake2b("\0".join(map(str, words)).encode(), digest_size=8).digest(), "big")


def _masked(seed: int, what: int, bits: int) -> int:
    key = seed.to_bytes(8, "big", signed=True)
    digest = hashlib.blake2b(what.to_bytes(8, "big"), digest_size=8, key=key).digest()
    return int.from_bytes(digest, "big") & ((1 << bits) - 1)


@lru_cache(maxsize=65_536)
def guid_of(seed: int, kind: Kind, number: int) -> UUID:
    """Give the GUID of an object, from which `number_of` finds it again: no list of all objects is kept anywhere."""
    if kind is SERVER:
        return guid("assetserver", SERVER_NAME)
    plain = kind.code << _BITS | number
    check = _masked(seed, plain, 62)
    hidden = plain ^ _masked(seed, check, 60)
    return UUID(int=(hidden >> 12) << 80 | 4 << 76 | (hidden & 0xFFF) << 64 | 2 << 62 | check)


def number_of(seed: int, one: UUID) -> tuple[Kind, int] | None:
    """Give the kind and the number that a GUID was made of; None for a GUID that was not made here."""
    whole = one.int
    check = whole & ((1 << 62) - 1)
    hidden = (whole >> 80) << 12 | (whole >> 64) & 0xFFF
    plain = hidden ^ _masked(seed, check, 60)
    kind = BY_CODE.get(plain >> _BITS)
    number = plain & ((1 << _BITS) - 1)
    return (kind, number) if kind is not None and guid_of(seed, kind, number) == one else None


@dataclass(frozen=True, slots=True)
class Told:
    """What a WebID tells: its kind, and the object's GUID, or its path where it has none."""

    kind: Kind
    guid: UUID | None
    path: str = ""


def told_by(web_id: str) -> Told:
    """Read a WebID of the asset model; ValueError where it is none."""
    marker = web_id[_PREFIX : _PREFIX + 3] if web_id[_PREFIX : _PREFIX + 3] in BY_MARKER else web_id[_PREFIX : _PREFIX + 2]
    kind = BY_MARKER.get(marker)
    if kind is None or web_id[1:2] != "1" or web_id[:1] not in KINDS.values():
        raise ValueError(web_id)
    rest = web_id[_PREFIX + len(marker) :]
    if web_id[0] == "P":
        return Told(kind, None, "\\\\" + unpack(rest).decode())
    at = _GUID * ((web_id[0] in "FI" and kind is not SERVER) + kind.owned)
    return Told(kind, UUID(bytes_le=unpack(rest[at : at + _GUID])))


@dataclass(frozen=True, slots=True)
class Thing:
    """An object: what it is, where it is, its other fields, and its links to others.

    In `fields`, an Identity stands for that object's WebID. In `refs`, a link's parts, of which an Identity is one likewise.
    """

    kind: Kind
    number: int
    identity: Identity
    name: str
    path: str
    description: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    refs: Mapping[str, Ref] = field(default_factory=dict)

    @property
    def guid(self) -> UUID:
        """The object's own GUID."""
        return self.identity.guids[-1]


def here(thing: Thing) -> Ref:
    """Give the parts of an object's address."""
    return (thing.kind.controller, thing.identity)


class Addresses(Protocol):
    """What turns identities into WebIDs, and parts into addresses."""

    def web_id(self, identity: Identity) -> str:
        """Give a WebID."""

    def link(self, *segments: str) -> str:
        """Give an address."""


def _told(value: Any, to: Addresses) -> Any:
    if isinstance(value, Identity):
        return to.web_id(value)
    if isinstance(value, tuple):
        return [_told(one, to) for one in value]
    return value


def body_of(thing: Thing, to: Addresses, wanted: Fields | None = ALL) -> dict[str, Any]:
    """Give an object as PI writes it; its links are made only where they are wanted."""
    web_id = to.web_id(thing.identity)
    body = {"WebId": web_id, "Id": str(thing.guid), "Name": thing.name, "Description": thing.description, "Path": thing.path}
    body |= {name: _told(value, to) for name, value in thing.fields.items()}
    if wanted is None or wanted.of("Links") is None or not thing.kind.linked:
        return body
    links = {"Self": to.link(thing.kind.controller, web_id)}
    links |= {name: to.link(controller, web_id, last) for name, (controller, last) in thing.kind.own.items()}
    links |= {name: to.link(*(str(_told(part, to)) for part in ref)) for name, ref in thing.refs.items()}
    return body | {"Links": links}


def named(things: Sequence[Thing]) -> dict[str, Thing]:
    """Give things by their paths in small letters, as PI compares them."""
    return {thing.path.casefold(): thing for thing in things}
