"""Finding the connector's class by what it can do: `list_tables` and `read_table_metadata`."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.discovery.child.channel import names
from headgate.discovery.child.fault import fault
from headgate.discovery.child.load import load, python_files, search_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

METHODS = ("list_tables", "read_table_metadata")


@dataclass
class Search:
    """What was looked through, what could not be imported, and the classes that came of it.

    `begin` is told of each place before its code runs, which may never come back.
    """

    code: Path
    begin: Callable[[str], object]
    classes: list[type] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    errors: dict[str, dict[str, str]] = field(default_factory=dict)


def search_files(path: Path, wanted: str, begin: Callable[[str], object] = lambda _: None, *, is_root: bool) -> Search:
    """Look through a file or a folder (`is_root`: one that imports start from, such as an unpacked wheel).

    In turn: what the folder's `__init__.py` exports, files that name the two methods, any other file with a class; the
    first of these to give a class (called `wanted`, where that is given) ends the search. Where no file speaks of a class,
    each is run, so that whatever is wrong with it shows.
    """
    folder = path if path.is_dir() else path.parent
    search_in(folder, is_root=is_root)
    search = Search(folder, begin)
    files = python_files(path) if path.is_dir() else [path]
    for some in _in_turn(files, folder):
        for file in some:
            _look(search, str(file.relative_to(folder)), partial(load, file, folder if is_root else None))
        search.classes = _chosen(search.classes, folder, wanted)
        if search.classes:
            break
    return search


def search_module(name: str, wanted: str, begin: Callable[[str], object]) -> Search:
    """Look through an importable module, and where it is a package that exports no connector, through its files."""
    top = find_spec(name.partition(".")[0])
    search = Search(Path(top.origin).parent if top and top.origin else Path(os.devnull), begin)
    _look(search, name, partial(importlib.import_module, name))
    module = sys.modules.get(name)
    places = [Path(place) for place in getattr(module, "__path__", [])]
    own = places or [Path(getattr(module, "__file__", None) or os.devnull)]
    search.classes = _chosen(search.classes, own[0], wanted)
    for place in places:
        for some in _in_turn(python_files(place), place):
            for file in () if search.classes else some:
                inner = file.relative_to(place).with_suffix("").parts
                dotted = ".".join((name, *inner)).removesuffix(".__init__")
                if dotted != name:
                    _look(search, dotted, partial(importlib.import_module, dotted))
            search.classes = _chosen(search.classes, place, wanted)
    return search


def table_lists(connector: type) -> dict[str, list[str]]:
    """Give the `TABLES_…` lists on the class and in its module: the rest of the name in lower case, and the tables."""
    module = sys.modules.get(connector.__module__)
    holders = [vars(module) if module else {}, *(vars(base) for base in reversed(connector.__mro__))]
    lists = {}
    for name, value in ((name, value) for holder in holders for name, value in list(holder.items())):
        category = name.removeprefix("TABLES_").lower()
        if name.startswith("TABLES_") and category and (tables := names(value)):
            lists[category] = tables
    return lists


def described(connector: type) -> str:
    """Give a class's module and name: `osipi.connector:OsipiLakeflowConnect`."""
    return f"{connector.__module__}:{connector.__qualname__}"


def _look(search: Search, place: str, get: Callable[[], ModuleType]) -> None:
    search.looked.append(place)
    search.begin(place)
    try:
        search.classes += [value for value in list(vars(get()).values()) if _is_connector(value)]
    except BaseException as error:  # noqa: BLE001 (a connector's file may raise anything, sys.exit included)
        search.errors[place] = fault(error, search.code)


def _in_turn(files: list[Path], folder: Path) -> Iterator[list[Path]]:
    texts = {file: file.read_bytes() for file in files}
    first = [file for file in files if file == folder / "__init__.py"]
    named = [file for file in files if all(method.encode() in texts[file] for method in METHODS) and file not in first]
    others = [file for file in files if file not in first and file not in named]
    yield first
    yield named
    classes = [file for file in others if b"class " in texts[file]]
    yield classes if classes or named else others


def _is_connector(value: object) -> bool:
    if not inspect.isclass(value) or inspect.isabstract(value) or getattr(value, "_is_protocol", False):
        return False
    return all(callable(inspect.getattr_static(value, method, None)) or _wrapped(value, method) for method in METHODS)


def _wrapped(value: type, method: str) -> bool:
    return isinstance(inspect.getattr_static(value, method, None), staticmethod | classmethod)


def _chosen(found: Iterable[type], code: Path, wanted: str) -> list[type]:
    """Leave one of each class; those of the code itself before imported ones; none that another one builds upon."""
    classes = list({(_file(one), one.__qualname__): one for one in found}.values())
    if wanted:
        return [one for one in classes if wanted in {one.__name__, one.__qualname__, described(one)}]
    own = [one for one in classes if _file(one).is_relative_to(code)]
    classes = own or classes
    return [one for one in classes if not any(other is not one and issubclass(other, one) for other in classes)]


def _file(one: type) -> Path:
    return Path(getattr(sys.modules.get(one.__module__), "__file__", None) or "")
