"""Rules and numbers that contradict each other, in the user's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.numbers import counted, some
from headgate.partition.conflict import Affinity, AntiAffinity, Capacity, Fixed, Forbidden, Pipelines, Precedence
from headgate.problems import Problem

if TYPE_CHECKING:
    from headgate.balance.rules import Rules
    from headgate.balance.units import Units
    from headgate.partition.conflict import Constraint, Infeasible
    from headgate.tables.group import Group

_MOST_NAMES = 8


def conflict_problem(infeasible: Infeasible, group: Group, units: Units, rules: Rules) -> Problem:
    """Give what contradicts what in a group, the fewest that do, and that one of them has to go."""
    parts = [_words(one, units, rules) for one in infeasible.conflict]
    message = f"group '{group.key}' can't be placed: " + ", and ".join(parts)
    fix = "change that" if len(parts) == 1 else "change one of them"
    return Problem(message, fix, path="balance")


def _words(one: Constraint, units: Units, rules: Rules) -> str:
    match one:
        case Pipelines(count):
            return f"there are {counted(count, 'pipeline')} for {counted(sum(map(len, units.members)), 'table')}"
        case Capacity(_, most):
            return f"a pipeline takes {counted(most, 'table')} at most (balance.max_tables_per_pipeline)"
        case Affinity(unit):
            return f"{_names(units, (unit,))} must share a pipeline (balance.together)"
        case Precedence(first, then):
            return f"{_names(units, (then,))} must not be in an earlier pipeline than {_names(units, (first,))} (balance.after)"
        case AntiAffinity(numbers):
            rules_by_units = zip(units.instance.anti_affinity, units.apart, strict=True)
            rule = next(rule for found, rule in rules_by_units if tuple(found) == numbers)
            names = some((table.id.destination for table in rule.tables), _MOST_NAMES)
            why = rule.path or f"they read one source table, {rule.tables[0].id.source_table}"
            return f"{names} must not share a pipeline ({why})"
        case Fixed(unit, pipeline):
            pinned = any(table in rules.pinned for table in units.members[unit])
            why = "balance.pinned" if pinned else "it is under way there"
            return f"{_names(units, (unit,))} has to be in pipeline '{units.names[pipeline]}' ({why})"
        case Forbidden(unit, pipelines):
            places = some([f"'{units.names[pipeline]}'" for pipeline in pipelines], _MOST_NAMES)
            return f"{_names(units, (unit,))} can't be in {places} while another copy of its source table still is"


def _names(units: Units, numbers: tuple[int, ...]) -> str:
    return some((table.id.source_table for unit in numbers for table in units.members[unit]), _MOST_NAMES)
