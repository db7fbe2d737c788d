"""What the asset model has for the other parts: streams of attributes, below their owners too, and enumeration sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import PiError
from ..search.filters import AttributeFilter
from ..streams.enumerations import OWNERS, EnumerationSet
from ..streams.sources import PARENTS, RESOLVERS, Source, Wish
from . import kinds
from .designs import SETS
from .library import PLACES

if TYPE_CHECKING:
    from ..world import World
    from .attributes import Attribute
    from .world import AssetWorld

_OWNERS = ("elements", "eventframes")


def join() -> None:
    """Have streams, stream sets and enumeration sets know what the asset model has."""
    RESOLVERS["Ab"] = attribute_source
    PARENTS.update(dict.fromkeys(("Em", "Fm", "Ab"), sources_below))
    OWNERS["databases"] = database_sets


def _source(one: Attribute) -> Source:
    thing = one.thing
    units: str = thing.fields["DefaultUnitsNameAbbreviation"]
    return Source(thing.identity, thing.name, thing.path, kinds.ATTRIBUTE.controller, units, one.tag, one.value)


def attribute_source(world: World, web_id: str, now: int) -> Source:
    """Give an attribute as the source of a stream. Raises PiError 404 where nothing has the WebID."""
    assets = world.assets(now)
    found = assets.find(web_id, now, kinds.ATTRIBUTE.controller)
    one = assets.attribute(found.kind, found.number, now) if found else None
    if one is None:
        raise PiError(404, f"The specified attribute was not found, or is not accessible: '{web_id}'.")
    return _source(one)


def sources_below(world: World, web_id: str, now: int, wish: Wish) -> list[Source]:
    """Give the attributes of an element or an event frame, or those below an attribute. Raises PiError 404."""
    assets = world.assets(now)
    owner = next((one for name in _OWNERS if (one := assets.find(web_id, now, name))), None)
    if owner:
        return _wished(assets.attributes_of(owner, now), -1, wish)
    attribute = assets.find(web_id, now, kinds.ATTRIBUTE.controller)
    if attribute is None:
        raise PiError(404, f"The specified object was not found, or is not accessible: '{web_id}'.")
    return _wished(assets.siblings(attribute, now), attribute.number % PLACES, wish)


def _wished(every: list[Attribute], parent: int, wish: Wish) -> list[Source]:
    wanted = AttributeFilter(wish.name_filter, None, wish.category, wish.template, excluded=wish.excluded, hidden=wish.hidden)
    return [_source(one) for one in wanted.below(every, parent, nested=wish.full)]


def database_sets(world: World, now: int) -> list[EnumerationSet]:
    """Give the enumeration sets of all databases."""
    assets = world.assets(now)
    return [one for nth in range(len(assets.libraries)) for one in sets_of(assets, nth)]


def sets_of(assets: AssetWorld, database: int) -> list[EnumerationSet]:
    """Give the enumeration sets of a database."""
    owner = assets.databases[database].identity
    return [
        EnumerationSet(
            one.name,
            one.description,
            one.path,
            one.identity,
            tuple((name, number, "") for name, number in SETS[one.name]),
            owner,
            kinds.DATABASE.controller,
            "Database",
        )
        for one in assets.libraries[database].sets
    ]
