"""What of a workspace no state has, and what that is to the stacks. Pure.

What was left behind on purpose is no finding: a pipeline that left the layout, or whose target was retired, is declared by
nothing; one that changes stack is known by the state that it comes from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.recovery.model import CATALOG, CONNECTION, JOB, SCHEMA, Expected, RecoveryFinding, Thing
from headgate.tables.names import folded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.deployment.tags import Tag

# Unity Catalog's names know no capitals.
_FOLDED = (CATALOG, SCHEMA, CONNECTION)


@dataclass(frozen=True, slots=True)
class Known:
    """What all states of a connector's target hold: address → the workspace's id."""

    ids: Mapping[str, str]

    def of(self, one: Expected) -> str | None:
        """Give the id of a declared resource, under its address or one that it is moved from."""
        return next((self.ids[address] for address in (one.address, *one.former) if address in self.ids), None)

    def held(self) -> set[tuple[str, str]]:
        """Give type and id of all that a state has, under whatever address."""
        return {(address.partition(".")[0], id_) for address, id_ in self.ids.items()}


def findings_in(
    expected: Sequence[Expected], known: Known, things: Sequence[Thing], connector: str, target: str
) -> list[RecoveryFinding]:
    """Compare what is declared, what the states of all the target's stacks hold, and what the workspace has."""
    present = {(thing.kind, thing.id): thing for thing in things}
    held = known.held()
    unknown = sorted((present[key] for key in present if key not in held), key=lambda thing: (thing.made, thing.id))
    declared = {tag for one in expected for tag in _tags(one)}
    names = {(one.kind, _folded(one.name, one.kind)) for one in expected}
    near = [one for one in unknown if one.tag in declared or (one.kind, _folded(one.name, one.kind)) in names]
    found = [finding for one in expected for finding in _about(one, known, present, near)]
    strays = [thing for thing in unknown if _is_stray(thing, declared, connector, target)]
    found += [RecoveryFinding("stray", f"{JOB}.{thing.tag.id}", "", thing) for thing in strays if thing.tag]
    return sorted(found, key=lambda finding: (finding.stack, finding.address, finding.kind != "ours", finding.thing.id))


def _about(
    one: Expected, known: Known, present: Mapping[tuple[str, str], Thing], unknown: Sequence[Thing]
) -> list[RecoveryFinding]:
    same = [thing for thing in unknown if thing.kind == one.kind]
    twins = [thing for thing in same if thing.tag and thing.tag in _tags(one)]
    named = [thing for thing in same if _folded(thing.name, one.kind) == _folded(one.name, one.kind) and thing not in twins]
    id_ = known.of(one)
    if id_ is None:
        return _missing(one, twins, named)
    kept = present.get((one.kind, id_))
    if kept is None:  # the next plan finds it gone, and says so
        return []
    before_tags = [thing for thing in named if one.kind == JOB and thing.tag is None]
    return [_doubled(one, thing, kept) for thing in [*twins, *before_tags]]


def _missing(one: Expected, twins: Sequence[Thing], named: Sequence[Thing]) -> list[RecoveryFinding]:
    """Give what a resource that no state has could be: ours by tags and name alone, for who copies a thing copies its tags."""
    fitting = [thing for thing in twins if _folded(thing.name, one.kind) in _names(one)]
    if len(fitting) == 1 or (fitting and one.kind == JOB):
        first = fitting[0]
        ours = RecoveryFinding("ours", one.address, one.stack, first)
        return [ours, *(_doubled(one, thing, first) for thing in twins if thing != first)]
    found = [RecoveryFinding("unclear", one.address, one.stack, thing) for thing in twins]
    if fitting:
        return found
    found += [RecoveryFinding("unmarked", one.address, one.stack, thing) for thing in named if thing.tag is None]
    # A workspace takes two jobs of one name.
    return found + [
        RecoveryFinding("foreign", one.address, one.stack, thing) for thing in named if thing.tag and one.kind != JOB
    ]


def _names(one: Expected) -> set[str]:
    """Give the name of the resource, and those that its ids gave it under the addresses that it is moved from."""
    ids = [tag.id for tag in _tags(one)]
    head = one.name.removesuffix(ids[0]) if ids else one.name
    return {_folded(name, one.kind) for name in (one.name, *(head + id_ for id_ in ids if head != one.name))}


def _doubled(one: Expected, thing: Thing, kept: Thing) -> RecoveryFinding:
    sure = one.kind == JOB and thing.tag is not None and thing.name == one.name
    return RecoveryFinding("doubled", one.address, one.stack, thing, kept, sure)


def _tags(one: Expected) -> list[Tag]:
    """Give the tags that the resource carries, or carried under the addresses that it is moved from."""
    if one.tag is None:
        return []
    return [one.tag, *(replace(one.tag, id=address.partition(".")[2]) for address in one.former)]


def _folded(name: str, kind: str) -> str:
    return folded(name) if kind in _FOLDED else name


def _is_stray(thing: Thing, declared: set[Tag], connector: str, target: str) -> bool:
    tag = thing.tag
    return thing.kind == JOB and tag is not None and (tag.connector, tag.target) == (connector, target) and tag not in declared


def may_import(finding: RecoveryFinding) -> bool:
    """Whether a thing can be taken over, by itself or when a person names it."""
    return finding.kind in ("ours", "unmarked", "unclear")


def may_delete(finding: RecoveryFinding) -> bool:
    """Whether a thing can be deleted once a person says so: a job, which holds no data, and which no state has."""
    return finding.thing.kind == JOB and finding.kind in ("doubled", "stray")
