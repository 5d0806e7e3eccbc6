"""The messages about places that become free, and about decisions that no other message tells of."""

from flask_babel import gettext as _, lazy_gettext as _l

from eventreg.mail.content import MailContent
from eventreg.registration.emails.about_registration import AboutRegistration, News
from eventreg.registration.emails.messages import Again, Group
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status


class Promoted(AboutRegistration):
    """A place goes to the next person."""

    key = "promoted"
    group = Group.DECIDING
    title = _l("From the waiting list to a place")
    trigger = _l("Goes when a place has become free and the next person gets it.")
    goes_again = Again.NEVER
    invites = True
    contact_words = (
        _l("From the waiting list to confirmed"),
        _l("A place has become free. This person now has it and has been told."),
    )

    @classmethod
    def of(cls, registration: Registration, news: News) -> type[AboutRegistration]:
        """See `AboutRegistration.of`."""
        return PromotedToReview if registration.status is Status.PENDING else cls

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("A place has become free for you"),
            _("A place at “%(title)s” has become free. Your place is confirmed.", title=self.event_title),
            steps=self.before_the_event(),
            joining=self.occasion.joining(self.language),
        )


class PromotedToReview(Promoted):
    """It is the next person's turn, and the team has to decide."""

    key = "promoted_to_review"
    title = _l("From the waiting list to review")
    trigger = _l("Goes when a place has become free and the next person still needs a decision.")
    status = Status.PENDING
    contact_words = (
        _l("From the waiting list to review"),
        _l("A place has become free and this person is next in line. The team has to decide."),
    )

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("A place has become free: under review"),
            _("A place at “%(title)s” has become free, and it is your turn.", title=self.event_title),
            steps=self.review_steps(),
            warning=self.not_yet(),
        )


class Declined(AboutRegistration):
    """No place is offered."""

    key = "declined"
    group = Group.DECIDING
    title = _l("Declined")
    trigger = _l("Goes when somebody without a place is declined.")
    goes_again = Again.IN_ITS_STATUS
    status = Status.DECLINED
    holds_reason = True
    contact_words = _l("Registration declined"), _l("This person has been told that we cannot offer a place.")

    @classmethod
    def of(cls, registration: Registration, news: News) -> type[AboutRegistration]:
        """See `AboutRegistration.of`."""
        return PlaceLost if news.takes_back else cls

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("We cannot offer you a place this time"),
            _(
                "Thank you for your interest in “%(title)s”. We regret that we cannot offer you a place this time.",
                title=self.event_title,
            ),
            self.reason,
        )


class PlaceLost(Declined):
    """The place had been confirmed."""

    key = "place_lost"
    title = _l("Confirmed place taken back")
    trigger = _l("Goes when somebody who had a confirmed place is declined.")
    takes_back = True

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Your place is no longer confirmed"),
            _(
                "We regret that we can no longer offer you the place at “%(title)s” that we had confirmed.",
                title=self.event_title,
            ),
            self.reason,
            self.out_of_calendar(),
        )


class Reopened(AboutRegistration):
    """An earlier decision was taken back after its mail had gone."""

    key = "reopened"
    group = Group.DECIDING
    title = _l("Decision reversed")
    trigger = _l("Goes when a decision that was told is taken back.")
    goes_again = Again.IN_ITS_STATUS
    status = Status.PENDING
    holds_reason = True
    contact_words = (
        _l("Registration to review again"),
        _l("An earlier decision was taken back. The team has to decide again."),
    )

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("We are reviewing your request again"),
            self.no_longer_confirmed(),
            _("We have withdrawn our last answer about “%(title)s”.", title=self.event_title),
            self.reason,
            steps=self.review_steps(),
            warning=self.not_yet(),
        )
