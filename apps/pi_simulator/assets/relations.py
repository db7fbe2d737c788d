"""Filters that ask for other objects: categories, templates, elements, what stands above, and the values of attributes.

Source: AVEVA, AF SDK Reference, "AFSearchFilter": Category, Template, Element, Target and Root are paths, their sisters that
end in Name take wildcards. A path may begin below the database, so that the name alone of what is right below it is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..search.comparing import COMPARED
from ..search.grammar import plain
from ..search.lists import like, same
from ..search.scene import RefusedError
from ..times import parse
from . import kinds
from .analyses import MACHINE_BITS
from .conditions import single, texts, worded
from .elements import machine_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..search.grammar import Filter
    from ..search.scene import Known, Scene, Test
    from .attributes import Attribute
    from .objects import Thing

_SHOWN = 200
_CATEGORIES: dict[Known, kinds.Kind] = {
    "elements": kinds.ELEMENT_CATEGORY,
    "eventframes": kinds.ELEMENT_CATEGORY,
    "attributes": kinds.ATTRIBUTE_CATEGORY,
    "analyses": kinds.ANALYSIS_CATEGORY,
    "analysistemplates": kinds.ANALYSIS_CATEGORY,
}


def _among(one: Filter, things: Iterable[Thing]) -> list[Thing]:
    """Give those of some things that a filter names by name or path. Raises RefusedError where it is none of them."""
    if one.sign not in {"=", "<>"} or not one.values:
        raise RefusedError(f"'{one.name}' is equal or not to one path")
    told = {single(one).casefold(), one.pattern.casefold()}
    found = [thing for thing in things if thing.name.casefold() in told or thing.path.casefold() in told]
    if not found:
        raise RefusedError(f"there is no {one.name} '{one.text[:_SHOWN]}' (names with wildcards: {one.name}Name)")
    return found


def _category(known: Known) -> Callable[[Filter, Scene], Test]:
    def make(one: Filter, scene: Scene) -> Test:
        every = (thing for library in scene.libraries for thing in library.categories[_CATEGORIES[known]])
        wanted = {thing.name for thing in _among(one, every)}
        return lambda thing: (not wanted.isdisjoint(thing.fields.get("CategoryNames", ()))) is (one.sign == "=")

    return make


def _derived(one: Filter, scene: Scene) -> set[str]:
    """Give the names of the templates that a filter names, and of those that are derived from them."""
    found = {thing.identity for thing in _among(one, (thing for library in scene.libraries for thing in library.templates))}
    return {
        design.name
        for library in scene.libraries
        for place, design in enumerate(library.designs)
        if any(library.templates[at].identity in found for at in library.chain(place))
    }


def _template(one: Filter, scene: Scene) -> Test:
    wanted = _derived(one, scene)
    return lambda thing: (thing.fields["TemplateName"] in wanted) is (one.sign == "=")


def _template_name(one: Filter, scene: Scene) -> Test:
    pattern = worded(one)
    wanted = {
        design.name
        for library in scene.libraries
        for place, design in enumerate(library.designs)
        if any(like(library.designs[at].name, pattern) for at in library.chain(place))
    }
    return lambda thing: (thing.fields["TemplateName"] in wanted) is (one.sign == "=")


def _analysis_template(one: Filter, scene: Scene) -> Test:
    every = (thing for library in scene.libraries for thing in library.analysis_templates)
    wanted = {thing.name for thing in _among(one, (thing for thing in every if thing.kind is kinds.ANALYSIS_TEMPLATE))}
    return lambda thing: (thing.fields["TemplateName"] in wanted) is (one.sign == "=")


def _at(text: str, controller: str, scene: Scene) -> Thing:
    """Give the thing at a path, whole or from a database on. Raises RefusedError where there is none."""
    below = [f"{scene.assets.databases[number].path}\\" for number in scene.databases]
    for told in dict.fromkeys((text, plain(text))):
        for head in ("", *below):
            if found := scene.assets.at_path(head + told, scene.now, controller):
                return found
    raise RefusedError(f"there is nothing in {controller} at '{plain(text)[:_SHOWN]}'")


def one_of_these(one: Filter, controller: str, scene: Scene) -> Test:
    """Give what says whether a thing is one of those whose paths a filter names. Raises RefusedError for another filter."""
    if one.sign not in {"=", "<>", "in"} or not one.values:
        raise RefusedError(f"'{one.name}' is a path, a list of them, or a query in braces")
    wanted = {_at(value, controller, scene).guid for value in one.values}
    return lambda thing: (thing.guid in wanted) is (one.sign != "<>")


def _of_elements(thing: Thing, scene: Scene) -> Iterator[Thing]:
    """Give the elements to which an event frame refers, or that an analysis is about."""
    if thing.kind is kinds.ANALYSIS:
        yield scene.assets.element(machine_place(thing.number & ((1 << MACHINE_BITS) - 1)))
    elif thing.kind is kinds.EVENT_FRAME and (frame := scene.assets.frame(thing.number, scene.now)):
        yield from (scene.assets.element(machine_place(machine)) for machine in frame.machines)


def any_element(fits: Test, scene: Scene) -> Test:
    """Give what says whether an element of an event frame or an analysis is as a test says."""
    return lambda thing: any(fits(element) for element in _of_elements(thing, scene))


def _element(one: Filter, scene: Scene) -> Test:
    these = one_of_these(one, "elements", scene)
    if one.sign == "<>":
        return lambda thing: all(these(element) for element in _of_elements(thing, scene))
    return any_element(these, scene)


def _element_name(one: Filter, scene: Scene) -> Test:
    return texts(lambda thing: [element.name for element in _of_elements(thing, scene)])(one, scene)


def _element_template(one: Filter, scene: Scene) -> Test:
    wanted = _derived(one, scene)
    some = any_element(lambda element: element.fields["TemplateName"] in wanted, scene)
    return lambda thing: some(thing) is (one.sign == "=")


def _target_template(one: Filter, scene: Scene) -> Test:
    wanted = {thing.name for thing in _among(one, (thing for library in scene.libraries for thing in library.templates))}
    return lambda thing: (thing.fields["TargetName"] in wanted) is (one.sign == "=")


def below(root: Filter | None, known: Known, scene: Scene, *, deep: bool) -> Test:
    """Give what says whether a thing is below a root, without one below its database; right below it where not `deep`.

    Raises RefusedError for a root that is not one path.
    """
    if root is None or not single(root):
        return lambda thing: deep or "Parent" not in thing.refs
    if root.sign != "=":
        raise RefusedError("'root' is one path")
    above = _at(root.pattern, "elements" if known == "elements" else "eventframes", scene)
    head = f"{above.path}\\"
    return lambda thing: thing.path.startswith(head) and (deep or thing.path == head + thing.name)


def _value(one: Filter, scene: Scene) -> Test:
    parts = one.path.split("|")
    designs = [design for library in scene.libraries for made in library.designs for design in made.own]
    if not any(same(design.name, parts[-1]) for design in designs):
        raise RefusedError(f"there is no attribute '{one.path[:_SHOWN]}'")
    fits = _fitting(one, scene)

    def test(thing: Thing) -> bool:
        path = f"{thing.path}|{one.path}"
        found = (each for each in scene.assets.attributes_of(thing, scene.now) if same(each.thing.path, path))
        return any(fits(_held(each, scene)) for each in found)

    return test


def _held(one: Attribute, scene: Scene) -> Any:
    """Give the value that an attribute has now."""
    value = one.value
    if one.tag is not None:
        last = scene.world.truth.last(one.tag, scene.now, scene.now)
        value = last.values()[-1] if len(last) else None
    return value


def _fitting(one: Filter, scene: Scene) -> Callable[[Any], bool]:
    """Give what compares an attribute's value: numbers and times as such, states by name or number, texts by wildcards."""
    if not one.values:
        raise RefusedError(f"'|{one.path}' is compared with a value, or a list of them")
    if one.sign == "in":
        each = [_equal(value) for value in one.values]
        return lambda told: any(equal(told) for equal in each)
    if one.sign in {"=", "<>"}:
        equal = _equal(one.pattern)
        return lambda told: told is not None and equal(told) is (one.sign == "=")
    compared, number, time = COMPARED[one.sign], _number(one.text), _time(one.text, scene.now)

    def ordered(told: Any) -> bool:
        told = told["Value"] if isinstance(told, dict) else told
        if isinstance(told, int | float) and not isinstance(told, bool):
            return number is not None and compared(told, number)
        own = _time(told, scene.now) if isinstance(told, str) else None
        return own is not None and time is not None and compared(own, time)

    return ordered


def _equal(pattern: str) -> Callable[[Any], bool]:
    number = _number(plain(pattern))

    def equal(told: Any) -> bool:
        if isinstance(told, dict):
            return like(told["Name"], pattern) or (number is not None and told["Value"] == number)
        if isinstance(told, int | float) and not isinstance(told, bool):
            return number is not None and told == number
        return told is not None and like(str(told), pattern)

    return equal


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _time(text: str, now: int) -> int | None:
    try:
        return parse(text, now)
    except ValueError:
        return None


# What makes the test of a filter, by the kind of search, or for all of them.
MAKERS: dict[tuple[str, str], Callable[[Filter, Scene], Test]] = {
    **{(known, "category"): _category(known) for known in _CATEGORIES},
    ("", "template"): _template,
    ("", "templatename"): _template_name,
    ("analyses", "template"): _analysis_template,
    ("analyses", "templatename"): texts(lambda thing: (thing.fields["TemplateName"],)),
    ("", "element"): _element,
    ("", "elementname"): _element_name,
    ("", "elementreferencetemplate"): _element_template,
    ("notifications", "templatename"): texts(lambda thing: (thing.fields.get("TemplateName", ""),)),
    ("analyses", "target"): _element,
    ("analyses", "targetname"): _element_name,
    ("analysistemplates", "target"): _target_template,
    ("analysistemplates", "targetname"): texts(lambda thing: (thing.fields["TargetName"],)),
    ("", "|"): _value,
}
