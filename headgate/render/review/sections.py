"""A review as sections of rows, which text, Markdown and HTML render: what is said, and in which order. Pure."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.grouped import grouped
from headgate.layout.ingested import CODE_TYPES
from headgate.numbers import counted, known_sum, some
from headgate.project import ACCEPTED
from headgate.render.review.alike import Sites
from headgate.render.review.cells import Name, Names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.render.review.cells import Row
    from headgate.review.facts import Argument
    from headgate.review.model import Finding, Level, PipelineChange, ResourceChange, Review, TableChange
    from headgate.review.sites import ReviewedSite

_MINUTE, _HOUR = 60, 3600
_LONGEST_VALUE = 120
_OWN, _FEW = ("databricks_", "terraform_data"), 5  # types that are told with their values; names of arguments of others
_MOVES = ("moved", "to move")
_PLANNED = "move-planned"  # loses nothing by itself, and there may be hundreds: all else is told before
_VERDICTS: dict[Level, str] = {
    "fine": "nothing would be lost",
    "attention": "needs attention",
    "loss": "would lose data",
    "error": "can't be determined",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a review. `rows` have a cell for each column; without columns they are lines. `level`: of what they tell.

    `folds`: rows may be folded away where there are many, since none of them destroys anything. `text`: Markdown or a diff,
    told as it is after the rows; `language` is a diff's. `hint`: told instead of Markdown where that isn't rendered.
    """

    title: str
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    level: Level = "fine"
    folds: bool = False
    text: str = ""
    language: str = ""
    hint: str = ""


def title_of(review: Review) -> str:
    """Give the verdict in words."""
    where = f"{review.target}: " if review.target else ""
    return f"{where}{_VERDICTS[review.verdict]}"


def summary_of(review: Review) -> list[str]:
    """Give what there is to say first, a sentence each: the gravest, then what changes, then how much there is of it."""
    lines = []
    for level, words in (("error", "can't be determined"), ("loss", "would lose data"), ("attention", "needs attention")):
        if found := review.of_level(level):  # type: ignore[arg-type]  # the words are levels
            codes = Counter(finding.code for finding in found)
            ordered = sorted(codes.items(), key=lambda code: (code[0] == _PLANNED, code))
            lines.append(f"{words}: " + ", ".join(f"{_code_words(code)} ({count:,})" for code, count in ordered))
    changes = [_counted(review.tables, "table"), _counted(review.pipelines, "pipeline"), _resources_counted(review)]
    told = "; ".join(part for part in changes if part)
    nothing = "no resource changes" if review.facts.others else "nothing changes"
    lines.append(told or ("what changes is unknown" if review.verdict == "error" else nothing))
    for name, (before, after) in sorted(review.totals.items()):
        if before is not None and after is not None and before != after:
            lines.append(f"{name}: {before:,} → {after:,}")
    lines += ["derived from the committed files alone: there was no plan"] if review.facts.predicted else []
    return lines


def sections_of(review: Review, *, diffs: bool = False) -> list[Section]:
    """Give the sections that hold anything, most important first; with the diffs of files where they are asked for.

    Tables that move have a row for each way from one pipeline to another, after the tables that don't. What sites have alike is
    a row.
    """
    sites = Sites(review)
    found = [
        _findings("Can't be determined", review, "error", sites),
        _findings("Would lose data", review, "loss", sites),
        _findings("Needs attention", review, "attention", sites),
        _tables(review, sites),
        _ways(review, sites),
        _pipelines(review, sites),
        _resources(review, sites),
        _secrets(review, sites),
        _groups(review, sites),
        Section(
            "Runbook of the handover", text=review.runbook, folds=True, hint="`headgate handover` prints each step, with ids"
        ),
        Section("Cost", rows=tuple((line.removeprefix("- "),) for line in review.cost.splitlines())),
        _how_to_accept(review),
    ]
    if diffs:
        found += [
            Section(f"{change.address} ({change.stack})", text=change.diff, language="diff", folds=True)
            for change in review.resources
            if change.diff
        ]
    return [section for section in found if section.rows or section.text]


def duration(seconds: float | None) -> str:
    """Give seconds as people say them: `45 s`, `12 min`, `3.5 h`; `?` where they aren't known."""
    if seconds is None:
        return "?"
    if seconds < 2 * _MINUTE:
        return f"{seconds:.3g} s"
    return f"{seconds / _MINUTE:.3g} min" if seconds < 2 * _HOUR else f"{seconds / _HOUR:.3g} h"


def _findings(title: str, review: Review, level: Level, sites: Sites) -> Section:
    alike = grouped(((one.code, one.stack, _message(one)), one.subject) for one in review.of_level(level))
    ordered = sorted(alike.items(), key=lambda one: one[0][0] == _PLANNED)
    rows = [
        (sites.of_stack(stack), (_code_words(code), Names(tuple(its)), stack, message))
        for (code, stack, message), its in ordered
    ]
    return Section(title, sites.columns("what", "where", "stack", "why"), sites.rows(rows), level)


def _message(finding: Finding) -> str:
    return f"{finding.message}. Accepted: {finding.accepted}" if finding.accepted else finding.message


def _code_words(code: str) -> str:
    return code.replace("-", " ")


def _ways(review: Review, sites: Sites) -> Section:
    moves = [(sites.of_table(change.destination), change) for change in review.tables if change.kind in _MOVES]
    ways = grouped(
        ((change.kind, change.before, change.after, _table_why(change), site.connector if site else ""), (site, change))
        for site, change in moves
    )
    ordered = sorted(ways.items(), key=lambda way: (-len(way[1]), way[0]))
    rows: list[tuple[ReviewedSite | None, Row]] = []
    for (kind, before, after, why, _), its in ordered:
        weight, names = duration(known_sum(one.weight for _, one in its)), tuple(one.source_table for _, one in its)
        rows.append((its[0][0], (kind, Name(f"{before} → {after}"), f"{len(its):,}", weight, Names(names), why)))
    columns = sites.columns("change", "way", "number", "weight", "tables", "why")
    return Section("Tables that move", columns, sites.rows(rows, may_vary=(3,)), folds=True)


def _tables(review: Review, sites: Sites) -> Section:
    changes = [change for change in review.tables if change.kind not in _MOVES]
    ordered = sorted(changes, key=lambda change: change.kind != "removed")
    rows = sites.rows(((sites.of_table(change.destination), _table(change)) for change in ordered), may_vary=(4,))
    folds = not any(change.kind == "removed" for change in changes)
    columns = sites.columns("change", "table", "destination", "pipeline", "weight", "why")
    return Section("Tables", columns, rows, folds=folds)


def _table(change: TableChange) -> Row:
    where = Name(change.after or change.before)
    if change.before and change.after and change.before != change.after:
        where = Name(f"{change.before} → {change.after}")
    return (
        change.kind, Name(change.source_table), Name(change.destination), where, duration(change.weight), _table_why(change)
    )  # fmt: skip


def _table_why(change: TableChange) -> str:
    return "; ".join([change.reason, *(_argument(option) for option in change.options)])


def _pipelines(review: Review, sites: Sites) -> Section:
    grave = ("deleted", "replaced", "forgotten")
    ordered = sorted(review.pipelines, key=lambda change: change.kind not in grave)
    rows = sites.rows(((sites.of_stack(change.stack), _pipeline(change)) for change in ordered), may_vary=(4,))
    folds = not any(change.kind in grave for change in review.pipelines)
    return Section("Pipelines", sites.columns("change", "pipeline", "stack", "tables", "load", "why"), rows, folds=folds)


def _pipeline(change: PipelineChange) -> Row:
    name = f"{change.before_id} → {change.id}" if change.before_id else change.id
    stack = f"{change.before_stack} → {change.stack}" if change.before_stack else change.stack
    counts = ["?" if count is None else f"{count:,}" for count in change.tables]
    why = "; ".join([change.reason, *(_argument(argument) for argument in change.arguments)])
    if change.transforms:  # it reads no table of the source
        return (change.kind, Name(name), stack, "transforms", "", why)
    return (change.kind, Name(name), stack, _change(*counts), _change(*map(duration, change.loads)), why)


def _change(before: str, after: str) -> str:
    return after if before == after else f"{before} → {after}"


def _resources(review: Review, sites: Sites) -> Section:
    grave = ("deleted", "replaced")
    # A file that changes is told with its pipeline's tables, where it has any to tell.
    files = {(one.stack, f"{kind}.{one.id}") for one in review.pipelines for kind in CODE_TYPES}
    told = [change for change in review.resources if change.kind != "changed" or (change.stack, change.address) not in files]
    ordered = sorted(told, key=lambda change: change.kind not in grave)
    made = [(sites.of_stack(change.stack), _resource(change)) for change in ordered if change.kind == "created"]
    rest = [(sites.of_stack(change.stack), _resource(change)) for change in ordered if change.kind != "created"]
    # Jobs that are made start at the minutes of their sites.
    rows = (*sites.rows(rest), *sites.rows(made, may_vary=(3,)))
    folds = not any(change.kind in grave for change in told)
    return Section("Jobs, connection and the rest", sites.columns("change", "resource", "stack", "why"), rows, folds=folds)


def _resource(change: ResourceChange) -> Row:
    parts = [change.reason] if change.reason else []
    if change.words[0] != change.words[1]:
        parts.append(change.words[1] if change.kind == "created" else f"{change.words[0]} → {change.words[1]}")
    parts += [f"next {', '.join(change.starts)}"] if change.starts else []
    if change.type.startswith(_OWN):
        parts += [_argument(argument) for argument in change.arguments]
    elif change.kind == "changed":
        names = [argument.path for argument in change.arguments]
        parts.append(some(names, _FEW))
    return (change.kind, Name(change.address), change.stack, "; ".join(parts))


def _secrets(review: Review, sites: Sites) -> Section:
    rows = sites.rows((sites.of_address(one.address), _secret(one.address, one.path, one.changed)) for one in review.secrets)
    return Section("Secrets, never their values", sites.columns("resource", "option", "what happens"), rows)


def _secret(address: str, path: str, changed: bool | None) -> Row:
    words = {True: "changes", False: "is sent again, unchanged", None: "whether it changes is known after the apply"}
    return (Name(address), Name(path), words[changed])


def _groups(review: Review, sites: Sites) -> Section:
    rows = sites.rows(
        (
            (
                sites.of_connector(one.connector),
                (Name(f"{one.connector} {one.group}".strip()), duration(one.before), duration(one.after)),
            )
            for one in review.groups
        ),
        may_vary=(1, 2),
    )
    return Section("Longest pipeline of each group", sites.columns("group", "before", "after"), rows)


def _how_to_accept(review: Review) -> Section:
    losses = review.of_level("loss")
    if not losses:
        return Section("")
    first = losses[0]
    named = {"address": first.subject, "what": first.code, "target": review.target, "stack": first.stack}
    lines = [
        f"    {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in named.items() if value or name == "target"
    ]
    rest = ["    reason: why this loss is intended", "    until: YYYY-MM-DD"]
    example = "\n".join(["accepted:", *lines, *rest]).replace("    address", "  - address", 1)
    line = f"An intended loss is accepted by an entry of its own in {ACCEPTED}, beside connectors/, reviewed like any change:"
    return Section("If a loss is intended", rows=((line,),), text=example, language="yaml")


def _counted(changes: Iterable[Any], noun: str) -> str:
    counts = Counter(change.kind for change in changes)
    return ", ".join(f"{counted(count, noun)} {kind}" for kind, count in sorted(counts.items()))


def _resources_counted(review: Review) -> str:
    count = len(review.resources)
    return counted(count, "other resource") if count else ""


def _argument(argument: Argument) -> str:
    after = "known after the apply" if argument.unknown else _value(argument.after)
    return f"{argument.path}: {_value(argument.before)} → {after}"


def _value(value: Any) -> str:
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
