"""People from a file: the file, its columns, the trial row by row, and putting it in. What is mended is in `mending`."""

from collections.abc import Callable, Sequence
from functools import wraps

from flask import Response, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _, ngettext
from flask_login import current_user

from eventreg.attendees.queries.people import list_definitions
from eventreg.audit.services import acting
from eventreg.db import get_of_event
from eventreg.events.announcing import shown as shown_to
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk, tab
from eventreg.exchange.forms import COLUMN, ColumnChoice, FileForm, TermsForm, chosen_columns, column_errors
from eventreg.exchange.incoming.matching import Matched, Targets, surnames_of
from eventreg.exchange.incoming.sources import recognized
from eventreg.exchange.models import Import
from eventreg.exchange.rules.importing import FileReason, Line, Outcome, RefusedRows, Table, divided
from eventreg.exchange.services import importing
from eventreg.exchange.services.background import foretold
from eventreg.exchange.views import blueprint
from eventreg.i18n.languages import current_language
from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.text import csv_file, folded, showable
from eventreg.questionnaires.kinds import Context
from eventreg.web import downloads, traffic
from eventreg.web.access import Answer, Sending, may, requires, sends
from eventreg.web.forms import errors_in
from eventreg.web.refusals import Refusals

_SAMPLES, _LONGEST_SAMPLE = 3, 30
_FILE = "/manage/events/<slug>/registrations/import"
ONE = "/manage/events/<slug>/registrations/imports/<public_id>"


def of_a_file(view: Callable[[str, Import], Answer]) -> Callable[[str, str], Answer]:
    """Give a view the file that its address names. What stands against it as a whole is a page of its own."""

    @wraps(view)
    def shown(slug: str, public_id: str) -> Answer:
        _need_whole()
        row = get_of_event(Import, g.event.id, public_id=public_id)
        # What a colleague brought shows sensitive answers as they stand in it.
        if row.account_id != current_user.id and not may(Permission.SEE_SENSITIVE):
            abort(404)
        with Refusals() as outcome:
            return view(slug, row)
        page = render_desk("exchange/import_gone.html", "registrations", sentence=outcome.problem)
        return page, outcome.status_code

    return shown


@blueprint.get(_FILE)
@requires(Permission.ADD_PEOPLE)
def start_import(slug: str) -> Answer:
    """Ask for the file."""
    _need_whole()
    return _start(FileForm())


@blueprint.post(_FILE)
@requires(Permission.ADD_PEOPLE)
@traffic.takes_files
def upload_import(slug: str) -> Answer:
    """Keep the file for a day, and go on to its columns."""
    _need_whole()
    form = FileForm()
    with form.refusals():
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise Refused(N_("Choose a file"), field="file")
        row = importing.take_file(g.event.id, sent.filename, sent.read(), importer())
        return redirect(url_for("exchange.show_import", slug=slug, public_id=row.public_id), 303)
    return _start(form), 422


@blueprint.get(f"{_FILE}/columns.csv")
@requires(Permission.ADD_PEOPLE)
def download_columns(slug: str) -> Response:
    """Give an empty file with the columns that are read."""
    _need_whole()
    head = [target.title for target in _targets().readable if target.name != "reference"]
    return downloads.as_attachment(csv_file(head, []), f"{slug}-columns.csv", "text/csv; charset=utf-8")


@blueprint.get(ONE)
@requires(Permission.ADD_PEOPLE)
@of_a_file
def show_import(slug: str, row: Import) -> Answer:
    """Show which column is taken for which, and the terms; of a file that was put in, what came of it."""
    if row.done_at is not None:
        return render_desk("exchange/import_done.html", "registrations", row=row)
    table, matching = importing.open_table(row), importing.matching_of(row)
    form = TermsForm(get_event_whole(g.event.id), importing.terms_of(row), "category" in matching)
    return _columns(row, table, form, matching)


@blueprint.post(ONE)
@requires(Permission.ADD_PEOPLE)
@of_a_file
def try_import(slug: str, row: Import) -> Answer:
    """Try the file with the columns and under the terms that were chosen."""
    table = importing.open_table(row)
    chosen = chosen_columns(len(table.head))
    form = TermsForm(get_event_whole(g.event.id), importing.terms_of(row), "category" in chosen)
    errors = column_errors(chosen, _targets().choices)
    if not form.validate() or errors:
        return _columns(row, table, form, chosen, errors), 422
    tried = importing.try_file(g.event.id, row.public_id, chosen, form.terms(), importer())
    # What is not understood is asked once for all rows, before anybody looks at them one by one.
    page = "exchange.show_words" if tried.unknown else "exchange.show_trial"
    return redirect(url_for(page, slug=slug, public_id=row.public_id), 303)


@blueprint.get(f"{ONE}/trial")
@requires(Permission.ADD_PEOPLE)
@of_a_file
def show_trial(slug: str, row: Import) -> Answer:
    """Show what would come of each row."""
    if row.done_at is not None:
        return redirect(url_for("exchange.show_import", slug=slug, public_id=row.public_id), 303)
    return trial_page(row, importing.open_trial(row))


@blueprint.get(f"{ONE}/trial.csv")
@requires(Permission.ADD_PEOPLE)
@of_a_file
def download_trial(slug: str, row: Import) -> Answer:
    """Give what would come of each row as a file, its cells inert."""
    head = [
        _("Row"),
        _("Result"),
        _("Person"),
        _("Reference"),
        _("Status"),
        _("Column"),
        _("Before"),
        _("After or problem"),
    ]
    rows = [cells for line in importing.open_trial(row).lines for cells in cells_of(line)]
    return downloads.as_attachment(csv_file(head, rows), f"{slug}-trial-{row.public_id}.csv", "text/csv; charset=utf-8")


@blueprint.post(f"{ONE}/confirm")
@requires(Permission.ADD_PEOPLE)
@of_a_file
@sends(Sending.LOOKED_AT)
def put_in_import(slug: str, row: Import) -> Answer:
    """Put the file in: its good rows, or all or nothing."""
    done = redirect(url_for("exchange.show_import", slug=slug, public_id=row.public_id), 303)
    if row.done_at is not None:
        return done
    with Refusals(busy=_("The desk is busy. Nothing is lost: send it once more.")) as outcome:
        seen, title = request.form.get("trial", ""), _("Why not imported")
        put = importing.confirm_import(
            g.event.id, row.public_id, importer(), seen, title, is_quiet="quietly" in request.form
        )
        if put.added or not put.changed:
            flash(ngettext("%(num)d person was added.", "%(num)d people were added.", len(put.added)))
        if put.changed:
            flash(
                ngettext("%(num)d registration was changed.", "%(num)d registrations were changed.", len(put.changed))
            )
        return done
    if outcome.refused is not None and not outcome.is_for(FileReason.DIFFERS):
        raise outcome.refused
    return trial_page(row, importing.open_trial(row), outcome.problem), outcome.status_code


def _need_whole() -> None:
    """A file can be about anybody: whoever knows of a part of the event only puts none in."""
    if not g.event_access.scope.is_whole:
        abort(403)


def importer() -> importing.Importer:
    """Return who is at it."""
    return importing.Importer(acting(), current_language(), may(Permission.SEE_SENSITIVE))


def _targets() -> Targets:
    event = get_event_whole(g.event.id)
    definitions = list_definitions(event.id)
    if not definitions:
        abort(409)
    return Targets(event, definitions, Context.of(event), current_language())


def _start(form: FileForm) -> str:
    return render_desk("exchange/import_start.html", "registrations", form=form)


def _columns(
    row: Import,
    table: Table,
    form: TermsForm,
    chosen: Sequence[str],
    errors: dict[int, str] | None = None,
) -> str:
    targets, errors = _targets(), errors or {}
    by_name = targets.match(table.head)
    source = recognized({folded(head) for head in table.head})
    own = source.heads if source is not None else {}
    choices = [
        ColumnChoice(
            f"{COLUMN}{number}",
            showable(head) or _("Column %(number)s, without a title", number=number + 1),
            name,
            _samples(table, number, surnames_of(name)),
            "" if not name and own.get(folded(head)) == "" else _note(by_name[number], name, targets),
            errors.get(number, ""),
        )
        for number, (head, name) in enumerate(zip(table.head, chosen, strict=True))
    ]
    return render_desk(
        "exchange/import_columns.html",
        "registrations",
        row=row,
        rows=len(table.rows),
        form=form,
        choices=choices,
        targets=targets.choices,
        ignored=sum(not choice.chosen for choice in choices),
        source=source,
        faults=[(choice.name, choice.error) for choice in choices if choice.error] + errors_in(form),
    )


def _note(matched: Matched, chosen: str, targets: Targets) -> str:
    if chosen and chosen in targets.by_name and targets.by_name[chosen].is_read:
        return ""
    if chosen in targets.whole_names:
        return _("A bar shows where each name is divided; the check shows all of them, and each can be mended there.")
    if matched.name in targets.by_name and not targets.by_name[matched.name].is_read:
        return _(
            "Known, and not read: consents, files, the time of arrival and questions asked no more stay as they are."
        )
    if matched.is_whole_name:
        return _("The whole name: choose how it is divided. The check shows it row by row.")
    if matched.is_unsure:
        return _("This could be more than one column: choose which.")
    return _("Not recognized: choose what it is, or leave it out.")


def _samples(table: Table, number: int, surnames: int) -> list[str]:
    """Return the first values of a column; of a whole name with a bar where it is divided."""
    longest, found = _LONGEST_SAMPLE * (2 if surnames else 1), list[str]()
    for _number, cells in table.rows[:50]:
        text = showable(cells[number]).strip()
        if surnames and text:
            text = " | ".join(divided(text, surnames))
        if text and text not in found:
            found.append(text if len(text) <= longest else f"{text[:longest]}…")
        if len(found) == _SAMPLES:
            break
    return found


_LINES_A_PAGE = 100


def trial_page(row: Import, tried: importing.Tried, problem: str = "") -> str:
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
    lines = shown[(page - 1) * _LINES_A_PAGE : page * _LINES_A_PAGE]
    address = url_for("exchange.show_trial", slug=slug, public_id=row.public_id)
    tabs = [tab(_("All"), address, len(tried.lines), only not in ("otherwise", *(each.value for each in Outcome)))]
    if otherwise:
        tabs.append(tab(_("Otherwise now"), f"{address}?only=otherwise", otherwise, only == "otherwise"))
    for each in (Outcome.REFUSED, Outcome.ADDED, Outcome.CHANGED, Outcome.SAME):
        tabs.append(tab(_(each.title), f"{address}?only={each.value}", counts[each], only == each.value))
    goes_in, names = tried.goes_in(importing.terms_of(row)), {line.row: line.name for line in tried.lines}
    telling = foretold(get_event_whole(event.id), tried.told, names) if goes_in and tried.told else ()
    return render_desk(
        "exchange/import_trial.html",
        "registrations",
        row=row,
        stamp=importing.stamp_of(row, tried),
        tried=tried,
        goes_in=goes_in,
        telling=shown_to(telling) if telling else None,
        all_or_nothing=importing.terms_of(row).refused is RefusedRows.ALL,
        counts=counts,
        total=len(tried.lines),
        tabs=tabs,
        lines=lines,
        mendable=any(each.place is not None for line in lines for each in line.differences),
        outcomes=Outcome,
        problem=problem,
        previous_url=_paged(address, only, page - 1) if page > 1 else "",
        next_url=_paged(address, only, page + 1) if page < pages else "",
    )


def _is_shown(line: Line, only: str) -> bool:
    if only == "otherwise":
        return line.is_otherwise
    return only not in {outcome.value for outcome in Outcome} or line.outcome.value == only


def _paged(address: str, only: str, page: int) -> str:
    return f"{address}?only={only}&page={page}" if only else f"{address}?page={page}"


def cells_of(line: Line) -> list[list[str]]:
    """Return the rows of a file that tell what would come of one row."""
    start = [str(line.row), _(line.outcome.title), line.name, line.reference, line.status]
    told = [[*start, each.column, each.old or "", each.new] for each in line.differences]
    return told or [[*start, "", "", ""]]
