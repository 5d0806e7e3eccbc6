"""What the public is told about registering, in words: the state, the way in, the steps."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _, ngettext
from markupsafe import Markup, escape

from eventreg.events.models import Category, Event
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.publication import Publication
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.registration.rules.availability import Availability, RegistrationState
from eventreg.web.templating import in_reader_language, plain_in_reader_language


def state_label(availability: Availability) -> str:
    """Return the state in two or three words."""
    if availability.state is RegistrationState.FEW_PLACES and availability.free:
        return ngettext("%(num)d place left", "%(num)d places left", availability.free)
    return _(availability.state.title)


def state_sentences(event: Event, availability: Availability) -> list[Markup]:
    """Return what a reader must know about the state, with dates and hours in the event's zone."""
    opens, closes = (_instant(event, at) for at in (availability.window.opens_at, availability.window.closes_at))
    city = _("%(city)s time", city=event.city)
    if availability.state is RegistrationState.SOON:
        return [_markup(_("Opens on %(when)s (%(zone)s)."), when=opens, zone=city)]
    if availability.state is RegistrationState.BY_INVITATION:
        return [_markup(_("Registration is by personal invitation, or with an access code."))]
    if availability.state is RegistrationState.CALLED_OFF:
        note = in_reader_language(event.cancellation_note)
        return [_markup(_("This event does not take place.")), *([note] if note else [])]
    if availability.state is RegistrationState.OVER:
        return [_markup(_("This event has taken place."))]
    if availability.state is RegistrationState.CLOSED:
        closed = _instant(event, _closed_at(event, availability))
        return [_markup(_("Closed on %(when)s (%(zone)s)."), when=closed, zone=city)]
    if availability.state is RegistrationState.WAITING_LIST:
        return [
            _markup(_("All places are taken.")),
            _markup(_("You can join the waiting list until %(when)s (%(zone)s)."), when=closes, zone=city),
            *_own_dates(event, availability),
        ]
    sentences = [_markup(_("Until %(when)s (%(zone)s)."), when=closes, zone=city), *_own_dates(event, availability)]
    if availability.is_partly_full:
        full = _names([each for each in event.public_categories if each.id in availability.waiting])
        names = Markup("<strong>{}</strong>").format(full)
        sentences.append(_markup(_("%(categories)s: places taken, with a waiting list."), categories=names))
    return sentences


def _own_dates(event: Event, availability: Availability) -> list[Markup]:
    """Return what holds for categories that open later, close sooner, or have closed, while others take people."""
    sentences = []
    for category in event.public_categories:
        window = event.window_of(category)
        name = Markup("<strong>{}</strong>").format(plain_in_reader_language(category.name))
        if category.id in availability.no_more:
            sentences.append(_markup(_("%(category)s: registration has closed."), category=name))
        elif category.id in availability.not_yet:
            opens = _instant(event, window.opens_at)
            sentences.append(_markup(_("%(category)s: from %(when)s."), category=name, when=opens))
        elif window.closes_at != availability.window.closes_at:
            closes = _instant(event, window.closes_at)
            sentences.append(_markup(_("%(category)s: until %(when)s."), category=name, when=closes))
    return sentences


def call_label(event: Event, availability: Availability) -> str:
    """Return the words of the one button that leads to the form."""
    if availability.state is RegistrationState.WAITING_LIST:
        return _("Join the waiting list")
    # Where some are confirmed at once, no word may promise less: "Register" is true of both.
    approvals = {category.approval for category in event.public_categories}
    return _("Request a place") if approvals == {ApprovalRule.BY_ORGANIZER} else _("Register")


def steps(event: Event, availability: Availability) -> list[tuple[str, str]]:
    """Return how to take part, as (lead, rest), derived from dates and categories; nothing when there is no way in."""
    if availability.state in (
        RegistrationState.CLOSED,
        RegistrationState.CALLED_OFF,
        RegistrationState.OVER,
        RegistrationState.BY_INVITATION,
    ):
        return []
    first = [(_("Send the form"), _when_to_send(event, availability))]
    if event.verifies_addresses:
        first.append((_("Confirm your email address"), _("with the link that we send you at once.")))
    changes = _last_day(event, event.changes_until)
    last = (
        _("Keep that email:"),
        _("its link opens your registration, to change answers until %(day)s or to withdraw.", day=changes),
    )
    return [*first, _answer(event, availability), last]


def _when_to_send(event: Event, availability: Availability) -> str:
    closes = _last_day(event, availability.window.closes_at)
    if availability.state is RegistrationState.SOON:
        opens = availability.window.opens_at.astimezone(ZoneInfo(event.time_zone)).date()
        return _(
            "between %(opens)s and %(closes)s.",
            opens=formats.plain_day(opens, current_language(), year=False),
            closes=closes,
        )
    return _("no later than %(closes)s.", closes=closes)


def _answer(event: Event, availability: Availability) -> tuple[str, str]:
    """Return the step after the form: what happens to everybody, or to whom what."""
    if event.is_discreet:
        return _("Receive the answer by email."), _("It says whether there is a place for you.")
    groups: dict[str, list[Category]] = {}
    for category in event.public_categories:
        groups.setdefault(_kind_of_answer(category, availability), []).append(category)
    if len(groups) == 1:
        return {
            "waits": (_("You join the waiting list."), _("If a place becomes free, we write to you by email.")),
            "at_once": (_("Your place is confirmed at once,"), _("and the confirmation reaches you by email.")),
            "by_organizer": (_("We review your request"), _("and answer you by email.")),
        }[next(iter(groups))]
    sentences = {
        "waits": _("%(categories)s: the waiting list; we write when a place becomes free."),
        "at_once": _("%(categories)s: confirmed at once."),
        "by_organizer": _("%(categories)s: after we have reviewed the request."),
    }
    answers = [sentences[kind] % {"categories": _names(found)} for kind, found in groups.items()]
    return _("Receive the answer by email."), " ".join(answers)


def _kind_of_answer(category: Category, availability: Availability) -> str:
    if availability.is_open and category.id in availability.waiting:
        return "waits"
    return "at_once" if category.approval is ApprovalRule.AT_ONCE else "by_organizer"


def _closed_at(event: Event, availability: Availability) -> datetime:
    """Return when registration closed: by its date, or before it by hand."""
    by_hand = event.publication_changed_at if event.publication is Publication.REGISTRATION_CLOSED else None
    return min(by_hand or availability.window.closes_at, availability.window.closes_at)


def _names(categories: list[Category]) -> str:
    return formats.joined([plain_in_reader_language(category.name) for category in categories], current_language())


def _last_day(event: Event, until: datetime) -> str:
    """Return the last whole day before an instant: what closes at midnight closes at the end of the day before."""
    local = (until - timedelta(seconds=1)).astimezone(ZoneInfo(event.time_zone)).date()
    return formats.plain_day(local, current_language(), year=False)


def _instant(event: Event, at: datetime) -> Markup:
    text = formats.instant(at, event.time_zone, current_language())
    return Markup('<strong><time datetime="{}">{}</time></strong>').format(at.isoformat(timespec="seconds"), text)


def _markup(sentence: str, **values: str) -> Markup:
    """Fill in a translated sentence; values that are no markup are escaped."""
    return escape(sentence) % values
