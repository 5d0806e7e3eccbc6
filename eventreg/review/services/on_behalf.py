"""What the desk does for somebody: on a registration that the organizer may know of, and on no other."""

from __future__ import annotations

from eventreg.db import transaction
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.events.rules.team import Scope
from eventreg.kernel.errors import NotFound
from eventreg.registration.rules.states import Status
from eventreg.registration.services.category_moves import Move, move_to_category
from eventreg.registration.services.handing_on import NewPerson, hand_on
from eventreg.registration.services.team_acts import TeamAct
from eventreg.registration.services.team_care import send_link_to, send_where_it_stands, set_language, withdraw_for
from eventreg.registration.services.team_changes import Changed, Edit, change_for
from eventreg.review.queries.scoping import get_in_scope


def change_in_scope(event_id: int, reference: str, edit: Edit, act: TeamAct, scope: Scope) -> Changed:
    """Change answers as `team_changes.change_for` does, which says what is refused. Out of scope is NotFound."""
    with transaction():
        lock_event_in_any_state(event_id)
        get_in_scope(event_id, reference, scope)
        return change_for(event_id, reference, edit, act)


def withdraw_in_scope(event_id: int, reference: str, words: str, act: TeamAct, scope: Scope) -> None:
    """Withdraw for somebody as `team_care.withdraw_for` does. Out of scope is NotFound."""
    with transaction():
        lock_event_in_any_state(event_id)
        get_in_scope(event_id, reference, scope)
        withdraw_for(event_id, reference, words, act)


def set_language_in_scope(event_id: int, reference: str, language: str, account_id: int, scope: Scope) -> bool:
    """Set the language of somebody's mails as `team_care.set_language` does. Out of scope is NotFound."""
    with transaction():
        lock_event_in_any_state(event_id)
        get_in_scope(event_id, reference, scope)
        return set_language(event_id, reference, language, account_id)


def send_again_in_scope(event_id: int, reference: str, account_id: int, scope: Scope, *, only_link: bool) -> None:
    """Send somebody the link, or the message of the present status. Out of scope is NotFound."""
    with transaction():
        lock_event_in_any_state(event_id)
        get_in_scope(event_id, reference, scope)
        (send_link_to if only_link else send_where_it_stands)(event_id, reference, account_id)


def move_in_scope(event_id: int, reference: str, wish: Move, act: TeamAct, scope: Scope) -> Status:
    """Move somebody as `category_moves.move_to_category` does. Out of scope, before or after, is NotFound."""
    with transaction():
        lock_event_in_any_state(event_id)
        get_in_scope(event_id, reference, scope)
        if scope.categories is not None and wish.category_key not in scope.categories:
            raise NotFound
        return move_to_category(event_id, reference, wish, act)


def hand_on_in_scope(event_id: int, reference: str, person: NewPerson, act: TeamAct, scope: Scope) -> None:
    """Give a registration to another person as `handing_on.hand_on` does. Out of scope is NotFound."""
    with transaction():
        lock_event_in_any_state(event_id)
        get_in_scope(event_id, reference, scope)
        hand_on(event_id, reference, person, act)
