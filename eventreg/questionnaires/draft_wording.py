"""What organizers read while they write questions: stages, ready-made purposes, what a question fills in."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from eventreg.i18n.languages import current_language
from eventreg.kernel.text import LocalizedText
from eventreg.questionnaires.kinds.base import speaking
from eventreg.questionnaires.rules.conditions import CATEGORY, PUBLIC, WAY_IN
from eventreg.questionnaires.rules.schema import Option, Question


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


def beside_questions(categories: Sequence[tuple[str, LocalizedText]]) -> list[Question]:
    """Return what conditions can look at beside questions, as questions in the reader's language: the category, the way in."""
    language = current_language()
    ways = {
        PUBLIC: _("by the public form"),
        "link": _("by the link of the category"),
        "code": _("by a code"),
        "invitation": _("by an invitation"),
        "team": _("registered by the team"),
        "import": _("by import"),
    }
    offered = {
        CATEGORY: (_("Category"), [Option(key, name) for key, name in categories]),
        WAY_IN: (_("Source"), [Option(name, {language: words}) for name, words in ways.items()]),
    }
    return [
        Question(key, "choice", {language: label}, options=tuple(options)) for key, (label, options) in offered.items()
    ]


def first_section_title(languages: Sequence[str]) -> LocalizedText:
    """Return the title of the section that the first question brings, in each language."""
    titles = {}
    for language in languages:
        with speaking(language):
            titles[language] = _("About you")
    return titles
