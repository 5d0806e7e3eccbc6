"""The message that leads to one's answers from an earlier event."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from eventreg.i18n.languages import speaking
from eventreg.mail.content import Fact, MailContent
from eventreg.mail.markers import link_marker, new_marker
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.emails.own_words import with_own_words
from eventreg.registration.emails.placeholders import Facts
from eventreg.registration.emails.to_address import Addressed, addressed_message
from eventreg.registration.models import Registration
from eventreg.registration.rules.message_texts import TextKey

#: the purpose of the link that offers one's answers for another event
EARLIER_ANSWERS = "earlier"


def earlier_answers_message(
    occasion: Occasion, registration: Registration, language: str, now: datetime
) -> OutgoingMessage:
    """Return the message about the new event of `occasion`, to the holder of an earlier registration at another."""
    marker = new_marker()
    with speaking(language):
        title = occasion.title(language)
        link = link_marker(marker, EARLIER_ANSWERS, registration.public_id, registration.link_generation)
        content = MailContent(
            subject=_("Your earlier answers: %(title)s", title=title),
            heading=_("Your earlier answers"),
            greeting=_("Good day,"),
            paragraphs=(
                _("Fill in the form for “%(title)s” with what you answered before.", title=title),
                Fact(_("You see what is taken over and agree to it first. Nothing sensitive is, and nothing is sent by itself.")),
            ),
            facts=((_("Dates"), occasion.dates(frozenset(), language)), (_("Place"), occasion.place(language))),
            action=(_("See my earlier answers"), link),
            footer=(_("You receive this message because somebody (we hope it was you) asked for it with this address."),),
        )  # fmt: skip
        to = Addressed(
            email=registration.email,
            language=language,
            record_kind="registration",
            record_id=registration.id,
            key=f"earlier/{occasion.event.id}/{registration.public_id}/{now.timestamp():.6f}",
            template="registration/earlier_answers",
        )
        own = with_own_words(content, TextKey.EARLIER_ANSWERS, Facts(occasion, language, link=link))
        return addressed_message(occasion, own, to, marker, now)
