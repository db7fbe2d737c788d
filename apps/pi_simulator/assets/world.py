"""The asset model of a world: every object by its WebID or its path, and the lists that hang below objects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..events.frames import CHILDREN, active, by_number, phases
from ..events.objects import event_frame, owner_of_frame
from ..times import written
from . import kinds, units
from .analyses import MACHINE_BITS, analysis, plugins, rule, time_rule
from .attributes import Attribute, attributes, owner_of
from .designs import ANALYSES
from .elements import (
    CLASSES,
    Place,
    all_below,
    below,
    count,
    element,
    machine_place,
    name_of,
    place_of,
    roots,
    template_of,
    total,
)
from .library import DATABASE_BITS, PLACES, Library
from .names import DATABASES
from .objects import Thing, named, number_of, told_by
from .order import at
from .people import People

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..events.frames import Frame
    from .plant import Plant

VERSION = "2.10.0.8628"


@dataclass(frozen=True)
class AssetWorld:
    """What a seed and a number of tags make. Times (`now`) are ticks; of one plant, only event frames depend on them."""

    plant: Plant

    def server(self, now: int) -> Thing:
        """Give the one asset server."""
        fields = {"ExtendedProperties": {}, "IsConnected": True, "ServerTime": written(now), "ServerVersion": VERSION}
        name, path = self.plant.names.server, self.plant.server_path
        return self.plant.thing(kinds.SERVER, 0, name, path, "The simulator's assets", fields)

    @cached_property
    def databases(self) -> tuple[Thing, ...]:
        """The databases."""
        refs = {"AssetServer": self.plant.to_server()}
        return tuple(
            self.plant.thing(kinds.DATABASE, nth, name, self.plant.database_path(nth), said, {"ExtendedProperties": {}}, refs)
            for nth, (name, (_, said)) in enumerate(zip(self.plant.names.databases, DATABASES, strict=True))
        )

    @cached_property
    def libraries(self) -> tuple[Library, ...]:
        """What each database was designed with."""
        return tuple(Library(self.plant, nth) for nth in range(len(DATABASES)))

    @cached_property
    def unit_classes(self) -> tuple[Thing, ...]:
        """The classes of units."""
        return units.classes(self.plant)

    @cached_property
    def units(self) -> tuple[tuple[Thing, ...], ...]:
        """The units of each class."""
        return units.units(self.plant)

    @cached_property
    def rule_plugins(self) -> tuple[Thing, ...]:
        """The plug-ins of analysis rules."""
        return tuple(plugins(self.plant, kinds.RULE_PLUGIN))

    @cached_property
    def time_plugins(self) -> tuple[Thing, ...]:
        """The plug-ins of time rules."""
        return tuple(plugins(self.plant, kinds.TIME_PLUGIN))

    @cached_property
    def people(self) -> People:
        """Who may read, and who is notified."""
        return People(self.plant, self.libraries[0])

    @cached_property
    def _constant(self) -> tuple[Thing, ...]:
        """Everything of which there is the same however many tags there are."""
        of_units = (*self.unit_classes, *(one for some in self.units for one in some))
        designed = (one for library in self.libraries for one in library.all)
        return (*self.databases, *of_units, *self.rule_plugins, *self.time_plugins, *designed, *self.people.all)

    @cached_property
    def _by_number(self) -> dict[tuple[kinds.Kind, int], Thing]:
        return {(one.kind, one.number): one for one in self._constant}

    @cached_property
    def _by_path(self) -> dict[str, Thing]:
        return named(self._constant)

    def find(self, web_id: str, now: int, controller: str) -> Thing | None:
        """Give a controller's object by any of its WebIDs; None where there is none at `now`."""
        try:
            told = told_by(web_id)
        except ValueError:
            return None
        if told.kind.controller != controller:
            return None
        if told.guid is None:
            return self.at_path(told.path, now, controller)
        found = number_of(self.plant.seed, told.guid)
        if told.kind is kinds.SERVER:
            one = self.server(now)
            return one if told.guid == one.guid else None
        return self._made(*found, now) if found and found[0] is told.kind else None

    def _made(self, kind: kinds.Kind, number: int, now: int) -> Thing | None:
        if kind in {kinds.ANALYSIS_RULE, kinds.TIME_RULE}:
            owner = self._made(kinds.ANALYSIS, number, now)
            return owner and (rule if kind is kinds.ANALYSIS_RULE else time_rule)(self.plant, owner)
        if kind in {kinds.ATTRIBUTE, kinds.EVENT_ATTRIBUTE}:
            found = self.attribute(kind, number, now)
            return found.thing if found else None
        if kind is kinds.ELEMENT:
            place = place_of(self.plant, number)
            return self.element(place) if place else None
        if kind is kinds.ANALYSIS:
            design, machine = number >> MACHINE_BITS, number & ((1 << MACHINE_BITS) - 1)
            return self.analysis(design, machine) if design < len(ANALYSES) and machine < self.plant.machines else None
        if kind is kinds.EVENT_FRAME:
            frame = self.frame(number, now)
            return self.event(frame, now) if frame else None
        return self._by_number.get((kind, number))

    def at_path(self, path: str, now: int, controller: str) -> Thing | None:
        """Give a controller's object by its path; None where there is none at `now`."""
        low = path.casefold()
        if controller == kinds.SERVER.controller:
            return self.server(now) if low == self.plant.server_path.casefold() else None
        if found := self._by_path.get(low):
            return found if found.kind.controller == controller else None
        owner, bar, attribute = path.partition("|")
        if bar:
            return self._attribute_at(owner, attribute, now) if controller == "attributes" else None
        return self._made_at(path, now, controller)

    def _made_at(self, path: str, now: int, controller: str) -> Thing | None:
        if controller == "eventframes":
            return self._event_at(path, now)
        if controller == "elements":
            place = self._place_at(path)
            return self.element(place) if place else None
        owner, _, rest = path.casefold().rpartition("\\analyses[")
        place = self._place_at(owner) if owner else None
        name, _, last = rest.partition("]")
        wanted = {"analyses": ("", None), "analysisrules": ("\\analysisrule", rule), "timerules": ("\\timerule", time_rule)}
        tail, make = wanted.get(controller, ("?", None))
        if place is None or last != tail:
            return None
        found = next((one for one in self.analyses_of(place) if one.name.casefold() == name), None)
        return make(self.plant, found) if make and found else found

    def _place_at(self, path: str) -> Place | None:
        parts = path.casefold().split("\\")
        heads = [self.plant.database_path(nth).casefold().split("\\") for nth in range(len(DATABASES))]
        if parts[:4] not in heads:
            return None
        some: Iterable[Place] = roots(self.plant, heads.index(parts[:4]))
        found: Place | None = None
        for name in parts[4:]:
            found = next((one for one in some if name_of(self.plant, one).casefold() == name), None)
            if found is None:
                return None
            some = below(self.plant, found)
        return found

    def _event_at(self, path: str, now: int) -> Thing | None:
        """Find an event frame by the number in its name."""
        head = f"{self.plant.database_path(0)}\\EventFrames[".casefold()
        digits = path.casefold().removeprefix(head).split(" ")[1:2]
        nth = digits[0].rstrip("]") if digits else ""
        if not nth.isdecimal():
            return None
        whole = by_number(self.plant, int(nth) * CHILDREN)
        some = [] if whole is None else [whole, *phases(whole)]
        things = (self.event(one, now) for one in some if one.there <= now)
        return next((one for one in things if one.path.casefold() == path.casefold()), None)

    def _attribute_at(self, owner: str, rest: str, now: int) -> Thing | None:
        for controller in ("elements", "eventframes"):
            if found := self._made_at(owner, now, controller):
                path = f"{found.path}|{rest}".casefold()
                return next((one.thing for one in self.attributes_of(found, now) if one.thing.path.casefold() == path), None)
        return None

    def element(self, place: Place) -> Thing:
        """Give an element."""
        return element(self.plant, self.libraries[place.database], place)

    def elements(self, database: int, among: frozenset[int] | None = None) -> Iterator[Place]:
        """Give all elements of a database in order of their names; with `among`, none of other templates."""
        if database or self.plant.names.elements:
            every = (at(self.plant, database, position) for position in range(total(self.plant, database)))
            return (place for place in every if among is None or template_of(place) in among)
        classes = (name for name in CLASSES if among is None or template_of(Place(0, name, 0)) in among)
        return (Place(0, name, nth) for name in classes for nth in range(count(self.plant, name)))

    def elements_below(self, thing: Thing, *, nested: bool, among: frozenset[int] | None = None) -> Iterator[Place]:
        """Give the elements below a database or an element; `nested`: however far, else right below."""
        if thing.kind is kinds.DATABASE:
            return self.elements(thing.number, among) if nested else roots(self.plant, thing.number)
        place = place_of(self.plant, thing.number)
        if place is None:
            return iter(())
        return all_below(self.plant, place) if nested else below(self.plant, place)

    def frame(self, number: int, now: int) -> Frame | None:
        """Give the event frame of a number where it is there at `now`."""
        one = by_number(self.plant, number)
        return one if one and one.there <= now else None

    def event(self, frame: Frame, now: int) -> Thing:
        """Give an event frame as it looks at `now`."""
        return event_frame(self.plant, self.libraries[0], frame, now)

    def events(self, start: int, end: int, now: int) -> Iterator[Frame]:
        """Give the event frames that are active at some time from `start` to `end`, without phases."""
        return active(self.plant, start, end, now)

    def attributes_of(self, thing: Thing, now: int) -> list[Attribute]:
        """Give all attributes of an element or an event frame, nested ones too."""
        if thing.kind is kinds.EVENT_FRAME:
            frame = self.frame(thing.number, now)
            return list(attributes(self.plant, owner_of_frame(self.libraries[0], frame, thing, now))) if frame else []
        place = place_of(self.plant, thing.number)
        return list(attributes(self.plant, owner_of(self.library_of(thing), place, thing))) if place else []

    def attribute(self, kind: kinds.Kind, number: int, now: int) -> Attribute | None:
        """Give the attribute of a number."""
        owner = self._made(kinds.ELEMENT if kind is kinds.ATTRIBUTE else kinds.EVENT_FRAME, number // PLACES, now)
        some = self.attributes_of(owner, now) if owner else []
        return next((one for one in some if one.thing.number == number), None)

    def siblings(self, thing: Thing, now: int) -> list[Attribute]:
        """Give all attributes of the owner of one."""
        kind = kinds.ELEMENT if thing.kind is kinds.ATTRIBUTE else kinds.EVENT_FRAME
        owner = self._made(kind, thing.number // PLACES, now)
        return self.attributes_of(owner, now) if owner else []

    def library_of(self, thing: Thing) -> Library:
        """Give the library of an object's database, which its number tells; event frames and analyses are in the first."""
        if thing.kind is kinds.DATABASE:
            return self.libraries[thing.number]
        of_owner = thing.kind in {kinds.ATTRIBUTE, kinds.EVENT_ATTRIBUTE}
        return self.libraries[(thing.number // PLACES if of_owner else thing.number) >> DATABASE_BITS]

    def analysis(self, design: int, machine: int) -> Thing:
        """Give a machine's analysis of a design."""
        return analysis(self.plant, design, machine, self.element(machine_place(machine)))

    def analysis_keys(self, database: int) -> list[tuple[int, int]]:
        """Give all analyses of a database by design and machine, in order of their names."""
        designs = () if database else range(len(ANALYSES))
        return [(design, machine) for design in designs for machine in range(self.plant.machines)]

    def analyses(self, database: int) -> Iterator[Thing]:
        """Give all analyses of a database in order of their names."""
        return (self.analysis(*key) for key in self.analysis_keys(database))

    def analyses_of(self, place: Place) -> Iterator[Thing]:
        """Give the analyses of an element: machines have one of each design."""
        if not place.database and machine_place(place.machine if place.name not in {"Site", "Unit"} else 0) == place:
            yield from (self.analysis(design, place.machine) for design in range(len(ANALYSES)))
