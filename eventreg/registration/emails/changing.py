"""The messages about what the person changes."""

from flask_babel import gettext as _, lazy_gettext as _l

from eventreg.mail.content import Fact, MailContent
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.emails.messages import Again, Group
from eventreg.registration.rules.states import Status


class Changed(AboutRegistration):
    """Answers of one's own."""

    key = "changed"
    group = Group.CHANGING
    title = _l("Answers changed")
    trigger = _l("Goes when the person has changed answers.")
    goes_again = Again.ALWAYS
    contact_words = _l("Registration changed"), _l("This person changed these answers:")

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("We have saved your changes"),
            self.calendar_follows(),
            _("What has changed in your registration for “%(title)s”:", title=self.event_title),
            changes=self.changes,
            warning=_("If you did not make this change, write to the contact person."),
        )


class EntryTakenOut(AboutRegistration):
    """Takes an entry out of the calendar that was of one day: now one is of all."""

    key = "old_entry"
    group = Group.CHANGING
    title = _l("Earlier calendar entry taken out")
    trigger = _l("Goes once to whoever has a calendar entry for each day, when one for all days takes their place.")
    goes_again = Again.NEVER
    has_link = False
    takes_back = True

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("An old calendar entry is removed"),
            _("Until now your calendar had an entry for each day of “%(title)s”.", title=self.event_title),
            Fact(_("This message removes the one of the date below. Our other message remains valid.")),
        )


class Withdrawn(AboutRegistration):
    """Somebody does not come after all."""

    key = "withdrawn"
    group = Group.CHANGING
    title = _l("Registration withdrawn")
    trigger = _l("Goes when somebody withdraws.")
    goes_again = Again.NEVER
    status = Status.CANCELLED
    has_link = False
    contact_words = (
        _l("Registration withdrawn"),
        _l("This person has withdrawn. If there was a place, it passes to the waiting list."),
    )

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Your registration is withdrawn"),
            _("As you asked, we have withdrawn your registration for “%(title)s”.", title=self.event_title),
            _("If you had a place, somebody else can have it now. Thank you for telling us."),
            self.out_of_calendar(),
            _("If your plans change, you can register again while registration is open."),
        )
