"""A review as a JSON document, and back; and its digest, by which what is applied is held against what was approved."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from headgate.files import parse_json
from headgate.problems import InputError, Problem
from headgate.review.facts import Facts
from headgate.validation import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.review.model import PipelineChange, Review, TableChange

KEY, VERSION = "headgate_review", 1
_FIX = "make it with `headgate review PLANS --json FILE`"


_FACTS = TypeAdapter(Facts)


def render_json(review: Review) -> str:
    """Give the document: what changes, the findings, the verdict, and the facts by which documents are merged."""
    return json.dumps(document_of(review), ensure_ascii=False, indent=1) + "\n"


def document_of(review: Review) -> dict[str, Any]:
    """Give the document as plain data."""
    facts = _FACTS.dump_python(review.facts, mode="json")
    for pipeline in facts["pipelines"]:
        if pipeline["after"] == pipeline["before"]:
            del pipeline["after"]
    rest = asdict(replace(review, facts=Facts(review.target), sites=()))
    head = {"target": review.target, "verdict": review.verdict, "exit_code": review.exit_code}
    stacks = [*review.facts.stacks, *review.facts.failed]
    parts = {name: part for name, part in rest.items() if name not in (*head, "facts", "digest", "sites")}
    return {KEY: VERSION, **head, "digest": review.digest, "stacks": stacks, **parts, "facts": facts}


def digest_of(facts: Facts, tables: Iterable[TableChange], pipelines: Iterable[PipelineChange]) -> str:
    """Give the SHA-256 of what would be done, without dates, prices, weights and words."""
    moves = [[one.kind, one.source_table, one.destination, one.before, one.after] for one in tables]
    stays = [[one.kind, one.id, one.stack, one.before_id, one.before_stack] for one in pipelines]
    text = json.dumps([moves, stays], ensure_ascii=True).encode()
    # What SQL means follows from the changes of its files, and from whether a machine has what reads SQL. What few reviews have
    # is left out of the others.
    empty = {name for name in ("others", "transforms") if not getattr(facts, name)}
    told = _FACTS.dump_json(facts, exclude={"sql", *empty})
    return "sha256:" + hashlib.sha256(told + b"\n" + text).hexdigest()


def is_document(text: str) -> bool:
    """Whether a text may be a review's document: its first key says so."""
    return f'"{KEY}"' in text[:200]


def parse_document(text: str, file: str) -> tuple[Facts, str]:
    """Give the facts and the digest of a document. Raises InputError for anything else."""
    found = parse_json(text, file, _FIX)
    if not isinstance(found, dict) or found.get(KEY) != VERSION:
        version = json.dumps(found.get(KEY))[:20] if isinstance(found, dict) else "none"
        raise InputError(Problem(f"has version {version} of a review, this headgate reads {VERSION}", _FIX, file))
    try:
        facts = found["facts"]
        for pipeline in facts["pipelines"]:
            pipeline.setdefault("after", pipeline["before"])
        return _checked(_FACTS.validate_python(facts)), str(found["digest"])
    except ValidationError as error:
        raise InputError(problems_of(error, file, is_secret=lambda _: True, fix=_FIX).values()) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(Problem(f"is not a review that headgate can read ({type(error).__name__})", _FIX, file)) from None


def _checked(facts: Facts) -> Facts:
    """Give facts whose tables all have a whole destination. Raises ValueError for others."""
    held = [table for one in facts.pipelines for table in (*(one.before or ()), *(one.after or ()))]
    if any(table.destination.count(".") < 2 for table in held):  # noqa: PLR2004  # catalog.schema.table
        raise ValueError("a destination")
    return facts
