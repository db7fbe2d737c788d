"""Attributes of elements and of event frames: values that they hold, and references to the points of the archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..tags import SETS as POINT_SETS
from ..tags import Tag
from ..tags import tag as tag_of
from ..times import written
from . import kinds
from .designs import MACHINE, PI_POINT, SPAN
from .elements import PARTS, template_of
from .library import PLACES, attribute_fields, measured
from .objects import Ref, Thing, here
from .plant import MEASURES
from .values import stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .designs import AttributeDesign
    from .elements import Place
    from .library import Library
    from .plant import Plant

# What a tag's type is called as an attribute's.
_TYPES = {
    "Float32": "Single",
    "Float64": "Double",
    "Int32": "Int32",
    "String": "String",
    "Digital": "EnumerationValue",
    "Blob": "Byte[]",
    "Timestamp": "DateTime",
}


@dataclass(frozen=True, slots=True)
class Owner:
    """What has attributes: the object, its library, the place of its template, and its first tag where it has any.

    `until` is the time up to which an event frame has values (ticks); elements have theirs since ever.
    """

    thing: Thing
    library: Library
    template: int
    first_tag: int | None = None
    until: int = 0


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: as an object, and where its values come from: a tag of the archive, or itself."""

    thing: Thing
    tag: Tag | None = None
    value: Any = None
    timestamp: int = 0
    parent: int = -1

    def timed(self) -> dict[str, Any]:
        """Give the value that it holds itself, as PI writes values."""
        return {
            "Timestamp": written(self.timestamp),
            "Value": self.value,
            "UnitsAbbreviation": self.thing.fields["DefaultUnitsNameAbbreviation"],
            "Good": True,
            "Questionable": False,
            "Substituted": False,
            "Annotated": False,
        }


def first_tag_of(place: Place) -> int | None:
    """Give the number of the first of the five tags of a machine; None for what is no machine."""
    no_machine = place.database or place.name in PARTS or place.name in {"Site", "Unit"}
    return None if no_machine else place.machine * len(MEASURES)


def owner_of(library: Library, place: Place, thing: Thing) -> Owner:
    """Give an element as an owner of attributes."""
    return Owner(thing, library, template_of(place), first_tag_of(place))


def attributes(plant: Plant, owner: Owner) -> Iterator[Attribute]:
    """Give all attributes of an owner, nested ones too, those of the root of its templates first."""
    library = owner.library
    for level, template in enumerate(library.chain(owner.template)):
        own = library.designs[template].own
        for place, design in enumerate(own):
            tag = None
            if owner.first_tag is not None and template == MACHINE and (place < len(MEASURES) or design.parent >= 0):
                number = owner.first_tag + (place if design.parent < 0 else design.parent)
                if number >= plant.tags:
                    continue
                tag = tag_of(number)
            yield _attribute(plant, owner, template, level * SPAN + place, place, design, tag)


def _attribute(
    plant: Plant, owner: Owner, template: int, at: int, place: int, design: AttributeDesign, tag: Tag | None
) -> Attribute:
    own = owner.library.designs[template].own
    of_event = owner.thing.kind is kinds.EVENT_FRAME
    kind = kinds.EVENT_ATTRIBUTE if of_event else kinds.ATTRIBUTE
    above = f"{owner.thing.path}|{own[design.parent].name}" if design.parent >= 0 else owner.thing.path
    referring = tag if design.plugin == PI_POINT else None
    fields = attribute_fields(design) | {
        "DisplayDigits": -5,
        "HasChildren": any(other.parent == place for other in own),
        "Span": 100.0,
        "Step": design.type not in {"Single", "Double"},
        "Zero": 0.0,
    }
    refs: dict[str, Ref] = {"EventFrame" if of_event else "Element": here(owner.thing)}
    if referring:
        fields |= _referring(referring)
        refs["Point"] = ("points", referring.identity)
    if not referring or not referring.step:
        refs["Template"] = _template_ref(owner, template, place, design)
    if design.parent >= 0:
        parent = plant.identity(kind, owner.thing.number * PLACES + at - place + design.parent, above, _key(owner))
        refs["Parent"] = (kind.controller, parent)
    if design.trait:
        refs["Trait"] = ("attributetraits", design.trait)
    if design.qualifier and (sets := [one for one in owner.library.sets if one.name == design.qualifier]):
        refs |= {"EnumerationSet": here(sets[0]), "EnumerationValues": (*here(sets[0]), "enumerationvalues")}
    number = owner.thing.number * PLACES + at
    thing = plant.thing(kind, number, design.name, f"{above}|{design.name}", design.description, fields, refs, _key(owner))
    value = None if referring else stored(plant, design, owner.thing.number, owner.until)
    return Attribute(thing, referring, value, owner.until, at - place + design.parent if design.parent >= 0 else -1)


def _key(owner: Owner) -> tuple[kinds.Kind, int]:
    return (owner.thing.kind, owner.thing.number)


def _template_ref(owner: Owner, template: int, place: int, design: AttributeDesign) -> Ref:
    own = owner.library.designs[template]
    path = owner.library.templates[template].path
    parent = f"|{own.own[design.parent].name}" if design.parent >= 0 else ""
    return owner.library.attribute_template_ref(template, place, f"{path}{parent}|{design.name}")


def _referring(tag: Tag) -> dict[str, Any]:
    """Give the fields of an attribute that refers to a tag; one that is no number is the element's own, without template."""
    return {
        **measured(tag.units),
        "ConfigString": tag.path,
        "Step": tag.step,
        "Type": _TYPES[tag.point_type],
        "TypeQualifier": tag.digital_set if tag.digital_set in POINT_SETS else "",
    }


def data_reference(attribute: Attribute) -> dict[str, Any]:
    """Give what `associations=DataReference` adds to an attribute."""
    tag = attribute.tag
    if tag is None:
        return {"Type": attribute.thing.fields["DataReferencePlugIn"]}
    point = {
        "Descriptor": "",
        "DigitalSetName": tag.digital_set,
        "DisplayDigits": -5,
        "EngineeringUnits": tag.units,
        "Future": tag.future,
        "Id": tag.number + 1,
        "Name": tag.name,
        "Path": tag.path,
        "PointClass": "classic",
        "PointType": tag.point_type,
        "Span": 100.0,
        "Step": tag.step,
        "Zero": 0.0,
    }
    return {"Type": PI_POINT, "PIPoint": point}
