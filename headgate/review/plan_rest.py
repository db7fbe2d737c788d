"""What a plan says besides its resource changes: actions that run, checks that fail, parts put off, and what is not known.

Source: Terraform's JSON output format, and its internal/command/jsonplan: action invocations came with Terraform 1.14.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.redaction.tokens import token_free
from headgate.review.blocks import mapping
from headgate.review.facts import Other

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headgate.review.masks import Masks

# The keys of a plan that are read, or that say nothing of what an apply does.
_KNOWN = frozenset(
    {
        "action_invocations", "applyable", "checks", "complete", "configuration", "deferred_action_invocations",
        "deferred_changes", "errored", "format_version", "output_changes", "planned_values", "prior_state",
        "proposed_unknown", "relevant_attributes", "resource_changes", "resource_drift", "terraform_version", "timestamp",
        "variables",
    }
)  # fmt: skip
_FAILS = {"fail": "fails", "error": "can't be evaluated"}
_MOST = 120  # characters of a name, or of a word of a plan


def rest_of(plan: Mapping[str, Any], stack: str, masks: Masks) -> tuple[Other, ...]:
    """Give what an apply of the plan does, or leaves undone, that no resource change tells; in the plan's order.

    Raises TypeError and AttributeError for parts of another form.
    """
    return tuple(
        dict.fromkeys([*_actions(plan, stack), *_checks(plan, stack, masks), *_put_off(plan, stack), *_unknown(plan, stack)])
    )


def _actions(plan: Mapping[str, Any], stack: str) -> Iterator[Other]:
    for found in plan.get("action_invocations") or ():
        trigger = found.get("lifecycle_action_trigger")
        when = f", {_event(trigger)} {_name(trigger.get('triggering_resource_address'))}" if trigger else ""
        yield Other(stack, "action-invoked", _name(found.get("address")), f"the apply runs this action{when}")


def _event(trigger: Mapping[str, Any]) -> str:
    """Give when an action runs: Terraform says `BeforeUpdate`."""
    event = _name(trigger.get("action_trigger_event"))
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in event).strip()


def _checks(plan: Mapping[str, Any], stack: str, masks: Masks) -> Iterator[Other]:
    """Give checks that fail now; what is unknown until the apply is no finding."""
    for found in plan.get("checks") or ():
        if words := _FAILS.get(found.get("status")):
            problems = [problem for one in found.get("instances") or () for problem in one.get("problems") or ()]
            told = [masks.text(str(problem["message"])) for problem in problems if problem.get("message")]
            why = ": " + "; ".join(dict.fromkeys(told)) if told else ""
            yield Other(stack, "check-failed", _name(mapping(found.get("address")).get("to_display")), f"{words}{why}")


def _put_off(plan: Mapping[str, Any], stack: str) -> Iterator[Other]:
    message = "is left for a later plan ({}): what becomes of it is not in this review"
    for key, inner in (("deferred_changes", "resource_change"), ("deferred_action_invocations", "action_invocation")):
        for found in plan.get(key) or ():
            reason = _name(found.get("reason")).replace("_", " ")
            yield Other(stack, "deferred", _name(mapping(found.get(inner)).get("address")), message.format(reason))


def _unknown(plan: Mapping[str, Any], stack: str) -> Iterator[Other]:
    for key in sorted(plan.keys() - _KNOWN):
        if plan[key] not in (None, False, 0, "", [], {}):
            message = "is a part of the plan that headgate does not know: look at what `terraform show PLANFILE` says of it"
            yield Other(stack, "plan-part-unknown", _name(key), message)


def _name(found: object) -> str:
    return token_free(str(found or "unknown"))[:_MOST]
