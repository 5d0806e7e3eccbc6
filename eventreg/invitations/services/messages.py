"""Invitations, and what reminds of them: the messages, and how they are sent and sent again; many by a job in short steps.

A step writes to some people and schedules the rest in the same transaction, so that a worker killed at any moment leaves
nobody out and writes to nobody twice. Whether somebody is still to be written to is looked at under the lock of the event.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from flask_babel import gettext as _, lazy_gettext as _l
from sqlalchemy import select

from eventreg.accounts.queries import list_account_names
from eventreg.audit.services import Actor, note
from eventreg.db import db, transaction
from eventreg.events.models import Category, Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import holding_event, lock_event, lock_event_in_any_state
from eventreg.events.rules.team import WHOLE, Scope
from eventreg.invitations.queries import lock_invitation, tell_stories
from eventreg.invitations.rules.invitations import InvitationReason, Story, refusal_to_remind, refusal_to_send
from eventreg.jobs.services import schedule
from eventreg.kernel import clock
from eventreg.kernel.errors import NotFound, Refused
from eventreg.mail.content import Fact, MailContent
from eventreg.mail.services import OutgoingMessage, enqueue_all
from eventreg.registration.emails.messages import Again, Group, ToAddress
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.emails.placeholders import Facts
from eventreg.registration.models import Invitation, Registration
from eventreg.registration.queries.places import INVITED, RECORD_KIND
from eventreg.registration.rules.availability import refusal_to_register
from eventreg.registration.rules.messages import OF_EVENT, OF_PERSON
from eventreg.registration.rules.states import RegisteringReason


@dataclass(frozen=True)
class Invited:
    """An invitation with what its messages name of others. `by` is empty where whoever invited is gone."""

    invitation: Invitation
    category: Category
    by: str = ""

    @property
    def full_name(self) -> str:
        """The person's name, as far as it is known."""
        return f"{self.invitation.given_name} {self.invitation.family_name}".strip()


class Inviting(ToAddress, is_base=True):
    """A message about an invitation, in the language of whoever is invited."""

    group = Group.INVITING
    goes_again = Again.NEVER
    names = OF_EVENT | OF_PERSON | {"invited_by", "register_until"}
    why = _l(
        "You receive this message because the institutions that organize the event want you to take part and gave "
        "your address for it. Once you decline, we do not write to you about it again."
    )

    def __init__(self, occasion: Occasion, invited: Invited, language: str, link: str) -> None:
        super().__init__(occasion, language, link)
        self.invited, self.invitation = invited, invited.invitation
        self.category_name = occasion.text(invited.category.name, language)
        self.until = occasion.register_until(invited.category, invited.invitation.expires_at, language)

    @classmethod
    def compose(cls, occasion: Occasion, invited: Invited, now: datetime) -> OutgoingMessage:
        """Return the message to whoever is invited."""
        invitation = invited.invitation
        return cls.as_mail(
            occasion, invitation.language, (INVITED, invitation.public_id, invitation.generation),
            lambda language, link: cls(occasion, invited, language, link), now,
            key=f"{cls.key}/{invitation.public_id}/{now.timestamp():.6f}",
            record_kind=RECORD_KIND, record_id=invitation.id, recipient=invitation.email,
        )  # fmt: skip

    @classmethod
    def in_slots(cls, slots: Occasion, language: str, now: datetime) -> Self:
        """See `Message.in_slots`."""
        invitation = Invitation(given_name="{full_name}", family_name="", note="", skips_approval=False)
        return cls(slots, Invited(invitation, Category(name={}), "{invited_by}"), language, "{link}")

    @classmethod
    def example(cls, occasion: Occasion, person: Registration, now: datetime) -> OutgoingMessage:
        """See `ToAddress.example`."""
        invitation = Invitation(
            public_id=person.public_id, id=0, generation=1, language=person.language, email=person.email, note="",
            given_name=person.given_name, family_name=person.family_name, institution=person.institution,
            skips_approval=False, expires_at=None,
        )  # fmt: skip
        return cls.compose(occasion, Invited(invitation, occasion.category_of(person)), now)

    def facts(self) -> Facts:
        """See `Message.facts`."""
        return replace(
            super().facts(),
            given_name=self.invitation.given_name,
            full_name=self.invited.full_name,
            institution=self.invitation.institution,
            category=self.category_name,
            invited_by=self.invited.by or self.occasion.host_name(self.language),
            register_until=self.until,
        )

    def greeting(self) -> str:
        """See `Message.greeting`."""
        name = self.invited.full_name
        return _("Dear %(name)s,", name=name) if name else super().greeting()

    def details(self) -> tuple[tuple[str, str], ...]:
        """See `Message.details`."""
        until = self.until[:1].upper() + self.until[1:]
        return *super().details(), (_("You take part as"), self.category_name), (_("Register until"), until)

    def invite(self, subject: str, heading: str, *more: str) -> MailContent:
        """Return the words: what invites, then `more`."""
        note = [line.strip() for line in self.invitation.note.splitlines() if line.strip()]
        if note:
            note.insert(0, _("A few words for you:"))
        return self.content(
            heading,
            self._invites(),
            *more,
            *map(Fact, note),
            subject=subject,
            button=(_("See the invitation and register"), ""),
            steps=(
                _("Open the invitation and register: it takes about three minutes. What we already know is filled in."),
                _("Your place is confirmed at once, as long as there is one.")
                if self.invitation.skips_approval
                else _("We answer you by email as soon as you have registered."),
                _("If you cannot come, decline on the same page, so that the place goes to somebody else."),
            ),
        )

    def _invites(self) -> str:
        title, host = self.event_title, self.occasion.host_name(self.language)
        if self.invited.by:
            return _(
                "%(name)s, for %(host)s, invites you to take part in “%(title)s”.",
                name=self.invited.by,
                host=host,
                title=title,
            )
        return _("%(host)s invites you to take part in “%(title)s”.", host=host, title=title)


class InvitationSent(Inviting):
    """The invitation itself."""

    key = "invitation"
    title = _l("Invitation")
    trigger = _l("Goes when an invitation is sent.")

    def write(self) -> MailContent:
        """See `Message.write`."""
        subject = _("Invitation: %(title)s", title=self.event_title)
        return self.invite(subject, _("You are invited"))


class InvitationReminder(Inviting):
    """Somebody has not answered yet."""

    key = "invitation_reminder"
    title = _l("Reminder of an invitation")
    trigger = _l("Goes when the team reminds people who have not answered.")

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.invite(
            _("Your invitation awaits an answer: %(title)s", title=self.event_title),
            _("Your invitation awaits an answer"),
            _("We have not received your answer yet. If you have just registered, there is nothing you need to do."),
        )


SEND_JOB = "registration.send_invitations"
#: people written to in one step: a second of work, in which nobody else can write to a small database
PEOPLE_A_STEP = 50

_SEND, _REMIND = "send", "remind"


def send_invitation(event_id: int, public_id: str, who: Organizer) -> None:
    """Send an invitation, for the first time or again.

    Raises NotFound, Refused (OVER, ADDRESS_MISSING, SENT_A_MOMENT_AGO, NOT_NOW).
    """
    _write_to_one(event_id, public_id, who, _SEND)


def remind_of_invitation(event_id: int, public_id: str, who: Organizer) -> None:
    """Remind somebody who has not answered, once a day at most.

    Raises NotFound, Refused (OVER, ADDRESS_MISSING, NOT_SENT_YET, REMINDED_TODAY, NOT_NOW).
    """
    _write_to_one(event_id, public_id, who, _REMIND)


def lock_story(event_id: int, public_id: str, scope: Scope = WHOLE) -> tuple[Event, Invitation, Story]:
    """Hold an event and an invitation of it in scope; returns both with its story. Raises NotFound, and as `lock_event`."""
    event = lock_event(event_id)
    invitation = lock_invitation(event_id, public_id)
    if not scope.has_category(event.category_of(invitation).key):
        raise NotFound
    return event, invitation, tell_stories(event_id, [invitation])[invitation.id]


def send_now(event: Event, invitation: Invitation, who: Actor, now: datetime) -> None:
    """Send an invitation that was just made, in the caller's transaction. Raises Refused."""
    _check_event(event, now)
    story = tell_stories(event.id, [invitation])[invitation.id]
    if (reason := refusal_to_send(story, invitation.email, now)) is not None:
        raise Refused(reason)
    _write(event, [invitation], who, _SEND, now)


def schedule_invitations(event: Event, invitation_ids: Sequence[int], who: Actor, now: datetime) -> None:
    """Have invitations that were just made sent by a job, in the caller's transaction. Raises Refused (NOT_NOW)."""
    _check_event(event, now)
    _schedule(event.id, _SEND, invitation_ids, who.id, secrets.token_hex(8), now)


def send_all_made(event_id: int, who: Organizer) -> int:
    """Send every invitation that was made and not sent; returns to how many. By a job. Raises Refused (NOT_NOW)."""
    return _schedule_all(event_id, who, _SEND)


def remind_all(event_id: int, who: Organizer) -> int:
    """Remind everybody who was sent an invitation and has not answered; returns how many. By a job.

    Whoever was written to within a day is left out. Raises Refused (NOT_NOW).
    """
    return _schedule_all(event_id, who, _REMIND)


def count_to_write_to(event_id: int, scope: Scope = WHOLE) -> tuple[int, int]:
    """Return how many invitations `send_all_made` and `remind_all` would write to now."""
    now = clock.now()
    return len(_due(event_id, _SEND, scope, now)), len(_due(event_id, _REMIND, scope, now))


def send_some(work: Mapping[str, Any], now: datetime) -> int:
    """Write to the next people of a list; returns to how many. A job of the worker, in its transaction."""
    event = lock_event_in_any_state(work["event_id"])
    if _refusal_of_event(event, now) is not None:
        # Cancelled or closed meanwhile: nobody is invited any more.
        return 0
    ids, act = list(work["ids"]), str(work["act"])
    rows = db.session.scalars(
        select(Invitation)
        .where(Invitation.event_id == event.id, Invitation.id.in_(ids[:PEOPLE_A_STEP]))
        .order_by(Invitation.id)
        .execution_options(populate_existing=True)
    ).all()
    due = _still_due(event.id, rows, act, now)
    _write(event, due, Actor.account(work["account_id"]), act, now)
    if rest := ids[PEOPLE_A_STEP:]:
        _schedule(event.id, act, rest, work["account_id"], work["batch"], now)
    return len(due)


def _write_to_one(event_id: int, public_id: str, who: Organizer, act: str) -> None:
    now = clock.now()
    with transaction():
        event, invitation, story = lock_story(event_id, public_id, who.scope)
        _check_event(event, now)
        if (reason := _REFUSALS[act](story, invitation.email, now)) is not None:
            raise Refused(reason)
        _write(event, [invitation], who, act, now)


def _schedule_all(event_id: int, who: Organizer, act: str) -> int:
    now = clock.now()
    with holding_event(event_id) as event:
        _check_event(event, now)
        ids = [row.id for row in _due(event_id, act, who.scope, now)]
        if ids:
            _schedule(event_id, act, ids, who.id, secrets.token_hex(8), now)
    return len(ids)


def _due(event_id: int, act: str, scope: Scope, now: datetime) -> list[Invitation]:
    """Return whom an act would write to now, as far as somebody may know of them."""
    statement = (
        select(Invitation)
        .join(Category, Category.id == Invitation.category_id)
        .where(
            Invitation.event_id == event_id,
            Invitation.email != "",
            Invitation.used_at.is_(None),
            Invitation.sent_at.is_(None) if act == _SEND else Invitation.sent_at.is_not(None),
        )
        .order_by(Invitation.id)
    )
    if scope.categories is not None:
        statement = statement.where(Category.key.in_(sorted(scope.categories)))
    return _still_due(event_id, db.session.scalars(statement).all(), act, now)


def _still_due(event_id: int, rows: Sequence[Invitation], act: str, now: datetime) -> list[Invitation]:
    """Return those of these people whom an act would write to; whoever was sent the first message meanwhile is done."""
    stories = tell_stories(event_id, rows)
    return [
        row
        for row in rows
        if _REFUSALS[act](stories[row.id], row.email, now) is None and (act == _REMIND or row.sent_at is None)
    ]


def _write(event: Event, rows: Sequence[Invitation], who: Actor, act: str, now: datetime) -> None:
    occasion = Occasion.load(event)
    categories = {category.id: category for category in event.categories}
    names = list_account_names({row.invited_by_id for row in rows if row.invited_by_id is not None})
    message = InvitationSent if act == _SEND else InvitationReminder
    messages: list[OutgoingMessage] = []
    for row in rows:
        is_again = act == _SEND and row.sent_at is not None
        if act == _SEND:
            row.sent_at = now
        else:
            row.reminded_at = now
        invited = Invited(row, categories[row.category_id], names.get(row.invited_by_id or 0, ""))
        messages.append(message.compose(occasion, invited, now))
        action = "invitation_reminded" if act == _REMIND else "invitation_sent_again" if is_again else "invitation_sent"
        note(row, action, who, now)
    enqueue_all(messages)


def _schedule(event_id: int, act: str, ids: Sequence[int], account_id: int | None, batch: str, now: datetime) -> None:
    work = {"event_id": event_id, "act": act, "ids": list(ids), "account_id": account_id, "batch": batch}
    schedule(SEND_JOB, f"{SEND_JOB}:{event_id}:{batch}", work, now)


def _check_event(event: Event, now: datetime) -> None:
    if _refusal_of_event(event, now) is not None:
        raise Refused(InvitationReason.NOT_NOW)


def _refusal_of_event(event: Event, now: datetime) -> RegisteringReason | None:
    """Say why nobody is invited to an event now. Before registration opens people can be: the message says from when."""
    refusal = refusal_to_register(now, event.registration_opens_at, event.registration_closes_at, event.publication)
    return None if refusal is RegisteringReason.NOT_OPEN_YET else refusal


_REFUSALS: Mapping[str, Callable[[Story, str, datetime], InvitationReason | None]] = {
    _SEND: refusal_to_send,
    _REMIND: refusal_to_remind,
}
