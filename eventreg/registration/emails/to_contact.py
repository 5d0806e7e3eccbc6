"""The words of each message to the contact person. Called with the contact person's language in force."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.i18n import formats
from eventreg.mail.content import Change, MailContent
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status

#: what the contact person is told of; the rest concerns the participant alone
TOLD = frozenset(
    {
        Message.RECEIVED,
        Message.CONFIRMED,
        Message.WAITLISTED,
        Message.PROMOTED,
        Message.DECLINED,
        Message.CHANGED,
        Message.WITHDRAWN,
        Message.REOPENED,
    }
)


def write_to_contact(
    message: Message,
    occasion: Occasion,
    registration: Registration,
    language: str,
    address: str,
    *,
    day_ids: frozenset[int] = frozenset(),
    reason: str = "",
    changes: tuple[Change, ...] = (),
) -> MailContent:
    """Return the content that tells the contact person of `message`. `address` is the registration's page for the team."""
    heading = _heading(message, registration)
    person = registration.full_name
    paragraphs = [_sentence(message, registration)]
    if reason:
        paragraphs.append(_("Reason given: %(reason)s", reason=reason))
    return MailContent(
        subject=_(
            "%(heading)s: %(name)s (%(reference)s)", heading=heading, name=person, reference=registration.reference
        ),
        heading=heading,
        greeting=_("Dear %(name)s,", name=occasion.event.contact_name),
        paragraphs=tuple(paragraphs),
        facts=tuple(_facts(occasion, registration, language, day_ids)),
        action=(_("See the registration"), address),
        is_link_personal=False,
        changes=changes,
        footer=(
            occasion.credits(language),
            _(
                "You receive this message because you are the contact person of “%(title)s”.",
                title=occasion.title(language),
            ),
        ),
    )


def _facts(
    occasion: Occasion, registration: Registration, language: str, day_ids: frozenset[int]
) -> list[tuple[str, str]]:
    lines = [
        (_("Event"), occasion.title(language)),
        (_("Reference"), registration.reference),
        (_("Name"), registration.full_name),
        (_("Institution"), registration.institution),
        (_("Country"), formats.country(registration.country, language) if registration.country else ""),
        (_("Taking part as"), occasion.text(occasion.category_of(registration).name, language)),
        (_("Days"), occasion.dates(day_ids, language)),
    ]
    return [(label, value) for label, value in lines if value]


def _heading(message: Message, registration: Registration) -> str:
    if message is Message.PROMOTED and registration.status is Status.PENDING:
        return _("From the waiting list to review")
    return {
        Message.RECEIVED: _("New registration to review"),
        Message.CONFIRMED: _("Registration confirmed"),
        Message.WAITLISTED: _("On the waiting list"),
        Message.PROMOTED: _("From the waiting list to confirmed"),
        Message.DECLINED: _("Registration declined"),
        Message.CHANGED: _("Registration changed"),
        Message.WITHDRAWN: _("Registration withdrawn"),
        Message.REOPENED: _("Registration to review again"),
    }[message]


def _sentence(message: Message, registration: Registration) -> str:
    if message is Message.PROMOTED and registration.status is Status.PENDING:
        return _("A place has become free and this person is next in line. The team has to decide.")
    return {
        Message.RECEIVED: _("This person has registered and waits for the team to decide."),
        Message.CONFIRMED: _("This person has a confirmed place and has been told."),
        Message.WAITLISTED: _("This person is on the waiting list and has been told."),
        Message.PROMOTED: _("A place has become free. This person now has it and has been told."),
        Message.DECLINED: _("This person has been told that we cannot offer a place."),
        Message.CHANGED: _("This person changed these answers:"),
        Message.WITHDRAWN: _("This person has withdrawn. If there was a place, it passes to the waiting list."),
        Message.REOPENED: _("An earlier decision was taken back. The team has to decide again."),
    }[message]
