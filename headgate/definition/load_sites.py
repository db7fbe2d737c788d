"""Reading `sites.yaml`: the definition of each site, with all problems of the file at once, each with its line."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from headgate.definition.checks import faults
from headgate.definition.explain import explain
from headgate.definition.model import Definition
from headgate.definition.site import PARTS, Site, SiteSettings, SitesFile
from headgate.definition.yaml import Document, parse_yaml
from headgate.files import needed_text
from headgate.problems import InputError, Problem, did_you_mean, refuse
from headgate.schedule import ScheduleError
from headgate.schedule.delayed import delayed
from headgate.validation import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from headgate.definition.yaml import Path as KeyPath

_START = "name each site: `sites:`, and below it `berlin: {destination: {schema: berlin}}`"
_TIMES = ("snapshot", "append", "cdc", "unknown")
_SETTINGS = 3  # the length of sites.NAME.KEY


def load_sites(path: Path, base: Definition) -> tuple[Site, ...]:
    """Give the sites of a definition in the file's order. Raises InputError with every problem of the file."""
    document, settings = _read(path)
    problems: list[Problem] = []
    found: list[Site] = []
    data = base.model_dump(by_alias=True, exclude_unset=True)
    for name, its in settings.sites.items():
        try:
            found.append(_site(name, its, base, data, _place(document, path, name, base)))
        except InputError as error:
            problems += error.problems
    refuse(sorted(problems, key=lambda problem: problem.line or 0))
    return tuple(found)


def sites_problems(path: Path) -> Iterator[Problem]:
    """Say what is wrong with the file whatever the definition is."""
    try:
        _read(path)
    except InputError as error:
        yield from error.problems


def _read(path: Path) -> tuple[Document, SitesFile]:
    document = parse_yaml(needed_text(path), str(path), start=_START)
    data = {key: value for key, value in document.data.items() if not key.startswith("x-")}  # a place for anchors
    try:
        return document, SitesFile.model_validate(data)
    except ValidationError as error:
        raise InputError(problems_of(error, str(path), line=document.line, words=_words).values()) from None


def _words(detail: ErrorDetails, path: KeyPath) -> tuple[str, str] | None:
    """Say which keys a site may have, where it has another."""
    if detail["type"] == "extra_forbidden" and len(path) == _SETTINGS:
        return f"a site has no '{path[-1]}' of its own", did_you_mean(str(path[-1]), SiteSettings.model_fields)
    return None


def _place(document: Document, path: Path, name: str, base: Definition) -> Site:
    """Give a site that knows where it stands, and has nothing of its own yet."""
    head = ("sites", name)
    lines = {key[len(head) :]: line for key, line in document.lines.items() if key[: len(head)] == head}
    return Site(name, base.id, base, default_target=base.default_target, file=str(path), lines=lines)


def _site(name: str, its: SiteSettings, base: Definition, data: dict[str, Any], place: Site) -> Site:
    """Give a site by what it says. Raises InputError for what does not make a definition."""
    laid = _laid_over(name, its, base, data)
    problems = list(_unknown_targets(its, base, place))
    laid["schedules"] = _later(laid.get("schedules", {}), its.offset_minutes, place, problems)
    refuse(problems)
    definition = _checked(laid, place)
    return replace(
        place,
        definition=definition,
        tables=tuple(its.tables),
        options=its.table_options,
        offset_minutes=its.offset_minutes,
    )


def _laid_over(name: str, its: SiteSettings, base: Definition, data: dict[str, Any]) -> dict[str, Any]:
    """Give the definition's data with the site's laid over: of mappings key by key, anything else as a whole."""
    laid = dict(data)
    laid["id"] = its.id or f"{base.id}_{name}"
    laid["name"] = its.name or f"{base.display_name}_{name}"
    for part in PARTS:
        if own := getattr(its, part):
            laid[part] = _merged(data.get(part, {}), own)
    if "connection" in laid and not laid["connection"].get("existing") and "name" not in its.connection:
        laid["connection"] = {**laid["connection"], "name": f"{base.connection.name}_{name}"}
    if its.targets is not None:
        targets = data.get("targets") or {target: {} for target in base.targets}
        laid["targets"] = {
            target: _merged(settings, its.targets[target]) for target, settings in targets.items() if target in its.targets
        }
    return laid


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Give a mapping with another laid over it, mappings in it likewise."""
    return base | {
        key: _merged(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
        for key, value in own.items()
    }


def _unknown_targets(its: SiteSettings, base: Definition, place: Site) -> Iterator[Problem]:
    for target in its.targets or ():
        if target not in base.targets:
            line, path = place.line("targets", target), f"sites.{place.name}.targets.{target}"
            message = f"connector.yaml has no target '{target}'"
            yield Problem(message, did_you_mean(target, base.targets), place.file, line, path=path)


def _later(schedules: dict[str, Any], minutes: int, place: Site, problems: list[Problem]) -> dict[str, Any]:
    """Give the schedules so many minutes later, those that keep their minute too; what can't be is added to the problems."""
    if not minutes:
        return schedules

    def later(text: Any) -> Any:
        with suppress(ScheduleError, TypeError, AttributeError):  # no schedule, which is told of where it stands, or a group
            if text:
                return later_schedule(text, minutes, place)
        return text

    found = dict(schedules)
    try:
        found |= {key: later(found[key]) for key in _TIMES if key in found}
        if isinstance(exact := found.get("exact"), list):
            found["exact"] = [later(entry) for entry in exact]
    except InputError as error:
        problems += error.problems
    return found


def later_schedule(text: str, minutes: int, place: Site) -> str:
    """Give a schedule so many minutes later. Raises InputError where that would cross the hour, ScheduleError for none."""
    try:
        return delayed(text, minutes)
    except ScheduleError:
        raise
    except ValueError as error:
        fix = "give the site fewer minutes, or `schedules` of its own"
        path = f"sites.{place.name}.offset_minutes"
        raise InputError(Problem(str(error), fix, place.file, place.line("offset_minutes"), path=path)) from None


def _checked(laid: dict[str, Any], place: Site) -> Definition:
    """Give the definition that data makes. Raises InputError with its problems where the site says what is wrong."""
    document = Document(laid, dict(place.lines))
    try:
        definition = Definition.model_validate(laid)
    except ValidationError as error:
        raise InputError(_at_site(explain(error, document, place.file).values(), place)) from None
    found = [
        Problem(fault.message, fault.fix, place.file, document.line(fault.path), path=".".join(map(str, fault.path)))
        for fault in faults(definition)
    ]
    refuse(_at_site(found, place))
    return definition


def _at_site(problems: Iterable[Problem], place: Site) -> Iterator[Problem]:
    for problem in problems:
        yield replace(problem, path=f"sites.{place.name}.{problem.path}")
