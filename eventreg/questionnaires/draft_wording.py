"""What organizers read while they write questions: refusals, stages, ready-made purposes, what a question fills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.kernel.text import LocalizedText
from eventreg.questionnaires.kinds.base import KindGroup, speaking
from eventreg.questionnaires.rules.drafts import DraftReason, DraftRefused
from eventreg.questionnaires.rules.schema import Stage
from eventreg.web.templating import plain_in_reader_language


def draft_sentence(refused: DraftRefused) -> str:
    """Say why a draft was not changed, and what to do."""
    details = refused.details
    question = plain_in_reader_language(details.get("question"))
    names = [f"“{plain_in_reader_language(label)}”" for label in details.get("dependents", ())]
    others = formats.joined(names, current_language())
    if refused.reason is DraftReason.STILL_NEEDED:
        return _(
            "“%(question)s” stays: %(others)s is asked depending on its answer. Change that first.",
            question=question,
            others=others,
        )
    if refused.reason is DraftReason.WRONG_ORDER:
        return _(
            "“%(question)s” has to be asked before %(others)s, which depends on its answer.",
            question=question,
            others=others,
        )
    if refused.reason is DraftReason.ANSWER_STILL_NEEDED:
        answer = plain_in_reader_language(details.get("answer"))
        return _(
            "The answer “%(answer)s” stays: %(others)s is asked depending on it. Change that first.",
            answer=answer,
            others=others,
        )
    if refused.reason is DraftReason.COLUMN_TAKEN:
        column = column_name(str(details["column"]))
        return _(
            "“%(question)s” already gives this of the person: %(column)s. Only one question can.",
            question=question,
            column=column,
        )
    if refused.reason is DraftReason.KIND_FIXED:
        return _("It was published, and its kind stays: retire it, and add another question.")
    if refused.reason is DraftReason.NOT_EMPTY:
        return _("Only an empty section is removed. Move its questions, or retire them, first.")
    if refused.reason is DraftReason.TOO_MANY:
        return _too_many(str(details["what"]), int(details["most"]))
    if refused.reason is DraftReason.GONE:
        return _("Somebody else removed it meanwhile.")
    return _("Somebody else changed this meanwhile. Nothing was overwritten.")


def stage_name(stage: Stage) -> str:
    """Say when the questions of a section are answered, and by whom."""
    return {
        Stage.REGISTRATION: _("On registering"),
        Stage.FOLLOW_UP: _("After the confirmation, by a link that is mailed"),
        Stage.ORGANIZERS: _("By organizers only; participants never see it"),
    }[stage]


def group_name(group: KindGroup) -> str:
    """Return the heading of a group of kinds."""
    return {
        KindGroup.TEXT: _("Text"),
        KindGroup.CHOICE: _("Choice"),
        KindGroup.NUMBER_AND_TIME: _("Numbers and dates"),
        KindGroup.PERSON: _("About the person"),
        KindGroup.EVENT: _("About the event"),
        KindGroup.FILE: _("Files"),
        KindGroup.READING: _("Something to read"),
    }[group]


def column_name(column: str) -> str:
    """Return what of a person an answer fills in."""
    return {
        "given_name": _("given name"),
        "family_name": _("family name"),
        "badge_name": _("name on the badge"),
        "institution": _("institution"),
        "position": _("position"),
        "country": _("country"),
        "email": _("mail address"),
        "phone": _("telephone"),
    }.get(column, column)


def ready_purposes() -> Mapping[str, str]:
    """Return purposes to choose from, by name, in the reader's language."""
    return {
        "registering": _("To register you and to reach you"),
        "badge": _("For your badge and the list of participants"),
        "planning": _("To plan the event"),
        "meals": _("To plan the meals"),
        "access": _("So that you can take part without obstacles"),
        "travel": _("To arrange travel and lodging"),
        "letters": _("For invitation letters and visas"),
        "entry": _("For the entry to the building"),
        "report": _("For figures in the report, which name nobody"),
        "emergency": _("To reach somebody in an emergency"),
    }


def first_section_title(languages: Sequence[str]) -> LocalizedText:
    """Return the title of the section that the first question brings, in each language."""
    titles = {}
    for language in languages:
        with speaking(language):
            titles[language] = _("About you")
    return titles


def _too_many(what: str, most: int) -> str:
    if what == "sections":
        return _("There can be %(most)s sections.", most=most)
    if what == "options":
        return _("A question can offer %(most)s answers.", most=most)
    return _("There can be %(most)s questions.", most=most)
