"""What is agreed with a member: a role, and what is less than it. Who may agree what with whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from eventreg.events.rules.team import NARROWABLE, PERMISSIONS, WITHHOLDABLE, Grant, Permission, TeamRole, is_below
from eventreg.kernel.errors import N_, Reason, Refused

INVITATION_LASTS = timedelta(days=14)
LONGEST_NOTE = 500
#: a day that no event has
NO_DAY = date.min


class TeamReason(Reason):
    """Why a team was not changed."""

    ALREADY_MEMBER = "already_member", N_("This person belongs to the team already"), "email"
    #: one gives roles below one's own only
    ROLE_NOT_YOURS = "role_not_yours", N_("Choose a role below your own"), "role"
    #: a category or day that the event does not have, or a permission that cannot be withheld
    UNKNOWN_PART = "unknown_part", N_("Choose among the categories, days and rights that are shown"), "withheld"
    NOTE_TOO_LONG = "note_too_long", N_("Write up to %(limit)s characters"), "note"
    TOO_MANY_INVITATIONS = (
        "too_many_invitations",
        N_("These were many invitations. Wait %(minutes)s minutes, then invite again."),
        "email",
        429,
    )
    #: the account of this address was closed
    ACCOUNT_CLOSED = (
        "account_closed",
        N_("The account with this address was closed. Invite another address."),
        "email",
    )
    #: accepted, declined, taken back, too old, or never made
    INVITATION_OVER = (
        "invitation_over",
        N_("This invitation was used already, taken back, or it is too old"),
        "email",
        409,
    )
    #: the account has a way in already: it is asked for that first
    SIGN_IN_FIRST = "sign_in_first", N_("Sign in first, then accept"), "", 409
    #: signed in with another account than the invited one
    OTHER_ACCOUNT = "other_account", N_("This invitation is for another account"), "", 409
    #: an event always has an owner
    LAST_OWNER = "last_owner", N_("An event needs an owner. Transfer ownership first."), "", 409


@dataclass(frozen=True)
class Narrowing:
    """What is less than the role, as stored: keys of categories, dates ("2027-03-11"), values of Permission."""

    only_categories: tuple[str, ...] = ()
    only_days: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()

    def columns(self) -> dict[str, list[str]]:
        """Return it as memberships and invitations keep it."""
        return {name: list(kept) for name, kept in vars(self).items()}


def roles_to_give(grant: Grant) -> list[TeamRole]:
    """Return the roles that a member may give, the mightiest first: those below the own one.

    Ownership is not given but handed over, which is an act of its own.
    """
    if grant.role is None or not grant.allows(Permission.EDIT_TEAM):
        return []
    return [role for role in TeamRole if is_below(role, grant.role)]


def agree(
    giver: Grant, role: TeamRole, wish: Narrowing, category_keys: Collection[str], days: Iterable[date]
) -> Narrowing:
    """Return what is stored of a wish. Whoever gives holds nothing back from whom they do not hold it themselves.

    A role that cannot be narrowed is given whole. What is withheld from the giver is withheld from the member too: one
    cannot give more than one has. Raises Refused: ROLE_NOT_YOURS, UNKNOWN_PART (a name that is not understood must not
    widen what was meant to be narrow).
    """
    if role not in roles_to_give(giver):
        raise Refused(TeamReason.ROLE_NOT_YOURS)
    known_days = {day.isoformat() for day in days}
    known_permissions = {permission.value for permission in WITHHOLDABLE}
    is_known = (
        set(wish.only_categories) <= set(category_keys)
        and set(wish.only_days) <= known_days
        and set(wish.withheld) <= known_permissions
    )
    if not is_known:
        raise Refused(TeamReason.UNKNOWN_PART)
    own = {permission for permission in giver.withheld if permission in PERMISSIONS[role]}
    if role not in NARROWABLE:
        if own:
            raise Refused(TeamReason.ROLE_NOT_YOURS)
        return Narrowing()
    withheld = own | {found for found in PERMISSIONS[role] if found.value in wish.withheld}
    return Narrowing(
        tuple(key for key in category_keys if key in wish.only_categories),
        tuple(sorted(set(wish.only_days))),
        tuple(found.value for found in WITHHOLDABLE if found in withheld),
    )


def followed_days(days: Iterable[str], moved: Mapping[date, date]) -> tuple[str, ...]:
    """Return the dates of the days that were agreed, once days of the event have other dates (`moved`: old to new).

    What is agreed names dates and means days. A date whose day is gone, and that another day takes, is none of them any
    more; where nothing is left, NO_DAY keeps what was narrow from meaning everything.
    """
    agreed = {date.fromisoformat(day) for day in days}
    kept = {day for day in agreed if day not in moved and day not in moved.values()}
    followed = kept | {moved[day] for day in agreed if day in moved}
    if agreed and not followed:
        followed = {NO_DAY}
    return tuple(day.isoformat() for day in sorted(followed))
