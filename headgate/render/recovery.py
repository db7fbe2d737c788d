"""Findings as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.recovery.model import JOB, PIPELINE, WORDS
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.recovery.execute import RecoveryChoice
    from headgate.recovery.model import RecoveryFinding, Thing


def finding_text(one: RecoveryFinding, choice: RecoveryChoice) -> str:
    """Say in two lines what was found, and what becomes of it; anybody may have named it, so every character can be seen."""
    thing, what = one.thing, WORDS[one.thing.kind]
    place = f"{one.address} in {one.stack}: " if one.stack else f"{one.address}: "
    if one.kind == "stray":
        head = f"no stack has this job any more: {_job(thing)}"
    elif one.kind == "differs":
        head = f"{what} {thing.id} has another content than the state says: an update of it failed, or somebody changed it"
    elif one.kind == "doubled" and one.kept:
        head = f"is there twice: {_shown(thing)}, beside {_shown(one.kept)}"
    else:
        head = f"{what} {thing.id}{_called(thing)} {_SAID[one.kind]}"
        if one.kind == "foreign" and thing.tag:
            head = f"{head}: it is connector {thing.tag.connector}'s in {thing.tag.target}"
    return f"{seen(place + head)}\n    {seen(_fate(one, choice))}"


_SAID = {
    "ours": "carries its tags and its name, and no state has it",
    "unmarked": "has its name and no tags of headgate's, and no state has it",
    "unclear": "carries its tags, and no state has it; it has another name, or is one of several: a copy keeps the tags",
    "foreign": "has its name",
}


def _fate(one: RecoveryFinding, choice: RecoveryChoice) -> str:
    if one in choice.imports:
        return "is taken over: Terraform's state learns its id, nothing else changes"
    if one in choice.deletions:
        return f"job {one.thing.id} is deleted"
    if one in choice.corrections:
        return "Terraform's state learns what the workspace has; where that is not what is declared, the next deploy writes it"
    if one.kind == "unmarked":
        return f"if it is this one, name it: --import {one.address}={one.thing.id}"
    if one.kind == "unclear":
        return f"if it is this one, and no other `name_prefix` has it, name it: --import {one.address}={one.thing.id}"
    if one.kind == "foreign":
        return "give one of the two another name: `name`, or the target's `name_prefix`"
    other = "" if one.kept is None or one.kept.name == one.thing.name else "; if another `name_prefix` has it, leave it"
    if one.thing.kind == PIPELINE:
        return f"headgate deletes no pipeline: look which one holds the tables, and delete the other by hand{other}"
    return f"if nobody made it on purpose, name it: --delete {one.thing.id}; else take headgate's tags off it{other}"


def _shown(thing: Thing) -> str:
    return _job(thing) if thing.kind == JOB else f"{WORDS[thing.kind]} {thing.id}{_called(thing)}"


def _job(thing: Thing) -> str:
    return f"job {thing.id}{_called(thing)} ({thing.starts})"


def _called(thing: Thing) -> str:
    return f" '{thing.name}'" if thing.name != thing.id else ""


def findings_text(connector: str, target: str, findings: Sequence[RecoveryFinding], choice: RecoveryChoice) -> str:
    """Say all that was found."""
    if not findings:
        return f"{connector} in {target}: the workspace has nothing that the states don't have, and its files are as they say"
    lines = [finding_text(one, choice) for one in findings]
    return "\n".join([f"{connector} in {target}: the workspace has what no state has, or not as it is", *lines])
