"""Pipelines of an asset bundle: which those are by its files, and what of them a workspace has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headgate.adopt.bundle import bundled_in
from headgate.problems import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adopt.cloud import Cloud
    from tests.support.command import Run

BUNDLE = """\
bundle: {name: crm}
include: [resources/*.yml]
variables:
  region: {default: eu}
  suffix: {default: "${var.region}_${bundle.target}"}
resources:
  pipelines:
    daily: {name: "CRM daily ${var.suffix}"}
targets:
  dev: {default: true, mode: development}
  prod:
    variables: {region: us}
    resources: {pipelines: {extra: {name: Extra}}}
  staged: {presets: {name_prefix: "stage_"}}
"""
MORE = "resources:\n  pipelines:\n    hourly: {name: 'CRM hourly ${bundle.name}'}\n    odd: {name: '${var.nobody}'}\n"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    (folder / "resources").mkdir(parents=True)
    (folder / "databricks.yml").write_text(BUNDLE)
    (folder / "resources/more.yml").write_text(MORE)
    return folder


def names(parts: dict[str, Any], target: str | None) -> dict[str, str]:
    return {one.key: one.name for one in bundled_in([parts], target)}


def test_pipelines_of_the_bundle_are_taken_over_under_its_keys(
    cloud: Cloud, headgate: Run, bundle: Path, tmp_path: Path
) -> None:
    cloud.by_file("CRM daily us_prod", ["contacts"])
    cloud.by_file("CRM hourly crm", ["deals"])
    cloud.by_file("Somebody else's", ["orders"])

    done = headgate("adopt", "crm", "--bundle", str(bundle), "--bundle-target", "prod", "-o", "json")

    found = json.loads(done.stdout)
    assert [(one["pipeline"], one["name"]) for one in found["pipelines"]] == [
        ("daily", "CRM daily us_prod"),
        ("hourly", "CRM hourly crm"),
    ]
    assert {one["name"]: one["why"] for one in found["left"]} == {
        "Extra": ["the bundle has it, and the workspace has no pipeline of this name"],
        "${var.nobody}": ["its name has ${var.nobody}, which the bundle's files don't say"],
    }
    assert found["next"][-2:] == [
        "databricks bundle deployment unbind daily -t prod",
        "databricks bundle deployment unbind hourly -t prod",
    ]
    assert (tmp_path / "connectors/crm/connector.yaml").exists()


def test_in_development_names_begin_with_who_deployed(cloud: Cloud, headgate: Run, bundle: Path) -> None:
    cloud.by_file("[dev ann] CRM daily eu_dev", ["contacts"])
    cloud.by_file("[dev ann] CRM hourly crm", ["deals"])
    cloud.by_file("[dev bob] CRM hourly crm", ["leads"])

    found = json.loads(headgate("adopt", "crm", "--bundle", str(bundle), "--dry-run", "-o", "json").stdout)

    assert [one["pipeline"] for one in found["pipelines"]] == ["daily"]
    assert {one["name"]: one["why"][0] for one in found["left"]}["CRM hourly crm"] == (
        "the workspace has several pipelines of this name"
    )
    narrowed = headgate("adopt", "ann", "[[]dev ann]*", "--bundle", str(bundle), "--dry-run", "-o", "json").stdout
    assert [one["pipeline"] for one in json.loads(narrowed)["pipelines"]] == ["daily", "hourly"]


def test_a_prefix_that_a_target_sets_is_part_of_the_name() -> None:
    parts = {
        "resources": {"pipelines": {"one": {"name": "CRM"}, "two": None}},
        "targets": {"t": {"presets": {"name_prefix": "p_"}}},
    }

    assert names(parts, "t") == {"one": "p_CRM", "two": "p_two"}


def test_a_variable_of_itself_ends() -> None:
    parts = {"variables": {"a": {"default": "x${var.a}"}}, "resources": {"pipelines": {"one": {"name": "${var.a}"}}}}

    (found,) = bundled_in([parts], None)

    assert found.unresolved == "${var.a}"


def test_a_target_that_the_bundle_does_not_have_is_refused(cloud: Cloud, headgate: Run, bundle: Path) -> None:
    cloud.workspace.log.clear()
    told = headgate("adopt", "crm", "--bundle", str(bundle), "--bundle-target", "prd", code=1).stderr
    assert not cloud.workspace.log
    assert "the bundle has no target 'prd'" in told
    assert "did you mean 'prod'" in told
    with pytest.raises(InputError, match="no target"):
        bundled_in([{"targets": {"dev": None}}], "prod")


def test_a_bundle_whose_yaml_is_wrong_is_told_where(cloud: Cloud, headgate: Run, bundle: Path) -> None:
    cloud.workspace.log.clear()
    (bundle / "resources/more.yml").write_text("resources: [\n")

    assert "more.yml" in headgate("adopt", "crm", "--bundle", str(bundle), code=1).stderr
    assert not cloud.workspace.log


@pytest.mark.parametrize(
    "text",
    [
        "include: resources\ntargets: [a]\nresources: 5\n",
        "resources: {pipelines: {one: text, two: [1]}}\ntargets: {a: text}\nvariables: [x]\nbundle: name\n",
        "targets: {a: {presets: p_, default: true}}\n",
        "variables: {a: {default: '" + "${var.a}" * 9 + "'}}\nresources: {pipelines: {one: {name: '${var.a}'}}}\n",
    ],
)
def test_a_bundle_of_any_other_form_has_none_of_the_pipelines(text: str, cloud: Cloud, headgate: Run, bundle: Path) -> None:
    cloud.by_file("CRM", ["contacts"])
    (bundle / "databricks.yml").write_text(text)

    assert "the workspace has none of these" in headgate("adopt", "crm", "--bundle", str(bundle), code=1).stderr


def test_files_that_are_included_from_nowhere_are_told(cloud: Cloud, headgate: Run, bundle: Path) -> None:
    cloud.workspace.log.clear()
    (bundle / "databricks.yml").write_text("include: [/etc/*.yml]\n")

    assert "includes '/etc/*.yml', which can't be found" in headgate("adopt", "crm", "--bundle", str(bundle), code=1).stderr
    assert not cloud.workspace.log
