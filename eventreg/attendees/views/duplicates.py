"""Registrations that look like one person: groups of them, two side by side, merged or kept apart; and what one's page says."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.attendees.cells import AnswerCells, questions_of
from eventreg.attendees.queries import duplicates
from eventreg.attendees.queries.people import Person, list_definitions, list_people
from eventreg.attendees.services.merging import Merging, keep_apart, merge
from eventreg.attendees.views import blueprint
from eventreg.attendees.views.desk import registration_url, the_registration
from eventreg.events.announcing import Announcing, announced
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n import formats, languages
from eventreg.kernel.errors import NotFound
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import FURTHEST
from eventreg.registration.services.answers import CONSENT_KIND, FILE_KINDS
from eventreg.web import fields, templating
from eventreg.web.access import Answer, Sending, may, requires, sends
from eventreg.web.refusals import Refusals

_GROUPS_A_PAGE = 25


@blueprint.get("/manage/events/<slug>/registrations/duplicates")
@requires(Permission.ADD_PEOPLE)
def list_duplicates(slug: str) -> Answer:
    """Show the groups of registrations that look like one person."""
    event: Event = g.event
    groups, is_all = duplicates.list_groups(event.id, g.event_access.sight)
    pages = max(1, -(-len(groups) // _GROUPS_A_PAGE))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    here = url_for("attendees.list_duplicates", slug=slug)
    names = {row.id: templating.plain_in_reader_language(row.name) for row in get_event_whole(event.id).categories}
    return render_desk(
        "attendees/duplicates.html",
        "duplicates",
        groups=[
            {
                "members": group.members,
                "why": sameness_words(group.samenesses),
                "compare": [
                    (other, compare_url(slug, group.members[0].reference, other.reference))
                    for other in group.members[1:]
                ],
            }
            for group in groups[(page - 1) * _GROUPS_A_PAGE : page * _GROUPS_A_PAGE]
        ],
        count=len(groups),
        is_all=is_all,
        most=duplicates.MOST_LOOKED_AT,
        category_names=names,
        previous_url=f"{here}?page={page - 1}" if page > 1 else "",
        next_url=f"{here}?page={page + 1}" if page < pages else "",
    )


@blueprint.get("/manage/events/<slug>/registrations/duplicates/compare")
@requires(Permission.ADD_PEOPLE)
def compare_duplicates(slug: str) -> Answer:
    """Show two registrations side by side, with the choice of what becomes of each answer."""
    return _page(*_two(request.args.getlist("of")))


@blueprint.post("/manage/events/<slug>/registrations/duplicates/merge")
@requires(Permission.ADD_PEOPLE)
@sends(Sending.ANNOUNCED)
def merge_duplicates(slug: str) -> Answer:
    """Make one of two, as was chosen; or show them again with what stands against it."""
    one, other = _two(request.form.getlist("of"))
    stays = request.form.get("stays")
    if stays not in (one.reference, other.reference):
        return _page(one, other, _("Choose which registration stays")), 422
    goes = other if stays == one.reference else one
    merging = Merging(
        stays=str(stays),
        goes=goes.reference,
        stays_revision=_revision(str(stays)),
        goes_revision=_revision(goes.reference),
        taken=_taken_from(goes.reference),
        tells=bool(request.form.get("tells")),
    )
    with Refusals(busy=_("The desk is busy. Nothing is lost: send it once more.")) as outcome:
        who = organizer()
        registration = merge(g.event.id, merging, who, Announcing(who, request.form.get("announced", "")))
        flash(_("Merged: %(goes)s went into %(stays)s.", goes=goes.reference, stays=registration.reference))
        return redirect(registration_url(slug, registration.reference), 303)
    return _page(one, other, outcome.problem, announced(outcome)), outcome.status_code


@blueprint.post("/manage/events/<slug>/registrations/duplicates/apart")
@requires(Permission.ADD_PEOPLE)
def keep_duplicates_apart(slug: str) -> Answer:
    """Note that the registrations are of different people."""
    references = request.form.getlist("of")[:50]
    if len(references) < 2:
        abort(400)
    keep_apart(g.event.id, references, organizer())
    flash(_("Kept apart: they look like doubles no more."))
    return redirect(url_for("attendees.list_duplicates", slug=slug), 303)


_CHOICE = "answer-"


@dataclass(frozen=True)
class Compared:
    """One question with what both answered. `choice`: the name of the field that says whose answer stands; "" for none."""

    label: str
    cells: tuple[str, str]
    differs: bool
    choice: str
    #: the reference whose answer stands unless somebody says otherwise
    chosen: str


def _two(references: Sequence[str]) -> tuple[Registration, Registration]:
    if len(references) != 2 or references[0] == references[1]:
        raise NotFound
    one, other = (the_registration(reference) for reference in references)
    return (one, other) if FURTHEST.index(one.status) <= FURTHEST.index(other.status) else (other, one)


def _taken_from(reference: str) -> set[str]:
    """Return the keys of the questions whose answers are taken from this registration."""
    chosen = (name for name, value in request.form.items() if value == reference)
    return {name.removeprefix(_CHOICE) for name in chosen if name.startswith(_CHOICE)}


def _revision(reference: str) -> int:
    return fields.whole_number(request.form.get(f"revision-{reference}")) or 0


def _page(
    one: Registration, other: Registration, problem: str = "", announcement: Mapping[str, Any] | None = None
) -> str:
    event: Event = g.event
    alike = dict(duplicates.list_alike(one, g.event_access.sight))
    same = next((why for each, why in alike.items() if each.id == other.id), frozenset())
    names = {row.id: templating.plain_in_reader_language(row.name) for row in get_event_whole(event.id).categories}
    return render_desk(
        "attendees/duplicates_compare.html",
        "duplicates",
        people=(one, other),
        why=sameness_words(same),
        rows=_rows(one, other),
        stays=request.form.get("stays") or one.reference,
        tells=bool(request.form.get("tells")),
        sent=request.form,
        problem=problem,
        problem_title=_("Nothing was merged"),
        announcement=announcement,
        category_names=names,
    )


def _rows(one: Registration, other: Registration) -> list[Compared]:
    event = get_event_whole(one.event_id)
    definitions = list_definitions(event.id)
    people = list_people(event.id, [one.id, other.id])
    cells = AnswerCells(
        definitions,
        {row.id: row.key for row in event.categories},
        Context.of(event),
        languages.current_language(),
        has_contact_data=True,
        has_sensitive=False,
        is_read=True,
    )
    rows = [_compared(question, people, cells) for question in questions_of(definitions).values()]
    return [row for row in rows if row is not None]


def _compared(question: Question, people: Sequence[Person], cells: AnswerCells) -> Compared | None:
    write = cells.cell_of(question)
    shown = (write(people[0]), write(people[1]))
    if question.kind == CONSENT_KIND:
        shown = tuple(
            text if question.key in person.consents else "" for text, person in zip(shown, people, strict=True)
        )  # type: ignore[assignment]
    if not any(shown):
        return None
    is_kept = any(question.key in person.sealed for person in people) or question.kind in FILE_KINDS
    differs = shown[0] != shown[1] or (is_kept and all(shown))
    has_choice = differs and question.kind != CONSENT_KIND
    return Compared(
        label=cells.context.text(question.label, cells.language),
        cells=shown,
        differs=differs,
        choice=f"{_CHOICE}{question.key}" if has_choice else "",
        chosen=people[0].reference if shown[0] else people[1].reference,
    )


def doubles_shown(registration: Registration) -> Mapping[str, Any]:
    """Return what the page of a registration says of doubles: those that look like it, and where it went or what came."""
    alike = duplicates.list_alike(registration, g.event_access.sight) if may(Permission.ADD_PEOPLE) else []
    slug, (into, merged_from) = g.event.slug, duplicates.find_mergers(registration.id)
    return {
        "merged_into": next(iter(_in_sight(into)), None),
        "merged_from": _in_sight(merged_from),
        "alike": [
            (each, sameness_words(why), compare_url(slug, registration.reference, each.reference))
            for each, why in alike[:5]
        ],
    }


def _in_sight(references: Sequence[str]) -> list[str]:
    """Return those of these registrations that the account may know of."""
    found = []
    for reference in references:
        with suppress(NotFound):
            found.append(the_registration(reference).reference)
    return found


def compare_url(slug: str, one: str, other: str) -> str:
    """Return the address that shows two registrations side by side."""
    return url_for("attendees.compare_duplicates", slug=slug, of=[one, other])


def sameness_words(samenesses: Collection[duplicates.Sameness]) -> str:
    """Return what registrations have in common; "" for nothing."""
    found = [_(sameness.title) for sameness in duplicates.Sameness if sameness in samenesses]
    return formats.joined(found, languages.current_language()) if found else ""
