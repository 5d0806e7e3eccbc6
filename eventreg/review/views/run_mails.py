"""The mail of a draft as each person would get it: one for each language, and for each of what may come of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, abort, g, url_for
from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.i18n.languages import own_name
from eventreg.mail.markers import mask
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails import Occasion
from eventreg.review.models import Run
from eventreg.review.queries.run_previews import PlaceForecast, RunFigures, list_samples
from eventreg.review.queries.runs import get_run
from eventreg.review.rules.runs import RunAct
from eventreg.review.views import blueprint
from eventreg.review.views.mail_frames import mail_in_frame
from eventreg.review.views.run_pages import PAGES
from eventreg.web.access import may, requires

#: how an address names the mail to those for whom no place is left
_WAITING = "-waiting"


@dataclass(frozen=True)
class MailShown:
    """One mail of a draft."""

    #: how the address names it: the language, and what comes of it
    name: str
    language: str
    title: str
    #: how many read this language
    readers: int
    subject: str
    text: str
    recipient: str
    has_calendar: bool
    html_url: str


def mails_shown(event: Event, run: Run, figures: RunFigures, forecast: PlaceForecast | None) -> Sequence[MailShown]:
    """Return the mails of a draft, the most read language first; none where nobody is written to."""
    page = PAGES[run.act]
    if not page.writes(run) or not may(Permission.SEE_MESSAGES):
        return ()
    samples, occasion = list_samples(run, g.event_access.scope), Occasion.load(event)
    shown = []
    for language in [code for code in figures.by_language if code in samples]:
        for waits in _fates(run, figures, forecast):
            message = page.compose(occasion, run, samples[language], waits=waits)
            if message is not None:
                shown.append(_shown(event, run, message, language, figures.by_language[language], waits))
    return shown


@blueprint.get("/manage/events/<slug>/registrations/runs/<public_id>/mail/<name>/html")
@requires(Permission.SEE_MESSAGES)
def show_run_mail(slug: str, public_id: str, name: str) -> Response:
    """Show the HTML part of a mail of a draft, for the frame of its page."""
    run = get_run(g.event.id, public_id, organizer()).run
    language = name.removesuffix(_WAITING)
    person = list_samples(run, g.event_access.scope).get(language)
    if person is None or run.begun_at is not None:
        abort(404)
    occasion = Occasion.load(get_event_whole(g.event.id))
    message = PAGES[run.act].compose(occasion, run, person, waits=name.endswith(_WAITING))
    if message is None:
        abort(404)
    return mail_in_frame(message)


def _fates(run: Run, figures: RunFigures, forecast: PlaceForecast | None) -> Sequence[bool]:
    """Return for whom there is a mail of its own: those who get a place, those who do not."""
    if run.act is not RunAct.APPROVE or forecast is None or not forecast.without_place:
        return (False,)
    return (True,) if forecast.without_place >= figures.concerned else (False, True)


def _shown(event: Event, run: Run, message: OutgoingMessage, language: str, readers: int, waits: bool) -> MailShown:
    name = f"{language}{_WAITING}" if waits else language
    title = own_name(language)
    return MailShown(
        name=name,
        language=language,
        title=_("%(language)s, without a place", language=title) if waits else title,
        readers=readers,
        subject=message.subject,
        text=mask(message.text, message.marker, _("[personal link]")),
        recipient=message.recipient,
        has_calendar=bool(message.calendar),
        html_url=url_for("review.show_run_mail", slug=event.slug, public_id=run.public_id, name=name),
    )
