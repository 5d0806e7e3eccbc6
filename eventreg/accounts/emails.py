"""The mails of accounts. They belong to an account and not to an event, so no screen shows them."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.accounts.links import GENERATION, SIGN_IN
from eventreg.accounts.models import Account
from eventreg.i18n.languages import speaking
from eventreg.kernel.clock import now
from eventreg.mail.letters import Letter, render_letter
from eventreg.mail.markers import link_marker, new_marker
from eventreg.mail.services import OutgoingMessage, enqueue
from eventreg.web.instance import site_name


def enqueue_sign_in_link(account: Account, public_id: str, minutes: int) -> None:
    """Queue the mail with a sign-in link, in the account's language and the caller's transaction.

    The row holds a marker; the address is made when the mail goes.
    """
    marker = new_marker()
    with speaking(account.language) as language:
        sender = site_name()
        letter = _sign_in_link(account.name, link_marker(marker, SIGN_IN, public_id, GENERATION), minutes)
        text, html = render_letter(letter, language=language, kicker=sender, contact=None)
    enqueue(
        OutgoingMessage(
            key=f"account/sign-in/{public_id}",
            account_id=account.id,
            record_kind="account",
            record_id=account.id,
            template="accounts/sign_in_link",
            audience="account",
            language=language,
            recipient=account.email,
            sender_name=sender,
            subject=letter.subject,
            text=text,
            html=html,
            due_at=now(),
            marker=marker,
        )
    )


def _sign_in_link(name: str, address: str, minutes: int) -> Letter:
    return Letter(
        subject=_("Your sign-in link"),
        heading=_("Sign in"),
        preview=_("It works once, for %(minutes)s minutes.", minutes=minutes),
        greeting=_("Dear %(name)s,", name=name),
        paragraphs=(_("Open this link to sign in. It works once, for %(minutes)s minutes.", minutes=minutes),),
        action=(_("Sign in"), address),
        footer=(
            _("If you did not ask for this link, ignore this message: nobody can sign in without it."),
            site_name(),
        ),
    )
