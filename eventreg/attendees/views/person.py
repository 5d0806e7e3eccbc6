"""One registration; its sensitive answers and files, by POST and with a trace.

What the team can do for somebody beside deciding, as links of the registration's page.

What the team puts on a registration for itself: a card for each annotation.

The page of one registration, for every view that ends on it.
"""

import io
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from flask import Response, g, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.accounts.services.second_factor import has_second_factor
from eventreg.attendees.annotations import ANNOTATIONS
from eventreg.attendees.annotations.base import Annotation
from eventreg.attendees.forms import DecisionForm
from eventreg.attendees.queries import person
from eventreg.attendees.rules.listing import ListState
from eventreg.attendees.services.team_acts import look_at_section, take_file
from eventreg.attendees.views import blueprint, cards, desk, duplicates, history
from eventreg.audit.trail import read_group
from eventreg.db import read_together
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.team import Membership, list_memberships
from eventreg.events.rules.team import Permission, Sight
from eventreg.events.views.desk import render_desk
from eventreg.i18n import formats, languages
from eventreg.kernel.clock import now
from eventreg.programme.calendars import ANSWERS
from eventreg.questionnaires.kinds import Context, DayChoice
from eventreg.registration.models import Registration
from eventreg.registration.rules.asked import RequestState, closes_at, concerns, state_of
from eventreg.registration.rules.states import STANDING, Status
from eventreg.registration.rules.ways_in import WayKind
from eventreg.web.access import may, requires
from eventreg.web.templating import language_url_at, plain_in_reader_language

#: what came from outside is shown by no page of ours, whatever a browser would make of it
_FILE_POLICY = "default-src 'none'; sandbox"


@blueprint.get("/manage/events/<slug>/registrations/<reference>")
@requires(Permission.SEE_REGISTRATIONS)
def show_registration(slug: str, reference: str) -> str:
    """Show one registration, its sensitive answers masked."""
    return dossier_page(reference)


@blueprint.post("/manage/events/<slug>/registrations/<reference>/sensitive")
@requires(Permission.SEE_SENSITIVE)
def show_sensitive(slug: str, reference: str) -> str:
    """Show the page with the sensitive answers of one section, in this answer alone."""
    section = request.form.get("section", "")
    opened = look_at_section(g.event.id, reference, section, organizer())
    return dossier_page(reference, opened_key=section, opened=opened)


@blueprint.post("/manage/events/<slug>/registrations/<reference>/files/<public_id>")
@requires(Permission.SEE_FILES)
def download_file(slug: str, reference: str, public_id: str) -> Response:
    """Give a file as an attachment, its type being the one found from its content."""
    opened = take_file(g.event.id, reference, public_id, organizer(), sees_sensitive=may(Permission.SEE_SENSITIVE))
    response = send_file(
        io.BytesIO(opened.content), mimetype=opened.media_type, as_attachment=True, download_name=opened.name
    )
    response.headers["Content-Security-Policy"] = _FILE_POLICY
    return response


def acts_shown(event: Event, registration: Registration) -> Sequence[tuple[str, str]]:
    """Return (address, words) of what is possible now, for whoever may do it."""
    status = registration.status
    erases = [("privacy.ask_to_erase", _("Delete the data of the person"), may(Permission.SEE_TO_DATA))]
    can_decide, is_standing = may(Permission.DECIDE), status in STANDING
    offered = [
        ("onbehalf.edit_registration", _("Edit answers"), can_decide and may(Permission.SEE_CONTACT_DATA)),
        ("onbehalf.choose_category", _("Move to another category"), can_decide),
        ("onbehalf.ask_to_hand_on", _("Transfer to another person"), is_standing and may(Permission.ADD_PEOPLE)),
        (
            "onbehalf.ask_to_withdraw",
            _("Withdraw for the person"),
            can_decide and (is_standing or status is Status.UNVERIFIED),
        ),
    ]
    is_over = not event.publication.effects.is_changeable or event.is_called_off or status is Status.CANCELLED
    offered = erases if is_over else [*offered, *erases]
    return [
        (url_for(endpoint, slug=event.slug, reference=registration.reference), words)
        for endpoint, words, is_possible in offered
        if is_possible
    ]


def _annotated(event: Event, registration: Registration, refused: Annotation | None, fault: str) -> dict[str, Any]:
    """Return what the cards of all annotations need; what was `refused` shows what was sent."""
    faults = [(refused.form_input, fault)] if refused is not None else []
    open_to = {each: event.publication.effects.is_changeable and may(each.right) for each in ANNOTATIONS}
    cards_shown = [(each.template, is_open) for each, is_open in open_to.items()]
    shown: dict[str, Any] = {"annotations": cards_shown, "faults": faults, "wrong": dict(faults)}
    read = [each.read(event, registration) for each in open_to]
    rows = iter(read_together(*(part for parts in read for part in parts)))
    for (each, is_open), parts in zip(open_to.items(), read, strict=True):
        own = list(islice(rows, len(parts)))
        shown |= each.shown(event, registration, own, request.form if each is refused else None, is_open=is_open)
    return shown


def dossier_page(
    reference: str,
    form: DecisionForm | None = None,
    problem: str = "",
    opened_key: str = "",
    opened: Mapping[str, Sequence[str]] | None = None,
    refused: Annotation | None = None,
    fault: str = "",
    announcement: Mapping[str, Any] | None = None,
) -> str:
    """Return the page. `problem`: why a decision was not made; `opened`: sensitive answers shown this once.

    `refused`: whose card was sent and is shown again, and for which `fault`. `announcement`: whom a decision would write to.
    """
    event: Event = g.event
    sight: Sight = g.event_access.sight
    dossier = person.get_dossier(event, reference, sight.scope)
    categories = desk.categories_in_sight()
    state = desk.read_list_state(categories)
    context = Context.of(event, [DayChoice(*day) for day in desk.list_shape(categories).days])
    changed = cards.changes_marked(dossier, event, context, sight.has_contact_data)
    return render_desk(
        "attendees/registration.html",
        "registrations",
        registration=dossier.registration,
        audience_words=history.audience_words,
        problem=problem,
        announcement=announcement,
        sections=cards.sections_shown(dossier, context, sight.has_contact_data, opened_key, opened, changed),
        consents=list(reversed(dossier.consents)),
        chosen_sessions=dossier.sessions,
        requests=_requests(dossier, event),
        doubles=duplicates.doubles_shown(dossier.registration),
        others=_others(event, dossier.registration, sight),
        **_timeline(dossier, event, context, state),
        messages=dossier.messages,
        counts_event=sight.scope.is_whole,
        versions=dossier.version_numbers,
        **_rights(),
        **_sending(dossier.registration),
        came_by=_came_by(dossier.registration),
        **_ways_around(event, dossier.registration, state),
        acts=acts_shown(event, dossier.registration),
        **_annotated(event, dossier.registration, refused, fault),
        **cards.decision_shown(dossier, event, form),
    )


def _rights() -> dict[str, Any]:
    """Return what of the page the account may see and do."""
    return {
        "can_ask": may(Permission.DECIDE),
        "can_see_files": may(Permission.SEE_FILES),
        "can_see_sensitive": may(Permission.SEE_SENSITIVE),
        "can_see_messages": may(Permission.SEE_MESSAGES),
        "can_write": may(Permission.SEND_MESSAGES),
    }


def _timeline(dossier: person.Dossier, event: Event, context: Context, state: ListState) -> dict[str, Any]:
    """Return what happened, as far as the account may see it; of one kind alone where the address says so."""
    return history.timeline_shown(
        dossier,
        event,
        context,
        has_contact_data=g.event_access.sight.has_contact_data,
        has_messages=may(Permission.SEE_MESSAGES),
        exports=dossier.exports if may(Permission.SEE_HISTORY) else [],
        only=read_group(request.args.get("kind")),
        address=lambda address: desk.with_query(address, state),
    )


def _sending(registration: Registration) -> dict[str, Any]:
    """Return what the account may do about the person's mails, and in which language they are written."""
    return {
        "sends_again": may(Permission.SEND_MESSAGES) and registration.status is not Status.CANCELLED,
        "calendar_answer": _(ANSWERS[registration.calendar_answer]) if registration.calendar_answer else "",
        "sees_contact": g.event_access.sight.has_contact_data,
        "language_name": languages.name_of(registration.language),
        "languages_known": [(code, languages.own_name(code)) for code in languages.known_languages()],
    }


def _ways_around(event: Event, registration: Registration, state: ListState) -> dict[str, Any]:
    """Return where one goes from here: back to the list one came from, and along it."""
    previous, following = desk.neighbours(registration)
    return {
        "language_url": language_url_at(desk.registration_url(event.slug, registration.reference, state)),
        "back_url": desk.list_url(event.slug, state),
        "previous_url": desk.registration_url(event.slug, previous, state) if previous else "",
        "next_url": desk.registration_url(event.slug, following, state) if following else "",
        "here": lambda address: desk.with_query(address, state),
    }


def _came_by(registration: Registration) -> str:
    """Return by which way the person came, beside the public form; "" by none."""
    way = registration.came_by
    code = person.find_codes([registration.access_code_id]).get(registration.access_code_id or 0)
    if way is WayKind.CODE and code is not None:
        return _("by the code %(name)s", name=f"{code.code} ({code.label})" if code.label else code.code)
    return _(way.title) if way is not None else ""


def _requests(dossier: person.Dossier, event: Event) -> list[dict[str, Any]]:
    """Return the rows of `attendees/_requests.html`, the newest first."""
    registration, language = dossier.registration, languages.current_language()
    titles = {section.key: plain_in_reader_language(section.title) for section in dossier.definition.sections}
    rows = []
    for asked in reversed(dossier.requests):
        closes = closes_at(asked.answer_by, event.changes_until, event.time_zone)
        state = state_of(now(), closes, asked.answered_at, asked.taken_back_at)
        is_asked = concerns(asked.kind, registration.status)
        if state in (RequestState.OPEN, RequestState.LATE) and not is_asked:
            state = RequestState.TAKEN_BACK
        rows.append(
            {
                "id": asked.id,
                "title": _(asked.kind.title) if asked.kind.title else titles.get(asked.section_key, asked.section_key),
                "state": _(state.title),
                "requested_at": asked.requested_at,
                "until": formats.day(asked.answer_by, language)
                if asked.answer_by is not None
                else formats.instant(event.changes_until, event.time_zone, language),
                "reason": asked.reason,
                "is_open": state is RequestState.OPEN,
                "is_waiting": state in (RequestState.OPEN, RequestState.LATE),
            }
        )
    return rows


def _others(event: Event, registration: Registration, sight: Sight) -> list[dict[str, Any]]:
    """Return the rows of `attendees/_others.html`: at events that the account may see the people of, and at this one."""
    memberships = list_memberships(current_user.id, is_administrator=False)
    seen = {each.event.id: each for each in memberships if _sees_people(each)}
    sights = {event_id: each.grant.sight for event_id, each in seen.items()} | {event.id: sight}
    events = {event_id: each.event for event_id, each in seen.items()} | {event.id: event}
    return [
        {
            "registration": row,
            "event": plain_in_reader_language(events[row.event_id].title) if row.event_id != event.id else "",
            "category": plain_in_reader_language(row.category.name),
            "why": _("same address") if has_same_address else _("same name"),
            "href": desk.registration_url(events[row.event_id].slug, row.reference),
            "time_zone": events[row.event_id].time_zone,
        }
        for row, has_same_address in person.list_other_registrations(registration, sights)
    ]


def _sees_people(membership: Membership) -> bool:
    lacks_factor = membership.event.demands_second_factor and not has_second_factor(current_user)
    return membership.grant.allows(Permission.SEE_REGISTRATIONS) and not lacks_factor
