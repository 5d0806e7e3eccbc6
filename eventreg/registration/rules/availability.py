"""Who gets a place, who waits for a decision, who waits for a place.

What the public is told about registering: when, and whether there are places.

Until when participants and the system act by themselves. Every instant is aware; a window is half open: [from, to).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.dates import Window
from eventreg.events.rules.publication import ALIVE, Publication
from eventreg.events.rules.seats import Places, Seats
from eventreg.kernel.errors import N_, Titled
from eventreg.registration.rules.states import STANDING, Action, RegisteringReason, Status


@dataclass(frozen=True)
class Admission:
    """How someone is let in: the action on the status, and whether it takes a place."""

    action: Action
    takes_place: bool


def admit(approval: ApprovalRule, pending_counts: bool, places: Places, is_approved: bool = False) -> Admission:
    """Decide on somebody who has just registered, or whose turn it is on the waiting list.

    A category that confirms at once confirms while there is a place. One that waits for an organizer takes the person
    as pending; where pending people count towards capacity, only while there is a place. Everyone else waits.
    `places` are those that the category needs one of; `is_approved` says that an organizer has approved the person before.
    """
    if approval is ApprovalRule.AT_ONCE or is_approved:
        if places.has_free:
            return Admission(Action.ADMIT_CONFIRMED, takes_place=True)
        return Admission(Action.ADMIT_WAITLISTED, takes_place=False)
    if not pending_counts:
        return Admission(Action.ADMIT_PENDING, takes_place=False)
    if places.has_free:
        return Admission(Action.ADMIT_PENDING, takes_place=True)
    return Admission(Action.ADMIT_WAITLISTED, takes_place=False)


def needs_place(status: Status, pending_counts: bool) -> bool:
    """Say whether somebody with this status takes a place, in a category whose pending people do or do not."""
    return status is Status.CONFIRMED or (status is Status.PENDING and pending_counts)


class RegistrationState(Titled):
    """What the public is told about registering. `look` is what `components/status.html` calls it."""

    SOON = "soon", N_("Registration opens soon"), "soon"
    OPEN = "open", N_("Registration open"), "open"
    FEW_PLACES = "few_places", N_("Few places left"), "few"
    WAITING_LIST = "waiting_list", N_("Full, with a waiting list"), "waiting"
    #: everybody comes by a private category
    BY_INVITATION = "by_invitation", N_("By invitation"), "closed"
    CLOSED = "closed", N_("Registration closed"), "closed"
    #: the event does not take place
    CALLED_OFF = "called_off", N_("Does not take place"), "called_off"
    #: the event is over and archived
    OVER = "over", N_("Event over"), "over"

    def __init__(self, key: str, title: str = "", look: str = "") -> None:
        super().__init__(key, title)
        self.look = look


@dataclass(frozen=True)
class OfferedCategory:
    """A category as it lets people in."""

    id: int
    approval: ApprovalRule
    pending_counts: bool
    is_private: bool = False
    #: its own dates, inside those of the event
    window: Window | None = None


@dataclass(frozen=True)
class Availability:
    """The state of an event's registration at an instant."""

    state: RegistrationState
    #: places that somebody can still have, whatever the category; None: no limit
    free: int | None
    #: ids of the categories whose next person goes to the waiting list
    waiting: frozenset[int]
    #: from the first opening of a category to the last closing of one
    window: Window
    #: ids of the categories that are not open yet, and of those that are open no more, by their own dates
    not_yet: frozenset[int] = frozenset()
    no_more: frozenset[int] = frozenset()

    @property
    def is_open(self) -> bool:
        """Whether the form can be sent, be it for the waiting list."""
        return self.state not in _NO_WAY_IN

    @property
    def is_partly_full(self) -> bool:
        """Whether some categories have a waiting list while others take people."""
        return self.is_open and bool(self.waiting) and self.state is not RegistrationState.WAITING_LIST


_NO_WAY_IN = frozenset(
    {
        RegistrationState.SOON,
        RegistrationState.BY_INVITATION,
        RegistrationState.CLOSED,
        RegistrationState.CALLED_OFF,
        RegistrationState.OVER,
    }
)


def availability(
    now: datetime,
    opens_at: datetime,
    closes_at: datetime,
    *,
    seats: Seats,
    few_places: int,
    categories: Sequence[OfferedCategory],
    publication: Publication = Publication.PUBLISHED,
) -> Availability:
    """Say what the public is told, by the same rules that decide on who registers.

    Private categories are not told of; what they take of the event's places is. The event has a waiting list when the next
    person of every category that is open would go there. It has few places when at most `few_places` are free. It is open
    while one of its categories is, which may have dates of its own inside those of the event. An event without categories
    has no way in: closed. Of a draft it says what the public will
    be told once it is published: only a preview asks.
    """
    if publication is Publication.DRAFT:
        publication = Publication.PUBLISHED
    whole = Window(opens_at, closes_at)
    offered = [category for category in categories if not category.is_private]
    windows = [category.window or whole for category in offered if not (category.window or whole).is_empty] or [whole]
    told = Window(min(each.opens_at for each in windows), max(each.closes_at for each in windows))
    refusals = {
        category.id: refusal_to_register(now, window.opens_at, window.closes_at, publication)
        for category in offered
        for window in (category.window or whole,)
    }
    open_ones = [category for category in offered if refusals[category.id] is None]
    waiting = frozenset(category.id for category in open_ones if waits(category, seats))
    free = seats.open_to([category.id for category in open_ones or offered])
    refusal = refusal_to_register(now, told.opens_at, told.closes_at, publication)
    state = _state(refusal, open_ones, waiting, free, few_places)
    if refusal is None and not open_ones:
        state = _without_any_open(categories, offered, refusals)
    not_yet = frozenset(key for key, reason in refusals.items() if reason is RegisteringReason.NOT_OPEN_YET)
    no_more = frozenset(key for key, reason in refusals.items() if reason is RegisteringReason.CLOSED)
    return Availability(state, free, waiting, told, not_yet, no_more)


def told_of(seats: Seats, few_places: int) -> tuple[int | None, ...]:
    """Return all that the public can be told of seats, whichever categories are open: the same value, the same words.

    Beyond few places nobody is told how many there are.
    """
    places = (seats.whole, *(seats.in_category(id_) for id_ in sorted(seats.limits)))
    return tuple(each.free if each.free is None else min(each.free, few_places + 1) for each in places)


def _without_any_open(
    categories: Sequence[OfferedCategory],
    offered: Sequence[OfferedCategory],
    refusals: Mapping[int, RegisteringReason | None],
) -> RegistrationState:
    """Return the state inside the window while nobody from the public can register: between two windows, or ever."""
    if RegisteringReason.NOT_OPEN_YET in refusals.values():
        return RegistrationState.SOON
    return RegistrationState.BY_INVITATION if categories and not offered else RegistrationState.CLOSED


def _state(
    refusal: RegisteringReason | None,
    categories: Sequence[OfferedCategory],
    waiting: frozenset[int],
    free: int | None,
    few_places: int,
) -> RegistrationState:
    if refusal in _STATES_OF_REFUSAL:
        return _STATES_OF_REFUSAL[refusal]
    if refusal is not None:
        return RegistrationState.CLOSED
    if len(waiting) == len(categories):
        return RegistrationState.WAITING_LIST
    if free is not None and free <= few_places:
        return RegistrationState.FEW_PLACES
    return RegistrationState.OPEN


_STATES_OF_REFUSAL = {
    RegisteringReason.NOT_OPEN_YET: RegistrationState.SOON,
    RegisteringReason.CALLED_OFF: RegistrationState.CALLED_OFF,
    RegisteringReason.OVER: RegistrationState.OVER,
}


def waits(category: OfferedCategory, seats: Seats, is_approved: bool = False) -> bool:
    """Say whether the next person of a category goes to the waiting list."""
    admission = admit(category.approval, category.pending_counts, seats.of(category.id), is_approved)
    return admission.action is Action.ADMIT_WAITLISTED


#: a decision's mails go, and a place it frees is passed on, when this time to undo it is over
UNDO_WINDOW = timedelta(seconds=60)
#: a file sent with a form that was not accepted is kept this long for the next try
FILE_HELD_FOR = timedelta(hours=24)
#: an address that is not verified in this time is given up
VERIFY_WITHIN = timedelta(hours=72)
#: a link that confirms a new mail address works this long
CONFIRM_ADDRESS_WITHIN = timedelta(hours=72)

_BY_STATE = {
    Publication.CANCELLED: RegisteringReason.CALLED_OFF,
    Publication.ARCHIVED: RegisteringReason.OVER,
}


def refusal_to_register(
    now: datetime, opens_at: datetime, closes_at: datetime, publication: Publication = Publication.PUBLISHED
) -> RegisteringReason | None:
    """Say why nobody can register now, or None when registration is open. Closing at 18:00 means that 18:00:00 is late.

    What the event's state forbids is forbidden whatever the dates say. Dates of a category that leave it no time at all
    mean that it is closed.
    """
    if not publication.effects.takes_registrations:
        return _BY_STATE.get(publication, RegisteringReason.CLOSED)
    if opens_at >= closes_at:
        return RegisteringReason.CLOSED
    if now < opens_at:
        return RegisteringReason.NOT_OPEN_YET
    if now >= closes_at:
        return RegisteringReason.CLOSED
    return None


def may_change_answers(
    status: Status, now: datetime, changes_until: datetime, publication: Publication = Publication.PUBLISHED
) -> bool:
    """Say whether the participant may still change answers: in time, and at an event that takes place."""
    return status in STANDING and now < changes_until and publication in ALIVE


def may_withdraw(status: Status, publication: Publication = Publication.PUBLISHED) -> bool:
    """Say whether the participant may withdraw. No deadline: a place that nobody will use helps nobody.

    From a cancelled event too: people may not want to be asked again. An archived one is over.
    """
    return status in STANDING and publication.effects.takes_withdrawals


def may_pass_on_places(now: datetime, promotes_until: datetime, publication: Publication) -> bool:
    """Say whether a place set free goes to the waiting list by itself: in time, and at an event that takes place."""
    return now < promotes_until and publication in ALIVE
