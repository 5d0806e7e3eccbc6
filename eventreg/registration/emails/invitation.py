"""The messages of a personal invitation: the invitation itself, and the one that reminds of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from eventreg.events.models import Category
from eventreg.i18n import formats
from eventreg.i18n.languages import speaking
from eventreg.mail.content import Fact, MailContent
from eventreg.mail.markers import link_marker, new_marker
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.emails.own_words import with_own_words
from eventreg.registration.emails.placeholders import Facts
from eventreg.registration.emails.to_address import Addressed, addressed_message
from eventreg.registration.models import Invitation
from eventreg.registration.queries.invitations import INVITED, RECORD_KIND
from eventreg.registration.rules.message_texts import TextKey


@dataclass(frozen=True)
class Invited:
    """An invitation with what its messages name of others. `by` is empty where whoever invited is gone."""

    invitation: Invitation
    category: Category
    by: str = ""


def invitation_message(occasion: Occasion, invited: Invited, now: datetime) -> OutgoingMessage:
    """Return the message that invites, in the person's language."""
    with speaking(invited.invitation.language) as language:
        title = occasion.title(language)
        words = (_("Invitation: %(title)s", title=title), _("You are invited"))
        return _message(occasion, invited, language, words, (_invites(occasion, invited, language),), "invitation", now)


def reminder_message(occasion: Occasion, invited: Invited, now: datetime) -> OutgoingMessage:
    """Return the message that reminds somebody who has not answered yet."""
    with speaking(invited.invitation.language) as language:
        title = occasion.title(language)
        words = (
            _("Your invitation waits for an answer: %(title)s", title=title),
            _("Your invitation waits for an answer"),
        )
        lead = (
            _invites(occasion, invited, language),
            _("We have not had your answer yet. If you have registered a moment ago, do nothing."),
        )
        return _message(occasion, invited, language, words, lead, "invitation_reminder", now)


def _message(
    occasion: Occasion,
    invited: Invited,
    language: str,
    words: tuple[str, str],
    lead: tuple[str, ...],
    template: str,
    now: datetime,
) -> OutgoingMessage:
    invitation, marker = invited.invitation, new_marker()
    link = link_marker(marker, INVITED, invitation.public_id, invitation.generation)
    subject, heading = words
    content = MailContent(
        subject=subject,
        heading=heading,
        greeting=_greeting(invitation),
        paragraphs=(*lead, *_note(invited)),
        facts=_facts(occasion, invited, language),
        action=(_("See the invitation and register"), link),
        steps=(
            _("Open the invitation and register: it takes about three minutes. Your name and institution are filled in."),
            _expected(invitation),
            _("If you cannot come, decline on the same page, so that the place goes to somebody else."),
        ),
        footer=(
            _("You receive this message because the institutions that organize the event want you to take part and gave "
              "your address for it. Once you decline, we do not write to you about it again."),
        ),
    )  # fmt: skip
    to = Addressed(
        email=invitation.email,
        language=language,
        record_kind=RECORD_KIND,
        record_id=invitation.id,
        key=f"{template}/{invitation.public_id}/{now.timestamp():.6f}",
        template=f"registration/{template}",
    )
    content = with_own_words(content, TextKey(template), _placeholders(occasion, invited, language, link))
    return addressed_message(occasion, content, to, marker, now)


def _placeholders(occasion: Occasion, invited: Invited, language: str, link: str) -> Facts:
    invitation = invited.invitation
    return Facts(
        occasion,
        language,
        link=link,
        given_name=invitation.given_name,
        full_name=f"{invitation.given_name} {invitation.family_name}".strip(),
        institution=invitation.institution,
        category=occasion.text(invited.category.name, language),
        invited_by=invited.by or occasion.host_name(language),
        register_until=_until(occasion, invited, language),
    )


def _greeting(invitation: Invitation) -> str:
    name = f"{invitation.given_name} {invitation.family_name}".strip()
    return _("Dear %(name)s,", name=name) if name else _("Good day,")


def _invites(occasion: Occasion, invited: Invited, language: str) -> str:
    title, host = occasion.title(language), occasion.host_name(language)
    if invited.by:
        return _("%(name)s, for %(host)s, invites you to “%(title)s”.", name=invited.by, host=host, title=title)
    return _("%(host)s invites you to “%(title)s”.", host=host, title=title)


def _note(invited: Invited) -> tuple[str, ...]:
    lines = tuple(line.strip() for line in invited.invitation.note.splitlines() if line.strip())
    return tuple(Fact(line) for line in (_("A few words for you:"), *lines)) if lines else ()


def _facts(occasion: Occasion, invited: Invited, language: str) -> tuple[tuple[str, str], ...]:
    facts = [
        (_("Dates"), occasion.dates(frozenset(), language)),
        (_("Place"), occasion.place(language)),
        (_("You take part as"), occasion.text(invited.category.name, language)),
    ]
    facts.append((_("Register until"), _until(occasion, invited, language)))
    return tuple(facts)


def _until(occasion: Occasion, invited: Invited, language: str) -> str:
    """Return until when one can register: the invitation's own end, or that of registration where it comes first."""
    event = occasion.event
    closes_at = min(event.registration_closes_at, event.window_of(invited.category).closes_at)
    ends = min(closes_at, invited.invitation.expires_at or closes_at)
    return formats.instant(ends, event.time_zone, language)


def _expected(invitation: Invitation) -> str:
    if invitation.skips_approval:
        return _("Your place is confirmed at once, as long as there is one.")
    return _("We answer you by email as soon as you have registered.")
