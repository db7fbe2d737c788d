"""How a pipeline's code makes the connector's source known to Spark."""

from __future__ import annotations

from dataclasses import dataclass

_FRAMEWORK = "databricks.labs.community_connector"
# The framework as it was before it was a package. Source: databrickslabs/lakeflow-community-connectors, example ingest.py.
_LOADER = "from libs.source_loader import get_register_function\n"
_LOADER_INGEST = "from pipeline.ingestion_pipeline import ingest\n"


@dataclass(frozen=True, slots=True)
class Registration:
    """How the source is registered: by a `module` found in `folder`, else by the framework, which knows it by its name.

    The framework takes the class that the source's package exports, or without `by_data_source` the file generated of it;
    `by_loader`: the framework is no package, and finds the source's code itself.
    Source: databrickslabs/lakeflow-community-connectors, sparkpds/registry.py.
    """

    source: str
    module: str = ""
    folder: str = ""
    by_data_source: bool = False
    by_loader: bool = False

    def imports(self, *others: str) -> str:
        """Give the lines that import what registers the source, and other names of the framework: `.MODULE import NAME`."""
        if self.by_loader:
            return _LOADER + (_LOADER_INGEST if others else "")
        own = [] if self.module else [".sparkpds import find_data_source" if self.by_data_source else " import register"]
        framework = "".join(f"from {_FRAMEWORK}{one}\n" for one in sorted((*own, *others)))
        if not self.module:
            return framework
        parted = f"import sys\n\n{framework}\n" if framework else "import sys\n\n"
        return (
            f"{parted}sys.path.append({self.folder!r})\n"
            f"from {self.module} import register_lakeflow_source  # noqa: E402  # the folder above holds it\n"
        )

    def call(self) -> str:
        """Give the line that registers it."""
        if self.module:
            return "register_lakeflow_source(spark)"
        if self.by_loader:
            return f"get_register_function({self.source!r})(spark)"
        if self.by_data_source:
            return f"spark.dataSource.register(find_data_source({self.source!r}))"
        return f"register(spark, {self.source!r})"
