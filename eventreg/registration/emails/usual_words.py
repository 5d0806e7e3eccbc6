"""The usual words of a message as a text with placeholders: what an event begins from when it writes words of its own.

They come from the same code that writes the messages, with placeholders where the facts would be, so they cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _

from eventreg.events.models import Category
from eventreg.i18n.languages import speaking
from eventreg.mail.content import Fact, MailContent
from eventreg.registration.emails.messages import WITH_REQUEST, Message
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.emails.request_words import RequestWording
from eventreg.registration.emails.writers import writer_of
from eventreg.registration.models import Registration
from eventreg.registration.rules.message_texts import OwnText, TextKey
from eventreg.registration.rules.states import Status

#: what the messages of two words are, beside their name
_MESSAGES = {TextKey.PROMOTED_TO_REVIEW: Message.PROMOTED, TextKey.PLACE_LOST: Message.DECLINED}


class _Slots(Occasion):
    """An event whose facts are the placeholders that stand for them."""

    def title(self, language: str) -> str:
        return "{event_title}"

    def host_name(self, language: str) -> str:
        return "{host}"

    def category_of(self, registration: Registration) -> Category:
        return Category(name=dict.fromkeys(self.event.languages, "{category}"))

    def dates(self, day_ids: frozenset[int], language: str) -> str:
        return "{event_dates}"


def message_of(key: TextKey) -> Message | None:
    """Return the message about a registration that has these words; None: it is about something else."""
    if key in _MESSAGES:
        return _MESSAGES[key]
    return next((message for message in Message if message.value == key.value), None)


def status_told(key: TextKey) -> Status:
    """Return a status in which somebody gets a message, for showing it."""
    return {
        TextKey.RECEIVED: Status.PENDING,
        TextKey.WAITLISTED: Status.WAITLISTED,
        TextKey.PROMOTED_TO_REVIEW: Status.PENDING,
        TextKey.DECLINED: Status.DECLINED,
        TextKey.PLACE_LOST: Status.DECLINED,
        TextKey.REOPENED: Status.PENDING,
        TextKey.WITHDRAWN: Status.CANCELLED,
        TextKey.TEAM_WITHDRAWN: Status.CANCELLED,
        TextKey.VERIFY: Status.UNVERIFIED,
    }.get(key, Status.CONFIRMED)


def usual_words(occasion: Occasion, key: TextKey, language: str, now: datetime) -> OwnText:
    """Return what a message says in a language when the event has no words of its own, with placeholders."""
    with speaking(language) as spoken:
        slots = _Slots(occasion.event, occasion.days, occasion.partners)
        message = message_of(key)
        if message is not None:
            content = _about_registration(slots, key, message, spoken, now)
            return _as_text(content.subject, content.paragraphs)
        subject, paragraphs = _OTHERS[key]()
        return _as_text(subject, paragraphs)


def _about_registration(slots: Occasion, key: TextKey, message: Message, language: str, now: datetime) -> MailContent:
    request = RequestWording((), "{section}", "{answer_by}", "") if message in WITH_REQUEST else None
    registration = Registration(
        given_name="{full_name}", family_name="", reference="{reference}", status=status_told(key),
        approved_at=None,
    )  # fmt: skip
    is_lost = key is TextKey.PLACE_LOST
    words = writer_of(message, request)(slots, registration, language, "{link}", now=now, takes_back=is_lost)
    return words.write(message)


def _as_text(subject: str, paragraphs: tuple[str, ...]) -> OwnText:
    said = [paragraph for paragraph in paragraphs if not isinstance(paragraph, Fact)]
    return OwnText(subject, "\n\n".join(["{greeting}", *said]))


def _invitation() -> tuple[str, tuple[str, ...]]:
    return _("Invitation: %(title)s", title="{event_title}"), (_invites(),)


def _invites() -> str:
    return _(
        "%(name)s, for %(host)s, invites you to “%(title)s”.", name="{invited_by}", host="{host}", title="{event_title}"
    )


def _reminder() -> tuple[str, tuple[str, ...]]:
    return _("Your invitation waits for an answer: %(title)s", title="{event_title}"), (
        _invites(),
        _("We have not had your answer yet. If you have registered a moment ago, do nothing."),
    )


def _saved_form() -> tuple[str, tuple[str, ...]]:
    return _("Go on with your registration: %(title)s", title="{event_title}"), (
        _(
            "The form for “%(title)s” is kept as it was. You are not registered yet: open it, complete it and send it.",
            title="{event_title}",
        ),
        _("Your form is kept until %(moment)s.", moment="{kept_until}"),
    )


def _earlier_answers() -> tuple[str, tuple[str, ...]]:
    return _("Your earlier answers: %(title)s", title="{event_title}"), (
        _("Fill in the form for “%(title)s” with what you answered before.", title="{event_title}"),
    )


_OTHERS: dict[TextKey, Callable[[], tuple[str, tuple[str, ...]]]] = {
    TextKey.INVITATION: _invitation,
    TextKey.INVITATION_REMINDER: _reminder,
    TextKey.SAVED_FORM: _saved_form,
    TextKey.EARLIER_ANSWERS: _earlier_answers,
}
