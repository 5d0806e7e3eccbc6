"""The words to an address that may be anybody's. Called with the participant's language in force."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.mail.content import Fact, MailContent
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.to_participant import ParticipantWords
from eventreg.registration.rules.deadlines import CONFIRM_ADDRESS_WITHIN, VERIFY_WITHIN

_HOUR = 3600


class AddressWords(ParticipantWords):
    """The messages of `messages.ABOUT_ADDRESSES`: nothing of a person stands in them."""

    def write(self, message: Message) -> MailContent:
        """Return the content for `message`."""
        return self._verify() if message is Message.VERIFY else self._confirm_address()

    def _verify(self) -> MailContent:
        hours = int(VERIFY_WITHIN.total_seconds()) // _HOUR
        return self._to_unknown(
            _("Confirm your email address"),
            _("Somebody (we hope it was you) asked to take part in “%(title)s” with this address.", title=self._title),
            _("Confirm the address so that the request counts. The link works for %(hours)s hours.", hours=hours),
            Fact(_("If it was not you, do nothing: the request lapses.")),
            button=_("Confirm my address"),
        )

    def _confirm_address(self) -> MailContent:
        hours = int(CONFIRM_ADDRESS_WITHIN.total_seconds()) // _HOUR
        return self._to_unknown(
            _("Confirm your new email address"),
            _("Somebody (we hope it was you) asked us to write to this address about “%(title)s”.", title=self._title),
            _("Confirm the address with the link below. It works for %(hours)s hours.", hours=hours),
            Fact(_("Until then we write to the earlier address. If it was not you, do nothing.")),
            button=_("Confirm my new address"),
        )

    def _to_unknown(self, heading: str, *paragraphs: str, button: str) -> MailContent:
        """Write to an address that may be anybody's: nothing that somebody typed, nothing about a registration."""
        occasion, language = self._occasion, self._language
        return MailContent(
            subject=_("%(heading)s: %(title)s", heading=heading, title=self._title),
            heading=heading,
            greeting=_("Good day,"),
            paragraphs=paragraphs,
            facts=((_("Dates"), occasion.dates(frozenset(), language)), (_("Place"), occasion.place(language))),
            action=(button, self._link),
            footer=self._footer(),
        )
