"""The words to a participant about what the team did to the registration. Called with the participant's language in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask_babel import gettext as _

from eventreg.mail.content import Fact, MailContent
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.request_words import RequestWords
from eventreg.registration.emails.to_participant import ParticipantWords
from eventreg.registration.rules.states import Status
from eventreg.registration.wording import status_explained


class TeamWords(ParticipantWords):
    """The messages of `messages.BY_TEAM`: nobody is told that they did it themselves."""

    def write(self, message: Message) -> MailContent:
        """Return the content for `message`."""
        writers: dict[Message, Callable[[], MailContent]] = {
            Message.TEAM_CHANGED: self._team_changed,
            Message.TEAM_WITHDRAWN: self._team_withdrawn,
            Message.MOVED: self._moved,
            Message.HANDED_ON: self._handed_on,
        }
        return writers[message]()

    def _team_changed(self) -> MailContent:
        return self._content(
            _("Your registration was changed"),
            self._calendar_follows(),
            _("The organizing team has changed this in your registration for “%(title)s”:", title=self._title),
            changes=self._changes,
            warning=_("If something is not right, write to the contact person."),
        )

    def _team_withdrawn(self) -> MailContent:
        return self._content(
            _("Your registration is withdrawn"),
            _("The organizing team has withdrawn your registration for “%(title)s”.", title=self._title),
            self._reason,
            self._out_of_calendar(),
            has_link=False,
            warning=_("If something is not right, write to the contact person."),
        )

    def _moved(self) -> MailContent:
        category = self._occasion.category_of(self._registration)
        name = self._occasion.text(category.name, self._language)
        return self._content(
            _("You take part in another capacity"),
            _(
                "In your registration for “%(title)s” you now take part as: %(category)s.",
                title=self._title,
                category=name,
            ),
            self._reason,
            _("Nothing else changes."),
        )

    def _handed_on(self) -> MailContent:
        return self._content(
            _("Your registration was handed to somebody else"),
            _("Another person takes your place at “%(title)s”.", title=self._title),
            self._reason,
            Fact(_("Your answers, your files and what you agreed to are deleted. Your personal link no longer works.")),
            self._out_of_calendar(),
            has_link=False,
            warning=_("If something is not right, write to the contact person."),
        )


class HandedWords(RequestWords):
    """To whoever takes somebody's place: what it is about, and the way to complete it."""

    def write(self, message: Message) -> MailContent:
        """Return the content."""
        content = self._content(
            _("A place was handed to you"),
            _("You take somebody's place at “%(title)s”.", title=self._title),
            Fact(status_explained(self._registration.status)),
            self._reason,
            _("Please check your details, complete the answers and say what you agree to."),
            warning=_("Answer by %(until)s. After that the page is closed.", until=self._request.until),
            joining=self._occasion.joining(self._language) if self._registration.status is Status.CONFIRMED else (),
        )
        return replace(content, action=(_("Complete my registration"), self._link + self._request.path))
