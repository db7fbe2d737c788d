"""What a connector's pipelines cost in a month: hours, and money where prices are given."""

from __future__ import annotations

from headgate.cost.difference import Difference, difference
from headgate.cost.estimate import cost_of
from headgate.cost.model import Cost

__all__ = ["Cost", "Difference", "cost_of", "difference"]
