"""A workspace to which others deployed."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.workspace.workspace import Workspace

# Ingest files as the framework's examples have them, over its years.
FORMS = {
    "register": (
        "from databricks.labs.community_connector.pipeline import ingest\n"
        "from databricks.labs.community_connector import register\n\n"
        'source_name = "crm"\n\npipeline_spec = {spec}\n\nregister(spark, source_name)\ningest(spark, pipeline_spec)\n'
    ),
    "data_source": (
        "from databricks.labs.community_connector.pipeline import ingest\n"
        "from databricks.labs.community_connector.sparkpds import find_data_source\n\n"
        "pipeline_spec = {spec}\n\nspark.dataSource.register(find_data_source('crm'))\ningest(spark, pipeline_spec)\n"
    ),
    "source_loader": (
        "from pipeline.ingestion_pipeline import ingest\nfrom libs.source_loader import get_register_function\n\n"
        'source_name = "crm"\npipeline_spec = {spec}\n\nregister_lakeflow_source = get_register_function(source_name)\n'
        "register_lakeflow_source(spark)\ningest(spark, pipeline_spec)\n"
    ),
    "module": (
        "import sys\n\nfrom pipeline.ingestion_pipeline import ingest\n\nsys.path.append('/Workspace/Shared/crm')\n"
        "from crm_source import register_lakeflow_source\n\npipeline_spec = {spec}\n\n"
        "register_lakeflow_source(spark)\ningest(spark, pipeline_spec)\n"
    ),
}


@dataclass
class Cloud:
    """A workspace to which others deployed."""

    workspace: Workspace
    form: str = "register"
    ids: dict[str, str] = field(default_factory=dict)

    def by_file(self, name: str, tables: Sequence[str | dict[str, Any]], connection: str = "crm_api", **more: Any) -> str:
        """Make a pipeline that runs an ingest file; a table is a source table, or an entry of its own."""
        entries = [{"table": {"source_table": one} if isinstance(one, str) else one} for one in tables]
        spec = {"connection_name": connection, "objects": entries}
        path = f"/Users/ann/crm/{name}.py"
        self.workspace.put(path, FORMS[self.form].replace("{spec}", repr(spec)))
        settings = {
            "libraries": [{"file": {"path": f"/Workspace{path}"}}], "root_path": "/Workspace/Users/ann/crm", "serverless": True,
            "channel": "PREVIEW",
        }  # fmt: skip
        return self.made(name, settings | more)

    def by_notebook(self, name: str, tables: Sequence[str], **more: Any) -> str:
        """Make a pipeline that runs a notebook, which says what a file would."""
        spec = {"connection_name": "crm_api", "objects": [{"table": {"source_table": one}} for one in tables]}
        text = "# Databricks notebook source\n" + FORMS[self.form].replace("{spec}", repr(spec))
        path, content = f"/Shared/{name}", b64encode(text.encode()).decode()
        body = {"path": path, "language": "PYTHON", "format": "SOURCE", "content": content}
        self.workspace.do("POST", "/api/2.0/workspace/import", body)
        return self.made(name, {"libraries": [{"notebook": {"path": path}}], "root_path": "/Workspace/Users/ann/crm"} | more)

    def managed(self, name: str, tables: Sequence[dict[str, Any]], connection: str = "sales", **more: Any) -> str:
        """Make a pipeline by an ingestion definition of the platform's own connector."""
        entries = [{"table": {"destination_catalog": "main", "destination_schema": "sales"} | one} for one in tables]
        return self.made(
            name, {"ingestion_definition": {"connection_name": connection, "objects": entries}, "serverless": True} | more
        )

    def made(self, name: str, settings: dict[str, Any]) -> str:
        """Make a pipeline, and give its id."""
        body = {"name": name, "catalog": "main", "schema": "bronze", **settings}
        body = {key: value for key, value in body.items() if value is not None}
        self.ids[name] = str(self.workspace.do("POST", "/api/2.0/pipelines", body)["pipeline_id"])
        return self.ids[name]

    def job(self, name: str, *pipelines: str, **more: Any) -> str:
        """Make a job that starts pipelines, by their names."""
        tasks = [
            {"task_key": f"run_{number}", "pipeline_task": {"pipeline_id": self.ids[one]}}
            for number, one in enumerate(pipelines)
        ]
        schedule = {"quartz_cron_expression": "0 15 2 * * ?", "timezone_id": "Europe/Berlin", "pause_status": "UNPAUSED"}
        body = {"name": name, "tasks": tasks, "schedule": schedule} | more
        body = {key: value for key, value in body.items() if value is not None}
        return str(self.workspace.do("POST", "/api/2.2/jobs/create", body)["job_id"])
