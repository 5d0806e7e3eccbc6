"""The mails of the desk to colleagues. They belong to an account, so no screen shows them."""

from flask_babel import gettext as _

from eventreg.accounts.emails import enqueue_to_account
from eventreg.accounts.models import Account
from eventreg.events.models import Event
from eventreg.i18n.languages import speaking
from eventreg.kernel import text, tokens
from eventreg.mail.content import MailContent
from eventreg.web.instance import address_of, site_name


def enqueue_mentioned(event: Event, to: Account, by: str, reference: str) -> None:
    """Tell a colleague that a note names them, in their language and the caller's transaction.

    Neither the note nor the person's name is in it: a mailbox is no place for either.
    """
    with speaking(to.language) as language:
        title = text.pick(event.title, language, event.languages).text
        content = MailContent(
            subject=_("%(name)s mentioned you: %(reference)s", name=by, reference=reference),
            heading=_("You were mentioned"),
            greeting=_("Dear %(name)s,", name=to.name),
            paragraphs=(
                _("%(name)s mentioned you in a note about a registration of “%(event)s”.", name=by, event=title),
                _("The note itself can be read in the team’s pages only."),
            ),
            facts=((_("Event"), title), (_("Reference"), reference)),
            action=(
                _("Open the registration"),
                address_of("attendees.show_registration", slug=event.slug, reference=reference),
            ),
            is_link_personal=False,
            footer=(site_name(),),
        )
        key = f"account/mentioned/{tokens.new_public_id()}"
        content = content.quietened(event.is_quiet)
        enqueue_to_account(to, content, language, key, "review/mentioned", is_held_back=event.holds_mail)
