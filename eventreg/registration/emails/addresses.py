"""The messages that bring a personal link, or tell of another address. Some go to an address that may be anybody's."""

from datetime import datetime, timedelta
from typing import Self

from flask_babel import gettext as _, lazy_gettext as _l

from eventreg.mail.content import Fact, MailContent
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.emails.messages import Again, Group, Message, ToAddress
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.emails.placeholders import Facts
from eventreg.registration.models import Registration, SavedForm
from eventreg.registration.rules import availability, messages
from eventreg.registration.rules.states import Status

#: purposes of personal links, resolved when a message is sent
OWN_PAGE, VERIFY, CONFIRM_ADDRESS = "my", "verify", "address"
#: where somebody chooses which messages come; and where a contact person does
CHOICES, CONTACT_CHOICE = "choices", "contact"
#: where whoever gets copies ends them
COPIES = "copies"
#: those that open a kept form, and one's answers of another event
SAVED_FORM, EARLIER_ANSWERS = "form", "earlier"
#: that confirms that one's data are to be erased
ERASE = "erase"
_HOUR = timedelta(hours=1)


class ToUnconfirmed(AboutRegistration, is_base=True):
    """To an address that is not confirmed: nothing that somebody typed, nothing about a registration."""

    group = Group.ADDRESSES
    names = messages.OF_EVENT
    greeting = Message.greeting
    details = Message.details


class Verify(ToUnconfirmed):
    """Somebody asked to take part."""

    key = "verify"
    title = _l("Confirm the address")
    trigger = _l("Goes on registering where addresses are confirmed first.")
    goes_again = Again.IN_ITS_STATUS
    status = Status.UNVERIFIED

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Confirm your email address"),
            _(
                "Somebody (we hope it was you) asked to take part in “%(title)s” with this address.",
                title=self.event_title,
            ),
            _(
                "Confirm the address so that the registration counts. The link works for %(hours)s hours.",
                hours=availability.VERIFY_WITHIN // _HOUR,
            ),
            Fact(_("If it was not you, do nothing: the registration lapses.")),
            button=(_("Confirm my address"), ""),
        )


class OwnLink(AboutRegistration):
    """Somebody asked for the link."""

    key = "link"
    group = Group.ADDRESSES
    title = _l("Personal link")
    trigger = _l("Goes when somebody asks for the link, or sends the form a second time.")
    goes_again = Again.ALWAYS

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Your personal link"),
            _("This link opens your registration for “%(title)s”.", title=self.event_title),
            Fact(
                _(
                    "You receive it because somebody (we hope it was you) asked for it "
                    "or sent the form again with this address."
                )
            ),
        )


class CopyReady(AboutRegistration):
    """Somebody asked for a copy of everything that is held about them."""

    key = "copy_ready"
    group = Group.ADDRESSES
    title = _l("Copy of one's data")
    trigger = _l("Goes when the copy that somebody asked for is ready.")
    goes_again = Again.NEVER

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Your copy is ready"),
            _("You asked for a copy of everything that we hold about you for “%(title)s”.", title=self.event_title),
            _("Download it with the link below. It is there for seven days; after that you can ask for it again."),
            button=(_("Download my copy"), "/data"),
        )


class ConfirmAddress(ToUnconfirmed):
    """Somebody gave another address."""

    key = "confirm_address"
    title = _l("Confirm a new address")
    trigger = _l("Goes to the new address when somebody changes it.")
    goes_again = Again.NEVER

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Confirm your new email address"),
            _(
                "Somebody (we hope it was you) asked us to write to this address about “%(title)s”.",
                title=self.event_title,
            ),
            _(
                "Confirm the address with the link below. It works for %(hours)s hours.",
                hours=availability.CONFIRM_ADDRESS_WITHIN // _HOUR,
            ),
            Fact(_("Until then we write to the earlier address. If it was not you, do nothing.")),
            button=(_("Confirm my new address"), ""),
        )


class AddressChanged(AboutRegistration):
    """To the address that is confirmed now."""

    key = "address_changed"
    group = Group.ADDRESSES
    title = _l("New address confirmed")
    trigger = _l("Goes to the new address once it is confirmed.")
    goes_again = Again.ALWAYS
    invites = True

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Your new email address is confirmed"),
            _("From now on we write to this address about “%(title)s”.", title=self.event_title),
            Fact(_("This is your new personal link. The earlier one no longer works.")),
        )


class AddressLeft(AboutRegistration):
    """To the address that was left."""

    key = "address_left"
    group = Group.ADDRESSES
    title = _l("Address no longer used")
    trigger = _l("Goes to the earlier address once the new one is confirmed.")
    goes_again = Again.NEVER
    has_link = False

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Your email address was changed"),
            _("We no longer write to this address about “%(title)s”.", title=self.event_title),
            Fact(_("Your earlier personal link no longer works. The new one was sent to your new address.")),
            warning=_("If you did not make this change, write to the contact person."),
        )


class FormKept(ToAddress):
    """Leads back to a form kept for later. It holds nothing that was typed."""

    key = "saved_form"
    group = Group.ADDRESSES
    title = _l("Form saved for later")
    trigger = _l("Goes when somebody keeps a form to go on with it later.")
    goes_again = Again.NEVER
    names = messages.OF_EVENT | {"kept_until"}
    why = _l(
        "You receive this message because somebody kept a form for later and gave this address. "
        "If it was not you, do nothing: the form is deleted."
    )

    def __init__(self, occasion: Occasion, saved: SavedForm, language: str, link: str) -> None:
        super().__init__(occasion, language, link)
        self.until = occasion.kept_until(saved.expires_at, language)

    @classmethod
    def compose(cls, occasion: Occasion, saved: SavedForm, now: datetime) -> OutgoingMessage:
        """Return the message to whoever kept the form."""
        return cls.as_mail(
            occasion, saved.language, (SAVED_FORM, saved.public_id, saved.generation),
            lambda language, link: cls(occasion, saved, language, link), now,
            key=f"saved-form/{saved.public_id}/{saved.generation}/{now.timestamp():.6f}",
            record_kind="saved_form", record_id=saved.id, recipient=saved.email,
        )  # fmt: skip

    @classmethod
    def in_slots(cls, slots: Occasion, language: str, now: datetime) -> Self:
        """See `Message.in_slots`."""
        return cls(slots, SavedForm(expires_at=now), language, "{link}")

    @classmethod
    def example(cls, occasion: Occasion, person: Registration, now: datetime) -> OutgoingMessage:
        """See `ToAddress.example`."""
        saved = SavedForm(
            public_id=person.public_id, id=0, generation=1, language=person.language, email=person.email,
            expires_at=now + timedelta(days=7),
        )  # fmt: skip
        return cls.compose(occasion, saved, now)

    def facts(self) -> Facts:
        """See `Message.facts`."""
        return Facts(self.occasion, self.language, link=self.link, kept_until=self.until)

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Go on with your registration"),
            _(
                "The form for “%(title)s” is kept as it was. You are not registered yet: open it, complete it and send it.",
                title=self.event_title,
            ),
            _("Your form is kept until %(moment)s.", moment=self.until),
            subject=_("Go on with your registration: %(title)s", title=self.event_title),
            button=(_("Go on with the form"), ""),
        )


class EarlierAnswers(ToAddress):
    """Leads to one's answers from an earlier event: about the new one, to the holder of the earlier registration."""

    key = "earlier_answers"
    group = Group.ADDRESSES
    title = _l("Earlier answers")
    trigger = _l("Goes when somebody wants to begin from the answers of an earlier event.")
    goes_again = Again.ALWAYS
    why = _l("You receive this message because somebody (we hope it was you) asked for it with this address.")

    @classmethod
    def compose(cls, occasion: Occasion, earlier: Registration, language: str, now: datetime) -> OutgoingMessage:
        """Return the message about the new event of `occasion`."""
        return cls.as_mail(
            occasion, language, (EARLIER_ANSWERS, earlier.public_id, earlier.link_generation),
            lambda spoken, link: cls(occasion, spoken, link), now,
            key=f"earlier/{occasion.event.id}/{earlier.public_id}/{now.timestamp():.6f}",
            record_kind="registration", record_id=earlier.id, recipient=earlier.email,
        )  # fmt: skip

    @classmethod
    def in_slots(cls, slots: Occasion, language: str, now: datetime) -> Self:
        """See `Message.in_slots`."""
        return cls(slots, language, "{link}")

    @classmethod
    def example(cls, occasion: Occasion, person: Registration, now: datetime) -> OutgoingMessage:
        """See `ToAddress.example`."""
        return cls.compose(occasion, person, person.language, now)

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Your earlier answers"),
            _("Fill in the form for “%(title)s” with what you answered before.", title=self.event_title),
            Fact(
                _(
                    "First you see what is taken over, and agree to it. Nothing sensitive is taken over or sent by itself."
                )
            ),
            subject=_("Your earlier answers: %(title)s", title=self.event_title),
            button=(_("See my earlier answers"), ""),
        )
