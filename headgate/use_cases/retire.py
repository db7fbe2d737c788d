"""A connector that is taken down in a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.cost.estimate import continuous_month
from headgate.layout.progress import retire_target, revive_target
from headgate.layout.transforms import living_transforms
from headgate.use_cases.record import write_layout
from headgate.use_cases.request import ConnectorRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.cost.model import Amount
    from headgate.definition.model import Definition


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireRequest(ConnectorRequest):
    """drop_tables: destroy the pipelines, and their streaming tables with them. undo: don't take the target down after all."""

    drop_tables: bool = False
    undo: bool = False


@dataclass(frozen=True, slots=True)
class Retirement:
    """What goes with a target: numbers of pipelines and tables, the workspace's ids of pipelines that are recorded.

    recorded: whether a deploy to the target is. month: what a pipeline that is continuous costs if it runs on; None where the
    definition, as it is, has none. transforms: the number of pipelines of transforms.
    """

    definition: Definition
    target: str
    pipelines: int
    tables: int
    drop_tables: bool
    recorded: bool
    ids: tuple[str, ...]
    month: Amount | None
    transforms: int = 0


def take_down(request: RetireRequest, agree: Callable[[Retirement], bool], tell: Callable[[str], None]) -> Retirement | None:
    """Plan to take a connector down in a target, once the caller agrees to what goes; the next deploy does it.

    Gives what goes, None where nothing was planned. Raises what the lock forbids.
    """
    one, target = request.read()
    layout = one.agreed()
    if request.undo:
        write_layout(one, revive_target(layout, target), tell)
        return None
    deployed = one.deployed(target)
    ids = tuple(deployed.pipeline_ids.values())
    month = continuous_month(one.definition) if one.definition.continuous_in(target) else None
    counts = len(layout.pipelines), len(layout.tables)
    transforms = len(living_transforms(layout))
    goes = Retirement(one.definition, target, *counts, request.drop_tables, bool(deployed.ids), ids, month, transforms)
    if not agree(goes):
        return None
    write_layout(one, retire_target(layout, target, "drop" if request.drop_tables else "leave"), tell)
    return goes
