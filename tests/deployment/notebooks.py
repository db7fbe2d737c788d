"""A notebook at work: executed with stand-ins for `spark`, `dbutils` and the pipeline module, which keep what was defined."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HOST = "adb-1.azuredatabricks.net"
MODERN, OLD = "pyspark.pipelines", "dlt"
FRAMEWORK = "databricks.labs.community_connector"
# What each module calls what it has.
NAMES = {
    MODERN: ("temporary_view", "create_auto_cdc_flow", "create_auto_cdc_from_snapshot_flow"),
    OLD: ("view", "apply_changes", "apply_changes_from_snapshot"),
}


@dataclass
class Reader:
    """Spark's reader: what is read is known by its format and options."""

    defined: Defined
    streaming: bool
    kind: str = ""
    options: dict[str, str] = field(default_factory=dict)

    def format(self, kind: str) -> Self:
        self.kind = kind
        return self

    def option(self, name: str, value: str) -> Self:
        assert isinstance(value, str)
        self.options[name] = value
        return self

    def load(self) -> Self:
        return self

    def table(self, name: str) -> Reader:
        """Read a view of the pipeline."""
        found: Reader = self.defined.views[name]()
        assert found.streaming == self.streaming
        return found

    def collect(self) -> list[dict[str, Any]]:
        """Give what the connector says of tables, as a row each."""
        assert (self.kind, self.options["tableName"]) == ("lakeflow_connect", "_community_table_metadata")
        self.defined.asked.append(self)
        configs = json.loads(self.options["tableConfigs"])
        return [
            {
                "tableName": name,
                "primary_keys": None,
                "cursor_field": None,
                "ingestion_type": None,
                **self.defined.metadata(name, configs[name], self.options),
            }
            for name in json.loads(self.options["tableNameList"])
        ]


@dataclass
class Defined:
    """What a notebook defined, by the names that Databricks' reference has. asked: the reads of metadata."""

    metadata: Callable[[str, dict[str, str], dict[str, str]], Mapping[str, Any]]
    views: dict[str, Callable[[], Any]] = field(default_factory=dict)
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    flows: list[dict[str, Any]] = field(default_factory=list)
    appended: dict[str, tuple[str, Callable[[], Any]]] = field(default_factory=dict)
    registered: list[Any] = field(default_factory=list)
    asked: list[Reader] = field(default_factory=list)

    def source(self, flow: dict[str, Any]) -> Reader:
        """Give what a flow of changes or snapshots reads."""
        found: Reader = self.views[flow["source"]]()
        return found


def pipeline_module(name: str, defined: Defined, *, changes: bool = True) -> ModuleType:
    """Give a pipeline module; Apache Spark's own has no changes."""
    made = ModuleType(name)
    module: Any = made
    view, changed, snapshots = NAMES[name]

    def viewed(*, name: str) -> Callable[[Any], Any]:
        return lambda function: defined.views.setdefault(name, function)

    def append_flow(*, name: str, target: str) -> Callable[[Any], Any]:
        assert target in defined.tables
        return lambda function: defined.appended.setdefault(name, (target, function))

    def flow(kind: str) -> Callable[..., None]:
        def define(**said: Any) -> None:
            assert said["target"] in defined.tables
            defined.flows.append({"kind": kind, **said})

        return define

    setattr(module, view, viewed)
    module.append_flow = append_flow
    module.create_streaming_table = lambda **said: defined.tables.__setitem__(said["name"], said)
    if changes:
        setattr(module, changed, flow("changes"))
        setattr(module, snapshots, flow("snapshots"))
    return made


def execute(
    text: str,
    secrets: Mapping[tuple[str, str], str],
    metadata: Callable[[str, dict[str, str], dict[str, str]], Mapping[str, Any]] | Mapping[str, Mapping[str, Any]],
    modules: tuple[str, ...] = (MODERN,),
    *,
    spark_has_changes: bool = True,
) -> Defined:
    """Execute a notebook, and give what it defined.

    secrets: (scope, key) → value. metadata: what the connector says of a table, with its own options and all of the read's.
    modules: which pipeline modules there are.
    """
    say = metadata if callable(metadata) else lambda table, _own, _all: metadata.get(table, {})
    defined = Defined(say)

    def secret(*, scope: str, key: str) -> str:
        if (scope, key) not in secrets:
            raise RuntimeError(f"Secret does not exist with scope: {scope} and key: {key}")
        return secrets[scope, key]

    settings = {"spark.databricks.workspaceUrl": HOST}
    spark = SimpleNamespace(
        conf=SimpleNamespace(get=settings.get),
        dataSource=SimpleNamespace(register=defined.registered.append),
        read=None,
        readStream=None,
    )
    kind = type("Spark", (SimpleNamespace,), {})
    # Each look at it gives a reader of its own.
    kind.read = property(lambda _self: Reader(defined, streaming=False))  # type: ignore[attr-defined]  # made here
    kind.readStream = property(lambda _self: Reader(defined, streaming=True))  # type: ignore[attr-defined]
    spark = kind(conf=spark.conf, dataSource=spark.dataSource)
    functions: Any = ModuleType("pyspark.sql.functions")
    functions.col, functions.expr = (lambda name: f"col({name})"), (lambda words: f"expr({words})")
    framework: Any = ModuleType(FRAMEWORK)
    framework.register = lambda _spark, source: defined.registered.append(source)
    sources: Any = ModuleType(f"{FRAMEWORK}.sparkpds")
    sources.find_data_source = lambda source: f"class of {source}"
    found: dict[str, ModuleType | None] = {
        "pyspark": ModuleType("pyspark"),
        "pyspark.sql": ModuleType("pyspark.sql"),
        "pyspark.sql.functions": functions,
        "databricks.labs": ModuleType("databricks.labs"),
        FRAMEWORK: framework,
        f"{FRAMEWORK}.sparkpds": sources,
        MODERN: None,  # which can't be imported
        OLD: None,
    }
    found["pyspark.sql"].functions = functions  # type: ignore[union-attr]  # a module takes any name
    found |= {name: pipeline_module(name, defined, changes=spark_has_changes or name == OLD) for name in modules}
    dbutils = SimpleNamespace(secrets=SimpleNamespace(get=secret))
    with pytest.MonkeyPatch.context() as patch:
        for name, module in found.items():
            patch.setitem(sys.modules, name, module)
        exec(compile(text, "notebook", "exec"), {"spark": spark, "dbutils": dbutils, "__name__": "__main__"})  # noqa: S102  # what is tested
    return defined
