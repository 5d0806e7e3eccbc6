"""The words to a participant about the event as a whole. Called with the participant's language in force."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.mail.content import Fact, MailContent
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.to_participant import ParticipantWords
from eventreg.registration.wording import status_explained


class EventWords(ParticipantWords):
    """The messages of `messages.ABOUT_EVENT`; the reason that a message names is the event's, not a decision's."""

    def write(self, message: Message) -> MailContent:
        """Return the content for `message`."""
        return self._event_cancelled() if message is Message.EVENT_CANCELLED else self._event_reinstated()

    def _event_cancelled(self) -> MailContent:
        return self._content(
            _("The event does not take place"),
            _("We regret to tell you that “%(title)s” does not take place.", title=self._title),
            self._reason,
            self._out_of_calendar(),
            _("You do not have to do anything. If you bought tickets or booked a room, cancel them now."),
        )

    def _event_reinstated(self) -> MailContent:
        return self._content(
            _("The event takes place after all"),
            _(
                "We had announced that “%(title)s” would not take place. That no longer holds: it takes place.",
                title=self._title,
            ),
            Fact(status_explained(self._registration.status)),
            self._into_calendar(),
        )

    def _into_calendar(self) -> Fact:
        return Fact(_("This message brings the dates back into your calendar.") if self._renews_calendar else "")
