"""The figures of an event: who registered, from where, when; what waits; the messages by where they stand.

Each is a row of a text, a number, and the list that it leads to for who may see the people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, redirect, request, url_for
from flask_babel import gettext as _, ngettext

from eventreg.accounts.queries import list_account_names
from eventreg.attendees.queries.people import list_definitions
from eventreg.attendees.rules import listing
from eventreg.attendees.views.cards import unanswered_shown
from eventreg.attendees.views.desk import list_url
from eventreg.audit.services import acting
from eventreg.events.models import Category, Event, EventDay
from eventreg.events.queries.events import holding_event_in_any_state, list_categories, list_days
from eventreg.events.rules.team import EVERYTHING, Permission, Scope
from eventreg.events.views.desk import render_desk
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, speaking
from eventreg.kernel.clock import now
from eventreg.mail.rules import Standing
from eventreg.questionnaires.rules.schema import Definition, Question, Stage
from eventreg.registration.queries import registrations
from eventreg.registration.queries.scoping import is_shown
from eventreg.registration.rules.states import STATUS_ORDER, Status
from eventreg.reports import rules
from eventreg.reports.queries import figures
from eventreg.reports.services import are_people_gone, keep_figures, list_kept
from eventreg.reports.views import blueprint
from eventreg.web.access import Answer, may, requires
from eventreg.web.templating import plain_in_reader_language


@blueprint.get("/manage/events/<slug>/figures")
@requires(Permission.SEE_FIGURES)
def show_figures(slug: str) -> str:
    """Show the figures. Each leads to its list for who may see the people; others are told of no small group."""
    event: Event = g.event
    scope: Scope = g.event_access.scope
    sees_people, at = may(Permission.SEE_REGISTRATIONS), now()
    counting = _counting() if sees_people else rules.Counting.LIVE
    definitions, days = list_definitions(event.id), list_days(event.id)
    categories = [category for category in list_categories([event.id]) if is_shown(category, scope)]
    sex = rules.sex_question(definitions.values())
    wanted = figures.WantedFigures(
        counting.statuses, event.time_zone, sex.key if sex is not None else "", rules.day_keys_of(definitions.values())
    )
    found = figures.break_down(event.id, scope, wanted, at)
    rows = FigureRows(slug, found, counting, sees_people)
    return render_desk(
        "reports/figures.html",
        "figures",
        total=found.total,
        sees_people=sees_people,
        choices=_choices(slug, counting) if sees_people else [],
        places=_places(event, scope, categories, found, sees_people),
        deadlines=figures.coming_deadlines(event, days, at, _follow_ups(definitions)),
        over_time=rows.over_time(rules.spans(list(found.received.items()), _until(event, at))),
        tables=rows.tables(categories, days, sex),
        waiting=_waiting(rows, at) if sees_people else None,
        mail=mail_rows(slug) if sees_people else [],
        troubled=found.troubled,
        troubled_url=rows.href_of({"trouble": ["mail"]}),
        asked=_asked(event) if sees_people and scope.is_whole else [],
        as_of=at,
        kept=_kept_shown(event)[:1] if are_people_gone(event.id) else [],
    )


@blueprint.get("/manage/events/<slug>/figures/kept")
@requires(Permission.SEE_FIGURES)
def show_kept_figures(slug: str) -> str:
    """Show figures as they were kept: the newest, or those of the time that the address names."""
    return render_desk("reports/kept_figures.html", "figures", all_kept=_kept_shown(g.event))


@blueprint.post("/manage/events/<slug>/figures/kept")
@requires(Permission.EDIT_EVENT)
def keep_these_figures(slug: str) -> Answer:
    """Keep the figures as they are now."""
    with holding_event_in_any_state(g.event.id) as event:
        keep_figures(event, told_figures(event, now()), acting(), now())
    return redirect(url_for("reports.show_kept_figures", slug=slug, saved=1), 303)


def _kept_shown(event: Event) -> list[dict[str, Any]]:
    """Return the figures of an event that were kept, the newest first, in the reader's language or the event's first."""
    kept = list_kept(event.id)
    names = list_account_names({each.author_id for each in kept if each.author_id is not None})
    return [
        {
            "at": each.frozen_at,
            "author": names.get(each.author_id, "") if each.author_id is not None else _("system"),
            "total": each.figures["total"],
            "tables": each.figures["tables"].get(current_language()) or each.figures["tables"][event.languages[0]],
        }
        for each in kept
    ]


def told_figures(event: Event, at: datetime) -> dict[str, Any]:
    """Return the figures as whoever sees no people is told them, in each language of the event, as JSON to be kept."""
    definitions, days = list_definitions(event.id), list_days(event.id)
    sex, counting = rules.sex_question(definitions.values()), rules.Counting.LIVE
    wanted = figures.WantedFigures(
        counting.statuses, event.time_zone, sex.key if sex is not None else "", rules.day_keys_of(definitions.values())
    )
    found = figures.break_down(event.id, EVERYTHING.scope, wanted, at)
    rows, kept = FigureRows(event.slug, found, counting, sees_people=False), {}
    for language in event.languages:
        with speaking(language):
            tables = rows.tables(list_categories([event.id]), days, sex)
            came = rows.over_time(rules.spans(list(found.received.items()), _until(event, at)))
            kept[language] = [
                {
                    "title": table["title"],
                    "rows": [{"text": row["text"], "count": row["count"]} for row in table["rows"]],
                }
                for table in (*tables, {"title": _("Registrations over time"), "rows": came})
                if table["rows"]
            ]
    return {"total": found.total if rules.is_told(found.total) else None, "tables": kept}


def _asked(event: Event) -> list[dict[str, Any]]:
    """Return how many people are asked something beside the form, and how many of them have not answered."""
    counts = {listing.Unanswered(*key): numbers for key, numbers in registrations.count_unanswered(event.id).items()}
    shown = unanswered_shown(event.id, {asked: numbers[1] for asked, numbers in counts.items()})
    return [
        {
            "text": each["text"],
            "asked": counts[each["asked"]][0],
            "open": each["count"],
            "href": list_url(event.slug, listing.ListState().narrowed(unanswered=[each["asked"].value]))
            if each["count"]
            else "",
        }
        for each in shown
    ]


def _counting() -> rules.Counting:
    wanted = request.args.get("count", "")
    return next((each for each in rules.Counting if each.value == wanted), rules.Counting.LIVE)


def _choices(slug: str, counting: rules.Counting) -> list[dict[str, Any]]:
    return [
        {
            "text": _(each.title),
            "href": url_for(
                "reports.show_figures", slug=slug, count=None if each is rules.Counting.LIVE else each.value
            ),
            "current": each is counting,
        }
        for each in rules.Counting
    ]


def _places(
    event: Event, scope: Scope, categories: Sequence[Category], found: figures.Breakdown, sees_people: bool
) -> dict[str, Any] | None:
    """Return the places; None where they would tell a reader who sees no people of a few of them."""
    seats = figures.count_places(event.id, scope, event.capacity if scope.is_whole else None)
    whole = seats.whole
    live = sum(number for status, number in found.by_status.items() if status in rules.Counting.LIVE.statuses)
    if not sees_people and not (rules.is_told(whole.taken) and rules.is_told(max(live - whole.taken, 0))):
        return None
    names: Mapping[int, str] = {each.id: plain_in_reader_language(each.name) for each in categories}
    return {
        "whole": whole,
        "is_whole": scope.is_whole,
        "by_category": [
            {"text": names[each.id], "taken": seats.taken.get(each.id, 0), "places": each.places}
            for each in (categories if sees_people else ())
        ],
    }


def _waiting(rows: FigureRows, at: datetime) -> dict[str, Any]:
    """Return the decisions that wait, and for how long."""
    since = rows.found.waiting_since
    longest = max((at - since).days, 0) if since is not None else 0
    return {
        "number": rows.found.by_status.get(Status.PENDING, 0),
        "rows": rows.waiting(),
        "longest": ngettext(
            "The longest has waited for %(num)d day.", "The longest has waited for %(num)d days.", longest
        )
        if longest
        else _("All of them came today."),
        "href": rows.href_of({"status": [Status.PENDING.value]}) + "&order=received" if since is not None else "",
    }


def _follow_ups(definitions: Mapping[int, Definition]) -> list[tuple[date, str]]:
    """Return until when what is asked of the confirmed is answered."""
    newest = next(iter(definitions.values()), None)
    return [
        (section.answer_by, _("Answers are due: %(section)s", section=plain_in_reader_language(section.title)))
        for section in (newest.sections if newest is not None else ())
        if section.stage is Stage.FOLLOW_UP and section.answer_by is not None
    ]


def _until(event: Event, at: datetime) -> date:
    """Return the last day that is drawn: today, or the day on which registration closed."""
    zone = ZoneInfo(event.time_zone)
    return min(at, event.registration_closes_at).astimezone(zone).date()


Rows = list[dict[str, Any]]
#: fields whose values nobody has listed before: that one of them is there tells that somebody is
_OPEN = ("country", "institution")


@dataclass(frozen=True)
class FigureRows:
    """Makes the rows of one event's figures. Who sees no people is led nowhere, and told of no small group."""

    slug: str
    found: figures.Breakdown
    counting: rules.Counting
    sees_people: bool

    def tables(
        self, categories: Sequence[Category], days: Sequence[EventDay], sex: Question | None
    ) -> list[dict[str, Any]]:
        """Return the tables with bars, in order, those without a row left out."""
        found = [
            (_("Status"), self.by_status()),
            (_("Category"), self.by_category(categories)),
            (plain_in_reader_language(sex.label), self.by_sex(sex)) if sex is not None else ("", []),
            (_("Days"), self.by_day(days)),
            (_("Country"), self.by_country()),
            (_("Institution"), self.by_institution()),
        ]
        return [{"title": title, "rows": lines} for title, lines in found if lines]

    def by_status(self) -> Rows:
        """Return the statuses; of whoever is counted where a reader sees no people, for them to add up."""
        numbers = self.found.by_status
        shown = [
            status
            for status in STATUS_ORDER
            if (self.sees_people and status is not Status.UNVERIFIED)
            or (status in self.counting.statuses and numbers.get(status))
            or (self.sees_people and numbers.get(status))
        ]
        cells = [rules.Cell(status.value, numbers.get(status, 0)) for status in shown]
        return self._rows(cells, "status", lambda key: _(Status(key).title), counts_all=True)

    def by_category(self, categories: Sequence[Category]) -> Rows:
        """Return the categories in the event's order."""
        names = {category.key: plain_in_reader_language(category.name) for category in categories}
        cells = [rules.Cell(category.key, self.found.by_category.get(category.id, 0)) for category in categories]
        return self._rows(cells, "category", names.__getitem__)

    def by_country(self) -> Rows:
        """Return the countries, the most frequent first."""
        return self._rows(self.found.countries(), "country", lambda code: formats.country(code, current_language()))

    def by_institution(self) -> Rows:
        """Return the institutions of the most people, the others together, and whoever named none."""
        named = [rules.Cell(folded, number) for folded, _written, number in self.found.institutions]
        written = {folded: text for folded, text, _number in self.found.institutions}
        rest = self.found.with_institution - sum(cell.number for cell in named)
        kinds = self.found.institution_count - len(named)
        none = self.found.total - self.found.with_institution
        cells = [*named, *([rules.Cell(rules.OTHERS, rest)] if rest else []), *([rules.Cell("", none)] if none else [])]
        others = ngettext("%(num)d other institution", "%(num)d other institutions", kinds)
        return self._rows(cells, "institution", lambda key: others if key == rules.OTHERS else written[key])

    def by_sex(self, question: Question) -> Rows:
        """Return the answers to the question, and whoever gave none."""
        labels = {option.value: plain_in_reader_language(option.label) for option in question.options}
        numbers = self.found.by["sex"]
        values = dict.fromkeys([*labels, *sorted(numbers)])
        none = self.found.total - sum(numbers.values())
        cells = [rules.Cell(value, numbers.get(value, 0)) for value in values] + (
            [rules.Cell("", none)] if none else []
        )
        return self._rows(cells, listing.answer_column(question.key), lambda value: labels.get(value, value))

    def by_day(self, days: Sequence[EventDay]) -> Rows:
        """Return who comes on which day; whoever was never asked comes on all of them."""
        on_all = self.found.total - self.found.with_days
        held_on = {day.held_on.isoformat(): day.held_on for day in days}
        cells = [rules.Cell(day.held_on.isoformat(), self.found.by["day"].get(str(day.id), 0) + on_all) for day in days]
        shown = cells if self.sees_people else rules.told(cells, self.found.total)
        language = current_language()
        return [self._row(cell, "day", lambda key: formats.day(held_on[key], language, year=False)) for cell in shown]

    def over_time(self, series: Sequence[rules.Span]) -> Rows:
        """Return the registrations as they came, each row with how many there were by then."""
        so_far, rows = 0, []
        for span in series if self.sees_people else rules.merged_spans(series):
            so_far += span.number
            first, last = (formats.short_day(day, current_language()) for day in (span.first, span.last))
            state = self._state().filtered("received", [listing.between(span.first.isoformat(), span.last.isoformat())])
            rows.append(
                {
                    "text": first if first == last else f"{first} – {last}",
                    "count": span.number,
                    "so_far": so_far,
                    "href": self._href(state) if span.number else "",
                }
            )
        return rows

    def waiting(self) -> Rows:
        """Return the decisions that wait, by how long."""
        words = {
            "new": _("up to two days"),
            "days": _("up to a week"),
            "long": _("more than a week"),
        }
        return [{"text": text, "count": self.found.by["waiting"].get(key, 0)} for key, text in words.items()]

    def href_of(self, filters: Mapping[str, Sequence[str]]) -> str:
        """Return the address of a list, whomever the figures count."""
        return self._href(listing.ListState().narrowed(**filters))

    def _rows(
        self, cells: Sequence[rules.Cell], field: str, text: Callable[[str], str], counts_all: bool = False
    ) -> Rows:
        shown = cells if self.sees_people else rules.merged(cells)
        return [self._row(cell, field, text, counts_all) for cell in shown]

    def _row(
        self, cell: rules.Cell, field: str, text: Callable[[str], str], counts_all: bool = False
    ) -> dict[str, Any]:
        if cell.parts:
            return {"text": _together(cell, field, text), "count": cell.number, "href": ""}
        state = listing.ListState() if counts_all else self._state()
        term: listing.Term = listing.is_(cell.key) if cell.key else listing.IS_EMPTY
        is_linked = cell.key != rules.OTHERS and cell.number
        return {
            "text": text(cell.key) if cell.key else _("Not stated"),
            "count": cell.number,
            "href": self._href(state.filtered(field, [term])) if is_linked else "",
        }

    def _state(self) -> listing.ListState:
        """Return the list of those who are counted."""
        if self.counting is rules.Counting.ALL:
            return listing.ListState()
        wanted = (
            listing.is_(Status.CONFIRMED.value)
            if self.counting is rules.Counting.CONFIRMED
            else listing.is_not(Status.CANCELLED.value)
        )
        return listing.ListState().filtered("status", [wanted])

    def _href(self, state: listing.ListState) -> str:
        return list_url(self.slug, state) if self.sees_people else ""


def _together(cell: rules.Cell, field: str, text: Callable[[str], str]) -> str:
    """Return what is said of values that were put together: which they are, unless that told where somebody is from."""
    if field in _OPEN:
        return _("Others")
    return formats.joined([text(part) if part else _("Not stated") for part in cell.parts], current_language())


def mail_rows(slug: str) -> list[dict[str, Any]]:
    """Return the standings that any message in scope has; each leads to its messages for who may see them."""
    counts = figures.count_standings(g.event.id, g.event_access.scope)
    has_links = may(Permission.SEE_MESSAGES)
    return [
        {
            "state": standing.value,
            "text": _(standing.title),
            "count": counts[standing],
            "href": url_for("messages.list_messages", slug=slug, state=standing.value) if has_links else "",
        }
        for standing in Standing
        if counts.get(standing)
    ]
