"""The schema that is derived from the bindings, at both ends of those that are supported."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.standin.derived import ENDS, derived, missing
from tests.standin.running import NEWEST
from tests.support.shared import shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.standin.bindings import Schema

REAL = "terraform/databricks-1.99.0.schema.json"  # what Terraform says of the real provider
SOURCE = "registry.terraform.io/databricks/databricks"
FLAGS = ("required", "optional", "computed", "sensitive")


@pytest.mark.parametrize(("version", "package"), ENDS.items())
def test_arguments_and_blocks_are_as_the_provider_has_them(version: str, package: str) -> None:
    if reason := missing(version):
        pytest.skip(reason)
    found = derived(package)
    pipeline, grants = found.resources["pipeline"], found.resources["grants"]

    assert found.version == version
    assert pipeline["attributes"]["continuous"] == {"type": "bool", "optional": True}
    assert pipeline["attributes"]["tags"]["type"] == ["map", "string"]
    assert pipeline["attributes"]["url"]["computed"]
    library, run_as = pipeline["block_types"]["library"], pipeline["block_types"]["run_as"]
    assert (library["nesting_mode"], library.get("max_items"), run_as["max_items"]) == ("list", None, 1)
    assert library["block"]["block_types"]["file"]["block"]["attributes"] == {"path": {"type": "string", "required": True}}
    assert (grants["block_types"]["grant"]["nesting_mode"], grants["block_types"]["grant"]["min_items"]) == ("set", 1)
    assert pipeline["block_types"]["timeouts"]["nesting_mode"] == "single"
    assert found.resources["connection"]["attributes"]["options"]["sensitive"]
    assert "host" in found.provider["attributes"]


@pytest.mark.skipif(bool(missing(NEWEST)), reason=missing(NEWEST))
def test_the_newer_provider_knows_what_the_older_does_not() -> None:
    blocks = {version: derived(package).resources["pipeline"]["block_types"] for version, package in ENDS.items()}

    assert blocks["1.138.0"].keys() - blocks["1.99.0"].keys() >= {"provider_config"}
    assert blocks["1.99.0"].keys() <= blocks["1.138.0"].keys()


def said(block: Schema, above: str) -> Iterator[tuple[str, Any]]:
    """Give path → all that a schema says of it: an argument's type and flags, how a block is nested.

    Arguments that hold others are written as blocks are, and the bindings know them as such; they leave out those that the
    platform fills in.
    """
    for name, own in block.get("attributes", {}).items():
        if nested := own.get("nested_type"):
            if own.get("required") or own.get("optional"):
                yield f"{above}{name}", (nested["nesting_mode"], 0, 0)
                yield from said(nested, f"{above}{name}.")
            continue
        yield f"{above}{name}", (own["type"], *(flag for flag in FLAGS if own.get(flag)))
    for name, nested in block.get("block_types", {}).items():
        most = nested.get("max_items", 0)
        yield f"{above}{name}", (nested["nesting_mode"], nested.get("min_items", 0), 1 if most == 1 else 0)
        yield from said(nested["block"], f"{above}{name}.")


@pytest.mark.shared(REAL)
def test_every_argument_and_block_is_what_terraform_says_of_the_real_provider() -> None:
    real = json.loads(shared(REAL).read_text())["provider_schemas"][SOURCE]
    mine = derived(ENDS["1.99.0"])
    compared = [(mine.resources[name], real["resource_schemas"][f"databricks_{name}"]["block"]) for name in mine.resources]
    compared.append((mine.provider, real["provider"]["block"]))

    # The bindings leave out a map in a list of what the platform fills in; nobody sets it.
    unsaid = "health"
    for ours, theirs in compared:
        one, other = dict(said(ours, "")), dict(said(theirs, ""))
        assert {path: found for path, found in one.items() if other.get(path) != found and path != unsaid} == {}
        assert other.keys() - one.keys() == set()
    assert sum(len(dict(said(theirs, ""))) for _, theirs in compared) > 1152  # which those that can be set are
