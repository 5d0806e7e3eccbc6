"""The life of an event in words: states, steps, what each does, what is missing. In the language in force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from eventreg.events.checks import Missing
from eventreg.events.rules.checklist import Finding, Lack
from eventreg.events.rules.lifecycle import Step
from eventreg.events.rules.publication import EFFECTS, LifecycleRefused, Publication
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, name_of
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
    effects = EFFECTS[publication]
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


def _last_word(publication: Publication) -> str:
    effects = EFFECTS[publication]
    if not effects.is_changeable:
        return _("Neither the team nor participants can change anything.")
    if publication is Publication.CANCELLED:
        return _("Participants can still open their registration and withdraw it.")
    return _("The team can change everything.")


def step_label(step: Step) -> str:
    """Return the words of the button of a step."""
    return {
        Step.PUBLISH: _("Publish the event"),
        Step.CLOSE_REGISTRATION: _("Close registration"),
        Step.REOPEN_REGISTRATION: _("Open registration again"),
        Step.UNPUBLISH: _("Take back to a draft"),
        Step.ARCHIVE: _("Archive the event"),
        Step.CANCEL: _("Cancel the event"),
        Step.REINSTATE: _("Reinstate the event"),
        Step.UNARCHIVE: _("Take out of the archive"),
    }[step]


def step_done(step: Step) -> str:
    """Return what is said when a step was taken."""
    return {
        Step.PUBLISH: _("The event is published."),
        Step.CLOSE_REGISTRATION: _("Registration is closed."),
        Step.REOPEN_REGISTRATION: _("The event is published; registration follows its dates again."),
        Step.UNPUBLISH: _("The event is a draft again."),
        Step.ARCHIVE: _("The event is archived."),
        Step.CANCEL: _("The event is cancelled. Everybody registered is being told by email."),
        Step.REINSTATE: _("The event takes place after all. Everybody registered is being told by email."),
        Step.UNARCHIVE: _("The event is out of the archive and can be changed."),
    }[step]


def extra_effects(step: Step) -> list[str]:
    """Return what a step does beyond the state it leads to."""
    return {
        Step.CANCEL: [
            _("Messages of the event that wait are dropped."),
            _(
                "Everybody registered is told once by email, in their own language; calendars of the confirmed are cleared."
            ),
            _("The contact person is told once."),
        ],
        Step.REINSTATE: [
            _("Everybody registered is told once by email; those confirmed get the dates back into their calendars."),
            _("The contact person is told once."),
        ],
    }.get(step, [])


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
    items = [Item(_missing(each), each.is_blocking, _address(_PAGES.get(each.lack, ""), slug)) for each in findings]
    items += [Item(each.words(), each.is_blocking, _address(each.endpoint, slug)) for each in others]
    return sorted(items, key=lambda item: not item.is_blocking)


_TEXTS, _SETTINGS, _CATEGORIES, _NOTICE, _PARTNERS, _PROGRAMME = (
    "events.edit_texts",
    "events.edit_settings",
    "events.list_categories",
    "events.edit_notice",
    "events.list_partners",
    "events.edit_programme",
)
#: the page that mends what is missing
_PAGES = {
    Lack.TITLE: _TEXTS,
    Lack.SUMMARY: _TEXTS,
    Lack.DESCRIPTION: _TEXTS,
    Lack.VENUE: _TEXTS,
    Lack.DAYS: _SETTINGS,
    Lack.DAYS_PAST: _SETTINGS,
    Lack.CONTACT: _SETTINGS,
    Lack.CATEGORIES: _CATEGORIES,
    Lack.CATEGORY_NAME: _CATEGORIES,
    Lack.HOST: _PARTNERS,
    Lack.NOTICE: _NOTICE,
    Lack.NOTICE_LANGUAGE: _NOTICE,
    Lack.WINDOW_PAST: _SETTINGS,
    Lack.WINDOW_AFTER_EVENT: _SETTINGS,
    Lack.LEFT_OPEN: _TEXTS,
    Lack.PRACTICAL: _TEXTS,
    Lack.JOINING: _TEXTS,
    Lack.PROGRAMME: _PROGRAMME,
    Lack.SESSION_TITLE: _PROGRAMME,
    Lack.SESSIONS_OVERLAP: _PROGRAMME,
    Lack.SPEAKER_TWICE: _PROGRAMME,
    Lack.GAP: _PROGRAMME,
    Lack.DEMONSTRATION: _TEXTS,
    Lack.MAIL_HELD: _SETTINGS,
}


def _missing(finding: Finding) -> str:
    languages = _languages(finding.languages)
    return {
        Lack.TITLE: _("Write the title in %(languages)s", languages=languages),
        Lack.SUMMARY: _("Write the summary in %(languages)s", languages=languages),
        Lack.DESCRIPTION: _("Write the description in %(languages)s", languages=languages),
        Lack.VENUE: _("Write the place in %(languages)s", languages=languages),
        Lack.DAYS: _("Set the days and their hours"),
        Lack.DAYS_PAST: _("The days of the event are over: it will stand among the past events"),
        Lack.CONTACT: _("Name the contact person, with an email address"),
        Lack.CATEGORIES: _("Add at least one category of participants"),
        Lack.CATEGORY_NAME: _(
            "Write the name of the category “%(name)s” in %(languages)s", name=finding.about, languages=languages
        ),
        Lack.HOST: _("Name the host institution"),
        Lack.NOTICE: _("Publish the privacy notice"),
        Lack.NOTICE_LANGUAGE: _("Publish the privacy notice in %(languages)s too", languages=languages),
        Lack.WINDOW_PAST: _("Registration closes in the past: set a later date"),
        Lack.WINDOW_AFTER_EVENT: _("Registration closes after the event is over: check the date"),
        Lack.LEFT_OPEN: _("Texts of the template still say “To be completed”: write them, or remove them"),
        Lack.PRACTICAL: _("Some practical information has no text in %(languages)s", languages=languages),
        Lack.JOINING: _("Write how to take part online; only the confirmed see it"),
        Lack.PROGRAMME: _("There is no programme yet; it can follow later"),
        Lack.SESSION_TITLE: _("Some sessions have no title in %(languages)s", languages=languages),
        Lack.SESSIONS_OVERLAP: ngettext(
            "%(num)d session overlaps another one in the same room",
            "%(num)d sessions overlap others in the same room",
            finding.count,
        ),
        Lack.SPEAKER_TWICE: _("%(name)s speaks in two rooms at once", name=finding.about),
        Lack.GAP: ngettext(
            "%(num)d stretch of the programme has neither a session nor a break",
            "%(num)d stretches of the programme have neither a session nor a break",
            finding.count,
        ),
        Lack.DEMONSTRATION: _("Demonstration values are left, and the page says so"),
        Lack.NO_MAIL_SERVER: _("No mail server is configured: messages are kept and shown, and none is sent"),
        Lack.MAIL_HELD: _("The event holds its mail: only addresses ending in .example are written to"),
    }[finding.lack]


def _languages(codes: Sequence[str]) -> str:
    reader = current_language()
    return formats.joined([name_of(code, reader) for code in codes], reader)


def _address(endpoint: str, slug: str) -> str:
    return url_for(endpoint, slug=slug) if endpoint in current_app.view_functions else ""
