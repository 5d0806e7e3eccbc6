"""The life of an event: its states and what each does, the steps between them, who may take one and what must hold before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from eventreg.events.rules.team import Permission
from eventreg.kernel.errors import N_, NN_, Keyed, Reason, Refused
from eventreg.kernel.text import LocalizedText, is_blank


@dataclass(frozen=True)
class Effects:
    """What a state does. The desk says it before a button is pressed, and the product keeps to it."""

    #: everybody can open the event's pages
    is_public: bool = True
    #: people can register, between the dates that are set
    takes_registrations: bool = True
    #: decisions are made, answers are changed, the waiting list moves
    takes_decisions: bool = True
    #: the team can change the event and what belongs to it
    is_changeable: bool = True
    #: participants can withdraw
    takes_withdrawals: bool = True


class Publication(Keyed):
    """Where an event is between being prepared and being kept, and what that does (`effects`)."""

    #: only the team sees it, and whoever has the preview link
    DRAFT = "draft", Effects(is_public=False, takes_registrations=False)
    #: public; registration opens and closes by its dates
    PUBLISHED = "published", Effects()
    #: public; nobody can register, whatever the dates say
    REGISTRATION_CLOSED = "registration_closed", Effects(takes_registrations=False)
    #: public, and says that it does not take place; everybody registered was told
    CANCELLED = "cancelled", Effects(takes_registrations=False, takes_decisions=False)
    #: over: public with its materials and conclusions, and nothing of it changes any more
    ARCHIVED = (
        "archived",
        Effects(takes_registrations=False, takes_decisions=False, is_changeable=False, takes_withdrawals=False),
    )

    def __init__(self, _key: str, effects: Effects = Effects()) -> None:
        self.effects = effects


#: the states in which the public sees an event
PUBLIC = frozenset(state for state in Publication if state.effects.is_public)
#: the states in which an event is on: its waiting list moves, decisions and changes are made
ALIVE = frozenset(state for state in PUBLIC if state.effects.takes_decisions)


class LifecycleReason(Reason):
    """Why an event did not change its state, or was not changed because of its state."""

    #: nothing of an archived event changes
    ARCHIVED = "archived", N_("The event is archived: nothing of it changes any more.")
    #: the step does not lead anywhere from the present state; details: `publication`
    NOT_POSSIBLE_NOW = (
        "not_possible_now",
        N_("This is not possible from the present state: %(state)s. Somebody else may have changed it."),
    )
    #: the account may not take this step
    OWNERS_ONLY = "owners_only", N_("Only an owner of the event can do this.")
    #: what a public page needs is missing
    NOT_READY = (
        "not_ready",
        NN_(
            "%(num)d thing is missing before the event can be published.",
            "%(num)d things are missing before the event can be published.",
        ),
    )
    #: people are registered
    HAS_REGISTRATIONS = (
        "has_registrations",
        NN_(
            "%(num)d person has registered, so the event stays. Cancel it if it does not take place.",
            "%(num)d people have registered, so the event stays. Cancel it if it does not take place.",
        ),
    )
    #: the last day is not over
    NOT_OVER = "not_over", N_("The event is not over yet. Archive it when its last day is over, or cancel it.")
    #: details: `languages`
    NOTE_MISSING = "note_missing", N_("Write the reason in %(languages)s")
    #: details: `languages`, `limit`
    NOTE_TOO_LONG = "note_too_long", N_("Write the reason in %(languages)s")


class LifecycleRefused(Refused):
    """The state of an event forbids it. Nothing was written."""

    has_own_page = True

    def __init__(self, reason: LifecycleReason, **details: Any) -> None:
        super().__init__(reason, status_code=403 if reason is LifecycleReason.OWNERS_ONLY else 409, **details)


def check_changeable(publication: Publication) -> None:
    """Refuse to change an event that is archived, or what belongs to it. Raises LifecycleRefused (ARCHIVED)."""
    if not publication.effects.is_changeable:
        raise LifecycleRefused(LifecycleReason.ARCHIVED)


#: characters of the reason for a cancellation, in each language
LONGEST_NOTE = 1_000


class Step(Keyed):
    """Something that changes the state of an event, in the order of the screen.

    A member is its key, what the history says was done, the words of its button, what is said when it was taken, and what it
    does beyond the state that it leads to.
    """

    PUBLISH = "publish", "published", N_("Publish the event"), N_("The event is published.")
    CLOSE_REGISTRATION = (
        "close_registration", "registration_closed", N_("Close registration"), N_("Registration is closed."),
    )  # fmt: skip
    REOPEN_REGISTRATION = (
        "reopen_registration",
        "registration_reopened",
        N_("Reopen registration"),
        N_("The event is published; registration follows its dates again."),
    )
    #: back to a draft, while nobody has registered
    UNPUBLISH = "unpublish", "unpublished", N_("Unpublish"), N_("The event is a draft again.")
    ARCHIVE = "archive", "archived", N_("Archive the event"), N_("The event is archived.")
    CANCEL = (
        "cancel",
        "cancelled",
        N_("Cancel the event"),
        N_("The event is cancelled. Everybody registered is being told by email."),
        (
            N_("Messages of the event that wait are dropped."),
            N_(
                "Everybody registered is told once by email, in their own language; calendars of the confirmed are cleared."
            ),
            N_("The contact person is told once."),
        ),
    )
    #: a cancelled event takes place after all
    REINSTATE = (
        "reinstate",
        "reinstated",
        N_("Reinstate the event"),
        N_("The event takes place after all. Everybody registered is being told by email."),
        (
            N_("Everybody registered is told once by email; those confirmed get the dates back into their calendars."),
            N_("The contact person is told once."),
        ),
    )
    #: an archived event can be changed again
    UNARCHIVE = (
        "unarchive",
        "unarchived",
        N_("Unarchive"),
        N_("The event is out of the archive and can be changed."),
    )

    def __init__(
        self, _key: str, past: str = "", label: str = "", done: str = "", effects: tuple[str, ...] = ()
    ) -> None:
        self.past, self.label, self.done, self.effects = past, label, done, effects


_P, _S = Publication, Step

TRANSITIONS: Mapping[tuple[Publication, Step], Publication] = {
    (_P.DRAFT, _S.PUBLISH): _P.PUBLISHED,
    (_P.PUBLISHED, _S.CLOSE_REGISTRATION): _P.REGISTRATION_CLOSED,
    (_P.PUBLISHED, _S.UNPUBLISH): _P.DRAFT,
    (_P.PUBLISHED, _S.ARCHIVE): _P.ARCHIVED,
    (_P.PUBLISHED, _S.CANCEL): _P.CANCELLED,
    (_P.REGISTRATION_CLOSED, _S.REOPEN_REGISTRATION): _P.PUBLISHED,
    (_P.REGISTRATION_CLOSED, _S.ARCHIVE): _P.ARCHIVED,
    (_P.REGISTRATION_CLOSED, _S.CANCEL): _P.CANCELLED,
    (_P.CANCELLED, _S.REINSTATE): _P.PUBLISHED,
    (_P.CANCELLED, _S.ARCHIVE): _P.ARCHIVED,
    (_P.ARCHIVED, _S.UNARCHIVE): _P.PUBLISHED,
}

#: steps that only an owner takes: everybody is written to again, or what was closed is opened
_OWNERS = frozenset({Step.REINSTATE, Step.UNARCHIVE})
#: steps that cannot simply be undone: a page asks once more and says whom they reach
ASKED_TWICE = frozenset({Step.UNPUBLISH, Step.ARCHIVE, Step.CANCEL, Step.REINSTATE, Step.UNARCHIVE})
#: steps that everybody registered is told of
TOLD = frozenset({Step.CANCEL, Step.REINSTATE})


def next_publication(publication: Publication, step: Step) -> Publication | None:
    """Return the state that a step leads to, or None when it is not possible from `publication`."""
    return TRANSITIONS.get((publication, step))


def steps_from(publication: Publication) -> list[Step]:
    """Return the steps that are possible from a state, in the order of the screen."""
    return [step for step in Step if (publication, step) in TRANSITIONS]


def permission_for(step: Step) -> Permission:
    """Return the permission that a step needs."""
    return Permission.OWN if step in _OWNERS else Permission.PUBLISH


@dataclass(frozen=True)
class Circumstances:
    """What decides whether a step can be taken, as it is at this instant."""

    publication: Publication
    languages: tuple[str, ...]
    #: whether the account has the permission that the step needs
    is_permitted: bool = True
    #: registrations of any status, withdrawn ones included: each is somebody's record
    registrations: int = 0
    #: whether the last day has ended; False where no day is set
    is_over: bool = False
    #: how many things are missing without which no event is published
    missing: int = 0
    #: the reason of a cancellation, by language: the one given now, or the one that stands
    note: LocalizedText = field(default_factory=dict)


def check_step(step: Step, circumstances: Circumstances) -> Publication:
    """Return the state that a step leads to. Raises LifecycleRefused, which says why it cannot be taken."""
    target = next_publication(circumstances.publication, step)
    if target is None:
        raise LifecycleRefused(LifecycleReason.NOT_POSSIBLE_NOW, publication=circumstances.publication)
    if not circumstances.is_permitted:
        raise LifecycleRefused(LifecycleReason.OWNERS_ONLY)
    if step is Step.PUBLISH and circumstances.missing:
        raise LifecycleRefused(LifecycleReason.NOT_READY, num=circumstances.missing)
    if step is Step.UNPUBLISH and circumstances.registrations:
        raise LifecycleRefused(LifecycleReason.HAS_REGISTRATIONS, num=circumstances.registrations)
    # What never took place is over as soon as it is cancelled.
    if step is Step.ARCHIVE and not circumstances.is_over and circumstances.publication is not Publication.CANCELLED:
        raise LifecycleRefused(LifecycleReason.NOT_OVER)
    if step is Step.CANCEL:
        _check_note(circumstances.note, circumstances.languages)
    if step is Step.UNARCHIVE and circumstances.note:
        # It was cancelled before it was archived, and nobody has been told anything else.
        return Publication.CANCELLED
    return target


def check_deletion(circumstances: Circumstances) -> None:
    """Refuse to delete what is no draft, or what somebody has registered for. Raises LifecycleRefused."""
    if circumstances.publication is not Publication.DRAFT:
        raise LifecycleRefused(LifecycleReason.NOT_POSSIBLE_NOW, publication=circumstances.publication)
    if not circumstances.is_permitted:
        raise LifecycleRefused(LifecycleReason.OWNERS_ONLY)
    if circumstances.registrations:
        raise LifecycleRefused(LifecycleReason.HAS_REGISTRATIONS, num=circumstances.registrations)


def _check_note(note: LocalizedText, languages: Iterable[str]) -> None:
    missing = [language for language in languages if is_blank(note.get(language, ""))]
    if missing:
        raise LifecycleRefused(LifecycleReason.NOTE_MISSING, languages=missing)
    too_long = [language for language in languages if len(note[language].strip()) > LONGEST_NOTE]
    if too_long:
        raise LifecycleRefused(LifecycleReason.NOTE_TOO_LONG, languages=too_long, limit=LONGEST_NOTE)
