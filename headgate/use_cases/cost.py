"""What the agreed layout costs in a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.cost.estimate import cost_of

if TYPE_CHECKING:
    from headgate.cost.model import Cost
    from headgate.use_cases.request import ConnectorRequest


def estimate_cost(request: ConnectorRequest) -> Cost:
    """Give the pipeline-hours of an average month by group, and what they cost. Raises StaleError without a lock."""
    one, target = request.read()
    return cost_of(one.definition, target, one.agreed(), one.weighed())
