"""Plans as `terraform show -json` prints them, made of what pipelines read before and after."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from headgate.review.plan_file import facts_of_plans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.review.facts import Facts


def content(tables: Sequence[str], **options: Mapping[str, Any]) -> str:
    """Give an ingest file of tables that go to main.bronze, some with options, as Terraform has it."""
    specs = []
    for table in tables:
        name, _, destination = table.partition(":")
        spec: dict[str, Any] = {
            "source_table": name,
            "destination_catalog": "main",
            "destination_schema": "bronze",
            "destination_table": destination or name,
        }
        specs.append({"table": spec | ({"table_configuration": dict(options[name])} if name in options else {})})
    call = "ingest(spark, pipeline_spec)\n" if specs else ""
    text = f"pipeline_spec = {{'connection_name': 'c', 'objects': {specs!r}}}\n{call}"
    return b64encode(text.encode()).decode()


def pipeline(name: str, **more: Any) -> dict[str, Any]:
    """Give a pipeline's arguments."""
    path = f"/Workspace/Shared/{name}.py"
    return {
        "id": f"id-{name}",
        "name": name,
        "catalog": "main",
        "schema": "bronze",
        "library": [{"file": [{"path": path}]}],
    } | more


def file(name: str, tables: Sequence[str], **options: Mapping[str, Any]) -> dict[str, Any]:
    """Give an ingest file's arguments."""
    return {"path": f"/Shared/{name}.py", "content_base64": content(tables, **options)}


def change(address: str, before: Any, after: Any, **more: Any) -> dict[str, Any]:
    """Give a resource change; what happens follows from the two sides, where `actions` doesn't say it."""
    actions = more.pop("actions", None) or _actions(before, after)
    entry = {"address": address, "mode": "managed", "type": address.partition(".")[0], "name": address.partition(".")[2]}
    top = {name: more.pop(name) for name in ("previous_address",) if name in more}
    marks: dict[str, Any] = {"before_sensitive": {}, "after_sensitive": {}, "after_unknown": {}}
    return entry | top | {"change": {"actions": actions, "before": before, "after": after} | marks | more}


def plan(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Give a plan of these changes."""
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {},
        "resource_changes": list(changes),
    } | more


def pipelines(before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]], **more: Any) -> list[dict[str, Any]]:
    """Give the changes of pipelines and their files; `more` by pipeline is added to the pipeline's own change."""
    found = []
    for name in sorted({*before, *after}):
        old, new = (pipeline(name) if name in side else None for side in (before, after))
        found.append(change(f"databricks_pipeline.{name}", old, new, **more.get(name, {})))
        files = [file(name, side[name]) if name in side else None for side in (before, after)]
        found.append(change(f"databricks_workspace_file.{name}", *files))
    return found


def facts_of(*plans: Mapping[str, Any], target: str = "prod", secrets: Sequence[str] = ()) -> Facts:
    """Give the facts of plans of the stacks crm-prod-1, crm-prod-2, …"""
    texts = [(f"crm-prod-{number}", json.dumps(one), f"crm-prod-{number}.json") for number, one in enumerate(plans, 1)]
    return facts_of_plans(texts, target, secrets)[0]


def _actions(before: Any, after: Any) -> list[str]:
    if before is None:
        return ["create"]
    if after is None:
        return ["delete"]
    return ["no-op"] if before == after else ["update"]
