"""Measure OSI PI's connector against the simulator, print the table, and exit with 1 where a goal is missed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bench.__main__ import Row, show
from bench.pi.running import WAIT, in_turns, read, server

if TYPE_CHECKING:
    from bench.pi.running import Server, Took

TAGS, MANY, OFTEN = 1040, 100_000, 300
TURNS = 3
FASTER = 1.4  # than a batch client
UNITS = 3  # times orjson.loads, from an answer to an Arrow batch
BATCH, MEGABYTES = 100_000, 300
FIVE_HOURS, TWO_MINUTES = ("--start", "2026-03-01T07:00:00Z"), ("--start", "2026-03-01T11:58:00Z")
_NOTES = f"""
Each reading is a process of its own, against a simulator in another, which waits {WAIT} ms before each answer. The fewest
of each figure of {TURNS} readings, for which all took turns. "One by one" is a GET for each tag; the "batch client" has
streamsets of 100 tags, all in one batch, and asks for the same fields (bench/pi/batch_client.py). Both decode and make rows as
the connector does. Seconds have no goal: how fast the processors of both sides are beside {WAIT} ms of waiting decides them,
and beside a batch client, how long the simulator computes what both wait for. The goals are what another machine gives
too: requests; the processor's time, the answers' way through the socket included, beside the batch client's in the same turns,
and in units of what `orjson.loads` takes for the very answers in the same process, as is the way of these answers to Arrow
batches, without the reader's work between the two; the clock's time in which neither a request is under way nor this process
runs, nor waits for a processor that others have (between two batches the first request goes alone, so there is some); rows of
the largest batch; the reader's most resident memory."""


def recorded(at: Server) -> list[Row]:
    """Measure an hour of 1,040 tags."""
    tags = ("--tags", str(TAGS))
    kinds = {
        "one by one": ("one_by_one", *tags),
        "batch client": ("batch_client", *tags),
        "one thread": ("recorded", *tags),
        "four threads": ("recorded", *tags, "--threads", "4"),
        "decoding": ("recorded", *tags, "--decoding"),
        "columns": ("columns", *tags),
        "one by one, json": ("one_by_one", *tags, "--plain"),
        "one thread, json": ("recorded", *tags, "--plain"),
        "four threads, json": ("recorded", *tags, "--threads", "4", "--plain"),
    }
    read(at, *kinds["one thread"])  # the first is not counted: it compiles
    took = in_turns(at, kinds, TURNS)
    values = took["one thread"]["rows"]
    if {run["rows"] for run in took.values()} != {values}:
        raise SystemExit(f"the readings do not give the same number of values: {took}")
    one, four, batch = took["one thread"], took["four threads"], took["batch client"]
    unit = took["decoding"]["decoding"]
    return [
        Row(f"recorded values of {TAGS:,} tags, an hour", values, "values"),
        *_figures("one by one", took["one by one"], unit),
        *_figures("batch client", batch, unit),
        Row("  rows at once", values, "rows"),
        *_figures("one thread", one, unit, requests=11, units=5),
        Row("  neither waiting nor at work", 100 * one["idle"] / one["seconds"], "%", 10),
        Row("  rows at once", one["batch"], "rows", BATCH),
        *_ratios(one, took),
        *_figures("four threads", four, unit, units=6),
        *_ratios(four, took),
        *_figures("by columns, one thread", took["columns"], unit),
        Row("from answer to Arrow batch, in units of orjson.loads", took["decoding"]["to_columns"] / unit, "x", UNITS),
        Row("  by dictionaries", took["decoding"]["to_dictionaries"] / unit, "x"),
        Row("batch client's processor beside the less of these", _times("cpu", batch, one, four), "x", FASTER, over=True),
        Row("  and its seconds beside the fewer", _times("seconds", batch, one, four), "x"),
        *_figures("one by one, json", took["one by one, json"], unit),
        *_figures("one thread, json", took["one thread, json"], unit),
        *_figures("four threads, json", took["four threads, json"], unit),
    ]


def _figures(name: str, took: Took, unit: float, *, requests: float | None = None, units: float | None = None) -> list[Row]:
    return [
        Row(name, took["seconds"], "s"),
        Row("  requests", took["requests"], "", requests),
        Row("  processor, in units of orjson.loads", took["cpu"] / unit, "x", units),
        Row("  memory", took["megabytes"], "MB"),
    ]


def _ratios(own: Took, took: dict[str, Took]) -> list[Row]:
    others = "one by one", "batch client"
    return [Row(f"  times faster than {other}", took[other]["seconds"] / own["seconds"], "x") for other in others]


def _times(figure: str, other: Took, *own: Took) -> float:
    return other[figure] / min(took[figure] for took in own)


def bounded(at: Server) -> list[Row]:
    """Measure the memory that many values of each tag take."""
    tags = ("--tags", str(OFTEN), "--often", *FIVE_HOURS)
    first, again = read(at, "recorded", *tags), read(at, "reread", *tags)
    return [
        Row(f"values of {OFTEN} tags, {first['rows'] / OFTEN:.0f} of each", first["rows"], "values"),
        Row("  memory", first["megabytes"], "MB", MEGABYTES),
        Row("  rows of the largest batch", first["batch"], "rows", BATCH),
        Row("  all of them changed, and read again", again["rows"] - first["rows"], "values"),
        Row("  memory", again["megabytes"], "MB", MEGABYTES),
        Row("  rows of the largest batch", again["batch"], "rows", BATCH),
    ]


def large(at: Server) -> list[Row]:
    """Measure the memory of many tags over two minutes, and their discovery."""
    few = read(at, "partitions", "--tags", "1000", *TWO_MINUTES)
    many = read(at, "partitions", "--tags", str(MANY), *TWO_MINUTES)
    whole = read(at, "recorded", "--tags", str(MANY), *TWO_MINUTES)
    points = read(at, "points")
    if points["rows"] != MANY:
        raise SystemExit(f"{points['rows']} of {MANY} points were found")
    return [
        Row("memory, 1,000 tags over two minutes", few["megabytes"], "MB"),
        Row(f"memory, {MANY:,} tags over two minutes, in partitions", many["megabytes"], "MB", MEGABYTES),
        Row(f"  values of {MANY:,} tags", many["rows"], "values"),
        Row(f"memory, {MANY:,} tags over two minutes, each by its place", whole["megabytes"], "MB", MEGABYTES),
        Row(f"discovery of {MANY:,} tags", points["seconds"], "s"),
        Row("  requests", points["requests"], "", 102),
        Row("  besides the simulator's processor", points["seconds"] - points["server"], "s", 10),
        Row("  memory", points["megabytes"], "MB", MEGABYTES),
    ]


def main() -> int:
    """Measure everything; give the exit code."""
    sys.stderr.write("Measuring, about eight minutes …\n")
    with server(TAGS) as at:
        rows = recorded(at)
    with server(10 * OFTEN) as at:
        rows += bounded(at)
    with server(MANY) as at:
        rows += large(at)
    missed = show(rows)
    print(_NOTES)
    return missed


if __name__ == "__main__":
    sys.exit(main())
