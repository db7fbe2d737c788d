"""A review without a plan: what the committed files of two branches lead one to expect of a deploy. Pure.

It replaces a plan where none can be made, such as for a pull request from a fork, which gets no credentials. It knows
neither the state nor the workspace.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headgate.layout.ingested import CODE_TYPES
from headgate.review.plan_file import facts_of_changes
from headgate.tables.names import folded

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from headgate.emit.terraform.stacks import StackPlan
    from headgate.review.facts import Facts

_CONNECTION = "databricks_connection"
# Arguments that can't change in place. Source: the provider's schema 1.99, and what it does on a changed connection.
_REPLACE = {
    _CONNECTION: ("comment", "connection_type", "name", "properties"),
    "databricks_pipeline": ("catalog", "storage"),
    **dict.fromkeys(CODE_TYPES, ("path",)),
    "databricks_secret": ("key", "scope"),
    "databricks_secret_acl": ("permission", "principal", "scope"),
    "databricks_secret_scope": ("name",),
    "databricks_schema": ("catalog_name",),
    "databricks_dashboard": ("parent_path",),
    "databricks_app": ("name",),
}
# Names of Unity Catalog: another spelling of one is no change to the provider. Source: its schema 1.99 and 1.128.
_NAMES = {
    "databricks_catalog": ("name",),
    "databricks_connection": ("name",),
    "databricks_pipeline": ("catalog",),
    "databricks_schema": ("name", "catalog_name"),
}


def predicted_facts(
    before: Sequence[StackPlan], after: Sequence[StackPlan], target: str, secrets: Collection[str] = ()
) -> Facts:
    """Give the facts that a plan of the stacks `after` would hold, had the stacks `before` been applied."""
    old, new = {stack.name: stack.body for stack in before}, {stack.name: stack.body for stack in after}
    stacks = [(name, _entries(old.get(name, {}), new.get(name, {}))) for name in sorted(old.keys() | new.keys())]
    return facts_of_changes(stacks, target, secrets)


def as_bundles(before: Sequence[StackPlan], after: Sequence[StackPlan]) -> tuple[list[StackPlan], list[StackPlan]]:
    """Give both as a bundle knows them: of resources alone, and each resource before in the stack that has it after.

    A bundle has one state, so nothing changes stack there, and no form of the blocks by which Terraform takes resources over.
    """
    home = {(kind, name): plan.name for plan in after for kind, its in _blocks(plan.body).items() for name in its}
    bodies: dict[str, dict[str, dict[str, Any]]] = {}
    for plan in before:
        for kind, its in _blocks(plan.body).items():
            for name, block in its.items():
                bodies.setdefault(home.get((kind, name), plan.name), {}).setdefault(kind, {})[name] = block
    plans = {plan.name: plan for plan in (*after, *before)}
    moved = [replace(plans[name], body={"resource": body}) for name, body in bodies.items()]
    return moved, [replace(plan, body={"resource": _blocks(plan.body)}) for plan in after]


def _blocks(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = body.get("resource", {})
    return found


def _entries(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give a stack's resource changes as a plan tells them."""
    old, new = _resources(before), _resources(after)
    moved = {block["to"]: block["from"] for block in after.get("moved", []) if block["from"] in old}
    imported = {block["to"]: block["id"] for block in after.get("import", []) if block["to"] not in old}
    forgotten = {block["from"] for block in after.get("removed", [])}
    sources = set(moved.values())
    kept = _left_out(before), _left_out(after)
    entries = []
    for address in sorted(old.keys() | new.keys()):
        if address in sources and address not in new:
            continue
        was, now = old.get(moved.get(address, address)), new.get(address)
        was = now if was is None and address in imported else was
        if was and now:  # what is recreated is sent with all that it has
            was, now = _without(was, kept[0][address] | kept[1][address]), _without(now, kept[1][address])
        if was is None and now is None:
            continue
        now = _respelled(address, was, now)
        actions = _actions(address, was, now, forgotten=address in forgotten)
        entry: dict[str, Any] = {"address": address, "type": address.partition(".")[0], "mode": "managed"}
        entry["change"] = {"actions": actions, "before": was, "after": now}
        if actions == ["delete", "create"]:
            entry["change"]["replace_paths"] = [[name] for name in _forcing(address, was, now)]
        if address in moved:
            entry["previous_address"] = moved[address]
        if address in imported:
            entry["change"]["importing"] = {"id": imported[address]}
        entries.append(entry)
    return entries


def _resources(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Give address → arguments, without what is Terraform's own and no argument of the resource."""
    meta = ("lifecycle", "depends_on")
    return {
        f"{kind}.{name}": {key: value for key, value in block.items() if key not in meta}
        for kind, blocks in _blocks(body).items()
        for name, block in blocks.items()
    }


def _left_out(body: Mapping[str, Any]) -> defaultdict[str, set[str]]:
    """Give address → options that the provider drops, and that are left out of the comparison: no update sends them."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, block in body.get("resource", {}).get(_CONNECTION, {}).items():
        ignored = block.get("lifecycle", {}).get("ignore_changes", [])
        found[f"{_CONNECTION}.{name}"] = {option for option in block["options"] if f'options["{option}"]' in ignored}
    return found


def _without(block: Mapping[str, Any], options: Collection[str]) -> dict[str, Any]:
    if not options:
        return dict(block)
    return {**block, "options": {name: value for name, value in block["options"].items() if name not in options}}


def _respelled(address: str, before: Any, after: Any) -> Any:
    """Give what is to be, with the names of before where they differ in spelling alone."""
    names = _NAMES.get(address.partition(".")[0], ()) if before and after else ()
    return after and after | {
        name: before[name] for name in names if name in before and folded(str(before[name])) == folded(str(after.get(name)))
    }


def _actions(address: str, before: Any, after: Any, *, forgotten: bool) -> list[str]:
    if before is None:
        return ["create"]
    if after is None:
        return ["forget"] if forgotten else ["delete"]
    if before == after:
        return ["no-op"]
    return ["delete", "create"] if _forcing(address, before, after) else ["update"]


def _forcing(address: str, before: Any, after: Any) -> list[str]:
    names = _REPLACE.get(address.partition(".")[0], ())
    return [name for name in names if (before or {}).get(name) != (after or {}).get(name)]
