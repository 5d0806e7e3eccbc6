"""The message that leads back to a form kept for later. Whoever asked typed the address: it may be anybody's."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from eventreg.i18n import formats
from eventreg.i18n.languages import speaking
from eventreg.mail.content import MailContent
from eventreg.mail.markers import link_marker, new_marker
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.emails.own_words import with_own_words
from eventreg.registration.emails.placeholders import Facts
from eventreg.registration.emails.to_address import Addressed, addressed_message
from eventreg.registration.models import SavedForm
from eventreg.registration.rules.message_texts import TextKey

#: the purpose of the link that opens a kept form
SAVED_FORM = "form"


def saved_form_message(occasion: Occasion, saved: SavedForm, now: datetime) -> OutgoingMessage:
    """Return the message with the link to a form that is kept. It holds nothing that was typed."""
    marker = new_marker()
    with speaking(saved.language) as language:
        title = occasion.title(language)
        until = formats.instant(saved.expires_at, occasion.event.time_zone, language)
        link = link_marker(marker, SAVED_FORM, saved.public_id, saved.generation)
        content = MailContent(
            subject=_("Go on with your registration: %(title)s", title=title),
            heading=_("Go on with your registration"),
            greeting=_("Good day,"),
            paragraphs=(
                _("The form for “%(title)s” is kept as it was. You are not registered yet: open it, complete it and send it.",
                  title=title),
                _("Your form is kept until %(moment)s.", moment=until),
            ),
            facts=((_("Dates"), occasion.dates(frozenset(), language)), (_("Place"), occasion.place(language))),
            action=(_("Go on with the form"), link),
            footer=(
                _("You receive this message because somebody kept a form for later and gave this address. "
                  "If it was not you, do nothing: the form is deleted."),
            ),
        )  # fmt: skip
        to = Addressed(
            email=saved.email,
            language=language,
            record_kind="saved_form",
            record_id=saved.id,
            key=f"saved-form/{saved.public_id}/{saved.generation}/{now.timestamp():.6f}",
            template="registration/saved_form",
        )
        facts = Facts(occasion, language, link=link, kept_until=until)
        return addressed_message(occasion, with_own_words(content, TextKey.SAVED_FORM, facts), to, marker, now)
