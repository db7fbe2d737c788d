"""What a database was designed with, as objects: templates and their attributes, categories, sets, tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from . import designs, kinds
from .analyses import templates as analysis_templates
from .values import template_default

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .designs import AttributeDesign, TableDesign, TemplateDesign
    from .kinds import Kind
    from .objects import Ref, Thing
    from .plant import Plant

DATABASE_BITS = 40  # of an object's number; its database is above
PLACES = 128  # numbers that a template's attributes have
# What has categories of a kind, their names, and the name of the lab's only one.
_CATEGORIES = {
    kinds.ELEMENT_CATEGORY: ("Element", designs.ELEMENT_CATEGORIES, "Lab"),
    kinds.ATTRIBUTE_CATEGORY: ("Attribute", designs.ATTRIBUTE_CATEGORIES, "Lab"),
    kinds.ANALYSIS_CATEGORY: ("Analysis", designs.ANALYSIS_CATEGORIES, "Lab"),
    kinds.TABLE_CATEGORY: ("Table", designs.TABLE_CATEGORIES, "Lab tables"),
}


def numbered(database: int, number: int) -> int:
    """Give the number of an object among those of all databases."""
    return database << DATABASE_BITS | number


def measured(units: str) -> dict[str, str]:
    """Give the fields that tell an attribute's units."""
    return {"DefaultUnitsName": designs.UNIT_NAMES.get(units, ""), "DefaultUnitsNameAbbreviation": units}


def attribute_fields(design: AttributeDesign) -> dict[str, Any]:
    """Give the fields that an attribute and its template share."""
    return {
        "Type": design.type,
        "TypeQualifier": design.qualifier,
        **measured(design.units),
        "DataReferencePlugIn": design.plugin,
        "ConfigString": design.config,
        "IsConfigurationItem": design.category == "Configuration",
        "IsExcluded": False,
        "IsHidden": design.hidden,
        "IsManualDataEntry": design.name == "Running Hours",
        "CategoryNames": (design.category,) if design.category else (),
        "TraitName": design.trait,
    }


def with_parents(own: Sequence[AttributeDesign]) -> Iterator[tuple[int, AttributeDesign, str, bool]]:
    """Give a template's attributes with their places, their paths below an owner (`|A|B`), and whether any is below them."""
    for place, design in enumerate(own):
        above = f"|{own[design.parent].name}" if design.parent >= 0 else ""
        yield place, design, f"{above}|{design.name}", any(other.parent == place for other in own)


@dataclass(frozen=True)
class Library:
    """The designs of a database; the first database has nearly all of them."""

    plant: Plant
    database: int

    @property
    def _path(self) -> str:
        return self.plant.database_path(self.database)

    @property
    def _database(self) -> dict[str, Ref]:
        return {"Database": self.plant.to_database(self.database)}

    @cached_property
    def designs(self) -> tuple[TemplateDesign, ...]:
        """What templates are made of."""
        return designs.LAB_TEMPLATES if self.database else designs.TEMPLATES

    @cached_property
    def table_designs(self) -> tuple[TableDesign, ...]:
        """What tables are made of."""
        return designs.LAB_TABLES if self.database else designs.TABLES

    def _thing(self, kind: Kind, number: int, name: str, collection: str, description: str = "", **more: Any) -> Thing:
        path = f"{self._path}\\{collection}[{name}]"
        refs = self._database | more.pop("refs", {})
        return self.plant.thing(kind, numbered(self.database, number), name, path, description, refs=refs, **more)

    @cached_property
    def templates(self) -> tuple[Thing, ...]:
        """Templates of elements and of event frames, each in the place of its design."""
        return tuple(self._template(place, design) for place, design in enumerate(self.designs))

    def _template(self, place: int, design: TemplateDesign) -> Thing:
        fields = {
            "AllowElementToExtend": design.extended,
            "BaseTemplate": self.designs[design.base].name if design.base >= 0 else "",
            "CanBeAcknowledged": design.acknowledged,
            "CategoryNames": (design.category,) if design.category else (),
            "ExtendedProperties": {},
            "InstanceType": design.instance,
            "NamingPattern": design.naming,
            "Severity": design.severity,
        }
        base = self.template_ref(design.base) if design.base >= 0 else None
        refs = {"BaseTemplate": base} if base else {}
        return self._thing(
            kinds.ELEMENT_TEMPLATE, place, design.name, "ElementTemplates", design.description, fields=fields, refs=refs
        )

    def template_ref(self, place: int) -> Ref:
        """Give the parts of a template's address."""
        path = f"{self._path}\\ElementTemplates[{self.designs[place].name}]"
        kind = kinds.ELEMENT_TEMPLATE
        return (kind.controller, self.plant.identity(kind, numbered(self.database, place), path))

    def chain(self, place: int) -> tuple[int, ...]:
        """Give the places of a template's bases, the root first, and its own at the end."""
        base = self.designs[place].base
        return (*self.chain(base), place) if base >= 0 else (place,)

    @cached_property
    def attribute_templates(self) -> tuple[tuple[Thing, ...], ...]:
        """Each template's own attributes."""
        return tuple(tuple(self._attribute_templates(place)) for place in range(len(self.designs)))

    def _attribute_templates(self, place: int) -> Iterator[Thing]:
        for at, design, below, nested in with_parents(self.designs[place].own):
            path = f"{self._path}\\ElementTemplates[{self.designs[place].name}]{below}"
            refs: dict[str, Ref] = {"ElementTemplate": self.template_ref(place)}
            if design.parent >= 0:
                above = (place, design.parent, path.rpartition("|")[0])
                refs["Parent"] = self.attribute_template_ref(*above)
            if design.trait:
                refs["Trait"] = ("attributetraits", design.trait)
            fields = attribute_fields(design) | {"DefaultValue": template_default(design), "HasChildren": nested}
            number = numbered(self.database, place * PLACES + at)
            owner = (kinds.ELEMENT_TEMPLATE, numbered(self.database, place))
            kind = kinds.ATTRIBUTE_TEMPLATE
            yield self.plant.thing(kind, number, design.name, path, design.description, fields, refs, owner)

    def attribute_template_ref(self, place: int, at: int, path: str) -> Ref:
        """Give the parts of an attribute template's address."""
        kind, owner = kinds.ATTRIBUTE_TEMPLATE, (kinds.ELEMENT_TEMPLATE, numbered(self.database, place))
        number = numbered(self.database, place * PLACES + at)
        return (kind.controller, self.plant.identity(kind, number, path, owner))

    @cached_property
    def categories(self) -> dict[Kind, tuple[Thing, ...]]:
        """Categories by their kind; those of elements are event frames' too."""
        return {kind: tuple(self._categories(kind, *one)) for kind, one in _CATEGORIES.items()}

    def _categories(self, kind: Kind, what: str, names: Sequence[str], of_lab: str) -> Iterator[Thing]:
        for number, name in enumerate([of_lab] if self.database else names):
            yield self._thing(kind, number, name, f"Categories{what}", f"{what}: {name}")

    def categories_of(self, thing: Thing, kind: Kind) -> list[Thing]:
        """Give an object's categories, which are of a kind."""
        return [one for one in self.categories[kind] if one.name in thing.fields["CategoryNames"]]

    @cached_property
    def sets(self) -> tuple[Thing, ...]:
        """Enumeration sets."""
        found = ["Qualities/Güte"] if self.database else list(designs.SETS)
        return tuple(
            self._thing(kinds.ENUMERATION_SET, number, name, "EnumerationSets", f"{name}.") for number, name in enumerate(found)
        )

    @cached_property
    def tables(self) -> tuple[Thing, ...]:
        """Tables, each in the place of its design."""
        return tuple(self._table(place, design) for place, design in enumerate(self.table_designs))

    def _table(self, place: int, design: TableDesign) -> Thing:
        fields = {
            "CategoryNames": (design.category,) if design.category else (),
            "ConvertToLocalTime": False,
            "TimeZone": "UTC" if place % 2 else "W. Europe Standard Time",
        }
        return self._thing(kinds.TABLE, place, design.name, "Tables", design.description, fields=fields)

    @cached_property
    def analysis_templates(self) -> tuple[Thing, ...]:
        """Templates of analyses, their rules and their time rules, in this order."""
        return () if self.database else tuple(analysis_templates(self.plant, self.template_ref))

    @cached_property
    def all(self) -> tuple[Thing, ...]:
        """Every object of the library."""
        return (
            *self.templates,
            *(one for some in self.attribute_templates for one in some),
            *(one for some in self.categories.values() for one in some),
            *self.sets,
            *self.tables,
            *self.analysis_templates,
        )
