"""The mail before the first of an event's data goes. It belongs to an account, so no screen shows it."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _, ngettext

from eventreg.accounts.emails import enqueue_to_account
from eventreg.accounts.models import Account
from eventreg.events.models import Event
from eventreg.i18n import formats, languages
from eventreg.kernel import text
from eventreg.mail.content import MailContent
from eventreg.privacy.retention import Amount
from eventreg.web.instance import address_of, site_name

#: kinds that are named; the page has them all
_NAMED = 6


def enqueue_before_deletion(owner: Account, event: Event, first: datetime, amounts: Sequence[Amount]) -> None:
    """Tell an owner what goes when, in the caller's transaction; once for each first day."""
    with languages.speaking(owner.language) as language:
        content = before_deletion(owner, event, first, amounts, language).quietened(event.is_quiet)
        key = f"account/before-deletion/{event.id}/{owner.id}/{first.date().isoformat()}"
        enqueue_to_account(owner, content, language, key, "privacy/before_deletion", is_held_back=event.holds_mail)


def before_deletion(
    owner: Account, event: Event, first: datetime, amounts: Sequence[Amount], language: str
) -> MailContent:
    """Return what an owner is told."""
    title = text.pick(event.title, language, event.languages).text

    def day(at: datetime | None) -> str:
        return formats.plain_day((at or first).astimezone(ZoneInfo(event.time_zone)).date(), language)

    facts = [(day(line.due_at), f"{_(line.holding.title)}: {number}") for line, number in amounts[:_NAMED]]
    more = len(amounts) - len(facts)
    return MailContent(
        subject=_("From %(day)s on, data of %(event)s are deleted", day=day(first), event=title),
        heading=_("Data are deleted soon"),
        greeting=_("Dear %(name)s,", name=owner.name),
        paragraphs=(
            _(
                "The people who registered were told for how long their data are kept. From %(day)s on, what has reached "
                "the end of its period is deleted by itself. It cannot be brought back.",
                day=day(first),
            ),
            _(
                "The event's public page, its programme, its conclusions and its figures stay. The figures of today were kept."
            ),
            _(
                "Download before that day what you must keep. If the law obliges you to keep the data, place a hold on the page."
            ),
            *(
                [ngettext("%(num)d more kind is on the page.", "%(num)d more kinds are on the page.", more)]
                if more
                else []
            ),
        ),
        facts=tuple(facts),
        action=(_("Open data and retention"), address_of("privacy.show_retention", slug=event.slug)),
        is_link_personal=False,
        footer=(_("You get this because you own the event."), site_name()),
    )
