"""Losses that were accepted: `accepted.yaml` lifts a block for one address or table, with a reason, until a day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from headgate.definition.yaml import parse_yaml
from headgate.files import read_text
from headgate.problems import InputError
from headgate.project import ACCEPTED
from headgate.review.model import Finding
from headgate.tables.ids import ARROW, TableId
from headgate.tables.names import blurred
from headgate.validation import StrictModel, problems_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_FIX = "an entry names `address`, `what`, `target`, `reason` and `until` (a day such as 2026-12-31), and may name `stack`"


def _day(value: Any) -> Any:
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("expected a day, such as 2026-12-31") from None


class Entry(StrictModel):
    """One acceptance. `address` and `what` are what the review says: where, and which loss."""

    address: str = Field(min_length=1, description="Where it is, as the review says: databricks_pipeline.crm_append_3.")
    what: str = Field(min_length=1, description="Which loss, as the review says: pipeline-deleted.")
    target: str = Field(description="The target that it is accepted in. Empty: in all of them.")
    reason: str = Field(min_length=1, description="Why it is wanted.")
    until: Annotated[date, BeforeValidator(_day)] = Field(description="The last day that it is accepted on: 2026-12-31.")
    stack: str = Field(default="", description="The stack, where two have such a loss.")


class _File(StrictModel):
    """Losses that a review is to let through, and what else is a loss."""

    accepted: list[Entry] = Field(default=[], description="One entry for each loss.")
    holds_data: dict[str, str] = Field(
        default={},
        description="Types of resources that hold data, besides those that Headgate knows, with what is lost when one goes: "
        "`aws_sqs_queue: the messages in it`.",
    )


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema of accepted.yaml (draft 2020-12), for editors."""
    schema = _File.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Headgate accepted losses"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """What accepted.yaml says; empty where there is no such file. `holds_data`: type → what is lost with a resource of it."""

    entries: tuple[Entry, ...] = ()
    holds_data: Mapping[str, str] = field(default_factory=dict)


def read_accepted(path: Path) -> Accepted:
    """Read accepted.yaml. Raises InputError with every problem and its line."""
    text = read_text(path)
    if not text or not text.strip():
        return Accepted()
    document = parse_yaml(text, str(path))
    try:
        found = _File.model_validate(document.data)
    except ValidationError as error:
        raise InputError(problems_of(error, str(path), line=document.line, fix=_FIX).values()) from None
    return Accepted(tuple(found.accepted), found.holds_data)


def lift(findings: Sequence[Finding], accepted: Accepted, target: str, today: date) -> list[Finding]:
    """Give the findings with accepted losses as matters of attention, and what is wrong with the acceptances.

    An entry lifts the loss that it names of its very subject in its target, through its last day. One that names no stack
    lifts nothing where two stacks have such a loss.
    """
    own = [entry for entry in accepted.entries if entry.target in (target, "")]
    used: set[int] = set()
    lifted = []
    stacks = [{finding.stack for finding in findings if _fits(entry, finding, target)} for entry in own]
    for finding in findings:
        fits = [n for n, entry in enumerate(own) if _fits(entry, finding, target) and len(stacks[n]) == 1]
        used.update(fits)
        valid = [own[number] for number in fits if own[number].until >= today]
        if valid:
            lifted.append(replace(finding, level="attention", accepted=f"{valid[0].reason} (until {valid[0].until})"))
        else:
            lifted.append(finding)
    for number, entry in enumerate(own):
        if entry.until < today:
            message = f"its acceptance in {ACCEPTED} ended on {entry.until}: take it out, or decide again"
            lifted.append(Finding("attention", "acceptance-expired", entry.address, message, entry.stack))
        elif len(stacks[number]) > 1:
            message = f"{ACCEPTED} accepts it without a stack, and it is in {' and '.join(sorted(stacks[number]))}: name one"
            lifted.append(Finding("attention", "acceptance-unclear", entry.address, message, entry.stack))
        elif number not in used:
            message = f"{ACCEPTED} accepts a loss that is not there: take the entry out"
            lifted.append(Finding("attention", "acceptance-unused", entry.address, message, entry.stack))
    return lifted


def _fits(entry: Entry, finding: Finding, target: str) -> bool:
    named = (entry.target, entry.what) == (target, finding.code) and _is_of(entry.address, finding.subject)
    return named and finding.level == "loss" and entry.stack in ("", finding.stack)


def _is_of(address: str, subject: str) -> bool:
    """Whether an entry's address is what a finding is about; a table is the same however its name is spelled."""
    if ARROW not in address or ARROW not in subject:
        return address == subject
    one, other = TableId.parse(address), TableId.parse(subject)
    return one == other and blurred(one.source_table) == blurred(other.source_table)
