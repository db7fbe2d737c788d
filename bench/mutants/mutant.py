"""Small mutations of functions, as mutmut makes them, put into modules that are already imported."""

from __future__ import annotations

import difflib
import importlib
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import libcst as cst
from mutmut.mutation.file_mutation import create_mutations

from bench.mutants.areas import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from types import FunctionType

    from mutmut.mutation.file_mutation import Mutation


@dataclass(frozen=True)
class Mutant:
    """A module's source with one function changed; `function` is the function's qualified name."""

    path: Path
    function: str
    source: str

    def difference(self) -> Iterator[str]:
        """Give the lines that differ, with where the first is."""
        old, new = self.path.read_text().splitlines(), self.source.splitlines()
        hunks = list(difflib.unified_diff(old, new, lineterm="", n=0))[2:]
        yield f"{self.path.relative_to(ROOT)}:{hunks[0].split()[1].lstrip('-').split(',')[0]} {self.function}"
        yield from (line for line in hunks if not line.startswith("@@"))

    def put_in(self) -> None:
        """Let the module's own function do what the mutant's does, wherever it was imported by name.

        Raises whatever the mutant's module raises when it is imported.
        """
        module = importlib.import_module(".".join(self.path.relative_to(ROOT).with_suffix("").parts))
        mutated: dict[str, object] = {
            "__name__": module.__name__,
            "__package__": module.__package__,
            "__file__": str(self.path),
        }
        exec(compile(self.source, str(self.path), "exec"), mutated)  # noqa: S102 # the project's own code, but for one change
        old, new = _found(vars(module), self.function), _found(mutated, self.function)
        old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__


def _found(names: Mapping[str, Any], function: str) -> FunctionType:
    *classes, name = function.split(".")
    for one in classes:
        names = vars(names[one])
    return cast("FunctionType", getattr(names[name], "__func__", names[name]))


def sample(paths: Iterable[Path], count: int, seed: str) -> list[Mutant]:
    """Give so many of all mutants that mutmut makes of these modules' functions, the same for the same code and seed."""
    every = [(path, *one) for path in paths for one in _mutations(path)]
    chosen = random.Random(seed).sample(every, min(count, len(every)))  # noqa: S311 # nobody is to be kept from guessing it
    return [_mutant(*one) for one in chosen]


def _mutations(path: Path) -> Iterator[tuple[cst.Module, Mutation, str]]:
    """Give a module, each mutation of a function in it, and that function's qualified name."""
    module, mutations, _, _ = create_mutations(str(path), path.read_text())
    names = dict(_functions(module))
    for one in mutations:
        if one.contained_by_top_level_function in names:
            yield module, one, names[one.contained_by_top_level_function]


def _mutant(path: Path, module: cst.Module, mutation: Mutation, function: str) -> Mutant:
    mutated = cast("cst.Module", module.deep_replace(mutation.original_node, mutation.mutated_node))
    return Mutant(path, function, mutated.code)


def _functions(module: cst.Module) -> Iterator[tuple[cst.CSTNode | None, str]]:
    for node in module.body:
        if isinstance(node, cst.FunctionDef):
            yield node, node.name.value
        elif isinstance(node, cst.ClassDef):
            methods = [part for part in node.body.body if isinstance(part, cst.FunctionDef)]
            yield from ((method, f"{node.name.value}.{method.name.value}") for method in methods)
