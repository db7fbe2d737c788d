"""What a pipeline's edition on classic compute has to be. Serverless pipelines have all of it.

Source: docs.databricks.com/aws/en/ldp/configure-pipeline, product editions: CORE streams, PRO has AUTO CDC too, ADVANCED
expectations too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from headgate.sql.check.findings import Code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.sql.check.report import Report
    from headgate.sql.graph import Dataset

Edition = Literal["core", "pro", "advanced"]


def check_edition(dataset: Dataset, edition: Edition, reports: Mapping[str, Report]) -> None:
    """Report what of a dataset an edition does not have."""
    if edition != "advanced":
        for one in dataset.definition.expectations:
            message = f"expectations need the edition ADVANCED, and the pipeline's is {edition.upper()}"
            reports[dataset.file.name].add(Code.edition, one.span, message, "set the edition to ADVANCED, or go serverless")
    if edition == "core":
        for flow, file in dataset.flows:
            if flow.changes is not None:
                message = "AUTO CDC needs the edition PRO or ADVANCED, and the pipeline's is CORE"
                reports[file.name].add(Code.edition, flow.target.span, message, "set the edition to ADVANCED, or go serverless")
