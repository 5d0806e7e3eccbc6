"""What becomes of somebody who is moved to another category; and what is asked when the team answers for somebody: the same,
but with nothing that must be said.
"""

from dataclasses import replace

from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.seats import Places
from eventreg.questionnaires.rules.schema import NEEDED_COLUMNS, Definition, Stage
from eventreg.registration.rules.availability import admit
from eventreg.registration.rules.states import TRANSITIONS, Action, Status

#: whose places are decided anew; whoever is declined or not verified yet has none and stays so
_DECIDED_ANEW = frozenset({Status.PENDING, Status.CONFIRMED})


def action_of_move(
    status: Status, approval: ApprovalRule, pending_counts: bool, places: Places, is_approved: bool
) -> Action | None:
    """Return what a move does to the status, or None where it stays.

    `places` are those of the new category, without the place that the person gives up. Whoever is confirmed is approved, and
    stays confirmed while there is a place; else waits, approved. Whoever waits for a decision is taken as the new category
    takes somebody who has just come. Whoever waits for a place keeps the turn, and the list moves by itself.
    """
    if status not in _DECIDED_ANEW:
        return None
    admission = admit(approval, pending_counts, places, is_approved or status is Status.CONFIRMED)
    after = TRANSITIONS[Status.UNVERIFIED, admission.action]
    if after is status:
        return None
    return Action.APPROVE if after is Status.CONFIRMED else Action.WAITLIST


def relaxed(definition: Definition) -> Definition:
    """Return what is asked with nothing to be answered but what nobody can be found without."""
    sections = (
        replace(
            section,
            questions=tuple(
                each if each.column in NEEDED_COLUMNS else replace(each, is_required=False, required_for=frozenset())
                for each in section.questions
            ),
        )
        for section in definition.sections
    )
    return replace(definition, sections=tuple(sections))


def as_one_form(definition: Definition) -> Definition:
    """Return everything that participants were asked as one form: what was asked later stands among the rest."""
    sections = tuple(
        replace(section, stage=Stage.REGISTRATION)
        for section in definition.sections
        if section.stage is not Stage.ORGANIZERS
    )
    return replace(definition, sections=sections, is_stepwise=False, has_summary=False)
