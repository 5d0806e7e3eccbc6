"""The desk's front pages: one's events, and the overview of one.

Acts of the pages that are made of several rooms.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.accounts.policies import has_second_factor
from eventreg.attendees.listing import ListShape, RegistrationList
from eventreg.attendees.rules.listing import ListState, Unanswered
from eventreg.attendees.views import annotations, cards, desk
from eventreg.audit.services import INSTANCE_CHAIN, Actor, Target, note
from eventreg.db import transaction
from eventreg.events.links import invitation_token
from eventreg.events.models import Category, Event
from eventreg.events.policies import may_create_events
from eventreg.events.queries.events import list_categories, list_days, lock_event_in_any_state
from eventreg.events.queries.team import Membership, list_days_of, list_invitations_to, list_memberships
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.seats import Places
from eventreg.events.rules.team import Permission, Scope
from eventreg.events.views import publication, publication_words
from eventreg.events.views.desk import render_desk
from eventreg.kernel.clock import now
from eventreg.mail.queries import list_latest_states
from eventreg.registration.queries import registrations, scoping
from eventreg.registration.rules.states import STATUS_ORDER, Status
from eventreg.reports.queries.figures import Breakdown, Figures, coming_deadlines, list_figures
from eventreg.reports.rules import Counting, is_told
from eventreg.reports.views.figures import FigureRows, mail_rows
from eventreg.settings.models import InstanceSettings
from eventreg.site.views import blueprint
from eventreg.web import access, templating

_LATEST = 5
_TO_REVIEW = ListState().narrowed(status=[Status.PENDING.value])
_WITHOUT_FIGURES = Figures({}, {})


@blueprint.get("/manage/")
@access.signed_in
def manage_events() -> str:
    """List the events of the account; an administrator's are all of them."""
    memberships = list_memberships(current_user.id, current_user.is_administrator)
    scopes = {each.event.id: each.grant.scope for each in memberships if _allows(each, Permission.SEE_FIGURES)}
    figures = list_figures(scopes)
    return render_template(
        "site/manage_events.html",
        memberships=memberships,
        makes_events=may_create_events(current_user),
        invitations=[
            (event, invitation.role, url_for("team.show_invitation", token=invitation_token(invitation.public_id)))
            for invitation, event in list_invitations_to(current_user.id, now())
        ],
        figures=figures,
        live={id_: total if is_told(total := _live(found).total) else None for id_, found in figures.items()},
        days=list_days_of([membership.event.id for membership in memberships]),
        lists={
            each.event.id: (desk.list_url(each.event.slug, ListState()), desk.list_url(each.event.slug, _TO_REVIEW))
            for each in memberships
            if _allows(each, Permission.SEE_REGISTRATIONS)
        },
        pending=Status.PENDING,
        mentions=annotations.mentions_shown(
            [(each.event, each.grant.scope) for each in memberships if _allows(each, Permission.SEE_REGISTRATIONS)],
            names_events=True,
        ),
    )


@blueprint.get("/manage/events/<slug>")
@access.requires(Permission.ENTER)
def manage_event(slug: str) -> str:
    """Show where an event stands. Figures lead to their lists; persons are named only to those who may see them."""
    event: Event = g.event
    sees_figures, sees_people = access.may(Permission.SEE_FIGURES), access.may(Permission.SEE_REGISTRATIONS)
    scope: Scope = g.event_access.scope
    categories = [category for category in list_categories([event.id]) if scoping.is_shown(category, scope)]
    figures = list_figures({event.id: scope})[event.id] if sees_figures else _WITHOUT_FIGURES
    told = FigureRows(slug, _live(figures), Counting.LIVE, sees_people)
    days = list_days(event.id)
    return render_desk(
        "site/manage_event.html",
        "overview",
        days=[day.held_on for day in days],
        **_life(event),
        sees_figures=sees_figures,
        sees_whole=scope.is_whole,
        sees_people=sees_people,
        figures=figures,
        places=Places(event.capacity, figures.taken),
        categories=categories,
        waiting=figures.with_status(Status.WAITLISTED),
        waiting_url=desk.list_url(slug, ListState().narrowed(status=[Status.WAITLISTED.value])) if sees_people else "",
        to_review=figures.with_status(Status.PENDING),
        review_url=desk.list_url(slug, _TO_REVIEW),
        by_status=_by_status(slug, figures) if sees_people else told.by_status(),
        by_category=_by_category(slug, figures, categories) if sees_people else told.by_category(categories),
        tells_places=sees_people or _tells_places(figures),
        deadlines=coming_deadlines(event, days, now()),
        mail=mail_rows(slug) if sees_people else [],
        asked=_asked(event) if sees_people and scope.is_whole else [],
        latest=_latest(event, categories) if sees_people else [],
        # Whoever owns this one owns one: nothing has to be looked up.
        copies=access.may(Permission.OWN) or (access.may(Permission.EDIT_EVENT) and may_create_events(current_user)),
        exports=access.may(Permission.EXPORT_EVENT),
        mentions=annotations.mentions_shown([(event, scope)]) if sees_people else [],
    )


def _asked(event: Event) -> list[dict[str, Any]]:
    """Return how many people are asked something beside the form, and how many of them have not answered."""
    counts = {Unanswered(*key): numbers for key, numbers in registrations.count_unanswered(event.id).items()}
    shown = cards.unanswered_shown(event.id, {asked: numbers[1] for asked, numbers in counts.items()})
    return [
        {
            "text": each["text"],
            "asked": counts[each["asked"]][0],
            "open": each["count"],
            "href": desk.list_url(event.slug, ListState().narrowed(unanswered=[each["asked"].value]))
            if each["count"]
            else "",
        }
        for each in shown
    ]


def _life(event: Event) -> dict[str, Any]:
    """Return the state of the event, and of a draft what it lacks, for who may publish it."""
    is_draft, may_publish = event.publication is Publication.DRAFT, access.may(Permission.PUBLISH)
    items = publication.open_items(event) if is_draft and may_publish else []
    return {
        "is_draft": is_draft,
        "may_publish": may_publish,
        "state_name": publication_words.state_name(event.publication),
        "blocking": [item for item in items if item.is_blocking],
        "advice": [item for item in items if not item.is_blocking],
    }


def _allows(membership: Membership, permission: Permission) -> bool:
    """Say whether the account may see this of an event now: nothing where it lacks the second factor that is demanded."""
    lacks_factor = membership.event.demands_second_factor and not has_second_factor(current_user)
    return membership.grant.allows(permission) and not lacks_factor


def _live(figures: Figures) -> Breakdown:
    """Return the figures of everybody but the cancelled, as they are told to who may see no people."""
    live = {key: number for key, number in figures.registrations.items() if key[0] in Counting.LIVE.statuses}
    found = Breakdown()
    for (status, category_id), number in live.items():
        found.by_status[status] = found.by_status.get(status, 0) + number
        found.by_category[category_id] = found.by_category.get(category_id, 0) + number
    return found


def _tells_places(figures: Figures) -> bool:
    """Say whether the places tell of no few people, neither of those who have one nor of those who have none."""
    return is_told(figures.taken) and is_told(max(_live(figures).total - figures.taken, 0))


def _by_status(slug: str, figures: Figures) -> list[dict[str, Any]]:
    return [
        {
            "text": _(status.title),
            "count": figures.with_status(status),
            "href": desk.list_url(slug, ListState().narrowed(status=[status.value])),
        }
        for status in STATUS_ORDER
        if status is not Status.UNVERIFIED or figures.with_status(status)
    ]


def _by_category(slug: str, figures: Figures, categories: Sequence[Category]) -> list[dict[str, Any]]:
    return [
        {
            "text": templating.plain_in_reader_language(category.name),
            "count": figures.in_category(category.id),
            "taken": figures.places.get(category.id, 0),
            "places": category.places,
            "is_beside": not category.counts_toward_event,
            "is_over": Places(category.places, figures.places.get(category.id, 0)).over > 0,
            "href": desk.list_url(slug, ListState().narrowed(category=[category.key])),
        }
        for category in categories
    ]


def _latest(event: Event, categories: Sequence[Category]) -> list[dict[str, Any]]:
    # Nothing that the list offers is asked for, so it has not to be looked up what that is.
    rows = RegistrationList(event.id, categories, ListState(), g.event_access.sight, ListShape()).page(_LATEST).rows
    names = {category.id: templating.plain_in_reader_language(category.name) for category in categories}
    standings = list_latest_states(event.id, [row.id for row in rows])
    return [
        {
            "name": row.full_name,
            "href": desk.registration_url(event.slug, row.reference, ListState()),
            "category": names[row.category_id],
            "status": row.status,
            "submitted_at": row.submitted_at,
            "trouble": standings[row.id].trouble if row.id in standings else "",
        }
        for row in rows
    ]


def note_history_export(chain: int, filters: Mapping[str, str], actor: Actor) -> int:
    """Record that the history of an event (or of the instance) is taken away as a file. Raises NotFound.

    Returns the position of that entry: the file holds what was before it.
    """
    with transaction():
        row = Target(InstanceSettings, None) if chain == INSTANCE_CHAIN else lock_event_in_any_state(chain)
        return note(row, "history_exported", actor, format="csv", filters=dict(filters)).position
