"""Which of a workspace's pipelines are meant: by connector, group, stack or name. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from headgate.grouped import grouped
from headgate.operate.model import Chosen, Declared, Listed, Selected
from headgate.problems import Problem, did_you_mean, refuse, short
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WILD = frozenset("*?[")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for; all that is said holds together.

    names: ids of the lock, names or ids of the workspace, or patterns of names with * and ?. groups, stacks: of layouts.
    whole: all of the workspace where nothing else is said, else the project's.
    """

    names: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    stacks: tuple[str, ...] = ()
    whole: bool = False
    connector: bool = False

    @property
    def is_said(self) -> bool:
        """Whether anything was."""
        return bool(self.names or self.groups or self.stacks or self.connector or self.whole)


def select(listed: Sequence[Listed], declared: Sequence[Declared], wanted: Wanted) -> Selected:
    """Give the pipelines that are meant, by name. Raises InputError for names, groups and stacks that there are not."""
    mine, missing = _paired(listed, declared)
    narrowed = wanted.groups or wanted.stacks or wanted.connector
    problems = _unknown("group", wanted.groups, {one.group for one in declared if one.group})
    problems += _unknown("stack", wanted.stacks, {one.stack for one in declared})
    refuse(problems)
    if narrowed or not (wanted.names or wanted.whole):
        pool = [Chosen(one, mine[one.id]) for one in listed if one.id in mine]
        pool = [one for one in pool if one.declared and _fits(one.declared, wanted)]
        missing = [one for one in missing if _fits(one, wanted)]
    else:
        pool = [Chosen(one, mine.get(one.id)) for one in listed]
    if wanted.names:
        return _named(pool, missing, wanted.names)
    return Selected(tuple(sorted(pool, key=_order)), tuple(missing if narrowed or not wanted.whole else ()))


def _paired(listed: Sequence[Listed], declared: Sequence[Declared]) -> tuple[dict[str, Declared], list[Declared]]:
    """Give the layout's pipeline of each of the workspace's, by recorded id, else by name; and those that it has not."""
    there = {one.id for one in listed}
    by_name = grouped((one.name, one.id) for one in listed)
    paired, missing = {}, []
    for its in declared:
        ids = [its.recorded] if its.recorded else by_name[its.name]
        if len(ids) == 1 and ids[0] in there:
            paired[ids[0]] = its
        elif not its.leaving:
            missing.append(its)
    return paired, missing


def _fits(one: Declared, wanted: Wanted) -> bool:
    return (not wanted.groups or one.group in wanted.groups) and (not wanted.stacks or one.stack in wanted.stacks)


def _unknown(what: str, names: Iterable[str], known: set[str]) -> list[Problem]:
    return [Problem(f"there is no {what} {short(name)}", did_you_mean(name, known)) for name in names if name not in known]


def _order(one: Chosen) -> tuple[str, str]:
    return one.listed.name.lower(), one.listed.id


def _named(pool: Sequence[Chosen], missing: Sequence[Declared], names: Sequence[str]) -> Selected:
    found: dict[str, Chosen] = {}
    absent: dict[str, Declared] = {}
    problems = []
    for name in names:
        of_workspace = [one for one in pool if name in {one.listed.id, one.listed.name}]
        of_layout = [one for one in pool if one.declared and one.declared.pipeline == name]
        gone = [one for one in missing if name in {one.pipeline, one.name, one.recorded}]
        meant = of_workspace or of_layout
        if not meant and not gone and _WILD & set(name):
            meant = [one for one in pool if fnmatchcase(one.listed.name, name)]
        elif len(meant) + (0 if of_workspace else len(gone)) > 1:
            problems.append(_ambiguous(name, meant))
            continue
        found |= {one.listed.id: one for one in meant}
        absent |= {one.name: one for one in ([] if meant else gone)}
        if not meant and not gone:
            known = [word for one in pool for word in (one.listed.name, one.declared.pipeline if one.declared else "") if word]
            problems.append(Problem(f"there is no pipeline {short(seen(name))}", did_you_mean(name, map(seen, known))))
    refuse(problems)
    return Selected(tuple(sorted(found.values(), key=_order)), tuple(absent.values()))


def _ambiguous(name: str, meant: Sequence[Chosen]) -> Problem:
    said = ", ".join(seen(f"{one.listed.name} ({one.listed.id})") for one in meant)
    return Problem(f"{short(seen(name))} could be several pipelines: {said}", "name its id, or its connector: --connector")
