"""Every connector of a clone of the community connectors, asked for its tables offline: what came of each."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.public.asking import Answer, ask
from bench.public.clone import Source, unpack
from bench.public.clone import sources as sources_of

_AT_ONCE = 2
_NOTES = """
complete: the type of every table is known. unverified: names and, where the code says it, types, of a class that could
not be made without its source, or of tables whose metadata failed (--best-effort). none: no table, and why."""


def print_connectors(clone: Path) -> None:
    """Print a line for each connector, and how many gave what."""
    with TemporaryDirectory() as folder:
        sources = sources_of(clone)
        places = [unpack(clone, source, Path(folder)) for source in sources]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            answers = list(pool.map(partial(ask, Path(folder)), sources, places))
    for source, answer in zip(sources, answers, strict=True):
        print(line(source, answer))
    for is_main, whose in ((True, "main branch"), (False, "pull requests")):
        own = [answer for source, answer in zip(sources, answers, strict=True) if (source.branch == "main") is is_main]
        count = Counter(answer.how for answer in own)
        told = ", ".join(f"{number} {how}" for how, number in count.items())
        print(f"{whose}: {len(own)} connectors, {told}; {sum(answer.tables for answer in own)} tables")
    print(_NOTES)


def line(source: Source, answer: Answer) -> str:
    """Give a connector's line of the table."""
    return f"{source.name:28} {source.branch:10} {answer.tables:5} {answer.how:10} {answer.missing}".rstrip()
