"""In what two reviews differ: the one that was approved, and the one of the plan that is to be applied. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.review.facts import Change, Facts

_MOST = 50


def differences(approved: Facts, planned: Facts) -> list[str]:
    """Say in which resources and tables two reviews differ, a line each."""
    lines = [f"stack {name}: only approved" for name in sorted({*approved.stacks} - {*planned.stacks})]
    lines += [f"stack {name}: not in the approved review" for name in sorted({*planned.stacks} - {*approved.stacks})]
    old, new = _by_place(approved.changes), _by_place(planned.changes)
    for place in sorted(old.keys() | new.keys()):
        if old.get(place) != new.get(place):
            lines.append(f"{' '.join(place)}: {_told(old.get(place))} approved, {_told(new.get(place))} planned")
    for what, before, after in (
        ("pipeline reads other tables, or is another one", _held(approved), _held(planned)),
        ("drifted otherwise", _by_place(approved.drift), _by_place(planned.drift)),
    ):
        places = sorted(before.keys() | after.keys())
        lines += [f"{' '.join(place)}: {what}" for place in places if before.get(place) != after.get(place)]
    for stack, code, subject in sorted(_others(approved) ^ _others(planned)):
        lines.append(f"{stack} {subject}: {code}, in one of them only")
    lines = lines or ["the lock, or what it has handed over"]
    return lines[:_MOST] + ([f"… and {len(lines) - _MOST} more"] if len(lines) > _MOST else [])


def _by_place(changes: tuple[Change, ...]) -> Mapping[tuple[str, str], Change]:
    return {(change.stack, change.address): change for change in changes}


def _held(facts: Facts) -> Mapping[tuple[str, str], object]:
    return {(one.stack, one.id): one for one in facts.pipelines}


def _others(facts: Facts) -> set[tuple[str, str, str]]:
    return {(one.stack, one.code, one.subject) for one in facts.others}


def _told(change: Change | None) -> str:
    return "/".join(change.actions) if change else "nothing"
