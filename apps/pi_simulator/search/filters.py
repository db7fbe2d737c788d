"""Which elements and which attributes are asked for: by what they are, and attributes by their place below an object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..assets.designs import TRAITS
from ..assets.elements import name_of, template_of
from ..assets.library import PLACES
from ..assets.names import DATABASES
from .lists import like, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..assets.attributes import Attribute
    from ..assets.elements import Place
    from ..assets.library import Library


@dataclass(frozen=True, slots=True)
class ElementFilter:
    """What elements are asked for; what is empty asks for nothing in particular, `none` for no element at all."""

    name: str | None = None
    description: str | None = None
    category: str | None = None
    template: str | None = None
    none: bool = False

    @property
    def open(self) -> bool:
        """Whether all elements are asked for."""
        return not (self.name or self.description or self.category or self.template or self.none)

    def templates(self, library: Library) -> frozenset[int]:
        """Give the places of the templates whose elements fit: their description and category come from it."""
        return frozenset(place for place in range(len(library.designs)) if not self.none and self._made_from(library, place))

    def _made_from(self, library: Library, place: int) -> bool:
        design = library.designs[place]
        return (
            (not self.template or any(same(library.designs[one].name, self.template) for one in library.chain(place)))
            and (not self.category or same(design.category, self.category))
            and like(f"{design.description} of {DATABASES[library.database][0]}", self.description)
        )

    def of(self, library: Library, places: Iterable[Place]) -> list[Place]:
        """Give those of some elements that fit, in their order; none of them is made for it."""
        among = self.templates(library)
        return [place for place in places if template_of(place) in among and like(name_of(library.plant, place), self.name)]


@dataclass(frozen=True, slots=True)
class AttributeFilter:
    """What attributes are asked for; what is empty asks for nothing in particular."""

    name: str | None = None
    description: str | None = None
    category: str | None = None
    template: str | None = None
    value_type: str | None = None
    excluded: bool = False
    hidden: bool = False
    traits: tuple[str, ...] = ()
    trait_categories: tuple[str, ...] = ()

    def fits(self, one: Attribute) -> bool:
        """Say whether an attribute is among them. `template` is its attribute template's name, which is its own."""
        thing, fields = one.thing, one.thing.fields
        trait = fields["TraitName"]
        return (
            like(thing.name, self.name)
            and like(thing.description, self.description)
            and (not self.category or any(same(name, self.category) for name in fields["CategoryNames"]))
            and (not self.template or (same(thing.name, self.template) and "Template" in thing.refs))
            and (not self.value_type or same(fields["Type"], self.value_type))
            and (self.excluded or not fields["IsExcluded"])
            and (self.hidden or not fields["IsHidden"])
            and (not self.traits or any(same(name, trait) for name in self.traits))
            and (not self.trait_categories or of_category(trait, self.trait_categories))
        )

    def below(self, every: list[Attribute], parent: int, *, nested: bool) -> Iterator[Attribute]:
        """Give those below an attribute, by its place in its owner, or with -1 below the owner itself; `nested`: however far.

        `every` are all attributes of the owner.
        """
        for one in every:
            if one.parent == parent:
                if self.fits(one):
                    yield one
                if nested:
                    yield from self.below(every, one.thing.number % PLACES, nested=nested)


def of_category(trait: str, wanted: Iterable[str]) -> bool:
    """Say whether a trait is of one of some categories; `all` stands for any."""
    return trait in TRAITS and any(same(name, "all") or same(name, TRAITS[trait][1]) for name in wanted)
