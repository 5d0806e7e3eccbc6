"""The messages after registering; the same tell of a decision."""

from flask_babel import gettext as _, lazy_gettext as _l

from eventreg.mail.content import Fact, MailContent
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.emails.messages import Again, Group
from eventreg.registration.rules.states import Status


class Received(AboutRegistration):
    """Somebody has asked to take part."""

    key = "received"
    group = Group.REGISTERING
    title = _l("Request received")
    trigger = _l("Goes when somebody has registered and waits for a decision.")
    goes_again = Again.IN_ITS_STATUS
    status = Status.PENDING
    contact_words = _l("New registration to review"), _l("This person has registered and waits for the team to decide.")

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("We have your request"),
            _("We have received your request to take part in “%(title)s”.", title=self.event_title),
            steps=(*self.review_steps(), self.until_when()),
            warning=self.not_yet(),
        )


class Confirmed(AboutRegistration):
    """Somebody has a place."""

    key = "confirmed"
    group = Group.REGISTERING
    title = _l("Place confirmed")
    trigger = _l("Goes when somebody gets a place: at once on registering, or by a decision.")
    goes_again = Again.IN_ITS_STATUS
    holds_reason = True
    invites = True
    contact_words = _l("Registration confirmed"), _l("This person has a confirmed place and has been told.")

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Your place is confirmed"),
            _("Your place at “%(title)s” is confirmed. We look forward to welcoming you.", title=self.event_title),
            self.reason,
            steps=self.before_the_event(),
            joining=self.occasion.joining(self.language),
        )


class Waitlisted(AboutRegistration):
    """Somebody waits for a place."""

    key = "waitlisted"
    group = Group.REGISTERING
    title = _l("On the waiting list")
    trigger = _l("Goes when there is no place for somebody, or a decision says so.")
    goes_again = Again.IN_ITS_STATUS
    status = Status.WAITLISTED
    holds_reason = True
    contact_words = _l("On the waiting list"), _l("This person is on the waiting list and has been told.")

    def write(self) -> MailContent:
        """See `Message.write`."""
        was_accepted = self.registration.approved_at is not None and not self.news.takes_back
        return self.content(
            _("You are on the waiting list"),
            self.no_longer_confirmed(),
            Fact(_("Your request was accepted.")) if was_accepted else "",
            _(
                "At the moment we cannot offer you a place at “%(title)s”, but you are on the waiting list.",
                title=self.event_title,
            ),
            self.reason,
            steps=(
                _("A place that becomes free goes to the waiting list, in its order."),
                _("We write to you as soon as it is your turn."),
                self.until_when(),
            ),
            warning=self.not_yet(),
        )
