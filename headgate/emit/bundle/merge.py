"""What the targets of a bundle share, and what each has of its own: a bundle merges the two key by key. Pure.

Source: Databricks' documentation, "Substitutions and overrides in bundles": mappings are merged. Lists are joined, not
replaced, so one that differs is in no target shared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def common(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give what all of them say alike, at any depth of mappings; of none, nothing."""
    shared: dict[str, Any] = {}
    if not found:
        return shared
    first, *others = found
    for key, value in first.items():
        if not all(key in one for one in others):
            continue
        values = [value, *(one[key] for one in others)]
        if all(one == value for one in values):
            shared[key] = value
        elif all(isinstance(one, dict) for one in values) and (part := common(values)):
            shared[key] = part
    return shared


def own(whole: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    """Give what `whole` says beyond what it shares, which is part of it."""
    found: dict[str, Any] = {}
    for key, value in whole.items():
        if key not in shared:
            found[key] = value
        elif value != shared[key]:
            found[key] = own(value, shared[key])
    return found
