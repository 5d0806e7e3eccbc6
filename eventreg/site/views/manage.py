"""The desk's front pages: one's events, and the overview of one.

Acts of the pages that are made of several rooms.
"""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, render_template, url_for
from flask_login import current_user

from eventreg.accounts.services.second_factor import has_second_factor
from eventreg.attendees.rules.listing import ListState
from eventreg.attendees.views import desk
from eventreg.audit.services import INSTANCE_CHAIN, Actor, Target, note
from eventreg.bulk.views.schedules import coming_shown, planned_part
from eventreg.db import transaction
from eventreg.events.links import invitation_token
from eventreg.events.models import Event
from eventreg.events.policies import may_create_events
from eventreg.events.queries.events import lock_event_in_any_state
from eventreg.events.queries.team import Membership, list_memberships, read_surroundings
from eventreg.events.queries.texts import Outline, read_outline
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.team import Permission, TeamRole
from eventreg.events.views import publication
from eventreg.events.views.desk import render_desk
from eventreg.kernel.clock import now
from eventreg.registration.rules.states import Status
from eventreg.reports.queries.figures import Breakdown, Figures, coming_deadlines, list_figures
from eventreg.reports.rules import Counting, is_told
from eventreg.settings.models import InstanceSettings
from eventreg.site.views import blueprint, today
from eventreg.web import access

_TO_REVIEW = ListState().narrowed(status=[Status.PENDING.value])
_WITHOUT_FIGURES = Figures({}, {})


@blueprint.get("/manage/")
@access.signed_in
def manage_events() -> str:
    """List the events of the account, below what waits at any of them; an administrator's are all of them."""
    memberships = list_memberships(current_user.id, current_user.is_administrator)
    scopes = {each.event.id: each.grant.scope for each in memberships if _allows(each, Permission.SEE_FIGURES)}
    figures, at = list_figures(scopes), now()
    beside = read_surroundings(current_user.id, [each.event.id for each in memberships], at)
    seen = [
        today.seen_as(each.grant, each.event, beside.categories, figures[each.event.id])
        for each in memberships
        if each.role is not None and each.event.id in scopes
    ]
    years = today.years_beside([each.event for each in memberships], beside.days)
    return render_template(
        "site/manage_events.html",
        memberships=memberships,
        parts=today.parts_shown(seen, at, years),
        years=years,
        makes_events=may_create_events(current_user, owns_one=any(each.role is TeamRole.OWNER for each in memberships)),
        invitations=[
            (event, invitation.role, url_for("team.show_invitation", token=invitation_token(invitation.public_id)))
            for invitation, event in beside.invitations
        ],
        figures=figures,
        live={id_: total if is_told(total := _live(found).total) else None for id_, found in figures.items()},
        days=beside.days,
        lists={
            each.event.id: (desk.list_url(each.event.slug, ListState()), desk.list_url(each.event.slug, _TO_REVIEW))
            for each in memberships
            if _allows(each, Permission.SEE_REGISTRATIONS)
        },
        pending=Status.PENDING,
    )


@blueprint.get("/manage/events/<slug>")
@access.requires(Permission.ENTER)
def manage_event(slug: str) -> str:
    """Show what waits at an event, and how it goes; of one that is not published, what is missing.

    Figures lead to their lists; persons are counted and named only to those who may see them.
    """
    event: Event = g.event
    sees_figures, sees_people = access.may(Permission.SEE_FIGURES), access.may(Permission.SEE_REGISTRATIONS)
    at, outline, scope = now(), read_outline(event.id, planned_part(event.id)), g.event_access.scope
    days = outline.days
    is_draft = event.publication is Publication.DRAFT
    figures = list_figures({event.id: scope})[event.id] if sees_figures else _WITHOUT_FIGURES
    seen = today.seen_as(g.event_access.grant, event, outline.categories, figures)
    return render_desk(
        "site/manage_event.html",
        "overview",
        days=[day.held_on for day in days],
        today=at.astimezone(ZoneInfo(event.time_zone)).date(),
        is_draft=is_draft,
        **_missing(event, outline),
        sees_figures=sees_figures,
        sees_whole=scope.is_whole,
        sees_people=sees_people,
        parts=today.parts_shown([seen], at),
        places=seen.seats.whole,
        by_category=today.places_shown(slug, seen, figures, sees_people=sees_people),
        tells_places=sees_people or _tells_places(figures),
        total=figures.total,
        list_url=desk.list_url(slug, ListState()) if sees_people else "",
        begins=coming_deadlines(event, days, at)[-1:],
        deadlines=coming_deadlines(event, days, at, coming_shown(event) if outline.has_beside else ()),
        last_days=today.days_shown(event, scope, at) if sees_people and not is_draft else None,
        colleagues=today.colleagues_shown(event, at) if access.may(Permission.SEE_HISTORY) else None,
        # Whoever owns this one owns one: nothing has to be looked up.
        copies=access.may(Permission.OWN) or (access.may(Permission.EDIT_EVENT) and may_create_events(current_user)),
        exports=access.may(Permission.EXPORT_EVENT),
    )


def _missing(event: Event, outline: Outline) -> dict[str, Any]:
    """Return what the event lacks, for who may publish it."""
    items = publication.open_items(event, outline) if access.may(Permission.PUBLISH) else []
    return {
        "may_publish": access.may(Permission.PUBLISH),
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


def note_history_export(chain: int, filters: Mapping[str, str], actor: Actor) -> int:
    """Record that the history of an event (or of the instance) is taken away as a file. Raises NotFound.

    Returns the position of that entry: the file holds what was before it.
    """
    with transaction():
        row = Target(InstanceSettings, None) if chain == INSTANCE_CHAIN else lock_event_in_any_state(chain)
        return note(row, "history_exported", actor, format="csv", filters=dict(filters)).position
