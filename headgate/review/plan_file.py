"""Plans as `terraform show -json` tells them, to the facts of a review. Secrets are left behind here.

Source of the format: Terraform, JSON output format, plan representation (format_version 1.x).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from difflib import unified_diff
from typing import TYPE_CHECKING, Any

from headgate.files import parse_json
from headgate.layout.deployed import APPLIED
from headgate.layout.ingested import CODE_TYPES
from headgate.problems import InputError, Problem, refuse
from headgate.redaction.tokens import token_free
from headgate.review.blocks import first, mapping
from headgate.review.facts import Argument, Change, Facts, Schedule, Secret, merged
from headgate.review.holdings import address_of, names_in, pipelines_of
from headgate.review.masks import Masks, file_text, masks_of
from headgate.review.plan_rest import rest_of
from headgate.review.sql import sql_changes
from headgate.review.transforms import transforms_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

_FIX = "make it with `terraform show -json PLANFILE > <stack>.json`"
# What the provider works out by itself: a difference in it is nobody's change.
_COMPUTED = frozenset(
    {
        "active_deployment", "app_status", "cause", "cluster_id", "compute_size", "compute_status", "connection_id",
        "content_base64", "create_time", "created_at", "created_by", "creator", "creator_user_name", "credential_type",
        "dashboard_change_detected", "dashboard_id", "default_source_code_path", "deployment",
        "effective_budget_policy_id", "effective_user_api_scopes", "etag", "expected_last_modified", "format",
        "full_name", "health", "id", "last_modified", "latest_updates", "lifecycle_state", "md5", "metastore_id",
        "oauth2_app_client_id", "oauth2_app_integration_id", "object_id", "pending_deployment", "provisioning_info",
        "run_as_user_name", "schema_id", "securable_type", "service_principal_client_id", "service_principal_id",
        "service_principal_name", "state", "timeouts", "update_time", "updated_at", "updated_by", "updater", "url",
        "workspace_path",
    }
)  # fmt: skip

_ACTIONS = {"no-op", "create", "read", "update", "delete", "forget"}
# What reading a change ends in where it is of another form.
_MISREAD = (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError)
# What is told in another way when it is made: arguments of these are many.
_LONG = ("databricks_pipeline", "databricks_job", *CODE_TYPES, "databricks_dashboard")


class PlanFailedError(InputError):
    """The plan itself failed, so it says nothing: a review can tell that, and no more."""


def facts_of_plans(
    texts: Sequence[tuple[str, str, str]],
    target: str,
    secrets: Collection[str] = (),
    *,
    clear: Collection[str] = (),
    values: Collection[str] = (),
) -> Facts:
    """Give the facts of plans of one target, each (stack, text, file), without what is secret in any of them.

    `secrets` are names of options whose values are secret besides those that the plans mark, `clear` of options that are
    none though the plans mark them, `values` are secret besides. A plan that failed is in the facts. Raises InputError
    for a text that is not a plan of format 1.x; no message repeats a value of the plan.
    """
    masks = masks_of({}, secrets, values, clear)
    plans: list[tuple[str, dict[str, Any], str]] = []
    failed: dict[str, str] = {}
    problems: list[Problem] = []
    for stack, text, file in texts:
        try:
            plan = _plan(text, file)
        except PlanFailedError as error:
            failed[stack] = error.problems[0].message
            continue
        except InputError as error:
            problems += error.problems
            continue
        masks |= masks_of(plan, secrets, (), clear)
        plans.append((stack, plan, file))
    refuse(problems)
    masks = masks.without_words_of(text for stack, plan, _ in plans for text in (stack, *names_in(plan)))
    parts = []
    for stack, plan, file in plans:
        try:
            parts.append(_facts(plan, token_free(stack), masks, file))
        except InputError as error:
            problems += error.problems
    refuse(problems)
    return replace(_together(parts, target), failed=failed)


def facts_of_changes(
    stacks: Iterable[tuple[str, Sequence[Mapping[str, Any]]]], target: str, secrets: Collection[str] = ()
) -> Facts:
    """Give the facts of resource changes that no plan was made of, each stack's in the form of a plan's.

    Raises InputError for a change of another form.
    """
    masks = Masks(frozenset(), frozenset(secrets))
    parts = [_facts({"resource_changes": changes}, stack, masks, "") for stack, changes in stacks]
    return replace(_together(parts, target), predicted=True)


def _together(parts: Sequence[Facts], target: str) -> Facts:
    return replace(merged(replace(part, target=target) for part in parts), target=target)


def _plan(text: str, file: str) -> dict[str, Any]:
    plan = parse_json(text, file, _FIX, object_hook=_pruned)
    if not isinstance(plan, dict) or not isinstance(plan.get("format_version"), str):
        raise InputError(Problem("is not a plan: it has no format_version", _FIX, file))
    version = plan["format_version"]
    if version.startswith("0."):
        fix = "make the plan again with Terraform or OpenTofu 1.10 or newer, which Headgate's stacks ask for"
        raise InputError(Problem("has format 0.x, which Terraform before 1.1 wrote; this headgate reads 1.x", fix, file))
    if not version.startswith("1."):
        shown = version[:20] if version.replace(".", "").isdecimal() else "of another kind"
        raise InputError(Problem(f"has format {shown}, this headgate reads 1.x", "use a newer headgate", file))
    if plan.get("errored") is True:
        fix = "look at what `terraform plan` said; a prevent_destroy that holds is the usual reason"
        raise PlanFailedError(Problem("the plan failed, so it does not say all that would happen; " + fix, _FIX, file))
    for key in ("resource_changes", "resource_drift"):
        if not isinstance(plan.get(key) or [], list) or plan.get(key) in (0, False, "", {}):
            raise InputError(Problem(f"has {key} that are no list", _FIX, file))
    if "planned_values" not in plan and "resource_changes" not in plan:
        is_state = "values" in plan or set(plan) <= {"format_version", "terraform_version", "checks"}
        message = "is a state, not a plan" if is_state else "is not a plan: it has no resource_changes"
        raise InputError(Problem(message, _FIX, file))
    if not plan.get("resource_changes") and _plans_resources(plan):
        message = "names resources and tells no change of them, not even that there is none: another program wrote it"
        raise InputError(Problem(message, _FIX, file))
    return plan


def _plans_resources(plan: Mapping[str, Any]) -> bool:
    """Say whether there are resources in what a plan leads to, each of which Terraform has among its changes too."""
    root = mapping(mapping(plan.get("planned_values")).get("root_module"))
    return bool(root.get("resources") or root.get("child_modules"))


def _pruned(found: dict[str, Any]) -> Any:
    """Leave out resources of the state and of the planned values: a plan tells everything in its changes once more."""
    if "schema_version" in found and "values" in found and "provider_name" in found:
        return None
    return found


def _facts(plan: Mapping[str, Any], stack: str, masks: Masks, file: str) -> Facts:
    try:
        return _read(plan, stack, masks)
    except _MISREAD:
        raise InputError(
            Problem("is of another form than Terraform's", _FIX, file, path=_misread(plan, stack, masks))
        ) from None


def _misread(plan: Mapping[str, Any], stack: str, masks: Masks) -> str:
    """Give the place in a plan of the first change of another form."""
    for key in ("resource_changes", "resource_drift"):
        for number, entry in enumerate(plan.get(key) or []):
            try:
                _read({key: [entry]}, stack, masks)
            except _MISREAD:
                return f"{key}.{number}"
    return ""


def _read(plan: Mapping[str, Any], stack: str, masks: Masks) -> Facts:
    managed = [entry for entry in plan.get("resource_changes") or [] if entry.get("mode") != "data"]
    managed = [entry for entry in managed if entry["address"] != APPLIED]  # a note in the state, of nothing in the workspace
    drifted = [entry for entry in plan.get("resource_drift") or [] if entry.get("mode") != "data"]
    changes = tuple(_change(entry, stack, masks) for entry in managed if not _idle(entry))
    drift = tuple(change for change in (_change(entry, stack, masks) for entry in drifted) if _drifted(change))
    return Facts(
        target="",
        stacks=(stack,),
        changes=changes,
        pipelines=pipelines_of(managed, stack, masks),
        drift=drift,
        partial=(stack,) if plan.get("complete") is False and not plan.get("deferred_changes") else (),
        others=rest_of(plan, stack, masks),
        sql=sql_changes(managed, stack, masks),
        transforms=transforms_of(managed, stack),
    )


def _idle(entry: Mapping[str, Any]) -> bool:
    change = entry["change"]
    moved = entry.get("previous_address") not in (None, "", entry["address"])
    return change["actions"] in (["no-op"], ["read"]) and not moved and not change.get("importing")


def _drifted(change: Change) -> bool:
    """Whether drift is of the resource itself: gone, or another than it was, in what isn't the provider's own to say."""
    return change.destroys or bool(change.arguments or any(secret.changed for secret in change.secrets))


def _change(entry: Mapping[str, Any], stack: str, masks: Masks) -> Change:
    change = entry["change"]
    before, after = change.get("before"), change.get("after")
    # What Terraform calls things decides: no secret is part of it, and what a secret is like must not change it.
    kind, address = token_free(_text(entry["type"])), token_free(address_of(entry))
    # `user` is a secret option of a connection, and a plain argument elsewhere.
    own = masks if kind == "databricks_connection" else masks.nameless
    marks = (change.get("before_sensitive"), change.get("after_sensitive"))
    leaves = list(_leaves((before, after), change.get("after_unknown"), marks, own))
    both = isinstance(before, dict) and isinstance(after, dict)
    # Of what is recreated, everything that the workspace gives is unknown: no one's change.
    leaves = [leaf for leaf in leaves if not (isinstance(leaf, Argument) and leaf.unknown and "delete" in change["actions"])]
    moved_from = token_free(_text(entry.get("previous_address") or ""))
    importing = change.get("importing")
    named = mapping(after) or mapping(before)
    return Change(
        stack=stack,
        address=address,
        type=kind,
        actions=_actions(change["actions"]),
        name=masks.text(str(named.get("name") or named.get("path") or "")),
        replaced_by=tuple(sorted(token_free(".".join(map(str, path))) for path in change.get("replace_paths") or [])),
        moved_from="" if moved_from == address else moved_from,
        imported=token_free(str(mapping(importing).get("id") or "unknown")) if importing else "",
        arguments=tuple(leaf for leaf in leaves if isinstance(leaf, Argument)) if both or kind not in _LONG else (),
        made=_made(after, marks[1], own) if "create" in change["actions"] else "",
        secrets=tuple(leaf for leaf in leaves if isinstance(leaf, Secret)),
        schedules=(_schedule(before, masks), _schedule(after, masks)) if kind == "databricks_job" else (None, None),
        full_refresh=kind == "databricks_job" and _refreshes(mapping(after).get("task")),
        diff=_diff(before, after, marks, masks) if kind in CODE_TYPES else "",
        unsent=_unsent(change, masks) if kind == "databricks_connection" else (),
    )


def _unsent(change: Mapping[str, Any], masks: Masks) -> tuple[str, ...]:
    """Give the secret options that an update would not send: the workspace then has a connection without them."""
    options, unknown = mapping(change["after"]).get("options"), mapping(change.get("after_unknown")).get("options")
    if change["actions"] != ["update"] or unknown is True:
        return ()
    return tuple(sorted(masks.names - {*mapping(options), *mapping(unknown)}))


def _actions(found: Any) -> tuple[str, ...]:
    """Give a change's actions; one that is not known could be anything, so it is not a plan that can be read."""
    if not isinstance(found, list) or not found or not {*found} <= _ACTIONS:
        raise ValueError("actions")
    return tuple(found)


def _made(after: Any, marks: Any, masks: Masks) -> str:
    """Give a digest of what is made, without its secrets: what is approved is that, and no other."""
    told = masks.value(mapping(after), marks if isinstance(marks, dict) else {})
    text = json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _leaves(
    sides: tuple[Any, Any], unknown: Any, marks: tuple[Any, Any], masks: Masks, path: str = "", name: str = ""
) -> Iterator[Argument | Secret]:
    """Give the leaves that differ, by path, in order; and the secrets that a plan marks, whether they differ or not."""
    before, after = sides
    if path in _COMPUTED:
        return
    if True in marks or (name and masks.hides(name)):
        yield from _secrets(before, after, unknown, masks, path)
        return
    if before == after and not _any(unknown) and not any(_any(mark) for mark in marks):
        return
    if unknown is True:
        yield Argument(path, masks.value(before, marks[0]), unknown=True)
        return
    parts, hidden, inner = (_parts(before), _parts(after)), (_parts(marks[0]), _parts(marks[1])), _parts(unknown)
    if not parts[0] and not parts[1]:
        if (before or None) != (after or None) or isinstance(before, bool) != isinstance(after, bool):
            yield Argument(path, masks.value(before, marks[0]), masks.value(after, marks[1]))
        return
    for key in sorted({*parts[0], *parts[1], *inner}, key=str):
        below = f"{path}.{masks.text(str(key))}" if path else masks.text(str(key))
        of_key = (hidden[0].get(key), hidden[1].get(key))
        yield from _leaves((parts[0].get(key), parts[1].get(key)), inner.get(key), of_key, masks, below, str(key))


def _secrets(before: Any, after: Any, unknown: Any, masks: Masks, path: str) -> Iterator[Argument | Secret]:
    """Give a secret, or each of a map that is marked as a whole: its keys are no secrets."""
    if before is None and after is None and not unknown:
        return
    keys = sorted({*mapping(before), *mapping(after)}, key=str)
    for key in keys:
        if masks.tells(key):
            if mapping(before).get(key) != mapping(after).get(key):
                yield Argument(f"{path}.{key}", masks.value(mapping(before).get(key)), masks.value(mapping(after).get(key)))
            continue
        old, new, open_ = mapping(before).get(key), mapping(after).get(key), mapping(unknown).get(key)
        yield Secret(f"{path}.{masks.text(str(key))}", changed=None if unknown is True or _any(open_) else old != new)
    if not keys:
        yield Secret(path or "*", changed=None if _any(unknown) else before != after)


def _schedule(side: Any, masks: Masks) -> Schedule | None:
    found = first(mapping(side).get("schedule"))
    if not found or not isinstance(found.get("quartz_cron_expression"), str):
        return None
    zone = found.get("timezone_id")
    paused = found.get("pause_status") == "PAUSED"
    return Schedule(masks.text(found["quartz_cron_expression"]), masks.text(str(zone or "UTC")), paused=paused)


def _refreshes(value: Any) -> bool:
    """Whether a task, or one inside it, refreshes everything or a selection of tables from nothing."""
    own = mapping(value)
    if own.get("full_refresh") is True or own.get("full_refresh_selection"):
        return True
    return any(_refreshes(part) for part in _parts(value).values())


def _diff(before: Any, after: Any, marks: tuple[Any, Any], masks: Masks) -> str:
    """Give the unified diff of a file's text, masked before it is compared; empty where there is no text to compare."""
    texts = [file_text(side, mark, masks) for side, mark in zip((before, after), marks, strict=True)]
    if texts[0] == texts[1] or (before is not None and texts[0] is None) or (after is not None and texts[1] is None):
        return ""
    old, new = ((text or "").splitlines() for text in texts)
    return "\n".join(unified_diff(old, new, "before", "after", lineterm="", n=2))


def _any(marks: Any) -> bool:
    return marks is True or any(_any(part) for part in _parts(marks).values())


def _parts(value: Any) -> dict[Any, Any]:
    if isinstance(value, list):
        return dict(enumerate(value))
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value
