"""The messages that ask: one for each request, one for its reminder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from eventreg.i18n import formats
from eventreg.mail.services import OutgoingMessage
from eventreg.questionnaires import kinds
from eventreg.registration.emails import News, Occasion, RequestWording, participant_message
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.emails.asking import AskedAgain, AskedCorrection, AskedFollowUp
from eventreg.registration.models import AnswerRequest, Registration
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.queries.requests import Asking, find_asking
from eventreg.registration.rules.requests import RequestKind

#: which message asks
ASKS = {
    RequestKind.FOLLOW_UP: AskedFollowUp,
    RequestKind.AGAIN: AskedAgain,
    RequestKind.CORRECTION: AskedCorrection,
}


def compose_correction(
    occasion: Occasion,
    registration: Registration,
    question_keys: Sequence[str],
    reason: str,
    answer_by: date | None,
    now: datetime,
) -> OutgoingMessage:
    """Return the message by which a person would be asked to mend answers now. Writes nothing."""
    request = AnswerRequest(
        id=0,
        event_id=registration.event_id,
        registration_id=registration.id,
        kind=RequestKind.CORRECTION,
        questionnaire_id=registration.questionnaire_id,
        question_keys=list(question_keys),
        reason=reason,
        requested_at=now,
        answer_by=answer_by,
    )
    asking = find_asking(registration, request)
    return request_message(occasion, registration, asking, AskedCorrection, now)


def request_message(
    occasion: Occasion, registration: Registration, asking: Asking, message: type[AboutRegistration], now: datetime
) -> OutgoingMessage:
    """Return the message by which a person is asked, or reminded, in the person's language."""
    request, category = asking.request, occasion.category_of(registration)
    section = asking.section()

    def worded(language: str) -> RequestWording:
        questions = [each for each in asking.questions(category.key) if kinds.get(each.kind).is_answerable]
        return RequestWording(
            labels=[occasion.text(question.label, language) for question in questions],
            section=occasion.text(section.title, language) if section is not None else "",
            until=formats.day(request.answer_by, language)
            if request.answer_by is not None
            else occasion.changes_until(language),
            path=f"/requests/{request.id}",
        )

    news = News(message, find_day_ids(registration), reason=request.reason, request=worded)
    # One request can be asked again when a place comes back: the moment tells the messages apart.
    suffix = f"-{request.id}-{int(now.timestamp())}"
    return participant_message(occasion, registration, news, now, key_suffix=suffix)
