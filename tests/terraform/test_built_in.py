"""The connectors that come with Headgate are applied as a project gets them, and a second plan changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import pytest

from headgate.definition.model import Definition
from headgate.definition.yaml import parse_yaml
from headgate.inventory.read import parse_inventory
from headgate.names import secret_variable
from headgate.new_project.built_in import Credentials, Names, built_in_files
from headgate.new_project.catalogue import BUILT_IN, built_in
from tests.support.site import Site

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.terraform import Terraform

pytestmark = pytest.mark.terraform
# One has code of its own, and the others are alike but for their names.
FIRST = [("salesforce", "connection"), ("hubspot", "secrets")]
FORMS: list[tuple[str, Credentials]] = [(name, form) for name in BUILT_IN for form in get_args(Credentials)]


def site_of(name: str, form: Credentials, terraform: Terraform, folder: Path) -> Site:
    source = built_in(name)
    names = Names("mine", "mine" if form == "connection" else "", "cat", "sch", {one.option: "x" for one in source.asked})
    texts = {file.path.removeprefix("connectors/mine/"): file.text for file in built_in_files(source, form, names)}
    parts: dict[str, Any] = parse_yaml(texts.pop("connector.yaml"), "connector.yaml").data
    tables = parse_inventory(texts.pop("tables.csv").encode(), "tables.csv")
    definition = Definition.model_validate(parts)
    variables = {secret_variable("mine", secret): f"CANARY-{secret}" for secret in definition.secret_variables}
    found = Site(folder, replace(terraform, variables=variables), parts, list(tables))
    found.code = {path: text.encode() for path, text in texts.items()}
    found.make_ready()
    found.balance()
    return found


@pytest.mark.parametrize(
    ("name", "form"), [one if one in FIRST else pytest.param(*one, marks=pytest.mark.long) for one in FORMS]
)
def test_it_is_applied_and_is_then_done(name: str, form: Credentials, terraform: Terraform, tmp_path: Path) -> None:
    found = site_of(name, form, terraform, tmp_path)

    done = found.deploy()

    assert all(set(outcome.planned.values()) <= {"create"} for outcome in done.values())
    found.record()
    found.assert_settled()
    assert set(found.deployed.pipelines) == {pipeline.id for pipeline in found.agreed.pipelines}
