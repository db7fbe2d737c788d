"""The stacks that a synthesis wrote, in the order of their applies: the CDK's manifest.json."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from headgate.files import parse_json, read_text
from headgate.problems import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "manifest.json"
# A stack's name becomes a folder, a file's name and a word on Terraform's command line.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def read_stacks(out: Path) -> list[str]:
    """Give the stacks below `out` (the CDK's `cdktf.out`), each after those it depends on, else by name.

    Raises InputError where nothing was synthesized there, or where the manifest is not one.
    """
    path = out / FILE
    fix = "synthesize first: `cdktf synth`, or run the app itself; or name the folder with --out"
    text = read_text(path, fix)
    if text is None:
        raise InputError(Problem("there is no manifest: nothing was synthesized here", fix, str(path)))
    manifest = parse_json(text, str(path), fix)
    try:
        return stacks_in_order(manifest)
    except ValueError as error:
        raise InputError(Problem(f"is not what the CDK writes: {error}", fix, str(path))) from None
    except (KeyError, TypeError, AttributeError):
        raise InputError(Problem("is not what the CDK writes: it names no stacks in the CDK's way", fix, str(path))) from None


def stacks_in_order(manifest: Mapping[str, Any]) -> list[str]:
    """Give the manifest's stacks in the order of their applies. Raises ValueError or KeyError for what no CDK writes."""
    waits_for = {name: sorted(stack.get("dependencies", [])) for name, stack in sorted(manifest["stacks"].items())}
    for name, needed in waits_for.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} can't be a stack's name")
        if unknown := set(needed) - set(waits_for):
            raise ValueError(f"{name} depends on {', '.join(sorted(unknown))}, which it doesn't hold")
    sorter = TopologicalSorter(waits_for)
    try:
        sorter.prepare()
    except CycleError as error:
        raise ValueError(f"stacks depend on each other in a circle: {' → '.join(error.args[1])}") from None
    found: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        found += ready
        sorter.done(*ready)
    return found
