"""The same resources with the typed bindings, as the CDK's own pages show it. BODIES.json OUT.

The bodies are ready here too: what is measured is the constructs, not where their values come from. Logical ids are set,
so that the JSON is the same as ours and can be compared; that takes no time to speak of.
"""

import json
import sys
from pathlib import Path
from typing import Any

from cdktf import App, LocalBackend, TerraformResource, TerraformResourceLifecycle, TerraformStack, TerraformVariable
from cdktf_cdktf_provider_databricks.connection import Connection
from cdktf_cdktf_provider_databricks.job import Job, JobSchedule, JobTask, JobTaskPipelineTask
from cdktf_cdktf_provider_databricks.pipeline import Pipeline, PipelineLibrary, PipelineLibraryFile
from cdktf_cdktf_provider_databricks.provider import DatabricksProvider
from cdktf_cdktf_provider_databricks.repo import Repo
from cdktf_cdktf_provider_databricks.schema import Schema
from cdktf_cdktf_provider_databricks.workspace_file import WorkspaceFile

Block = dict[str, Any]


def file(stack: TerraformStack, name: str, block: Block) -> WorkspaceFile:
    """Make an ingest file."""
    return WorkspaceFile(stack, f"file_{name}", path=block["path"], content_base64=block["content_base64"])


def pipeline(stack: TerraformStack, name: str, block: Block) -> Pipeline:
    """Make a pipeline."""
    libraries = [PipelineLibrary(file=PipelineLibraryFile(path=library["file"]["path"])) for library in block["library"]]
    ready = {key: value for key, value in block.items() if key not in ("library", "depends_on", "lifecycle")}
    return Pipeline(stack, f"pipeline_{name}", library=libraries, lifecycle=lifecycle(block), **ready)


def job(stack: TerraformStack, name: str, block: Block) -> Job:
    """Make a job."""
    tasks = [
        JobTask(task_key=task["task_key"], pipeline_task=JobTaskPipelineTask(pipeline_id=task["pipeline_task"]["pipeline_id"]))
        for task in block["task"]
    ]
    ready = {key: value for key, value in block.items() if key not in ("task", "schedule")}
    return Job(stack, f"job_{name}", task=tasks, schedule=JobSchedule(**block["schedule"]), **ready)


def connection(stack: TerraformStack, name: str, block: Block) -> Connection:
    """Make the connection."""
    ready = {key: value for key, value in block.items() if key != "lifecycle"}
    return Connection(stack, f"connection_{name}", lifecycle=lifecycle(block), **ready)


def schema(stack: TerraformStack, name: str, block: Block) -> Schema:
    """Make the schema."""
    ready = {key: value for key, value in block.items() if key != "lifecycle"}
    return Schema(stack, f"schema_{name}", lifecycle=lifecycle(block), **ready)


def repo(stack: TerraformStack, name: str, block: Block) -> Repo:
    """Make the git folder of the connector's code."""
    return Repo(stack, f"repo_{name}", **block)


def note(stack: TerraformStack, name: str, block: Block) -> TerraformResource:
    """Make a value that Terraform keeps in the state; the typed DataResource takes maps only."""
    found = TerraformResource(stack, f"data_{name}", terraform_resource_type="terraform_data")
    found.add_override("input", block["input"])
    return found


def lifecycle(block: Block) -> TerraformResourceLifecycle:
    """Make a resource's lifecycle."""
    return TerraformResourceLifecycle(**block["lifecycle"])


MAKERS = {
    "terraform_data": note,
    "databricks_connection": connection,
    "databricks_schema": schema,
    "databricks_repo": repo,
    "databricks_workspace_file": file,
    "databricks_pipeline": pipeline,
    "databricks_job": job,
}

bodies, out = sys.argv[1:]
app = App(outdir=out)
for stack_name, body in json.loads(Path(bodies).read_bytes()).items():
    made = TerraformStack(app, stack_name)
    LocalBackend(made, path=body["terraform"]["backend"]["local"]["path"])
    DatabricksProvider(made, "databricks")
    made.add_override("terraform.required_version", body["terraform"]["required_version"])
    for variable, settings in body.get("variable", {}).items():
        TerraformVariable(made, variable, **settings)
    if "removed" in body:  # the typed library has no word for it
        made.add_override("removed", body["removed"])
    for kind, blocks in body["resource"].items():
        for resource, values in blocks.items():
            typed = MAKERS[kind](made, resource, values)
            typed.override_logical_id(resource)
            if "depends_on" in values:
                typed.add_override("depends_on", values["depends_on"])
app.synth()
