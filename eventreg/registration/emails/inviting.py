"""The messages of a personal invitation: the invitation itself, and the one that reminds of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from flask_babel import gettext as _, lazy_gettext as _l

from eventreg.events.models import Category
from eventreg.mail.content import Fact, MailContent
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails.messages import Again, Group, ToAddress
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.emails.placeholders import Facts
from eventreg.registration.models import Invitation, Registration
from eventreg.registration.queries.places import INVITED, RECORD_KIND
from eventreg.registration.rules.messages import OF_EVENT, OF_PERSON


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
        return *super().details(), (_("You take part as"), self.category_name), (_("Register until"), self.until)

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
                _(
                    "Open the invitation and register: it takes about three minutes. Your name and institution are filled in."
                ),
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
                "%(name)s, for %(host)s, invites you to “%(title)s”.", name=self.invited.by, host=host, title=title
            )
        return _("%(host)s invites you to “%(title)s”.", host=host, title=title)


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
            _("Your invitation waits for an answer: %(title)s", title=self.event_title),
            _("Your invitation waits for an answer"),
            _("We have not had your answer yet. If you have registered a moment ago, do nothing."),
        )
