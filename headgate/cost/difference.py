"""How a month's cost differs between two layouts. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.cost.model import Amount

if TYPE_CHECKING:
    from headgate.cost.model import Cost

NOTHING = Amount(0.0, 0.0, 0.0)
_SAME = 0.005  # all is shown to a hundredth: what is less is none


@dataclass(frozen=True, slots=True)
class CostChange:
    """A group's amounts before and after; nothing where it was not there."""

    name: str
    before: Amount
    after: Amount

    @property
    def delta(self) -> Amount:
        """After less before; DBUs and price are known only where both are."""
        before, after = self.before, self.after
        return Amount(after.hours - before.hours, _less(after.dbus, before.dbus), _less(after.price, before.price))

    def __bool__(self) -> bool:
        delta = self.delta
        return any(abs(value) >= _SAME for value in (delta.hours, delta.dbus, delta.price) if value is not None)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a month costs more or less, in all and by each group that changes; `currency` None: prices can't be compared."""

    connector: str
    target: str
    currency: str | None
    total: CostChange
    groups: tuple[CostChange, ...] = ()


def difference(before: Cost | None, after: Cost) -> Difference:
    """Give how a connector's cost in a target differs; without a cost before, all of it is new.

    A group is known by its name and schedule. Prices in two currencies are left out.
    """
    comparable = before is None or before.currency == after.currency
    past = {group.name: group.amount for group in before.groups} if before else {}
    now = {group.name: group.amount for group in after.groups}
    changes = [
        _cost_change(name, past.get(name, NOTHING), now.get(name, NOTHING), priced=comparable) for name in sorted({*past, *now})
    ]
    whole = _cost_change("total", before.total if before else NOTHING, after.total, priced=comparable)
    currency = after.currency if comparable else None
    return Difference(after.connector, after.target, currency, whole, tuple(change for change in changes if change))


def _cost_change(name: str, before: Amount, after: Amount, *, priced: bool) -> CostChange:
    if not priced:
        before, after = replace(before, price=None), replace(after, price=None)
    return CostChange(name, before, after)


def _less(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before
