"""Which pictures of an episode show a success, and whether anybody but a classifier has said so."""

from __future__ import annotations

from collections.abc import Mapping

from user_core.log.label import FAILURE, SUCCESS
from user_core.types import Outcome, StepType, Transition

_CLASSIFIER, _HUMAN = "classifier", "human"
"""Values of a record's `reward_source`."""


def objection(steps: Mapping[int, Transition], label: str) -> str:
    """Return why nothing may be learned from an episode, or "".

    A classifier that learned from its own guesses would only grow surer of its mistakes.

    Args:
        steps: Records by step.
        label: The last one given later; "" = none.
    """
    if label in (SUCCESS, FAILURE):
        return ""
    last = max(steps)
    if steps[last].awaits_verdict:
        return "awaiting a verdict"
    by_person = [record for record in steps.values() if record.reward_source == _HUMAN]
    # A success that a person has marked may linger on, and then the classifier goes on judging.
    marked = any(record.success or record.observation.step == last - 1 for record in by_person)
    judged = any(record.reward_source == _CLASSIFIER for record in steps.values())
    return "judged by a classifier alone" if judged and not marked else ""


def shown_successes(steps: Mapping[int, Transition], label: str) -> dict[int, bool]:
    """Return by step whether its picture shows a success; record k says so of o_{k+1}.

    A label given later outranks record T, which outranks the records before it: a person who calls a success may call
    it a failure a moment after.

    Args:
        steps: Records by step.
        label: As above.
    """
    failed = any(record.outcome == Outcome.FAILURE for record in steps.values())
    if label == FAILURE or (failed and label != SUCCESS):
        return dict.fromkeys(sorted(steps), False)
    shown = {step: step - 1 in steps and steps[step - 1].success for step in sorted(steps)}
    if label == SUCCESS:
        shown |= {step: True for step, record in steps.items() if record.step_type is StepType.LAST}
    return shown
