"""The connector where no package can be imported: as one file, and registered by a pipeline from its uploaded files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.osipi.__main__ import main
from connectors.osipi.bundle import bundle
from headgate.deployment.ingest import ingest_file
from headgate.deployment.registration import Registration
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.project import read_connectors

ROOT = Path(__file__).parents[3]

# The framework, as far as a source needs it to be described.
FRAMEWORK = {
    "databricks/labs/community_connector/__init__.py": "",
    "databricks/labs/community_connector/interface.py": (
        "class LakeflowConnect: pass\nclass SupportsPartition: pass\nclass SupportsPartitionedStream(SupportsPartition): pass\n"
    ),
    "databricks/labs/community_connector/sparkpds.py": "class LakeflowSource: _lakeflow_connect_cls = None\n",
    "databricks/labs/community_connector/pipeline.py": "def ingest(spark, spec): print(spec['objects'][0]['table'])\n",
    "pyspark/__init__.py": "",
    "pyspark/cloudpickle.py": "def register_pickle_by_value(module): print('by value:', module.__name__)\n",
}
SPARK = """
class Any:
    def __getattr__(self, name): return self
    def set(self, name, value): pass
    def register(self, source):
        one = source._lakeflow_connect_cls({})
        print(source.__name__, len(one.list_tables()), one.read_table_metadata('pi_points', {})['primary_keys'])
spark = Any()
"""


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def run(folder: Path, code: str) -> str:
    """Run Python that can import the framework and what the code itself finds, and nothing of this project."""
    put(folder, {**FRAMEWORK, "run.py": f"import sys; sys.path.insert(0, {str(folder)!r})\n{code}"})
    command = [sys.executable, "-I", str(folder / "run.py")]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_one_file_has_one_class_of_the_interface_and_no_line_that_is_more_than_code() -> None:
    text = bundle()

    assert re.findall(r"^class\s+(\w+)\s*\([^)]*\bLakeflowConnect\b[^)]*\)\s*:", text, re.MULTILINE) == ["OsipiLakeflowConnect"]
    assert not re.search(r"^from \.|^from connectors", text, re.MULTILINE)
    assert bundle() == text


def test_the_one_file_works_inside_a_function_as_the_frameworks_merge_puts_it(tmp_path: Path) -> None:
    heads = [line for line in bundle().splitlines() if line.startswith(("import ", "from "))]
    body = "\n".join(
        f"    {line}" for line in bundle().split("import LakeflowConnect, SupportsPartitionedStream\n")[1].splitlines()
    )
    code = "\n".join([*heads, "def made():", body, "    return OsipiLakeflowConnect"])
    asks = """
one = made()({"pi_base_url": "https://pi.example.com"})
print(len(one.list_tables()), one.is_partitioned("pi_timeseries"), type(one).__getstate__(one))
one.__setstate__(one.__getstate__())
try:
    one.get_table_schema("pi_pints", {})
except ValueError as error:
    print(error)
"""

    said = run(tmp_path, code + asks)

    assert "39 False {'_options': {'pi_base_url': 'https://pi.example.com'}}" in said
    assert "near to it: pi_points" in said


def test_a_deployed_pipeline_registers_the_connector_from_what_was_uploaded(tmp_path: Path) -> None:
    connector = read_connectors(ROOT, "osipi")[0]
    files = {f"source/{path}": content.decode() for path, content in connector.code().items()}
    registration = Registration(connector.definition.source, connector.definition.code.module or "", str(tmp_path / "source"))
    put(tmp_path, files)

    said = run(
        tmp_path, SPARK + ingest_file("p", registration, "osipi", resolve([TableRow("pi_points")], connector.definition), None)
    )

    assert said.splitlines() == [
        "by value: databricks.labs.community_connector",
        "OsipiDataSource 39 ['webid']",
        "{'source_table': 'pi_points', 'destination_catalog': 'osipi', 'destination_schema': 'bronze', 'destination_table': 'pi_points'}",  # noqa: E501  # as it is said
    ]
    assert all(path.startswith("osipi/") and path.endswith(".py") for path in connector.code())


def test_the_command_prints_the_one_file(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["osipi", "bundle"])

    assert main() == 0
    assert capsys.readouterr().out == bundle()


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_it_is_printed_alike_on_any_console(encoding: str) -> None:
    words = [sys.executable, "-m", "connectors.osipi", "bundle"]
    run = subprocess.run(words, cwd=ROOT, capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": encoding})

    assert run.stdout.decode() == bundle()
