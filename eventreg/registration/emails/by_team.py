"""The messages about what the team did to a registration: nobody is told that they did it themselves."""

from flask_babel import gettext as _, lazy_gettext as _l

from eventreg.mail.content import Fact, MailContent
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.emails.asking import Asking
from eventreg.registration.emails.messages import Again, Group
from eventreg.registration.rules.states import Status


class TeamChanged(AboutRegistration):
    """Answers changed on somebody's behalf."""

    key = "team_changed"
    group = Group.TEAM
    title = _l("Changed on somebody's behalf")
    trigger = _l("Goes when the team changes answers of somebody and has the person told.")
    goes_again = Again.ALWAYS

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Your registration was changed"),
            self.calendar_follows(),
            _("The organizing team has changed this in your registration for “%(title)s”:", title=self.event_title),
            changes=self.changes,
            warning=_("If something is not right, write to the contact person."),
        )


class TeamWithdrawn(AboutRegistration):
    """Withdrawn on somebody's behalf."""

    key = "team_withdrawn"
    group = Group.TEAM
    title = _l("Withdrawn by the team")
    trigger = _l("Goes when the team withdraws somebody's registration.")
    goes_again = Again.NEVER
    status = Status.CANCELLED
    has_link = False
    holds_reason = True

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Your registration is withdrawn"),
            _("The organizing team has withdrawn your registration for “%(title)s”.", title=self.event_title),
            self.reason,
            self.out_of_calendar(),
            warning=_("If something is not right, write to the contact person."),
        )


class Moved(AboutRegistration):
    """Another category, and the status stays."""

    key = "moved"
    group = Group.TEAM
    title = _l("Another category")
    trigger = _l("Goes when the team moves somebody to another category and the status stays.")
    goes_again = Again.ALWAYS
    holds_reason = True

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("You take part in another capacity"),
            _(
                "In your registration for “%(title)s” you now take part as: %(category)s.",
                title=self.event_title,
                category=self.category_name(),
            ),
            self.reason,
            _("Nothing else changes."),
        )


class HandedOn(AboutRegistration):
    """A place goes to another person: to the one who had it."""

    key = "handed_on"
    group = Group.TEAM
    title = _l("Place handed on")
    trigger = _l("Goes to whoever had a registration that now is another person's.")
    goes_again = Again.NEVER
    has_link = False
    holds_reason = True

    def details(self) -> tuple[tuple[str, str], ...]:
        """See `Message.details`. As what somebody takes part is no longer told to whoever does not."""
        return super().details()[:3]

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Another person takes your place"),
            _("Your registration for “%(title)s” was handed to another person.", title=self.event_title),
            self.reason,
            Fact(_("Your answers, your files and what you agreed to are deleted. Your personal link no longer works.")),
            self.out_of_calendar(),
            warning=_("If something is not right, write to the contact person."),
        )


class HandedTo(Asking):
    """A place goes to another person: to the one who has it now, with the way to complete it."""

    key = "handed_to"
    group = Group.TEAM
    title = _l("Place handed to somebody")
    trigger = _l("Goes to the person who takes somebody's place.")
    goes_again = Again.IN_ITS_STATUS
    invites = True

    def write(self) -> MailContent:
        """See `Message.write`."""
        is_confirmed = self.registration.status is Status.CONFIRMED
        return self.content(
            _("A place was handed to you"),
            _("You take over another person’s place at “%(title)s”.", title=self.event_title),
            self.as_it_stands(),
            self.reason,
            _("Please check your details, complete the answers and say what you agree to."),
            warning=self.answer_by(),
            joining=self.occasion.joining(self.language) if is_confirmed else (),
            button=(_("Complete my registration"), self.request.path),
        )
