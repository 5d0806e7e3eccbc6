"""What each role may do on its event, and what narrows it.

What is agreed with a member: a role, and what is less than it. Who may agree what with whom.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self

from eventreg.kernel.errors import N_, Reason, Refused, Titled


class TeamRole(Titled):
    """A team member's role, the mightiest first."""

    OWNER = "owner", N_("Owner"), N_("Sees and does everything, exports the whole event, transfers ownership.")
    MANAGER = (
        "manager",
        N_("Manager"),
        N_("Prepares the event, decides on registrations, writes to people, invites colleagues."),
    )
    REVIEWER = "reviewer", N_("Reviewer"), N_("Sees who registered, decides, reads the messages.")
    DOOR = (
        "door",
        N_("Door team"),
        N_("Knows that the event exists. What the door needs appears here on the days of the event."),
    )
    VIEWER = "viewer", N_("Viewer: figures only"), N_("Sees figures and no person. For a funder, for example.")


class Permission(Titled):
    """Something that a role may allow on one event."""

    #: know that one belongs to the event, open its front page and its preview
    ENTER = "enter", N_("Opens the event's front page and this one")
    #: counts, no person
    SEE_FIGURES = "see_figures", N_("Sees figures: how many registered, by status and category")
    #: the attendee list and each registration, without contact data and sensitive answers
    SEE_REGISTRATIONS = "see_registrations", N_("Sees who registered, with the answers")
    #: mail addresses and telephone numbers
    SEE_CONTACT_DATA = "see_contact_data", N_("Sees mail addresses and telephone numbers")
    #: files that people sent, each look being an audit entry; who is kept from sensitive answers is kept from them too
    SEE_FILES = "see_files", N_("Opens the files that people sent; each look is recorded")
    #: sensitive answers, each look being an audit entry
    SEE_SENSITIVE = "see_sensitive", N_("Sees sensitive answers; each look is recorded")
    DECIDE = "decide", N_("Decides on registrations")
    #: what everybody who decides works with: ready-made reasons, and tags as they are
    SHAPE_REVIEW = "shape_review", N_("Changes ready-made reasons and tags")
    #: register people on their behalf, put files of them in, merge those who are there twice
    ADD_PEOPLE = "add_people", N_("Adds people, also from a file, and merges doubles")
    #: how long data are kept, who is given them or finds them on a list, erasing a person: all of it reaches everybody's
    SEE_TO_DATA = "see_to_data", N_("Sets how long people's data are kept and who is given them; deletes them")
    #: messages as they arrive, with personal links left out; release what is held
    SEE_MESSAGES = "see_messages", N_("Sees messages as they arrive")
    SEND_MESSAGES = "send_messages", N_("Releases messages and sends them again")
    #: take the list away as a file
    EXPORT = "export", N_("Exports lists")
    #: programme, speakers, rooms, materials, remarks and recommendations
    EDIT_PROGRAMME = "edit_programme", N_("Edits the programme, speakers and materials")
    #: texts, dates, places, categories, institutions, notice, look
    EDIT_EVENT = "edit_event", N_("Edits texts, dates, places, categories and institutions")
    #: publish, close, cancel, archive; the preview link
    PUBLISH = "publish", N_("Publishes, closes, cancels and archives")
    #: the audit trail of the event
    SEE_HISTORY = "see_history", N_("Sees the audit log")
    #: invite, narrow and remove members of a role below one's own
    EDIT_TEAM = "edit_team", N_("Invites, changes and removes members below the own role")
    #: the whole event as one file
    EXPORT_EVENT = "export_event", N_("Exports the whole event")
    #: give the ownership away, delete the event, lift the hold on its mail
    OWN = "own", N_("Transfers ownership, releases held messages")


_REVIEWING = {
    Permission.ENTER,
    Permission.SEE_FIGURES,
    Permission.SEE_REGISTRATIONS,
    Permission.SEE_CONTACT_DATA,
    Permission.SEE_FILES,
    Permission.DECIDE,
    Permission.SHAPE_REVIEW,
    Permission.SEE_MESSAGES,
}
_MANAGING = _REVIEWING | {
    Permission.SEE_SENSITIVE,
    Permission.ADD_PEOPLE,
    Permission.SEE_TO_DATA,
    Permission.SEND_MESSAGES,
    Permission.EXPORT,
    Permission.EDIT_PROGRAMME,
    Permission.EDIT_EVENT,
    Permission.PUBLISH,
    Permission.SEE_HISTORY,
    Permission.EDIT_TEAM,
}
_OWNING = _MANAGING | {Permission.EXPORT_EVENT, Permission.OWN}

#: role to what it allows. A funder's viewer sees figures and no person; the door sees nothing here but its event's name.
PERMISSIONS: dict[TeamRole, frozenset[Permission]] = {
    TeamRole.OWNER: frozenset(_OWNING),
    TeamRole.MANAGER: frozenset(_MANAGING),
    TeamRole.REVIEWER: frozenset(_REVIEWING),
    TeamRole.DOOR: frozenset({Permission.ENTER}),
    TeamRole.VIEWER: frozenset({Permission.ENTER, Permission.SEE_FIGURES}),
}

#: every permission under what it is about, as the table of roles shows them
GROUPS: dict[str, tuple[Permission, ...]] = {
    N_("Event"): (Permission.ENTER, Permission.SEE_FIGURES),
    N_("People"): (
        Permission.SEE_REGISTRATIONS,
        Permission.SEE_CONTACT_DATA,
        Permission.SEE_FILES,
        Permission.SEE_SENSITIVE,
        Permission.DECIDE,
        Permission.SHAPE_REVIEW,
        Permission.ADD_PEOPLE,
        Permission.EXPORT,
        Permission.SEE_TO_DATA,
    ),
    N_("Messages"): (Permission.SEE_MESSAGES, Permission.SEND_MESSAGES),
    N_("Content"): (Permission.EDIT_PROGRAMME, Permission.EDIT_EVENT, Permission.PUBLISH),
    N_("Team"): (Permission.EDIT_TEAM, Permission.SEE_HISTORY, Permission.EXPORT_EVENT, Permission.OWN),
}

#: an administrator runs the instance, and knows of every event what a viewer knows
ADMINISTRATOR_PERMISSIONS: frozenset[Permission] = PERMISSIONS[TeamRole.VIEWER]

#: what rests on something else and is nothing without it: a message names its recipient, the history tells everything
NEEDS: dict[Permission, frozenset[Permission]] = {
    Permission.SEE_CONTACT_DATA: frozenset({Permission.SEE_REGISTRATIONS}),
    Permission.SEE_FILES: frozenset({Permission.SEE_REGISTRATIONS}),
    Permission.SEE_SENSITIVE: frozenset({Permission.SEE_REGISTRATIONS}),
    Permission.DECIDE: frozenset({Permission.SEE_REGISTRATIONS}),
    Permission.SHAPE_REVIEW: frozenset({Permission.SEE_REGISTRATIONS, Permission.DECIDE}),
    # Whether an address is there already is told by adding it, and a place is given by it.
    Permission.ADD_PEOPLE: frozenset({Permission.SEE_REGISTRATIONS, Permission.SEE_CONTACT_DATA, Permission.DECIDE}),
    Permission.EXPORT: frozenset({Permission.SEE_REGISTRATIONS}),
    # Who is erased is seen before, and gives a place up; a period is a setting of the event.
    Permission.SEE_TO_DATA: frozenset(
        {Permission.SEE_REGISTRATIONS, Permission.SEE_CONTACT_DATA, Permission.DECIDE, Permission.EDIT_EVENT}
    ),
    Permission.SEE_MESSAGES: frozenset({Permission.SEE_REGISTRATIONS, Permission.SEE_CONTACT_DATA}),
    Permission.SEND_MESSAGES: frozenset(
        {Permission.SEE_REGISTRATIONS, Permission.SEE_CONTACT_DATA, Permission.SEE_MESSAGES}
    ),
    Permission.SEE_HISTORY: frozenset({Permission.SEE_REGISTRATIONS, Permission.SEE_CONTACT_DATA}),
}

#: what makes sense for the whole event only: nobody who sees a part of it may read all of its history, let others in,
#: change what those work with who decide on the rest, or say what is deleted of the rest, or shown
OF_THE_WHOLE = frozenset(
    {
        Permission.SEE_TO_DATA,
        Permission.SHAPE_REVIEW,
        Permission.SEE_HISTORY,
        Permission.EDIT_TEAM,
        Permission.EXPORT_EVENT,
        Permission.OWN,
    }
)

#: what can be withheld from a member, in the order of the boxes; without people, messages or figures a role is another role
WITHHOLDABLE = (
    Permission.SEE_CONTACT_DATA,
    Permission.SEE_FILES,
    Permission.SEE_SENSITIVE,
    Permission.DECIDE,
    Permission.ADD_PEOPLE,
    Permission.SEE_TO_DATA,
    Permission.SEE_MESSAGES,
    Permission.SEND_MESSAGES,
    Permission.EXPORT,
    Permission.EDIT_PROGRAMME,
    Permission.EDIT_EVENT,
    Permission.PUBLISH,
    Permission.SEE_HISTORY,
    Permission.EDIT_TEAM,
)

#: roles whose members can be given less than the role: whoever owns an event or stands at the door has all of it
NARROWABLE = frozenset({TeamRole.MANAGER, TeamRole.REVIEWER, TeamRole.VIEWER})


@dataclass(frozen=True)
class Scope:
    """Which registrations of an event somebody may know of. None: all."""

    #: keys of categories
    categories: frozenset[str] | None = None
    #: days of the event that the person comes on: one of them is enough
    days: frozenset[date] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return self.categories is None and self.days is None

    def has_category(self, key: str) -> bool:
        """Say whether people of this category can be in it."""
        return self.categories is None or key in self.categories


WHOLE = Scope()


@dataclass(frozen=True)
class Sight:
    """What somebody may know of an event's registrations: of which, and how much of each. Every read keeps to it."""

    scope: Scope = WHOLE
    #: mail addresses and telephone numbers
    has_contact_data: bool = True

    def narrowed_to(self, categories: frozenset[str]) -> Self:
        """Return the same of people of these categories alone."""
        own = self.scope.categories
        return replace(self, scope=replace(self.scope, categories=categories if own is None else own & categories))


#: for what the product does by itself, and for whoever is kept from nothing
EVERYTHING = Sight()


@dataclass(frozen=True)
class Grant:
    """What one account may do on one event: a role, less what was agreed. `role` None: no team member."""

    role: TeamRole | None
    is_administrator: bool = False
    withheld: frozenset[Permission] = frozenset()
    scope: Scope = WHOLE

    def allows(self, permission: Permission) -> bool:
        """Say whether it may be done. What is withheld from a member an administrator keeps as such."""
        if self.is_administrator and permission in ADMINISTRATOR_PERMISSIONS:
            return True
        if permission in OF_THE_WHOLE and not self.scope.is_whole:
            return False
        return all(self._has(needed) for needed in (permission, *NEEDS.get(permission, ())))

    @property
    def kept_back(self) -> frozenset[Permission]:
        """What is withheld, and what goes with it."""
        goes_along = {Permission.SEE_FILES} if Permission.SEE_SENSITIVE in self.withheld else set()
        return self.withheld | goes_along

    @property
    def sight(self) -> Sight:
        """What the account may know of registrations."""
        return Sight(self.scope, self.allows(Permission.SEE_CONTACT_DATA))

    def _has(self, permission: Permission) -> bool:
        return self.role is not None and permission in PERMISSIONS[self.role] and permission not in self.kept_back


def grant_of(
    role: TeamRole | None,
    is_administrator: bool,
    *,
    only_categories: Collection[str] = (),
    only_days: Iterable[str] = (),
    withheld: Iterable[str] = (),
) -> Grant:
    """Return the grant of a member as stored: lists that are empty narrow nothing, unknown permissions are left out.

    An administrator who is no member sees the figures of all registrations.
    """
    known = {permission.value: permission for permission in Permission}
    days = frozenset(date.fromisoformat(day) for day in only_days)
    return Grant(
        role,
        is_administrator,
        frozenset(known[value] for value in withheld if value in known),
        Scope(frozenset(only_categories) or None, days or None),
    )


def allows(role: TeamRole | None, is_administrator: bool, permission: Permission) -> bool:
    """Say whether a person with this role on an event (None: no team member) may do it there, unless it is narrowed."""
    return Grant(role, is_administrator).allows(permission)


def is_below(role: TeamRole, other: TeamRole) -> bool:
    """Say whether a role is below another: members are invited, narrowed and removed by roles above theirs."""
    order = list(TeamRole)
    return order.index(role) > order.index(other)


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
    own = {permission for permission in giver.kept_back if permission in PERMISSIONS[role]}
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
