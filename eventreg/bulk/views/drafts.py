"""A run before it is begun: who is concerned, whether there are places, and the mail as each person would get it: one for each
language, and for each of what may come of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, abort, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.attendees.rules.acts import AT_ONCE, DECIDING, MAILING, RunAct, RunReason
from eventreg.attendees.views.desk import mail_in_frame
from eventreg.audit.services import acting
from eventreg.bulk.models import Run
from eventreg.bulk.queries import previews
from eventreg.bulk.queries.runs import RunLine, find_person, get_run, list_decided_since, list_items
from eventreg.bulk.services import runs, steps
from eventreg.bulk.views import blueprint
from eventreg.bulk.views.pages import PAGES, ActPage
from eventreg.bulk.wording import act_on, begin_on
from eventreg.events.announcing import Announcing, mark_of, shown
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n.languages import name_of, own_name
from eventreg.kernel.errors import NotFound, Refused
from eventreg.mail.content import mask
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails import Occasion
from eventreg.web import fields, instance
from eventreg.web.access import Answer, Sending, may, requires, sends
from eventreg.web.refusals import Refusals

_RUN = "/manage/events/<slug>/registrations/runs/<public_id>"


@blueprint.post(_RUN)
@requires(Permission.SEE_REGISTRATIONS)
def save_run(slug: str, public_id: str) -> Answer:
    """Keep what was written for a draft and show it again, with somebody left out, or taken as they are now."""
    return save_draft(open_draft(public_id))


@blueprint.post(f"{_RUN}/begin")
@requires(Permission.SEE_REGISTRATIONS)
@sends(Sending.LOOKED_AT)
def begin(slug: str, public_id: str) -> Answer:
    """Confirm a draft. A few people are done before the page comes; more by the worker."""
    run = line_of(public_id).run
    if not may(run.act.needs):
        abort(403)
    to_run = redirect(url_for("bulk.show_run", slug=slug, public_id=public_id), 303)
    if run.begun_at is not None:
        return to_run
    event = get_event_whole(g.event.id)
    page = PAGES[run.act]
    figures = previews.get_figures(run, page.people(run))
    form: Any = page.form(event, run, figures)
    is_sound = page.check(form, event, run, figures)
    with Refusals(form) as outcome:
        keep(run, page, form)
        run = line_of(public_id).run
        if not is_sound:
            raise Refused("")
        forecast, shown = previews.forecast_places(event, run), fields.whole_number(form.without_place.data)
        if forecast is not None and shown is not None and forecast.without_place > shown:
            raise Refused(RunReason.FEWER_PLACES)
        Announcing(organizer(), form.moving.data or "").check(previews.forecast_moves(event, run))
        shown_people = fields.whole_number(request.form.get("people"))
        if runs.begin_run(run.id, acting(), page.listed(run), shown_people) and figures.total <= AT_ONCE:
            steps.do_some(run.id, lambda: True)
        return to_run
    if outcome.is_for(RunReason.BEGUN):
        return to_run  # by another press of the same button
    return draft_page(line_of(public_id), form, outcome.problem), outcome.status_code


def save_draft(line: RunLine) -> Answer:
    """Keep what was sent of a draft, with somebody left out, or taken as they are now, and lead to its page."""
    event, run, page = get_event_whole(g.event.id), line.run, PAGES[line.run.act]
    form: Any = page.form(event, run, previews.get_figures(run, page.people(run)))
    form.validate()
    left_out = fields.whole_number(request.form.get("leave_out"))
    with Refusals(form) as outcome:
        keep(run, page, form)
        if left_out is not None:
            runs.leave_out(run.id, left_out)
        if request.form.get("as_they_are"):
            runs.take_as_they_are(run.id)
    # Begun by another press meanwhile it is kept as it was begun, and its page says so.
    if outcome.refused is None or outcome.is_for(RunReason.BEGUN):
        return redirect(url_for("bulk.show_run", slug=event.slug, public_id=run.public_id), 303)
    return draft_page(line_of(run.public_id), form, outcome.problem), outcome.status_code


def keep(run: Run, page: ActPage, form: Any) -> None:
    """Keep what was sent of a draft. Raises Refused (BEGUN, SAVED_MEANWHILE)."""
    runs.save_details(run.id, page.details(form), request.form.get("seen"))
    page.kept(form, run)


def draft_page(line: RunLine, form: Any = None, problem: str = "") -> str:
    """Return the page on which a draft is looked at and confirmed."""
    event = get_event_whole(g.event.id)
    run, page = line.run, PAGES[line.run.act]
    of = page.people(run)
    figures, forecast = previews.get_figures(run, of), previews.forecast_places(event, run)
    form = form if form is not None else page.form(event, run, figures)
    form.without_place.data = str(forecast.without_place) if forecast is not None else ""
    moves = previews.forecast_moves(event, run)
    form.moving.data = mark_of(moves)
    after = fields.whole_number(request.args.get("after")) or 0
    items, more = list_items(run, g.event_access.scope, after=after, of=of)
    mails = mails_shown(event, run, figures, forecast)
    return render_desk(
        page.page_template,
        page.page,
        run=run,
        form=form,
        problem=problem,
        figures=figures,
        forecast=forecast,
        moving=shown(moves) if moves else None,
        title=act_on(run.act, figures.total),
        button=begin_on(run.act, figures.concerned),
        items=items,
        decided=list_decided_since(run, [item for item in items if item.has_changed]),
        mails=mails,
        mail=next((each for each in mails if each.name == request.args.get("mail")), mails[0] if mails else None),
        mail_leaves=instance.config().sends_mail and not event.holds_mail,
        without_place=previews.list_without_place(event, run, forecast) if forecast is not None else (),
        fits=lambda item: previews.fits(run.act, item.status),
        next_url=url_for("bulk.show_run", slug=event.slug, public_id=run.public_id, after=more) if more else "",
        language_name=name_of,
        category_of={category.id: category for category in event.categories},
        partial=page.template,
        has_mail=run.act in MAILING,
        can_undo_later=run.act in (*DECIDING, RunAct.WRITE),
        can_act=may(run.act.needs) and event.publication.effects.is_changeable,
        at=url_for("bulk.show_run", slug=event.slug, public_id=run.public_id) if run.public_id else "",
        **page.shown(form, event, run, figures),
    )


def line_of(public_id: str) -> RunLine:
    """Return a run of the event at hand. Another's draft, though saved, is for whoever may do it. Raises NotFound."""
    line = get_run(g.event.id, public_id, organizer())
    if line.run.begun_at is None and line.run.account_id != current_user.id and not may(line.run.act.needs):
        raise NotFound
    return line


def open_draft(public_id: str, act: RunAct | None = None) -> RunLine:
    """Return a draft that one may change, of an act where one is named. Raises NotFound."""
    line = line_of(public_id)
    if act is not None and line.run.act is not act:
        raise NotFound
    if line.run.begun_at is not None:
        abort(409)
    if not may(line.run.act.needs):
        abort(403)
    return line


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
    message: OutgoingMessage
    text: str


def mails_shown(
    event: Event, run: Run, figures: previews.RunFigures, forecast: previews.PlaceForecast | None
) -> Sequence[MailShown]:
    """Return the mails of a draft, the most read language first; none where nobody is written to."""
    page = PAGES[run.act]
    if not page.writes(run) or not may(Permission.SEE_MESSAGES):
        return ()
    samples, occasion = previews.list_samples(run, g.event_access.scope, page.people(run)), Occasion.load(event)
    if cases := page.cases(event, run):
        # Named by somebody who gets it.
        composed = [(case, page.compose(occasion, run, case[1], waits=False)) for case in cases]
        return [
            replace(_shown(message, person.language, readers, False), name=person.reference, title=title)
            for (title, person, readers), message in composed
            if message is not None
        ]
    shown = []
    for language in [code for code in figures.by_language if code in samples]:
        for waits in _fates(run, figures, forecast):
            message = page.compose(occasion, run, samples[language], waits=waits)
            if message is not None:
                shown.append(_shown(message, language, figures.by_language[language], waits))
    return shown


@blueprint.get("/manage/events/<slug>/registrations/runs/<public_id>/mail/<name>/html")
@requires(Permission.SEE_MESSAGES)
def show_run_mail(slug: str, public_id: str, name: str) -> Response:
    """Show the HTML part of a mail of a draft, for the frame of its page."""
    run = line_of(public_id).run
    page = PAGES[run.act]
    language = name.removesuffix(_WAITING)
    person = previews.list_samples(run, g.event_access.scope, page.people(run)).get(language)
    person = person or find_person(run, g.event_access.scope, name, page.people(run))
    if person is None or run.begun_at is not None:
        abort(404)
    occasion = Occasion.load(get_event_whole(g.event.id))
    message = page.compose(occasion, run, person, waits=name.endswith(_WAITING))
    if message is None:
        abort(404)
    return mail_in_frame(message)


def _fates(run: Run, figures: previews.RunFigures, forecast: previews.PlaceForecast | None) -> Sequence[bool]:
    """Return for whom there is a mail of its own: those who get a place, those who do not."""
    if run.act is not RunAct.APPROVE or forecast is None or not forecast.without_place:
        return (False,)
    return (True,) if forecast.without_place >= figures.concerned else (False, True)


def _shown(message: OutgoingMessage, language: str, readers: int, waits: bool) -> MailShown:
    name = f"{language}{_WAITING}" if waits else language
    title = own_name(language)
    return MailShown(
        name=name,
        language=language,
        title=_("%(language)s, without a place", language=title) if waits else title,
        readers=readers,
        message=message,
        text=mask(message.text, message.marker, _("[personal link]")),
    )
