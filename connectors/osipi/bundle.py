"""The connector in one file, for the places that take no package.

Spark's workers in a pipeline can't import a pipeline's modules, so the community connectors merge each source into one file
(`tools/scripts/merge_python_source.py`), which inlines `from …sources.<name>.x import` and indents every line. A package
whose modules share names, and import each other inside functions, does not go through that as it is; one file that carries
them as texts does: it holds one class, which travels to the workers by value and makes the package anew there.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from .connector import OsipiLakeflowConnect

# What runs beside the connector, not in it.
_LEFT_OUT = {"__main__", "bundle", "names", "spark", "script"}

_FILE = '''\
"""OSI PI's connector in one file, written by `python -m connectors.osipi bundle`: change the package, not this."""

import importlib.abc
import importlib.machinery
import importlib.util
import sys

from databricks.labs.community_connector.interface import LakeflowConnect, SupportsPartitionedStream

_PACKAGE = {package!r}

# The package's modules, a line each.
_MODULES = {{
{modules}}}


def _connector():
    """Give the connector's class, of the package that this process makes from the texts above when it is first asked."""
    if _PACKAGE not in sys.modules:

        class Modules(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
            """Finds and loads the package's modules."""

            def find_spec(self, fullname, path=None, target=None):
                head, _, name = fullname.partition(".")
                if head != _PACKAGE or (name or "__init__") not in _MODULES:
                    return None
                return importlib.machinery.ModuleSpec(fullname, self, is_package=not name)

            def get_source(self, fullname):
                return _MODULES[fullname.partition(".")[2] or "__init__"]

            def is_package(self, fullname):
                return fullname == _PACKAGE

        sys.meta_path.append(Modules())
    return importlib.import_module(_PACKAGE).OsipiLakeflowConnect


class OsipiLakeflowConnect(LakeflowConnect, SupportsPartitionedStream):
    """Describes and reads the tables of OSI PI through PI Web API."""

    def __init__(self, options):
        self._options = dict(options)
        self._inner = _connector()(self._options)

    def __getstate__(self):
        return {{"_options": self._options}}

    def __setstate__(self, state):
        self.__init__(state["_options"])
{methods}'''

_METHOD = """
    def {name}(self, *given, **named):
        return self._inner.{name}(*given, **named)
"""


def bundle() -> str:
    """Give the text of the one file: the same for the same package."""
    sources = {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted(Path(__file__).parent.glob("*.py"))
        if path.stem not in _LEFT_OUT
    }
    modules = "".join(f"    {name!r}: {text!r},\n" for name, text in sources.items())
    # Two versions may meet in one process: each has a package of its own.
    package = f"osipi_{hashlib.sha256(modules.encode()).hexdigest()[:12]}"
    asked = [name for name, member in vars(OsipiLakeflowConnect).items() if callable(member) and not name.startswith("_")]
    return _FILE.format(package=package, modules=modules, methods="".join(_METHOD.format(name=name) for name in asked))
