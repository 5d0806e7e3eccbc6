"""Erasure as it is asked for: by the person, who confirms it from their address, by the team, by an administrator everywhere.

The person gets a receipt at once and another when it is done; then their address is forgotten too. What was sent or taken out
cannot be called back: the owners are told, and the desk lists whom to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select, union, update

from eventreg.accounts.emails import enqueue_to_account
from eventreg.accounts.services.guards import Try, demand
from eventreg.attendees.services.team_acts import TeamAct
from eventreg.audit.services import Actor, note
from eventreg.db import db, transaction
from eventreg.events.announcing import Announcing
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole, holding_event_in_any_state
from eventreg.events.queries.team import list_grants
from eventreg.events.rules.team import Permission
from eventreg.i18n import formats
from eventreg.i18n.languages import speaking
from eventreg.jobs.services import schedule
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import email_key
from eventreg.kernel.tokens import new_public_id
from eventreg.mail.content import MailContent, link_marker, new_marker
from eventreg.mail.models import MailMessage
from eventreg.mail.services import enqueue
from eventreg.privacy import people
from eventreg.privacy.erasing import ASKS_BY_REGISTRATION, FORGET_JOB, Erased, Held, check_not_held, erase
from eventreg.privacy.people import Person, of_address, of_registration
from eventreg.registration.emails import ERASE, Occasion
from eventreg.registration.emails.occasions import outgoing
from eventreg.registration.models import ErasureRequest, Invitation, Registration, SavedForm
from eventreg.registration.queries.registrations import lock_registration
from eventreg.registration.queries.scoping import lock_in_scope
from eventreg.registration.rules.availability import CONFIRM_ADDRESS_WITHIN
from eventreg.registration.rules.states import Because, ChangeReason, ChangeRefused
from eventreg.web.instance import ONE_GENERATION, address_of, holder_of, site_name

ERASE_JOB = "privacy.erase"
#: a receipt that could not go until then never does
_RECEIPTS_WAIT = timedelta(days=3)


def ask(event_id: int, registration_id: int) -> None:
    """Have the person confirm from their address that everything of them is erased. Raises Held, NotFound, TooManyTries.

    A link that was sent before dies.
    """
    now = clock.now()
    with holding_event_in_any_state(event_id) as event:
        check_not_held(event, now)
        registration = lock_registration(event_id, registration_id)
        demand(Try(ASKS_BY_REGISTRATION, registration.public_id))
        earlier = (ErasureRequest.registration_id == registration_id, ErasureRequest.confirmed_at.is_(None))
        db.session.execute(update(ErasureRequest).where(*earlier).values(expires_at=now))
        request = _new_request(registration, Because.ASKED, now, email=registration.email)
        request.expires_at = now + CONFIRM_ADDRESS_WITHIN
        note(registration, "erasure_asked", Actor.participant(registration_id), now)
        _tell(event, request, "confirm", now)


def find_request(token: str) -> ErasureRequest:
    """Return the request that the link in the mail confirms. Raises NotFound."""
    return holder_of(token, ERASE, select(ErasureRequest).execution_options(populate_existing=True))


def is_gone(request: ErasureRequest) -> bool:
    """Say whether the registration that it is about is there no more, whoever erased it."""
    return db.session.get(Registration, request.registration_id, populate_existing=True) is None


def is_theirs(request: ErasureRequest) -> bool:
    """Say whether the registration still has the address that the link went to: who left it asks no more."""
    row = db.session.get(Registration, request.registration_id, populate_existing=True)
    return row is not None and row.email_key == email_key(request.email)


def confirm(token: str) -> None:
    """Begin to erase; confirmed twice is confirmed once. Raises Held, NotFound and Refused (LINK_EXPIRED)."""
    now = clock.now()
    with holding_event_in_any_state(find_request(token).event_id) as event:
        request = find_request(token)
        if request.confirmed_at is not None:
            return
        if request.expires_at is None or request.expires_at <= now:
            raise Refused(ChangeReason.LINK_EXPIRED)
        if not is_theirs(request):
            raise Refused(ChangeReason.LINK_EXPIRED)
        check_not_held(event, now)
        request.confirmed_at = now
        _tell(event, request, "received", now)
        schedule(ERASE_JOB, f"{ERASE_JOB}:{request.id}", {"request_id": request.id}, now)


def carry_out(work: Mapping[str, Any], now: datetime) -> bool:
    """Do what was confirmed. A work of the worker, done in one turn. Where the law has come between, the person is told."""
    request = db.session.get(ErasureRequest, work["request_id"])
    if request is None or request.done_at is not None or request.registration_id is None:
        return False
    event_id, registration_id = request.event_id, request.registration_id
    db.session.rollback()
    try:
        with holding_event_in_any_state(event_id) as event:
            request = db.session.get_one(ErasureRequest, work["request_id"], populate_existing=True)
            find = partial(of_registration, event_id, registration_id)
            _carry_out(event, request, find, Actor.participant(registration_id), now)
    except Held as held:
        with transaction():
            request = db.session.get_one(ErasureRequest, work["request_id"], populate_existing=True)
            _tell(get_event_whole(event_id), request, "held", now, held=held)
            _forget_receipts(request, now)
    return False


def erase_for(event_id: int, reference: str, because: Because, act: TeamAct) -> None:
    """Erase a person for the team, at once. Raises Held, Unannounced, NotFound and ChangeRefused (CHANGED_MEANWHILE)."""
    now = clock.now()
    with holding_event_in_any_state(event_id) as event:
        registration = lock_in_scope(event_id, reference, act.who.scope)
        if registration.revision != act.seen_revision:
            raise ChangeRefused(ChangeReason.CHANGED_MEANWHILE)
        request = _new_request(registration, because, now, email=registration.email if act.tells else "")
        request.account_id = act.who.account_id
        find = partial(of_registration, event_id, registration.id)
        _carry_out(event, request, find, act.who, now, act.announcing)


def _carry_out(
    event: Event,
    request: ErasureRequest,
    find: Callable[[], Person],
    who: Actor,
    now: datetime,
    announcing: Announcing | None = None,
) -> None:
    def finish(erased: Erased) -> None:
        _finish(event, request, erased, now)

    because = request.because.value
    erase(event.id, find, who, now, announcing=announcing, because=because, request_id=request.id, then=finish)


@dataclass(frozen=True)
class Found:
    """What an event has of an address, or had."""

    event: Event
    person: Person
    #: why nothing was erased there
    held: Held | None = None


def find_address(email: str) -> Iterator[Found]:
    """Yield the events that have something of an address, in the order of their ids."""
    now = clock.now()
    for event_id in _events_of(email):
        event, held = get_event_whole(event_id), None
        try:
            check_not_held(event, now)
        except Held as found:
            held = found
        yield Found(event, of_address(event_id, email), held)


def erase_address(email: str, by: Actor, *, tells: bool) -> Iterator[Found]:
    """Erase an address at every event that has something of it, one transaction each; where the law holds it, it stays."""
    for found in list(find_address(email)):
        if found.held is None:
            try:
                _erase_address_at(found, email, by, tells=tells)
            except Held as held:
                found = replace(found, held=held)
        yield found


def _erase_address_at(found: Found, email: str, by: Actor, *, tells: bool) -> None:
    now = clock.now()
    with holding_event_in_any_state(found.event.id) as event:
        person = of_address(event.id, email)
        about = person.registrations[0] if person.registrations else None
        request = _new_request(about or found.event, Because.ADDRESS, now, email=email if tells else "")
        request.account_id = by.id
        _carry_out(event, request, partial(of_address, event.id, email), by, now)


def _events_of(email: str) -> list[int]:
    key = email_key(email)
    return sorted(
        db.session.scalars(
            union(
                select(Registration.event_id).where(Registration.email_key == key),
                select(Invitation.event_id).where(Invitation.email_key == key),
                select(SavedForm.event_id).where(SavedForm.email.ilike(key, escape="\\")),
                select(MailMessage.event_id).where(people.written_to([key]), MailMessage.event_id.is_not(None)),
            )
        )
    )


def _new_request(about: Registration | Event, because: Because, now: datetime, *, email: str) -> ErasureRequest:
    is_registered = isinstance(about, Registration)
    request = ErasureRequest(
        public_id=new_public_id(),
        event_id=about.event_id if isinstance(about, Registration) else about.id,
        registration_id=about.id if is_registered else None,
        because=because,
        email=email,
        language=about.language if isinstance(about, Registration) else about.languages[0],
        asked_at=now,
    )
    db.session.add(request)
    db.session.flush()
    return request


def _finish(event: Event, request: ErasureRequest, erased: Erased, now: datetime) -> None:
    request.done_at, request.exports, request.contact_mails = now, erased.exports, erased.contact_mails
    if request.email:
        _tell(event, request, "done", now)
        _forget_receipts(request, now)
    for account, grant in list_grants(event.id):
        if grant.allows(Permission.OWN):
            with speaking(account.language) as language:
                content = _to_owner(event, account.name, erased, language).quietened(event.is_quiet)
            key = f"account/erased/{request.public_id}/{account.id}"
            enqueue_to_account(account, content, language, key, "erasure/to_tell", is_held_back=event.holds_mail)


def _forget_receipts(request: ErasureRequest, now: datetime) -> None:
    """Forget the address: here at once, and with the receipts when they have gone."""
    request.email = ""
    about = (MailMessage.record_kind == "erasure", MailMessage.record_id == request.id)
    ids = list(db.session.scalars(select(MailMessage.id).where(*about)))
    work = {"ids": ids, "until": (now + _RECEIPTS_WAIT).isoformat()}
    schedule(FORGET_JOB, f"{FORGET_JOB}:{ids[0]}", work, now, sends=False)


def _tell(event: Event, request: ErasureRequest, what: str, now: datetime, held: Held | None = None) -> None:
    """Queue a message to the person. It holds nothing of them but the address that it goes to."""
    occasion, marker = Occasion.load(get_event_whole(event.id)), new_marker()
    with speaking(request.language) as language:
        link = link_marker(marker, ERASE, request.public_id, ONE_GENERATION)
        content = _content(what, occasion.title(language), request, link, held, language)
        contact = _("You receive this message because it concerns your data.")
        enqueue(
            outgoing(
                occasion, replace(content, footer=(contact,)), language,
                key=f"erasure/{request.public_id}/{what}", record_kind="erasure", record_id=request.id,
                template=f"erasure/{what}", recipient=request.email, marker=marker, due_at=now,
            )
        )  # fmt: skip


def _content(
    what: str, title: str, request: ErasureRequest, link: str, held: Held | None, language: str
) -> MailContent:
    """Return the words of a message, whose language is in force."""
    number = (_("Number of this request"), request.public_id)
    greeting, hours = _("Hello,"), CONFIRM_ADDRESS_WITHIN // timedelta(hours=1)
    if what == "confirm":
        return MailContent(
            subject=_("Confirm the deletion of your data: %(title)s", title=title),
            heading=_("Delete my data"),
            greeting=greeting,
            paragraphs=(
                _(
                    "Somebody (we hope it was you) asked us to delete everything that we hold about you for “%(title)s”.",
                    title=title,
                ),
                _("Confirm it with the link below. It works for %(hours)s hours.", hours=hours),
                _("Your registration ends with it. If it was not you, do nothing: nothing is deleted."),
            ),
            facts=(number,),
            action=(_("Look and confirm"), link),
        )  # fmt: skip
    if what == "received":
        return MailContent(
            subject=_("We are deleting your data: %(title)s", title=title),
            heading=_("We have received your request"),
            greeting=greeting,
            paragraphs=(
                _("You confirmed the deletion of everything that we hold about you for “%(title)s”.", title=title),
                _("We begin at once. When it is done we will write to you one last time."),
            ),
            facts=(number,),
        )
    if what == "held" and held is not None:
        day, reason = formats.plain_day(held.details["day"], language), held.details["reason"]
        return MailContent(
            subject=_("We may not delete your data yet: %(title)s", title=title),
            heading=_("Your data are not deleted yet"),
            greeting=greeting,
            paragraphs=(
                _("The law obliges the organizers to keep these data until %(day)s. Reason: %(reason)s", day=day, reason=reason),
                _("Ask again after that day, from your page."),
            ),
            facts=(number,),
        )  # fmt: skip
    return MailContent(
        subject=_("Your data are deleted: %(title)s", title=title),
        heading=_("Your data are deleted"),
        greeting=greeting,
        paragraphs=(
            _("All that we held about you for “%(title)s” is deleted, and your personal link no longer works.", title=title),
            _("The figures still count that somebody took part, without anything about you."),
            _("Messages and lists that had left this system before cannot be called back: the organizers were told whom to ask."),
            _("This is our last message: your address is deleted now, too."),
        ),
        facts=(number,),
    )  # fmt: skip


def _to_owner(event: Event, name: str, erased: Erased, language: str) -> MailContent:
    title = event.title.get(language) or next(iter(event.title.values()), "")
    day = formats.plain_day(clock.now().astimezone(ZoneInfo(event.time_zone)).date(), language)
    return MailContent(
        subject=_("Data of a person were deleted: %(event)s", event=title),
        heading=_("Whom to tell"),
        greeting=_("Dear %(name)s,", name=name),
        paragraphs=(
            _("On %(day)s everything about a person was deleted from “%(event)s”.", day=day, event=title),
            _("What had left the system before cannot be called back. Ask whoever has it to delete the person there, too."),
        ),
        facts=(
            (_("Exports that the person may be in"), str(len(erased.exports))),
            (_("Messages to the contact person about them"), str(erased.contact_mails)),
        ),
        action=(_("See whom to tell"), address_of("privacy.list_erasures", slug=event.slug)),
        is_link_personal=False,
        footer=(_("You receive this message because you own the event."), site_name()),
    )  # fmt: skip
