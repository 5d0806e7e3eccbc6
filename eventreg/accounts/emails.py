"""The mails of accounts. They belong to an account and not to an event, so no screen shows them."""

import enum

from flask_babel import gettext as _, ngettext

from eventreg.accounts.models import Account
from eventreg.i18n.languages import speaking
from eventreg.kernel import clock, tokens
from eventreg.kernel.tokens import personal_token, public_id_of, token_fits
from eventreg.mail.content import MailContent, link_marker, new_marker, render_content
from eventreg.mail.services import OutgoingMessage, enqueue
from eventreg.web.instance import address_of, keys, site_name

SIGN_IN = "sign_in"
#: a link is never given a second token: another row is made
GENERATION = 1


def sign_in_token(public_id: str) -> str:
    """Return the token of a sign-in link."""
    return personal_token(keys(), SIGN_IN, public_id, GENERATION)


def sign_in_address(token: str) -> str:
    """Return the absolute address that a sign-in link leads to."""
    return address_of("accounts.sign_in_by_link", token=token)


def link_id_of(token: str) -> str | None:
    """Return the public id of the sign-in link that `token` was made for, or None when it is no such token."""
    public_id = public_id_of(token)
    if public_id is None or not token_fits(keys(), token, SIGN_IN, public_id, GENERATION):
        return None
    return public_id


def resolve(purpose: str, public_id: str, generation: int) -> str:
    """Return the address of an account's link for a mail that goes now. Raises LookupError for another purpose."""
    if purpose != SIGN_IN or generation != GENERATION:
        raise LookupError(purpose)
    return sign_in_address(sign_in_token(public_id))


class Notice(enum.Enum):
    """What an account is told of by mail, so that nobody does it in its owner's place unseen."""

    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - names a notice
    FACTOR_ON = "second_factor_on"
    FACTOR_OFF = "second_factor_off"
    RECOVERY_CODE_USED = "recovery_code_used"


def enqueue_sign_in_link(account: Account, public_id: str, minutes: int) -> None:
    """Queue the mail with a sign-in link, in the account's language and the caller's transaction.

    The row holds a marker; the address is made when the mail goes.
    """
    marker = new_marker()
    with speaking(account.language) as language:
        content = _sign_in_link(account.name, link_marker(marker, SIGN_IN, public_id, GENERATION), minutes)
    enqueue_to_account(account, content, language, f"account/sign-in/{public_id}", "accounts/sign_in_link", marker)


def enqueue_welcome(account: Account, public_id: str, days: int) -> None:
    """Queue the first mail of an account that an administrator made, with a sign-in link, in the caller's transaction."""
    marker = new_marker()
    with speaking(account.language) as language:
        content = _welcome(account.name, link_marker(marker, SIGN_IN, public_id, GENERATION), days)
    enqueue_to_account(account, content, language, f"account/welcome/{public_id}", "accounts/welcome", marker)


def enqueue_notice(account: Account, notice: Notice, *, left: int = 0) -> None:
    """Queue the mail that tells an account's owner what was done to it, in its language and the caller's transaction.

    `left` is the number of recovery codes that were not used yet.
    """
    with speaking(account.language) as language:
        content = _notice(account.name, notice, left)
    key = f"account/{notice.value}/{tokens.new_public_id()}"
    enqueue_to_account(account, content, language, key, f"accounts/{notice.value}")


def enqueue_to_account(
    account: Account,
    content: MailContent,
    language: str,
    key: str,
    template: str,
    marker: str = "",
    *,
    is_held_back: bool = False,
) -> None:
    """Queue a mail to an account in the caller's transaction. It belongs to the account: no screen shows it.

    Rooms above send by it what is about their records and only for this person.
    """
    with speaking(language):
        sender = site_name()
        text, html = render_content(content, language=language, kicker=sender, contact=None)
    enqueue(
        OutgoingMessage(
            key=key,
            account_id=account.id,
            record_kind="account",
            record_id=account.id,
            template=template,
            audience="account",
            language=language,
            recipient=account.email,
            sender_name=sender,
            subject=content.subject,
            text=text,
            html=html,
            due_at=clock.now(),
            marker=marker,
            is_held_back=is_held_back,
        )
    )


def _welcome(name: str, address: str, days: int) -> MailContent:
    return MailContent(
        subject=_("Your account"),
        heading=_("Sign in for the first time"),
        greeting=_("Dear %(name)s,", name=name),
        paragraphs=(
            _("An account was made for you on %(site)s. Open this link to sign in.", site=site_name()),
            _(
                "It works once, for %(days)s days. Later you sign in with a password of yours, or with a new link.",
                days=days,
            ),
        ),
        action=(_("Sign in"), address),
        footer=(_("If you do not know what this is about, ignore this message."), site_name()),
    )


def _sign_in_link(name: str, address: str, minutes: int) -> MailContent:
    return MailContent(
        subject=_("Your sign-in link"),
        heading=_("Sign in"),
        greeting=_("Dear %(name)s,", name=name),
        paragraphs=(_("Open this link to sign in. It works once, for %(minutes)s minutes.", minutes=minutes),),
        action=(_("Sign in"), address),
        footer=(
            _("If you did not ask for this link, ignore this message: nobody can sign in without it."),
            site_name(),
        ),
    )


def _notice(name: str, notice: Notice, left: int) -> MailContent:
    heading, said = _said(notice, left)
    return MailContent(
        subject=heading,
        heading=heading,
        greeting=_("Dear %(name)s,", name=name),
        paragraphs=(
            said,
            _("Was it not you? Sign in by a link, set a new password and end the other sessions, all on your account."),
        ),
        action=(_("Look at your account"), address_of("accounts.own_account")),
        is_link_personal=False,
        footer=(_("This message is sent whenever the way into an account changes."), site_name()),
    )


def _said(notice: Notice, left: int) -> tuple[str, str]:
    """Return the heading and the sentence of a notice."""
    match notice:
        case Notice.PASSWORD_CHANGED:
            return _("Your password was changed"), _("A new password was set. Every other session has ended.")
        case Notice.FACTOR_ON:
            return (
                _("Your second factor is on"),
                _("From now on, signing in asks for a code of your app. Every other session has ended."),
            )
        case Notice.FACTOR_OFF:
            return (
                _("Your second factor is off"),
                _("Signing in asks for no code any more, and the recovery codes no longer work."),
            )
        case Notice.RECOVERY_CODE_USED:
            return _("A recovery code was used"), ngettext(
                "One of your recovery codes stood in for a code of your app. There is %(num)s left.",
                "One of your recovery codes stood in for a code of your app. There are %(num)s left.",
                left,
            )
