"""What a change comes to: the planned state, and the arguments whose change makes the resource anew.

As the provider's SDK plans: values that are the same to it stay as they are in the state, so that a plan without a difference
is empty; what is to be filled in is unknown until then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tf.types import Unknown

from tests.standin.facts import holds
from tests.standin.values import is_zero, same, same_set

if TYPE_CHECKING:
    from tests.standin.bindings import Schema
    from tests.standin.facts import Facts
    from tests.standin.values import Values

Step = str | tuple[int]


@dataclass
class Planner:
    """Plans one resource. `replaced`: the paths, as Terraform writes them, that make it anew."""

    facts: Facts
    replaced: list[list[Step]] = field(default_factory=list)

    def plan(self, block: Schema, was: Values | None, wanted: Values) -> Values:
        """Give the planned state. `was` is None for a new resource; `wanted` is what Terraform proposes."""
        return self._block(block, was, wanted, "", [])

    def _block(self, block: Schema, was: Values | None, wanted: Values, above: str, steps: list[Step]) -> Values:
        found: Values = {}
        for name, own in {**block["attributes"], **block["block_types"]}.items():
            path, place = above + name, [*steps, name]
            before = None if was is None else was.get(name)
            decide = self._blocks if "block" in own else self._value
            found[name] = decide(own, before, wanted.get(name), path, place, new=was is None)
            if was is not None and found[name] is not before and holds(self.facts.replaces, path):
                self.replaced.append(place)
        return found

    def _value(self, own: Schema, was: Any, wanted: Any, path: str, _steps: list[Step], *, new: bool) -> Any:
        if wanted is None:
            if own.get("computed"):
                return Unknown if new else was
            wanted = self.facts.default.get(path)
        if new:
            return wanted
        if wanted is Unknown:
            return wanted
        if isinstance(own["type"], list) and own["type"][0] == "set":
            return was if same_set(was or [], wanted or []) else wanted
        return was if self._stays(was, wanted, path) else wanted

    def _stays(self, was: Any, wanted: Any, path: str) -> bool:
        if same(was, wanted) or (is_zero(wanted) and holds(self.facts.kept, path)):
            return True
        both_text = isinstance(was, str) and isinstance(wanted, str)
        return both_text and holds(self.facts.folded, path) and was.casefold() == wanted.casefold()

    def _blocks(self, own: Schema, was: Any, wanted: Any, path: str, steps: list[Step], *, new: bool) -> Any:
        if wanted is Unknown or own["nesting_mode"] == "single":
            return was if same(was, wanted) and not new else wanted
        before, after = was or [], wanted or []
        if not after and before and holds(self.facts.kept, path):
            return was
        if own["nesting_mode"] == "set":
            return was if not new and same_set(before, after) else wanted
        found = [
            self._block(own["block"], before[place] if place < len(before) else None, one, f"{path}.", [*steps, (place,)])
            for place, one in enumerate(after)
        ]
        unchanged = len(found) == len(before) and all(map(_identical, found, before))
        return was if unchanged and not new else found


def _identical(one: Values, other: Values) -> bool:
    return all(one[name] is other.get(name) for name in one)
