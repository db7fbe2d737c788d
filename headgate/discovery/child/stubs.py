"""Stubs for what community connectors import and a machine without Spark does not have.

Connectors import `pyspark` for their schemas and `databricks.labs.community_connector` for the interface; the names of their
tables need neither. Where one of these can't be imported, a module takes its place that gives any name asked of it: a class
for `CapitalNames`, else an object that can be called, indexed and iterated (over nothing). What is installed is never
replaced, and no other missing module is stubbed: its ImportError is the connector's.
"""

from __future__ import annotations

import re
import sys
from abc import ABCMeta
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_CONNECTORS = "databricks.labs.community_connector"
_SOURCES = f"{_CONNECTORS}.sources"
_PARENTS = {"databricks", "databricks.labs", _CONNECTORS, _SOURCES}
_ROOTS = {"pyspark", *(f"{_CONNECTORS}.{part}" for part in ("interface", "libs", "sparkpds", "pipeline"))}
# What a connector that is to read can do without: the rest of the framework it calls, and a stub would answer nothing.
FOR_READING = frozenset({"pyspark", f"{_CONNECTORS}.interface"})
_TYPES = re.findall(
    r"\w+",
    """ArrayType BinaryType BooleanType ByteType DataType DateType DecimalType DoubleType FloatType IntegerType LongType
    MapType NullType Row ShortType StringType StructField StructType TimestampNTZType TimestampType""",
)


class Stub:
    """An object that goes along with whatever is done to it while a module is imported."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Stub()

    def __call__(self, *_: object, **__: object) -> Stub:
        """Go along with any arguments."""
        return Stub()

    def __getitem__(self, _: object) -> Stub:
        return Stub()

    def __iter__(self) -> Iterator[Any]:
        return iter(())


class _AnyClass(ABCMeta):
    """Classes of Spark's: attributes that nobody defined are stubs (`SparkSession.builder`)."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return Stub()


class SparkClass(metaclass=_AnyClass):
    """A class of Spark's, made with any arguments; two of one class and the same arguments are equal, as Spark's types are."""

    def __init__(self, *given: object, **named: object) -> None:
        self.given, self.named = given, named

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in {"given", "named"}:
            raise AttributeError(name)
        return Stub()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(type(self).__name__)


class StructField(SparkClass):
    """A schema's field."""

    def __init__(self, name: str = "", dataType: object = None, nullable: bool = True, metadata: object = None) -> None:  # noqa: N803 (Spark's spelling)
        super().__init__(name, dataType, nullable, metadata)
        self.name, self.dataType, self.nullable, self.metadata = name, dataType, nullable, metadata


class StructType(SparkClass):
    """A schema: enough of one for code that takes key columns from it."""

    def __init__(self, fields: Sequence[StructField] | None = None) -> None:
        super().__init__()
        self.fields = list(fields or [])

    def add(self, field: StructField | str, *rest: Any) -> StructType:
        """Append a field, given whole or as its parts."""
        self.fields.append(StructField(field, *rest) if isinstance(field, str) else field)
        return self

    @property
    def names(self) -> list[str]:
        """The fields' names."""
        return [field.name for field in self.fields]

    def fieldNames(self) -> list[str]:  # noqa: N802 (Spark's spelling)
        """Give the fields' names."""
        return self.names

    def __iter__(self) -> Iterator[StructField]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def __getitem__(self, key: int | str) -> StructField:
        return self.fields[self.names.index(key) if isinstance(key, str) else key]


class LakeflowConnect(metaclass=ABCMeta):  # noqa: B024 (which methods make a connector is not this class's to say)
    """The connectors' base class: it keeps the options."""

    def __init__(self, options: dict[str, str]) -> None:
        self.options = options


class StubModule(ModuleType):
    """A module that has every name."""

    def __init__(self, name: str, path: list[str]) -> None:
        super().__init__(name)
        self.__path__ = path
        if name == "pyspark.sql.types":
            self.__all__ = _TYPES

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = self._made(name)
        setattr(self, name, value)
        return value

    def _made(self, name: str) -> Any:
        known = {"StructType": StructType, "StructField": StructField, "LakeflowConnect": LakeflowConnect}
        if name in known:
            return known[name]
        if self.__name__ == "pyspark.sql" and name == "types":  # asked of the package, it is a module still
            return import_module("pyspark.sql.types")
        if not name[0].isupper():
            return Stub()
        if self.__name__.startswith("pyspark"):
            return _AnyClass(name, (SparkClass,), {"__module__": self.__name__})
        return ABCMeta(name, (), {"__module__": self.__name__})


class _Finder:
    """Last in line among the finders: asked for what no other one found."""

    def __init__(self, sources: list[str], roots: Collection[str]) -> None:
        self._sources, self._roots = sources, roots

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002 (the protocol's)
        root = name in _PARENTS or name in self._roots
        parent = sys.modules.get(name.rpartition(".")[0])
        if root or (isinstance(parent, StubModule) and parent.__name__ not in _PARENTS):
            return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]  # has what a loader needs
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return StubModule(spec.name, self._sources if spec.name == _SOURCES else [])

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: a stub is made whole."""


def install(code: str, roots: Collection[str] = _ROOTS) -> None:
    """Install the stubs of `roots`. `code` is the folder that holds the connector's own package.

    A connector's folder taken out of its repository imports itself as `databricks.labs.community_connector.sources.<name>`:
    that package is then looked for in `code`.
    """
    sys.meta_path.append(_Finder([code], roots))
