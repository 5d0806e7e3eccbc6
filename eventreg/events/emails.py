"""The mails about teams. They belong to an account and not to an event, so no screen shows them."""

from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventreg.accounts.emails import enqueue_to_account
from eventreg.accounts.models import Account
from eventreg.events import links
from eventreg.events.models import Event, TeamInvitation
from eventreg.events.rules.team import TeamRole
from eventreg.i18n import formats, languages
from eventreg.kernel import text, tokens
from eventreg.mail.content import MailContent, link_marker, new_marker
from eventreg.web.instance import address_of, site_name


def enqueue_invitation(event: Event, account: Account, invitation: TeamInvitation, inviter: str) -> None:
    """Queue an invitation in the invited account's language, in the caller's transaction.

    Asked for again it goes again: every mail has a key of its own. The row holds a marker instead of the address.
    """
    marker = new_marker()
    with languages.speaking(account.language) as language:
        address = link_marker(marker, links.INVITATION, invitation.public_id, links.GENERATION)
        content = _invitation(event, account, invitation, inviter, address, language).quietened(event.is_quiet)
        key = f"account/invitation/{invitation.public_id}/{tokens.new_public_id()}"
        enqueue_to_account(account, content, language, key, "events/invitation", marker, is_held_back=event.holds_mail)


def enqueue_handed_over(event: Event, to: Account, *, new_owner: str, former: str) -> None:
    """Tell one of the two that an event has another owner, in the caller's transaction."""
    with languages.speaking(to.language) as language:
        content = _handed_over(event, to, new_owner, former, language).quietened(event.is_quiet)
        key = f"account/handed-over/{event.id}/{tokens.new_public_id()}"
        enqueue_to_account(
            to, content, language, key, "events/handed_over", new_marker(), is_held_back=event.holds_mail
        )


def _invitation(
    event: Event, account: Account, invitation: TeamInvitation, inviter: str, address: str, language: str
) -> MailContent:
    title = _title(event, language)
    until = formats.plain_day(invitation.expires_at.astimezone(ZoneInfo(event.time_zone)).date(), language)
    said = (_("%(name)s writes: “%(text)s”", name=inviter, text=invitation.note),) if invitation.note else ()
    return MailContent(
        subject=_("You are invited to the team of “%(event)s”", event=title),
        heading=_("Join the team"),
        greeting=_("Dear %(name)s,", name=account.name),
        paragraphs=(
            _("%(name)s invites you to the team that organizes “%(event)s”.", name=inviter, event=title),
            *said,
        ),
        facts=(
            (_("Event"), title),
            (_("Your role"), _(invitation.role.title)),
            (_("What this role may do"), _(invitation.role.explained)),
            (_("Invited by"), inviter),
        ),
        action=(_("See the invitation"), address),
        footer=(
            _(
                "The link works once, until %(day)s. If you do not know what this is about, ignore this message.",
                day=until,
            ),
            site_name(),
        ),
    )


def _handed_over(event: Event, to: Account, new_owner: str, former: str, language: str) -> MailContent:
    title = _title(event, language)
    return MailContent(
        subject=_("“%(event)s” has another owner", event=title),
        heading=_("Another owner"),
        greeting=_("Dear %(name)s,", name=to.name),
        paragraphs=(_("%(former)s handed the event over to %(name)s.", former=former, name=new_owner),),
        facts=(
            (_("Event"), title),
            (_("Owner"), new_owner),
            (_("What this role may do"), _(TeamRole.OWNER.explained)),
        ),
        action=(_("Open the team"), address_of("team.show_team", slug=event.slug)),
        is_link_personal=False,
        footer=(_("If you did not expect this, ask the administrator of this site."), site_name()),
    )


def _title(event: Event, language: str) -> str:
    return text.pick(event.title, language, event.languages).text
