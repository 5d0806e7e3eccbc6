"""The field of a question that the event asks, or asked: what can be sought of its answers says its kind."""

from flask_babel import gettext as _
from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from eventreg.attendees.fields import Cell, Grouped, ListField, asking
from eventreg.attendees.fields.offer import ListOf, Offer, OfferedQuestion, Words
from eventreg.attendees.queries.people import Person
from eventreg.attendees.rules.listing import answer_column
from eventreg.events.queries.events import list_sign_up_sessions
from eventreg.kernel.text import sort_value
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context, DayChoice, SessionChoice
from eventreg.questionnaires.rules.schema import Seeking
from eventreg.registration.models import Answer, Consent, Registration

CONSENT_KIND, SPAN_KIND = "consent", "date_range"
#: an alias: filters and scopes look at answers too
_answer = aliased(Answer)


class AnswerField(ListField):
    """A question: filter and column."""

    def __init__(self, offer: Offer, offered: OfferedQuestion) -> None:
        super().__init__(offer)
        self.offered, self.question, self.seeking = offered, offered.question, offered.seeking
        self.key = offered.question.key
        self.name = self.column = answer_column(self.key)
        self._is_consent = offered.question.kind == CONSENT_KIND
        self.is_counted_by_value = self._is_consent

    @property
    def values(self) -> tuple[str, ...] | None:
        return self.offered.values

    def held(self, of: ListOf) -> asking.ColumnFilter:
        question = self.offered.question
        if question.column is not None:
            return asking.held_column(question.column)
        return (
            asking.InConsents(self.key)
            if self._is_consent
            else asking.InAnswers(self.key, has_span=question.kind == SPAN_KIND)
        )

    def ordering(self, of: ListOf) -> asking.Ordering:
        question = self.offered.question
        if question.column is not None:
            return asking.ordered_column(question.column, of.language)
        if self._is_consent:
            return _by_consent(self.key)
        answer = aliased(Answer)
        is_first = and_(
            answer.registration_id == Registration.id, answer.question_key == self.key, answer.position == 0
        )
        # Nothing but what stands in an index is looked at: that is half the time.
        is_empty = case((answer.registration_id.is_(None), 1), else_=0)
        joined = (answer, is_first)
        if self.seeking is Seeking.PRESENCE:
            return asking.Ordering(is_empty, None, joined)
        context = Context(
            languages=(),
            days=tuple(DayChoice(*day) for day in self.offer.days),
            sessions=lambda: [SessionChoice(*row) for row in list_sign_up_sessions(of.event_id)],
        )
        ranked = kinds.get(question.kind).ranked(question, context, of.language)
        value = func.coalesce(answer.sort_value, "")
        if ranked is None:
            led = asking.Ordering(answer.sort_value.expression, answer=joined, id=answer.registration_id.expression)
            return asking.Ordering(value, is_empty, joined, led=led)
        every = dict.fromkeys(sort_value(each) for each in (*ranked, *(self.values or ())))
        return asking.Ordering(asking.rank(value, list(every)), is_empty, joined)

    def grouped(self) -> Grouped:
        if self.offered.question.column is not None:
            return (*asking.grouped_column(self.offered.question.column), None)
        joined = and_(_answer.registration_id == Registration.id, _answer.question_key == self.key)
        return _answer.sort_value.expression, _answer.value.expression, (_answer, joined)

    def titled(self, words: Words) -> str:
        return words.text(self.offered.question.label).strip().rstrip(":") or self.key

    def value_text(self, value: str, words: Words) -> str:
        for question in self.offered.wordings.values():
            if not question.options or any(option.value == value for option in question.options):
                return kinds.get(question.kind).value_text(question, value, words.context, words.language)
        return value

    def writer(self, words: Words) -> Cell:
        """Return what writes its cell on the screen: what is kept sealed is said to be there, and no more."""
        offered = self.offered

        def cell(person: Person) -> str:
            if self.key in person.sealed:
                return _("answered")
            question = offered.wordings.get(person.versions.get(self.key, person.questionnaire_id), offered.question)
            if offered.question.column is not None:
                values = offered.question.from_columns(person.columns)
            elif self.key in person.consents:
                values = ["yes"] if person.consents[self.key] else []
            else:
                values = person.answers.get(self.key, [])
            if not values and self.key not in person.consents:
                return ""
            return kinds.get(question.kind).cell(question, values, words.context, words.language)

        return cell


def _by_consent(purpose: str) -> asking.Ordering:
    newest = (
        select(Consent.is_given)
        .where(Consent.registration_id == Registration.id, Consent.purpose == purpose)
        .order_by(Consent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return asking.Ordering(case((newest, 0), else_=1))
