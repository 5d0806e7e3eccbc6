"""What the list is narrowed by: tabs of statuses, and chips of what is on."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import g
from flask_babel import gettext as _

from eventreg.attendees.listing import Counts, ListShape, ListWords
from eventreg.attendees.queries.people import Person
from eventreg.attendees.rules.listing import ANSWER, ListState, Term, Test
from eventreg.attendees.views import cards, desk
from eventreg.events.views.desk import tab
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.kernel.text import folded
from eventreg.registration.rules.states import STATUS_ORDER, Status

#: what can be asked of each list by name, beside answers
_FIELD_NAMES = frozenset({*(name for name in ListShape().fields), "from", "to", "order"})
#: so many parts of an address that are not understood are named, and so much of each
_MOST_TOLD, _LONGEST_TOLD = 8, 80


def tabs_of(slug: str, state: ListState, counts: Counts) -> list[dict[str, Any]]:
    """Return the tabs of statuses with their counts."""
    every = desk.list_url(slug, state.narrowed(status=()))
    tabs = [tab(_("All"), every, counts.any_status, state.filter_of("status") is None, key="all")]
    for status in STATUS_ORDER:
        count = counts.by_status.get(status, 0)
        if status is not Status.UNVERIFIED or count:
            url = desk.list_url(slug, state.narrowed(status=[status.value]))
            tabs.append(tab(_(status.title), url, count, state.statuses == (status,), key=status.value))
    return tabs


def chips_of(slug: str, state: ListState, words: ListWords, rows: Sequence[Person] = ()) -> list[dict[str, Any]]:
    """Return what is on, each with the address without it. One status alone is told by its tab."""
    chips = []
    if state.search:
        text = _("“%(text)s”", text=state.search)
        chips.append({"text": text, "href": desk.list_url(slug, state.with_(search="")), "remove": _("Remove search:")})
    written = _written(rows)
    for field, term, without in state.chips():
        if field == "status" and len(state.statuses) == 1 and not term.is_negated:
            continue
        text = term_words(field, term, words, written)
        chips.append({"text": text, "href": desk.list_url(slug, without), "remove": _("Remove filter:")})
    return chips


def said_filters(state: ListState, words: ListWords) -> str:
    """Return what a list is narrowed to, in words: for the name and the stamp of a file."""
    said = [_("“%(text)s”", text=state.search)] if state.search else []
    said += [term_words(field, term, words) for field, term, _without in state.chips()]
    return "; ".join(said)


def term_words(field: str, term: Term, words: ListWords, written: Mapping[str, str] | None = None) -> str:
    """Return what is asked of a field in words; `written` says how a folded institution is written."""
    if field == "unanswered" and term.test is Test.IS:
        text = _("Not answered: %(what)s", what=cards.unanswered_title(g.event.id, term.value))
        return _("not %(value)s", value=text) if term.is_negated else text
    if field == "institution" and written and term.value in written:
        return words.term(field, Term(term.test, written[term.value], term.is_negated))
    return words.term(field, term)


def left_out(arguments: Iterable[tuple[str, str]], state: ListState, words: ListWords) -> str:
    """Return which parts of an address the list does not know (any more), in words; empty where it knows all."""
    if not state.has_unknown:
        return ""
    kept = {(name, folded(value)) for name, value in state.query()}
    unknown = []
    for name, value in arguments:
        if name == "columns":
            unknown += [words.short_title(each) for each in value.split(",") if each and each not in state.columns]
        elif (name in _FIELD_NAMES or name.startswith(ANSWER)) and value and (name, folded(value)) not in kept:
            unknown.append(f"{words.short_title(name)}{formats.colon(current_language())} {value}"[:_LONGEST_TOLD])
    return formats.joined(list(dict.fromkeys(unknown))[:_MOST_TOLD], current_language())


def _written(rows: Sequence[Person]) -> dict[str, str]:
    return {folded(name): name for row in rows if (name := row.columns["institution"])}
