"""Values as Terraform has them and as the REST API has them.

Between the two the provider's own rules hold (its common/reflect_resource.go): what is empty is not sent, and of what the
platform answers only that is read which is set, which it fills in by itself, or which was just made or imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tf.types import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.standin.bindings import Schema

Values = dict[str, Any]
_ZEROS = {"bool": False, "number": 0}


def is_zero(value: Any) -> bool:
    """Say whether a value is what the provider's language takes for none."""
    return value in (None, False, 0, "", [], {}) and value is not Unknown


def same(one: Any, other: Any) -> bool:
    """Compare two values, of which the empty ones are all the same."""
    if is_zero(one) and is_zero(other):
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return all(same(one.get(name), other.get(name)) for name in one.keys() | other.keys())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


def same_set(one: list[Any], other: list[Any]) -> bool:
    """Compare two sets."""
    return len(one) == len(other) and all(any(same(a, b) for b in other) for a in one)


def known(value: Any) -> Any:
    """Give a value without what is not known yet."""
    if isinstance(value, dict):
        return {name: known(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [known(inner) for inner in value]
    return None if value is Unknown else value


def filled(block: Schema, values: Values) -> Values:
    """Give a state that another version wrote, with nothing for what that did not know, and without what it alone did."""
    kept: Values = {name: values.get(name) for name in block["attributes"]}
    for name, nested in block["block_types"].items():
        said = values.get(name)
        kept[name] = [filled(nested["block"], one) for one in said] if isinstance(said, list) else said or []
        if nested["nesting_mode"] == "single":
            kept[name] = said
    return kept


def to_api(block: Schema, values: Values, names: Mapping[str, str], above: str = "") -> Values:
    """Give a request's body. `names`: the API's names, by dotted path, where they are not Terraform's."""
    found: Values = {}
    for name in block["attributes"]:
        if not is_zero(values.get(name)):
            found[names.get(above + name, name)] = values[name]
    for name, nested in block["block_types"].items():
        inner = [to_api(nested["block"], one or {}, names, f"{above}{name}.") for one in _list(values.get(name))]
        if inner and name != "timeouts":  # which are the provider's own
            one = nested.get("max_items") == 1 or nested["nesting_mode"] == "single"
            found[names.get(above + name, name)] = inner[0] if one else inner
    return found


def from_api(block: Schema, answer: Values, names: Mapping[str, str], state: Values, *, new: bool) -> Values:
    """Give the state that follows from an answer. `new`: the resource was just made or is imported, so that all is read."""

    found = dict(state)
    for name, own in {**block["attributes"], **block["block_types"]}.items():
        said, was = answer.get(names.get(name, name)), state.get(name)
        if name == "id" or own.get("nesting_mode") == "single":
            continue
        unread = not new and not own.get("computed") and is_zero(was)
        # What is gone there stays, but for numbers and truth values, which are then zero.
        stays = own.get("type") not in ("bool", "number") and not (own.get("computed") and not own.get("optional"))
        if unread or (stays and said in (None, "", [], {})):
            continue
        found[name] = _blocks(own, said, names, was, f"{name}.") if "block" in own else _value(own, said, was)
    return found


def _value(attribute: Schema, said: Any, was: Any) -> Any:
    if is_zero(said) and is_zero(was):
        return was
    if attribute["type"] == "string" and said is not None:
        return str(said)
    kind, of = attribute["type"] if isinstance(attribute["type"], list) else ("", "")
    if kind == "set" and same_set(_list(said), _list(was)):
        return was
    if kind == "list" and isinstance(of, list):  # of objects, which only the platform makes
        return [{name: one.get(name) for name in of[1]} for one in _list(said)]
    return _ZEROS.get(str(attribute["type"])) if said is None else said


def _blocks(nested: Schema, said: Any, names: Mapping[str, str], was: Any, above: str) -> list[Values]:
    before = _list(was)
    found = [
        _block(nested["block"], one, names, before[place] if place < len(before) else {}, above)
        for place, one in enumerate(_list(said))
    ]
    return before if nested["nesting_mode"] == "set" and same_set(found, before) else found


def _block(block: Schema, said: Values, names: Mapping[str, str], was: Values, above: str) -> Values:
    found: Values = {
        name: _value(attribute, said.get(names.get(above + name, name)), was.get(name))
        for name, attribute in block["attributes"].items()
    }
    for name, nested in block["block_types"].items():
        its = _blocks(nested, said.get(names.get(above + name, name)), names, was.get(name), f"{above}{name}.")
        found[name] = next(iter(its), None) if nested["nesting_mode"] == "single" else its
    return found


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
