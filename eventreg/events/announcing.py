"""Nothing is sent unannounced: an act of the desk that lets people move up from the waiting list, or changes what stands in
their calendars, names them before it is done.

    announcing = Announcing(organizer(), request.form.get("announced", ""))
    with form.refusals() as outcome:
        withdraw_for(…, announcing)
        return redirect(…)
    return page(form, announced=announced(outcome)), outcome.status_code

The act is done, and rolled back where it moves anybody up whom its page did not name: so what is announced is what is done, also
when two organizers act at once, and an act that moves nobody up costs nothing more.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from flask import g
from flask_babel import gettext as _, ngettext

from eventreg.events.organizers import Organizer
from eventreg.events.rules.team import Permission, Scope
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, own_name
from eventreg.kernel.errors import NN_, Refused
from eventreg.mail.content import mask
from eventreg.mail.services import OutgoingMessage
from eventreg.web.access import may
from eventreg.web.instance import config
from eventreg.web.refusals import Refusals

_MOST_NAMED = 10
_QUIETLY = "quietly"
#: what an act does to people beside what it is for, with how that is said
MOVES_UP, UPDATES_CALENDARS = "moves_up", "updates_calendars"
_SAID = {
    MOVES_UP: NN_(
        "With this, %(num)d person moves up from the waiting list. Look at what is sent, then confirm.",
        "With this, %(num)d people move up from the waiting list. Look at what is sent, then confirm.",
    ),
    UPDATES_CALENDARS: NN_(
        "This changes what stands in the calendar of %(num)d person. Look at what is sent, then confirm.",
        "This changes what stands in the calendars of %(num)d people. Look at what is sent, then confirm.",
    ),
}


class WrittenTo(NamedTuple):
    """Somebody whom an act writes to, with the message: who moves up by it, has an entry that changes, or comes from a file."""

    name: str
    category_key: str
    language: str
    #: whoever they are, and what becomes of them
    key: str
    #: None: as that of somebody before them who reads the same language
    message: OutgoingMessage | None


class Unannounced(Refused):
    """Nothing is done yet: these people would move up, or get an update, and the page did not say so."""

    def __init__(self, people: Sequence[WrittenTo], mark: str, *, can_undo: bool, what: str = MOVES_UP) -> None:
        super().__init__(_SAID[what], num=len(people))
        self.people, self.mark, self.can_undo, self.what = people, mark, can_undo, what


class Announcing:
    """Who acts, and what the page said of who moves up with it: `confirmed` is the value of the button that was pressed."""

    def __init__(self, who: Organizer, confirmed: str = "") -> None:
        self.who = who
        #: for so long the mails wait, and the act can be undone
        self.wait = timedelta()
        #: when the act was done, where it can be undone
        self.at: datetime | None = None
        seen, _blank, choice = confirmed.partition(" ")
        self._seen, self._passed = seen.split("+"), list[str]()
        #: whether those who move up are written to
        self.tells = choice != _QUIETLY
        #: who moved up, or will when the time to undo is over
        self.people: Sequence[WrittenTo] = ()
        #: whether calendars are brought up to date when the time to undo is over
        self.updates_calendars = False

    def check(self, people: Sequence[WrittenTo]) -> None:
        """Go on where these are whom the page named, or nobody. Raises Unannounced: as the last thing of an act."""
        self._check(people, MOVES_UP, can_undo=bool(self.wait))
        self.people = people

    def check_updates(self, people: Sequence[WrittenTo]) -> None:
        """Do the same with those whose calendars change. Where an act does both, its page names one after the other."""
        self._check(people, UPDATES_CALENDARS, can_undo=True)
        self.updates_calendars = bool(people) and self.tells

    def _check(self, people: Sequence[WrittenTo], what: str, *, can_undo: bool) -> None:
        mark = mark_of(people)
        if people and mark not in self._seen:
            raise Unannounced(people, "+".join([*self._passed, mark]), can_undo=can_undo, what=what)
        self._passed += [mark] if people else []

    def names(self) -> str:
        """Return who they are, as far as the account may know of them, and how many more, in the reader's language."""
        return _joined(self.people, self.who.scope)


def mark_of(people: Sequence[WrittenTo]) -> str:
    """Return what a form says of whom its page named."""
    return sha256("\n".join(each.key for each in people).encode()).hexdigest()[:16]


def announced(outcome: Refusals, *, may_be_quiet: bool = True) -> dict[str, Any] | None:
    """Return what `components/announcement.html` says of an act that was not done; None: it was not refused for that."""
    refused = outcome.refused
    if not isinstance(refused, Unannounced):
        return None
    return shown(refused.people) | {
        "can_undo": refused.can_undo,
        "what": refused.what,
        "mark": refused.mark,
        "quietly": f"{refused.mark} {_QUIETLY}" if may_be_quiet else "",
    }


def shown(people: Sequence[WrittenTo]) -> dict[str, Any]:
    """Return who is written to, and what they get, as `components/announcement.html` shows it."""
    scope: Scope = g.event_access.scope
    by_language = Counter(each.language for each in people)
    mails = {
        (each.language, each.message.template): each.message
        for each in people
        if each.message is not None and may(Permission.SEE_MESSAGES) and _is_known(each, scope)
    }
    return {
        "count": len(people),
        "names": _joined(people, scope) if may(Permission.SEE_REGISTRATIONS) else "",
        "languages": formats.joined(
            [f"{own_name(language)} ({number})" for language, number in by_language.items()], current_language()
        ),
        "mails": [
            (own_name(language), language, message.subject, mask(message.text, message.marker, _("[personal link]")))
            for (language, _template), message in mails.items()
        ],
        "mail_leaves": config().sends_mail and not g.event.holds_mail,
    }


def _is_known(person: WrittenTo, scope: Scope) -> bool:
    """Say whether an account may know of somebody: whoever sees only some days is told how many."""
    return scope.days is None and scope.has_category(person.category_key)


def _joined(people: Sequence[WrittenTo], scope: Scope) -> str:
    named = [each.name for each in people if _is_known(each, scope)][:_MOST_NAMED]
    if others := len(people) - len(named):
        named.append(ngettext("%(num)d more", "%(num)d more", others))
    return formats.joined(named, current_language())
