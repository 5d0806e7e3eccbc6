"""A long form split by subject: a page shows one, which is saved by itself, and beside it an index of all.

    SUBJECTS = (Subject("days", N_("Days"), ("days",)), Subject("where", N_("Where"), ("city", "country")))
    subjects = Subjects(SUBJECTS, request.args.get("part", ""))
    render_desk(…, subjects=subjects.shown(lambda part: url_for("events.edit_settings", slug=slug, part=part)))

The form posts to the address of its subject. `templates/components/subjects.html` draws the index; its entries bear the keys as
ids, so that the anchors of the parts of one long page lead to where a part is now.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from flask_babel import gettext as _

from eventreg.kernel.errors import N_


class Subject(NamedTuple):
    """A part of a long form: its key in addresses, its title, and the names of what it holds."""

    key: str
    title: str
    names: Sequence[str] = ()


class Mark(NamedTuple):
    """How far a subject is in one language."""

    language: str
    #: "full", "half" or "none"
    state: str
    words: str


class Entry(NamedTuple):
    """A line of the index."""

    key: str
    title: str
    href: str
    is_current: bool
    marks: Sequence[Mark]


class Subjects:
    """The subjects of a form, and the one at hand: that which the address names, else the first."""

    def __init__(self, subjects: Sequence[Subject], named: str = "") -> None:
        self.every = subjects
        place = next((place for place, each in enumerate(subjects) if each.key == named), 0)
        self.current = subjects[place]
        #: where one goes on after this one; None: it is the last
        self.next = subjects[place + 1] if place + 1 < len(subjects) else None

    def after(self, order: str) -> str:
        """Return the key of the subject to show once this one is saved; `order`: what the button says."""
        return self.next.key if order == "on" and self.next is not None else self.current.key

    def of(self, name: str) -> str:
        """Return the key of the subject that holds something."""
        return next((each.key for each in self.every if name in each.names), self.current.key)

    def index(
        self, url: Callable[[str], str], states: Mapping[str, Mapping[str, Iterable[bool]]] | None = None
    ) -> list[Entry]:
        """Return the lines of the index. `states`: of each subject, by language, whether each of its texts is as it should be."""
        return [
            Entry(
                each.key, _(each.title), url(each.key), each is self.current, _marks((states or {}).get(each.key, {}))
            )
            for each in self.every
        ]


_WORDS = {"full": N_("complete"), "half": N_("incomplete"), "none": N_("not begun")}


def _marks(states: Mapping[str, Iterable[bool]]) -> list[Mark]:
    found = []
    for language, done in states.items():
        each = list(done)
        state = "full" if all(each) else "half" if any(each) else "none"
        found.append(Mark(language, state, _(_WORDS[state])))
    return found
