"""Pipelines of transforms in a bundle. `golden_transforms/` holds its resources as they were looked at.

After a wanted change: `REWRITE_GOLDEN=1 pytest tests/emit/bundle -k looked` writes them anew; look at the difference.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from shutil import copy
from typing import TYPE_CHECKING

import pytest
from jsonschema_rs import validator_for

from tests.emit.bundle.merged import in_target, whole
from tests.emit.bundle.taken import built, summary
from tests.support.shared import shared

if TYPE_CHECKING:
    from tests.support.command import Run

GOLDEN = Path(__file__).resolve().parent / "golden_transforms"
SCHEMA = "bundles/bundle-1.13.0.schema.json"
CRM = Path("connectors/crm")


@pytest.fixture
def bundle(headgate: Run, project: Path) -> Path:
    """Give the folder of a bundle with the pipelines of the golden folder."""
    for path in GOLDEN.glob("*.pipeline.yaml"):
        copy(path, project / CRM)
    headgate("balance")
    headgate("generate", "bundle", "crm")
    return project / "bundle"


def test_they_are_as_they_were_looked_at(bundle: Path) -> None:
    text = (bundle / "resources/crm.yml").read_text()

    if os.environ.get("REWRITE_GOLDEN"):
        (GOLDEN / "crm.yml").write_text(text)
    assert text == (GOLDEN / "crm.yml").read_text()


@pytest.mark.parametrize("target", ["dev", "prod"])
def test_their_files_lie_where_they_look_for_them(bundle: Path, target: str) -> None:
    pipelines = in_target(bundle, target)["resources"]["pipelines"]

    sales, sinks = (bundle / "resources" / one["file"]["path"] for one in pipelines["crm_sales"]["libraries"])

    assert f"`{'dev' if target == 'dev' else 'main'}`.`silver`.`sales`" in sales.read_text()
    assert "create_sink(name='out'" in sinks.read_text()


@pytest.mark.shared(SCHEMA)
def test_the_bundles_own_schema_takes_them(bundle: Path) -> None:
    schema = validator_for(json.loads(shared(SCHEMA).read_text()))
    found = whole(bundle)

    assert [str(error) for error in schema.iter_errors(found)] == []
    del found["targets"]["dev"]["resources"]["jobs"]["crm_people_job"]["trigger"]["table_update"]["table_names"]
    assert not schema.is_valid(found)


def test_databricks_own_library_knows_their_fields(bundle: Path, project: Path) -> None:
    found = built(project, in_target(bundle, "prod"))["resources"]

    assert {"crm_people", "crm_sales"} <= found["pipelines"].keys()
    assert found["jobs"]["crm_people_job"]["trigger"]["table_update"]["condition"] == "ALL_UPDATED"


def test_one_that_leaves_is_unbound_before_the_bundle_lets_go_of_it(headgate: Run, project: Path, bundle: Path) -> None:
    headgate("record", "crm", str(summary(project, "prod")), "-t", "prod")
    deployed = json.loads((project / CRM / "deployed.prod.json").read_text())
    assert deployed["transforms"].keys() == {"people", "sales", "shop"}
    assert not any("sales" in address for address in deployed["ids"])

    (project / CRM / "sales.pipeline.yaml").unlink()
    headgate("balance")
    said = headgate("generate", "bundle", "crm", code=5).stderr
    assert "`headgate done crm -t dev --pipeline sales` (if it was never deployed there, this alone)" in said
    headgate("done", "crm", "-t", "dev", "--pipeline", "sales")
    said = headgate("generate", "bundle", "crm", code=5).stderr
    assert "pipeline 'sales' leaves prod, and the next deploy would destroy it" in said
    assert "`databricks bundle deployment unbind crm_sales -t prod`" in said
    assert (bundle / "src/prod/crm/sql/sales.sql").is_file()

    headgate("done", "crm", "-t", "prod", "--pipeline", "sales")
    headgate("generate", "bundle", "crm")
    assert not (bundle / "src/prod/crm/sql/sales.sql").exists()
    assert "crm_sales" not in (bundle / "resources/crm.yml").read_text()
