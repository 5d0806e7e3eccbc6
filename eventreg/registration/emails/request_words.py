"""The words to somebody who is asked to answer something. Called with the participant's language in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from eventreg.mail.content import Fact, MailContent
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.placeholders import Facts
from eventreg.registration.emails.to_participant import ParticipantWords


@dataclass(frozen=True)
class RequestWording:
    """What a request asks, in the words of one language."""

    #: the questions, never answers
    labels: Sequence[str]
    #: of a follow-up
    section: str
    #: until when, in words
    until: str
    #: what follows the personal link to lead to these questions alone
    path: str


class RequestWords(ParticipantWords):
    """The messages of `messages.ABOUT_REQUESTS`."""

    def __init__(self, *args: Any, request: RequestWording, **more: Any) -> None:
        super().__init__(*args, **more)
        self._request = request

    def write(self, message: Message) -> MailContent:
        """Return the content for `message`."""
        title = self._title
        heading, sentence = {
            Message.ASKED_FOLLOW_UP: lambda: (
                _("Please answer: %(section)s", section=self._request.section),
                _("Your place at “%(title)s” is confirmed. To prepare it we need some more answers.", title=title),
            ),
            Message.ASKED_AGAIN: lambda: (
                _("Please answer some questions again"),
                _("What we ask about “%(title)s” has changed since you registered.", title=title),
            ),
            Message.ASKED_CORRECTION: lambda: (
                _("Please check your answers"),
                _("The organizing team asks you to check some of your answers about “%(title)s”.", title=title),
            ),
            Message.ASK_REMINDER: lambda: (
                _("We still need your answers"),
                _("A few days ago we asked you some questions about “%(title)s”.", title=title),
            ),
        }[message]()
        content = self._content(
            heading,
            sentence,
            self._reason,
            Fact(_("Questions: %(labels)s", labels="; ".join(self._request.labels))),
            warning=_("Answer by %(until)s. After that the page is closed.", until=self._request.until),
        )
        return replace(content, action=(_("Answer the questions"), self._link + self._request.path))

    def facts(self) -> Facts:
        """See `ParticipantWords.facts`. The link leads to the questions."""
        request = self._request
        return replace(
            super().facts(), link=self._link + request.path, section=request.section, answer_by=request.until
        )
