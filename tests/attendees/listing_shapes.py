"""A list's offer for tests of its rules: fields of every sort, made without a database."""

from __future__ import annotations

from datetime import date

from eventreg.attendees.listing import ListShape, OfferedQuestion
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.rules.parsing import parse_definition
from eventreg.questionnaires.rules.schema import Seeking
from tests.questionnaire import EVERY_KIND

DAYS = ((7, date(2027, 3, 11)), (8, date(2027, 3, 12)))
TAGS = {"tagAAAAAAAAA": "VIP", "tagBBBBBBBBB": "Ponente"}


def a_shape(*, has_contact_data: bool = True) -> ListShape:
    """An event of two categories and days that asks every kind of question."""
    questions = {
        question.key: OfferedQuestion(
            question,
            Seeking.PRESENCE if question.is_sensitive else kinds.get(question.kind).seeking,
            tuple(kinds.get(question.kind).choices(question, Context(languages=("es",))) or ()) or None,
            {1: question},
        )
        for question in parse_definition(EVERY_KIND).questions()
        if kinds.get(question.kind).is_answerable and (has_contact_data or question.column not in ("email", "phone"))
    }
    return ListShape(
        categories=("government", "academia"),
        days=DAYS,
        tags=TAGS,
        questions=questions,
        has_contact_data=has_contact_data,
    )
