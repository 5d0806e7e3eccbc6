"""The life of an event in words: states, steps, what each does, what is missing. In the language in force."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app, url_for
from flask_babel import gettext as _, ngettext, pgettext

from eventreg.events.checks import Missing
from eventreg.events.models import Event
from eventreg.events.rules.checklist import Finding
from eventreg.events.rules.publication import LifecycleRefused, Publication
from eventreg.events.views.desk import page_url
from eventreg.i18n import formats, languages
from eventreg.web.refusals import said


class Item(NamedTuple):
    """A line of the checklist. `href` is empty where no page mends it."""

    text: str
    is_blocking: bool
    href: str


def state_name(publication: Publication) -> str:
    """Return a state in a word or two."""
    return {
        Publication.DRAFT: _("Draft"),
        Publication.PUBLISHED: _("Published"),
        Publication.REGISTRATION_CLOSED: _("Registration closed"),
        Publication.CANCELLED: pgettext("event", "Cancelled"),
        Publication.ARCHIVED: pgettext("event", "Archived"),
    }[publication]


def effects_in_words(publication: Publication) -> list[str]:
    """Return what a state does to pages, registering, decisions and changes, from the table the product keeps to."""
    effects = publication.effects
    words = [
        _("Everybody can open the event's page.")
        if effects.is_public
        else _("Only the team can open the event, and whoever has the preview link.")
    ]
    if publication is Publication.CANCELLED:
        words.append(_("The page says that the event does not take place, and why."))
    if publication is Publication.ARCHIVED:
        words.append(_("The page says that the event is over; its materials and conclusions stay."))
    words.append(
        _("People can register between the dates that are set.")
        if effects.takes_registrations
        else _("Nobody can register.")
    )
    if effects.is_public:
        words.append(
            _("Registrations are decided, and the waiting list moves.")
            if effects.takes_decisions
            else _("Nothing is decided any more, and the waiting list stands still.")
        )
    words.append(_last_word(publication))
    return words


def window_in_words(event: Event, at: datetime) -> str:
    """Return from when until when people can register, by the event's clock."""
    opens, closes = (
        formats.instant(moment, event.time_zone, languages.current_language())
        for moment in (event.registration_opens_at, event.registration_closes_at)
    )
    if event.registration_opens_at <= at:
        return _("Registration is open at once, until %(closes)s.", closes=closes)
    return _("Registration opens on %(opens)s and closes on %(closes)s.", opens=opens, closes=closes)


def _last_word(publication: Publication) -> str:
    effects = publication.effects
    if not effects.is_changeable:
        return _("Neither the team nor participants can change anything.")
    if publication is Publication.CANCELLED:
        return _("Participants can still open their registration and withdraw it.")
    return _("The team can change everything.")


def lifecycle_refused(refused: LifecycleRefused) -> str:
    """Say why an event did not change its state, or was not changed because of it."""
    details = refused.details
    more: dict[str, Any] = {}
    if "publication" in details:
        more["state"] = state_name(details["publication"])
    if "languages" in details:
        more["languages"] = _languages(details["languages"])
    return said(refused, **more)


def checklist_items(findings: Sequence[Finding], others: Sequence[Missing], slug: str) -> list[Item]:
    """Return the lines of the checklist, what stands in the way first."""
    items = [Item(_missing(each), each.is_blocking, page_url(each.lack.page, slug)) for each in findings]
    items += [Item(each.words(), each.is_blocking, _address(each.endpoint, slug)) for each in others]
    return sorted(items, key=lambda item: not item.is_blocking)


def _missing(finding: Finding) -> str:
    words = finding.lack.words
    if isinstance(words, tuple):
        return ngettext(*words, finding.count)
    return _(words, languages=_languages(finding.languages), name=finding.about)


def _languages(codes: Sequence[str]) -> str:
    reader = languages.current_language()
    return formats.joined([languages.name_of(code, reader) for code in codes], reader)


def _address(endpoint: str, slug: str) -> str:
    return url_for(endpoint, slug=slug) if endpoint in current_app.view_functions else ""
