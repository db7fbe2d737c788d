"""A month's cost as data. Hours are those of pipelines, as if each were alone; prices are in the currency of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from headgate.numbers import known_sum

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Amount:
    """Pipeline-hours of an average month, and the DBUs and money that they take; None where no rate or price is given."""

    hours: float = 0.0
    dbus: float | None = None
    price: float | None = None


@dataclass(frozen=True, slots=True)
class GroupCost:
    """A group's pipelines on one schedule. `runs`: of each of them, in an average month; None where they run all the time."""

    group: str
    schedule: str
    pipelines: int
    tables: int
    runs: float | None
    amount: Amount

    @property
    def name(self) -> str:
        """What people call it: groups of one name differ by schedule."""
        return f"{self.group} ({self.schedule})" if self.schedule else self.group


@dataclass(frozen=True, slots=True)
class Cost:
    """What a connector costs in a target in an average month, by group; `assumptions` are sentences that go with it."""

    connector: str
    target: str
    currency: str | None
    total: Amount
    groups: tuple[GroupCost, ...] = ()
    assumptions: tuple[str, ...] = ()


def total(amounts: Iterable[Amount]) -> Amount:
    """Give the sum; DBUs and price are known only where those of all are."""
    listed = list(amounts)
    hours = fsum(one.hours for one in listed)
    return Amount(hours, known_sum(one.dbus for one in listed), known_sum(one.price for one in listed))


def amount_text(amount: Amount, currency: str | None, *, signed: bool = False) -> str:
    """Give `34.72 USD (99.20 DBUs, 12.40 hours)`, without what is not known; `signed` has a + before what is more."""
    sign = "+" if signed else ""
    hours = f"{_zero(amount.hours):{sign},.2f} hours"
    dbus = [] if amount.dbus is None else [f"{_zero(amount.dbus):{sign},.2f} DBUs"]
    if amount.price is None or currency is None:
        return ", ".join([hours, *dbus])
    return f"{_zero(amount.price):{sign},.2f} {currency} ({', '.join([*dbus, hours])})"


def _zero(value: float) -> float:
    """Give a number to a hundredth, without a zero below zero."""
    return round(value, 2) + 0.0
