"""The kinds of questions: one class each, which answers everything about such a question.

`get("email")` returns the kind of that name; a new kind is a class in one of these files and a line below.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from eventreg.questionnaires.kinds.base import Context, DayChoice, Kind, SessionChoice
from eventreg.questionnaires.kinds.choices import Choice, Consent, MultipleChoice, YesNo
from eventreg.questionnaires.kinds.person import Country, Email, Institution, Language, PersonName, Phone
from eventreg.questionnaires.kinds.programme import Days, Nights, Sessions
from eventreg.questionnaires.kinds.ranking import RankedChoice
from eventreg.questionnaires.kinds.texts import Heading, LongText, Number, ShortText, StaticText, Url
from eventreg.questionnaires.kinds.times import Date, DateRange, Time
from eventreg.questionnaires.kinds.uploads import File, Picture
from eventreg.questionnaires.rules.answers import Invalid
from eventreg.questionnaires.rules.parsing import parse_definition
from eventreg.questionnaires.rules.schema import Definition

__all__ = ["NAMES", "Context", "DayChoice", "Invalid", "Kind", "SessionChoice", "checked_definition", "get"]

_KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        ShortText(),
        LongText(),
        Choice(),
        MultipleChoice(),
        RankedChoice(),
        YesNo(),
        Consent(),
        Number(),
        Date(),
        DateRange(),
        Time(),
        PersonName(),
        Institution(),
        Country(),
        Language(),
        Email(),
        Phone(),
        Url(),
        Days(),
        Sessions(),
        Nights(),
        File(),
        Picture(),
        Heading(),
        StaticText(),
    )
}

NAMES: Final = frozenset(_KINDS)
#: the kind of that name. KeyError for an unknown one: definitions are checked before they are published
get: Final = _KINDS.__getitem__


def checked_definition(
    data: Mapping[str, Any], languages: Iterable[str], categories: Collection[str] | None = None
) -> Definition:
    """Turn data into a definition that can be published: its form, all its texts, its questions' settings.

    Raises DefinitionInvalid, which names the place.
    """
    definition = parse_definition(data, languages, kinds=NAMES, categories=categories)
    for question in definition.questions():
        get(question.kind).check(question)
    return definition
