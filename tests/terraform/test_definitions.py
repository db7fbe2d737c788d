"""Whatever a definition says, Terraform takes every stack, and a second plan changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.standin.derived import missing
from tests.standin.running import NEWEST, OLDEST
from tests.support.samples import DEFINITIONS, NEWER, tables_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.standin.running import Server
    from tests.support.site import Site

pytestmark = pytest.mark.terraform

# The first two hold most of what the others try one by one.
FIRST = [*list(DEFINITIONS)[:2], *list(NEWER)[:1], "monitoring, a dashboard, permissions"]
CODE = {"crm/__init__.py": b"", "crm/source.py": b"print('${x}')\n", "data.bin": bytes(range(256))}
CODE |= {f"crm/tables/part_{number}.py": b"1\n" for number in range(8)}
# Each end of the provider: the newest is asked with two of the definitions, of which one has a folder of code.
RUNS = [(OLDEST, name) for name in DEFINITIONS] + [(NEWEST, name) for name in [*FIRST[:2], *NEWER, FIRST[-1]]]


def made(site: Callable[..., Site], name: str, **changes: Any) -> Site:
    parts = (DEFINITIONS | NEWER)[name] | changes
    found = site(parts, tables_for(parts), **parts.get("balance", {}))
    found.code = CODE if "folder" in parts.get("code", {}) else {}
    return found


# In every run those that matter most, each at one end; in the long run all.
ALWAYS = {name: provider for provider, name in RUNS if name in FIRST}


@pytest.mark.parametrize(
    ("provider", "name"),
    [run if ALWAYS.get(run[1]) == run[0] else pytest.param(*run, marks=pytest.mark.long) for run in RUNS],
)
def test_each_stack_is_valid_is_applied_and_is_then_done(site: Callable[..., Site], name: str) -> None:
    found = made(site, name)

    for stack in found.synth():
        found.terraform.init(found.folder(stack))
        assert found.terraform.validate(found.folder(stack)) == []
    done = found.deploy()

    assert all(set(outcome.planned.values()) <= {"create"} for outcome in done.values())
    if found.definition.connection.rotate:  # which is sent at every apply, until it is taken out
        assert found.plan()["crm-dev-shared"].planned == {"databricks_connection.crm": "update"}
        found.record()
        found.edit(connection={"rotate": []})
    found.assert_settled()
    found.record()
    found.assert_settled()
    assert set(found.deployed.pipelines) == {pipeline.id for pipeline in found.agreed.pipelines}


@pytest.mark.parametrize("name", FIRST[:1])
def test_another_version_of_the_provider_changes_nothing(
    site: Callable[..., Site], servers: dict[str, Server], name: str
) -> None:
    if reason := missing(NEWEST):
        pytest.skip(reason)
    found = made(site, name)
    found.settle()

    found.terraform = replace(found.terraform, server=servers[NEWEST])
    found.edit(provider=NEWEST)

    found.assert_settled()
