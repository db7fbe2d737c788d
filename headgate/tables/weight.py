"""What a table weighs, and where that is known from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Source = Literal["given", "observed", "estimate", "type"]
LoadSource = Literal["given", "observed", "estimate", "default"]


@dataclass(frozen=True, slots=True)
class Weight:
    """A table's weight: `seconds` of pipeline time for one run.

    source: its row gives it, its past runs do, its estimated size, or the definition for its ingestion type. confidence: 1
    for a given one, which is a decision; 0 by type; between them for the others. runs: those that the weight is made of.
    left_out: the table's other runs: full loads and first ones, outliers, or all where they have no say. declared: seconds by
    row, size or type alone, which is what the committed files say whatever was observed. increment: seconds that its runs of
    use take, of which there are `of_use`, whether they have the say or not; first_load: that its last load from nothing took,
    which says nothing of the runs after it. None where none is known. local: whether its runs of use were on this machine,
    which count where no workspace's do.
    """

    seconds: float
    source: Source
    confidence: float
    declared: float
    runs: int = 0
    left_out: int = 0
    increment: float | None = None
    first_load: float | None = None
    of_use: int = 0
    local: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of a table asks for beside its time, such as a source's requests: how much, and where that is known from.

    source: its row gives it, its past runs do, the connector's estimate, or the definition's default.
    """

    amount: float
    source: LoadSource
