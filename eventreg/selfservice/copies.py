"""Copies: a person names somebody who gets copies of the messages about the registration, such as an assistant or focal point.

The person says so by the own page; the other one is told with a link to end it, and gets each message of its own, in a language
of its own. A copy holds no personal link, no reason, no calendar and nothing that was answered. Whoever ended it is not named
again by the same registration.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from sqlalchemy import select
from wtforms import BooleanField, SelectField, validators

from eventreg.accounts.rules.guarding import Limit
from eventreg.accounts.services.guards import Try, demand
from eventreg.audit.services import Actor, note
from eventreg.db import db, found, transaction
from eventreg.events.queries.events import get_event_whole, lock_event_in_any_state
from eventreg.i18n.languages import speaking
from eventreg.kernel import clock, text, tokens
from eventreg.kernel.errors import N_, NotFound, Refused
from eventreg.mail import services as mail
from eventreg.mail.content import Fact, MailContent, link_marker, new_marker
from eventreg.registration.emails import (
    News,
    Occasion,
    about_registration,
    asking,
    by_team,
    changing,
    messages,
    occasions,
)
from eventreg.registration.forms import AddressForm
from eventreg.registration.models import Registration
from eventreg.registration.queries.registrations import lock_registration
from eventreg.registration.rules import messages as rules, states
from eventreg.web.forms import lazy_gettext
from eventreg.web.instance import address_of, keys

#: purpose of the link that ends them
COPIES = "copies"
COPY = "registration/copy"
#: a registration names somebody so often in a day, and an address is named so often, whoever does
BY_REGISTRATION, BY_ADDRESS = Limit("copies/registration", 3, 1440), Limit("copies/address", 5, 1440)
#: they say nothing without what is the person's own: answers, reasons, questions, a link
_LEFT_OUT = (
    changing.Changed, by_team.TeamChanged, by_team.HandedOn, by_team.HandedTo, asking.AskedFollowUp, asking.AskedCorrection,
)  # fmt: skip
#: what is mailed to an address that somebody else typed holds no advertisement in place of a name
_NAME = re.compile(r"[^\W\d_]+(?:[ .’'-]{1,2}[^\W\d_]+){0,7}\.?")


class CopyBegins(about_registration.AboutRegistration):
    """Somebody was named to get copies."""

    key = "copy_begins"
    group = messages.Group.ADDRESSES
    title = _l("Copies begin")
    trigger = _l("Goes to whom a person names to get copies of the messages, with a link to end it.")
    goes_again = messages.Again.NEVER
    names = rules.OF_EVENT | {"reference"}
    greeting = messages.Message.greeting
    details = messages.Message.details
    why = _l("You receive this message because this address was given for copies.")

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("You now receive copies"),
            _(
                "%(name)s has registered for “%(title)s” and asked us to send you copies of our messages.",
                name=said_name(self.registration),
                title=self.event_title,
            ),
            _("The copies hold no personal link and no answers. If you do not want them, end them with the button."),
            button=(_("Receive no more copies"), ""),
        )


class CopyForm(AddressForm):
    """Whom a person names."""

    language = SelectField(lazy_gettext("Language of the copies"))
    confirms = BooleanField(
        lazy_gettext("I want this person to get copies of the messages about my registration, and they know of it."),
        validators=[validators.InputRequired(lazy_gettext("Confirm this to name somebody"))],
    )


def said_name(registration: Registration) -> str:
    """Return how a person is called where others read it who asked for nothing: the reference, where it is no plain name."""
    name = registration.full_name
    return name if len(name) <= 80 and _NAME.fullmatch(name) else registration.reference


def name_copy(event_id: int, registration_id: int, email: str, language: str) -> None:
    """Have an address get copies from now on, in the place of any other, and tell it so.

    Raises Refused (NOT_POSSIBLE_NOW, the person's own address, one that ended it), and TooManyTries.
    """
    now = clock.now()
    with transaction():
        event = lock_event_in_any_state(event_id)
        person = lock_registration(event_id, registration_id)
        if person.status not in states.STANDING or event.is_called_off:
            raise Refused(states.ChangeReason.NOT_POSSIBLE_NOW)
        if text.email_key(email) == person.email_key:
            raise Refused(N_("We write to this address already"), field="email")
        if _known(email) == person.copy_refused:
            raise Refused(N_("This address wants no copies. Name another one."), field="email")
        if text.email_key(email) == text.email_key(person.copy_email):
            person.copy_language = language
            return
        demand(Try(BY_REGISTRATION, person.public_id), Try(BY_ADDRESS, text.email_key(email)))
        _end(person, now)
        person.copy_email, person.copy_language = email, language
        note(person, "copies_named", Actor.participant(person.id), now, email=email)
        db.session.flush()
        occasion = Occasion.load(get_event_whole(event_id))
        mail.enqueue(_begins(occasion, person, now))


def end_copies(event_id: int, registration_id: int, who: Actor, *, is_refused: bool = False) -> None:
    """Send no more copies; what waits never goes. `is_refused`: whoever got them, or the team, wants none for that address."""
    now = clock.now()
    with transaction():
        lock_event_in_any_state(event_id)
        person = lock_registration(event_id, registration_id)
        if not person.copy_email:
            return
        if is_refused:
            person.copy_refused = _known(person.copy_email)
        note(person, "copies_ended", who, now, email=person.copy_email)
        _end(person, now)


def get_by_copy_token(token: str) -> Registration:
    """Return the registration whose copies `token` ends. Raises NotFound, also once they are ended."""
    public_id = tokens.public_id_of(token)
    person = found(db.session.scalars(select(Registration).where(Registration.public_id == public_id)).one_or_none())
    fits = tokens.token_fits(keys(), token, COPIES, person.public_id, person.copy_generation)
    if not fits or not person.copy_email:
        raise NotFound
    return person


def resolve(purpose: str, public_id: str, generation: int) -> str:
    """Return the address of a link for a mail that goes now. Raises LookupError for a purpose of another room."""
    if purpose != COPIES:
        raise LookupError(purpose)
    token = tokens.personal_token(keys(), COPIES, public_id, generation)
    return address_of("selfservice.end_own_copies", token=token)


def copies_of(message: about_registration.AboutRegistration, key_suffix: str) -> tuple[mail.OutgoingMessage, ...]:
    """Return the copy of a message to a person who named somebody; none of what is the person's own alone."""
    person, news = message.registration, message.news
    if message.group is messages.Group.ADDRESSES or isinstance(message, _LEFT_OUT):
        return ()
    bare = replace(news, reason="", changes=news.changes if message.group is messages.Group.EVENT else None)

    def words(language: str, link: str) -> MailContent:
        return type(message)(message.occasion, person, bare, language, link, message.now).worded()

    key = f"registration/{person.public_id}/{person.revision}/{message.name}{key_suffix}/copy"
    return (copy_of(message.occasion, person, words, key, news.due_at or message.now),)


def copy_of(
    occasion: Occasion, person: Registration, words: Callable[[str, str], MailContent], key: str, due_at: datetime
) -> mail.OutgoingMessage:
    """Return the copy of what is written to a person. `words` are made in a language, with the event's page for a link."""
    marker = new_marker()
    with speaking(person.copy_language) as language:
        content = words(language, address_of("site.show_event", slug=occasion.event.slug))
        told = _("Copy for you. We have written this to %(name)s:", name=said_name(person))
        why = _("You receive this copy because this address was given for copies of messages to that person.")
        quiet = _("Copy: %(subject)s", subject=content.quiet_subject or content.heading)
        content = replace(
            content,
            subject=_("Copy: %(subject)s", subject=content.subject),
            heading=_("Copy: %(subject)s", subject=content.heading),
            quiet_subject=quiet,
            greeting=told,
            # The event's own words have the greeting among them.
            opening=content.opening and content.opening.below(told),
            paragraphs=tuple(each for each in content.paragraphs if not isinstance(each, Fact)),
            action=(_("Receive no more copies"), link_marker(marker, COPIES, person.public_id, person.copy_generation)),
            steps=(),
            joining=(),
            footer=occasion.foot(language, why),
        )
        return _outgoing(occasion, person, content, language, COPY, key=key, due_at=due_at, marker=marker)


def _begins(occasion: Occasion, person: Registration, now: datetime) -> mail.OutgoingMessage:
    marker = new_marker()
    link = link_marker(marker, COPIES, person.public_id, person.copy_generation)
    key = f"registration/{person.public_id}/copy_begins/{person.copy_generation}"
    with speaking(person.copy_language) as language:
        content = CopyBegins(occasion, person, News(CopyBegins), language, link, now).worded()
        return _outgoing(occasion, person, content, language, CopyBegins.template(), key=key, due_at=now, marker=marker)


def _outgoing(
    occasion: Occasion,
    person: Registration,
    content: MailContent,
    language: str,
    template: str,
    **fields: Any,
) -> mail.OutgoingMessage:
    message = occasions.outgoing(
        occasion, content, language, record_kind="registration", record_id=person.id, recipient=person.copy_email,
        template=template, **fields,
    )  # fmt: skip
    return replace(message, audience="copy")


def _known(email: str) -> str:
    return tokens.lookup_hash(keys(), COPIES, text.email_key(email))


def _end(person: Registration, now: datetime) -> None:
    """Kill the link, and what waits for the address that had it."""
    if person.copy_email:
        mail.drop_of_record(person.event_id, "registration", person.id, now, audience="copy")
    person.copy_email = ""
    person.copy_generation += 1
