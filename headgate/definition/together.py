"""What the definitions of a project must not have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.grouped import grouped
from headgate.names import secret_variable
from headgate.numbers import some
from headgate.problems import Problem
from headgate.tables.names import folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.definition.model import Definition
    from headgate.definition.site import Site

_MOST = 4  # places that are told one by one
_FIXES = {
    "id": "an id names stacks and states: give the newer one another",
    "display name": "pipelines are called after it, and a workspace has each name once: give one another `name`",
    "connection": "one of them manages it; the other says `existing: true`",
    "secret scope": "one of them manages it; take `manage` out of the other",
    "secret variable": "the two secrets would come from one Terraform variable: give the newer definition another id",
}


def clashes(definitions: Sequence[tuple[str | Site, Definition]]) -> list[Problem]:
    """Give a problem for each thing that two definitions share; `definitions` are (file, or the site of one; definition)."""
    owners = grouped((claim, whose) for whose, definition in definitions for claim in _claims(definition))
    return [_clash(what, name, whose) for (what, name), whose in owners.items() if len(whose) > 1]


def _clash(what: str, name: str, whose: Sequence[str | Site]) -> Problem:
    last = whose[-1]
    file, line = (last, None) if isinstance(last, str) else (last.file, last.line(what))
    places = [one if isinstance(one, str) else f"{one.file}:{one.line(what)} ({one.name})" for one in whose]
    more = some(places, _MOST) if len(places) > _MOST else " and ".join(places)
    return Problem(f"{more} have the same {what}, '{name}'", _FIXES[what], file, line)


def _claims(definition: Definition) -> Iterator[tuple[str, str]]:
    yield "id", definition.id
    yield "display name", definition.display_name
    if not definition.connection.existing:
        yield "connection", folded(definition.connection.name)
    for secret in definition.secret_variables:
        yield "secret variable", secret_variable(definition.id, secret)
    if definition.secrets and definition.secrets.manage:
        for scope in sorted({definition.secrets_scope_in(target) for target in definition.targets}):
            yield "secret scope", scope
