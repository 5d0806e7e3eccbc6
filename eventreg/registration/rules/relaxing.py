"""What is asked when the team answers for somebody: the same, but with nothing that must be said."""

from __future__ import annotations

from dataclasses import replace

from eventreg.questionnaires.rules.schema import NEEDED_COLUMNS, Definition, Stage


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
