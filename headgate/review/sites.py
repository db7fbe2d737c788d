"""Sites as a review knows them: the words in which they differ, so that equal changes can be told once. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from headgate.deployment.scope import Scope
from headgate.grouped import grouped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headgate.project import Connector

_SHORTEST = 4  # a shorter option's value may be part of any sentence


@dataclass(frozen=True, eq=False)
class ReviewedSite:
    """A site: its name, its connector's id, its definition's id, and its own words → what stands for them: `{schema}`."""

    name: str
    connector: str
    of: str
    words: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _own(self) -> re.Pattern[str]:
        longest_first = sorted(self.words, key=lambda word: (-len(word), word))
        return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, longest_first))})(?![A-Za-z0-9])")

    def masked(self, text: str) -> str:
        """Give a text with what stands for the site's own words."""
        return self._own.sub(lambda found: self.words[found.group()], text) if self.words else text


def reviewed_sites(connectors: Iterable[Connector], target: str) -> tuple[ReviewedSite, ...]:
    """Give the sites among connectors that a target has; of their words those in which sites of a definition differ."""
    sites = [one for one in connectors if one.site and target in one.definition.targets]
    found: list[ReviewedSite] = []
    for its in grouped((one.site.of if one.site else "", one) for one in sites).values():
        said = [_said(one, target) for one in its]
        different = {name for each in said for name in each if len({other.get(name) for other in said}) > 1}
        found += [
            ReviewedSite(one.site.name, one.definition.id, one.site.of, _words(each, different))
            for one, each in zip(its, said, strict=True)
            if one.site
        ]
    return tuple(found)


def _said(one: Connector, target: str) -> dict[str, str]:
    """Give what names a site's things, by what it is."""
    definition, scope = one.definition, Scope(one.definition, target)
    options = {**definition.clear_options, **definition.table_options}
    return {name: str(value) for name, value in options.items() if len(str(value)) >= _SHORTEST} | {
        "catalog": scope.catalog,
        "schema": definition.destination.schema_name,
        "connection": scope.connection,
        "name": definition.display_name,
        "connector": definition.id,  # the last, as one word may be all of them
    }


def _words(said: Mapping[str, str], different: set[str]) -> dict[str, str]:
    return {value: f"{{{name}}}" for name, value in said.items() if value and name in different}
