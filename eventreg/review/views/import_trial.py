"""The page that shows a trial: what would come of each row."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.events.views.desk import render_desk
from eventreg.review.models import Import
from eventreg.review.rules.importing import Line, Outcome
from eventreg.review.services.importing import Tried, stamp_of, terms_of
from eventreg.review.views.desk import registration_url

_LINES_A_PAGE = 100


def trial_page(row: Import, tried: Tried, problem: str = "") -> str:
    """Show what would come of each row; `problem` says why nothing was put in."""
    event: Event = g.event
    slug, only = event.slug, request.args.get("only", "")
    if problem:
        only = "otherwise"
    counts = {outcome: sum(line.outcome is outcome for line in tried.lines) for outcome in Outcome}
    otherwise = sum(line.is_otherwise for line in tried.lines)
    shown = [line for line in tried.lines if _is_shown(line, only)]
    if problem and not shown:
        shown, only = list(tried.lines), ""
    pages = max(1, -(-len(shown) // _LINES_A_PAGE))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    address = url_for("review.show_trial", slug=slug, public_id=row.public_id)
    return render_desk(
        "review/import_trial.html",
        "registrations",
        row=row,
        terms=terms_of(row),
        stamp=stamp_of(row, tried),
        tried=tried,
        counts=counts,
        total=len(tried.lines),
        tabs=_tabs(address, only, counts, len(tried.lines), otherwise),
        lines=shown[(page - 1) * _LINES_A_PAGE : page * _LINES_A_PAGE],
        outcome_title=outcome_title,
        outcomes=Outcome,
        looks=_LOOKS,
        problem=problem,
        url_of=lambda reference: registration_url(slug, reference),
        previous_url=_paged(address, only, page - 1) if page > 1 else "",
        next_url=_paged(address, only, page + 1) if page < pages else "",
    )


def outcome_title(outcome: Outcome) -> str:
    """Return what comes of a row."""
    return {
        Outcome.ADDED: _("To be added"),
        Outcome.CHANGED: _("To be changed"),
        Outcome.SAME: _("Nothing changes"),
        Outcome.REFUSED: _("Refused"),
    }[outcome]


_LOOKS = {
    Outcome.ADDED: "confirmed",
    Outcome.CHANGED: "pending",
    Outcome.SAME: "cancelled",
    Outcome.REFUSED: "declined",
}


def _is_shown(line: Line, only: str) -> bool:
    if only == "otherwise":
        return line.is_otherwise
    return only not in {outcome.value for outcome in Outcome} or line.outcome.value == only


def _tabs(address: str, only: str, counts: dict[Outcome, int], total: int, otherwise: int) -> list[dict[str, Any]]:
    known = {outcome.value for outcome in Outcome} | {"otherwise"}
    found = [{"text": _("All"), "href": address, "count": total, "current": only not in known}]
    if otherwise:
        found.append(_tab(address, _("Otherwise now"), "otherwise", otherwise, only))
    found += [
        _tab(address, outcome_title(outcome), outcome.value, counts[outcome], only)
        for outcome in (Outcome.REFUSED, Outcome.ADDED, Outcome.CHANGED, Outcome.SAME)
    ]
    return found


def _tab(address: str, text: str, value: str, count: int, only: str) -> dict[str, Any]:
    return {"text": text, "href": f"{address}?only={value}", "count": count, "current": only == value}


def _paged(address: str, only: str, page: int) -> str:
    return f"{address}?only={only}&page={page}" if only else f"{address}?page={page}"


def cells_of(line: Line) -> list[list[str]]:
    """Return the rows of a file that tell what would come of one row."""
    start = [str(line.row), outcome_title(line.outcome), line.name, line.reference, line.status]
    told = [[*start, each.column, each.old or "", each.new] for each in line.differences]
    return told or [[*start, "", "", ""]]
