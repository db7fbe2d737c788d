"""What the `search` paths ask by their query: `Pump* Template:=Machine |Flow:>50`, words alone standing for names.

Sources: AVEVA, PI Web API Reference, "Search Query Syntax (Core Services)"; AF SDK Reference, "AFSearchFilter", "AFSearchToken"
and, for OR, "AFSearchTokenBase". A filter that the kind of objects does not have is refused, and so is what is not there to be
asked for, such as a category of another name: a search never ignores what it can't do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..assets import conditions, relations
from ..errors import PiError
from .grammar import QueryError, parsed
from .lists import Order, like
from .scene import Known, RefusedError, Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..assets.objects import Thing
    from .grammar import Filter, Query
    from .scene import Test

    Maker = Callable[[Filter, Scene], Test]

_COMMON = frozenset({"", "alldescendants", "category", "categoryname", "description", "id", "name", "sandbox"})
_SORTED = frozenset({"sortfield", "sortorder"})
_MADE = frozenset({"creationdate", "modifydate"})
_OF_TEMPLATE = frozenset({"template", "templatename"})
_OF_ELEMENT = frozenset({"element", "elementname"})
_OF_ANALYSIS = frozenset(
    {"groupid", "plugin", "pluginname", "target", "targetname", "timeruleplugin", "timerulepluginname"},
)
# Which filters each kind of search has.
_KNOWN: dict[Known, frozenset[str]] = {
    "elements": _COMMON | _SORTED | _MADE | _OF_TEMPLATE | {"root", "type", "|"},
    "eventframes": _COMMON
    | _SORTED
    | _OF_TEMPLATE
    | _OF_ELEMENT
    | conditions.OF_EVENTS
    | {"elementreferencetemplate", "root", "|"},
    "attributes": _COMMON | _SORTED | _OF_ELEMENT | {"eventframe", "plugin", "pluginname", "type"},
    "analyses": _COMMON | _SORTED | _OF_TEMPLATE | _OF_ELEMENT | _OF_ANALYSIS | {"status"},
    "analysistemplates": _COMMON | _SORTED | _OF_ANALYSIS,
    "notifications": _SORTED | {"", "alldescendants", "description", "id", "name", "sandbox", "templatename"},
}
_OWNERS: dict[str, Known] = {"element": "elements", "elementname": "elements", "eventframe": "eventframes"}
_FIELDS = {"id", "name", "type", "starttime", "endtime"}  # Source: AF SDK Reference, "AFSortField".
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """What AND joins: patterns of names, which are known before a thing is made, and what is asked of things and owners.

    `owner` is the controller of those whose attributes are searched. `since` is the time (ticks) before which nothing starts
    that is asked for; 0 where none is named.
    """

    names: tuple[tuple[str, bool], ...] = ()
    tests: tuple[Test, ...] = ()
    owner_tests: tuple[Test, ...] = ()
    owner: Known = "elements"
    since: int = 0

    def named(self, name: str) -> bool:
        """Say whether a name is as it is asked for."""
        return all(like(name, wanted) is same for wanted, same in self.names)

    def fits(self, thing: Thing) -> bool:
        """Say whether a thing is as it is asked for."""
        return self.named(thing.name) and all(test(thing) for test in self.tests)


@dataclass(frozen=True, slots=True)
class Described:
    """What a query asks: one of some choices, in an order where it names one."""

    choices: tuple[Choice, ...] = (Choice(),)
    order: Order = Order()  # noqa: RUF009  # which never changes

    @property
    def since(self) -> int:
        """The time (ticks) before which nothing starts that is asked for."""
        return min(choice.since for choice in self.choices)

    def named(self, name: str) -> bool:
        """Say whether a name may be as it is asked for."""
        return any(choice.named(name) for choice in self.choices)

    def fits(self, thing: Thing) -> bool:
        """Say whether a thing is as it is asked for."""
        return any(choice.fits(thing) for choice in self.choices)

    def of_owner(self, owner: Thing) -> tuple[Choice, ...]:
        """Give the choices for which an owner's attributes may be meant."""
        kind = owner.kind.controller
        return tuple(one for one in self.choices if one.owner == kind and all(test(owner) for test in one.owner_tests))


def described_by(text: str | None, known: Known, scene: Scene) -> Described:
    """Give what a query asks of a kind of objects. Raises PiError 400 for what is no query, or can't be asked."""
    told = text or ""
    try:
        alternatives = parsed(told)
        order = _order(alternatives)
        return Described(_choices(alternatives, known, scene), order)
    except (QueryError, RefusedError) as error:
        raise PiError(400, f"The search query is invalid: {error}: '{told[:_SHOWN]}'.") from None


def _choice(filters: tuple[Filter, ...], known: Known, scene: Scene) -> Choice:
    choice = Choice()
    root, deep = None, True
    for one in filters:
        name = "|" if one.path else one.name
        if name not in _KNOWN[known]:
            raise RefusedError(f"the filter '{one.path or one.name}' is not one of {known}")
        if name == "alldescendants":
            deep = conditions.truth(one)
        elif name == "root":
            root = one
        else:
            choice = _narrowed(choice, name, one, known, scene)
    if root is not None or not deep:
        choice = replace(choice, tests=(*choice.tests, relations.below(root, known, scene, deep=deep)))
    return choice


def _narrowed(choice: Choice, name: str, one: Filter, known: Known, scene: Scene) -> Choice:
    """Give a choice with a further filter."""
    if name in {*_SORTED, "sandbox"}:  # nothing here is changed and not checked in
        return choice
    if name in {"", "name"}:
        return replace(choice, names=(*choice.names, (conditions.worded(one), one.sign == "=")))
    if known == "attributes" and name in _OWNERS:
        return _owned(choice, one, scene)
    if one.below is not None and name == "element":
        test = relations.any_element(_any(_choices(one.below, "elements", scene)), scene)
    else:
        test = _maker(known, name)(one, scene)
    if name == "start" and one.sign in {">", ">="}:
        choice = replace(choice, since=max(choice.since, conditions.moment(one, scene.now)))
    return replace(choice, tests=(*choice.tests, test))


def _maker(known: Known, name: str) -> Maker:
    return relations.MAKERS.get((known, name)) or relations.MAKERS.get(("", name)) or conditions.maker(known, name)


def _owned(choice: Choice, one: Filter, scene: Scene) -> Choice:
    owner = _OWNERS[one.name]
    if choice.owner_tests and choice.owner != owner:
        raise RefusedError("attributes are of an element or of an event frame")
    if one.below is not None:
        inner = _choices(one.below, owner, scene)
        choice = replace(choice, since=max(choice.since, min(each.since for each in inner)))
        test = _any(inner)
    elif one.name == "elementname":
        test = conditions.texts(lambda thing: (thing.name,))(one, scene)
    else:
        test = relations.one_of_these(one, owner, scene)
    return replace(choice, owner=owner, owner_tests=(*choice.owner_tests, test))


def _choices(query: Query, known: Known, scene: Scene) -> tuple[Choice, ...]:
    """Give the choices of a query, which may stand between braces in another one."""
    return tuple(_choice(filters, known, scene) for filters in query or ((),))


def _any(choices: tuple[Choice, ...]) -> Test:
    return lambda thing: any(choice.fits(thing) for choice in choices)


def _order(alternatives: Query) -> Order:
    """Give the order that a query names."""
    given = {one.name: one.text for filters in alternatives for one in filters if one.name in _SORTED}
    field, order = given.get("sortfield", "Name"), given.get("sortorder", "Ascending").lower()
    if field.lower() not in _FIELDS:
        raise RefusedError(f"there is no sorting by '{field[:_SHOWN]}'")
    if order not in {"ascending", "descending"}:
        raise RefusedError(f"'{order[:_SHOWN]}' is no order")
    return Order(field, order == "descending", bool(given))
