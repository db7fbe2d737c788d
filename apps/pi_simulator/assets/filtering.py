"""Which attributes of an object are asked for: by their place below it, and by what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .designs import TRAITS
from .finding import like, same
from .library import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .attributes import Attribute


@dataclass(frozen=True, slots=True)
class Filter:
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
