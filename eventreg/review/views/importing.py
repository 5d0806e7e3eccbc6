"""People from a file: the file, its columns, the trial row by row, and putting it in."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from eventreg.events.models import Event
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import desk
from eventreg.i18n.languages import current_language
from eventreg.kernel.errors import Busy
from eventreg.kernel.typed import showable
from eventreg.questionnaires.kinds import Context
from eventreg.review.forms.importing import (
    COLUMN,
    ColumnChoice,
    FileForm,
    TermsForm,
    chosen_columns,
    column_errors,
)
from eventreg.review.incoming.matching import Matched, Targets
from eventreg.review.models import Import
from eventreg.review.queries.people import list_definitions
from eventreg.review.rules.importing import FileReason, FileRefused, Table
from eventreg.review.rules.listing import ListState
from eventreg.review.rules.spreadsheets import inert
from eventreg.review.services.importing import (
    ImportDiffers,
    Importer,
    confirm_import,
    get_import,
    matching_of,
    open_table,
    open_trial,
    take_file,
    terms_of,
    try_file,
)
from eventreg.review.views import blueprint
from eventreg.review.views.desk import list_url
from eventreg.review.views.import_trial import cells_of, trial_page
from eventreg.review.wording.importing import file_refused
from eventreg.web.access import Answer, may, requires
from eventreg.web.bodies import takes_files
from eventreg.web.downloads import as_attachment

_CHECK, _GONE, _DIFFERS, _BUSY = 422, 410, 409, 503
_SAMPLES, _LONGEST_SAMPLE = 3, 30
_BOM = "\ufeff"


@blueprint.get("/manage/events/<slug>/registrations/import")
@requires(Permission.ADD_PEOPLE)
def start_import(slug: str) -> Answer:
    """Ask for the file."""
    _need_whole()
    return _start(FileForm())


@blueprint.post("/manage/events/<slug>/registrations/import")
@requires(Permission.ADD_PEOPLE)
@takes_files
def upload_import(slug: str) -> Answer:
    """Keep the file for a day, and go on to its columns."""
    _need_whole()
    form = FileForm()
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        form.file.errors = [_("Choose a file")]
        return _start(form), _CHECK
    try:
        row = take_file(g.event.id, sent.filename, sent.read(), _importer())
    except FileRefused as refused:
        form.file.errors = [file_refused(refused)]
        return _start(form), _CHECK
    return redirect(url_for("review.show_import", slug=slug, public_id=row.public_id), 303)


@blueprint.get("/manage/events/<slug>/registrations/import/columns.csv")
@requires(Permission.ADD_PEOPLE)
def download_columns(slug: str) -> Response:
    """Give an empty file with the columns that are read."""
    _need_whole()
    targets = _targets()
    head = [target.title for target in targets.readable if target.name != "reference"]
    return as_attachment(_csv([head]), f"{slug}-columns.csv", "text/csv; charset=utf-8")


@blueprint.get("/manage/events/<slug>/registrations/imports/<public_id>")
@requires(Permission.ADD_PEOPLE)
def show_import(slug: str, public_id: str) -> Answer:
    """Show which column is taken for which, and the terms; of a file that was put in, what came of it."""
    _need_whole()
    row = _import(public_id)
    if row.done_at is not None:
        return render_template("review/import_done.html", row=row, list_url=list_url(slug, ListState()), **_frame())
    try:
        table = open_table(row)
    except FileRefused as refused:
        return _gone(refused)
    return _columns(row, table, TermsForm(get_event_whole(g.event.id), terms_of(row), "category" in matching_of(row)))


@blueprint.post("/manage/events/<slug>/registrations/imports/<public_id>")
@requires(Permission.ADD_PEOPLE)
def try_import(slug: str, public_id: str) -> Answer:
    """Try the file with the columns and under the terms that were chosen."""
    _need_whole()
    row = _import(public_id)
    try:
        table = open_table(row)
        chosen = chosen_columns(len(table.head))
        form = TermsForm(get_event_whole(g.event.id), terms_of(row), "category" in chosen)
        errors = column_errors(chosen, _targets().choices)
        if "category" not in chosen and not form.category.data:
            form.category.errors = [_("Choose a category")]
        if errors or form.category.errors or not form.validate_on_submit():
            return _columns(row, table, form, chosen, errors), _CHECK
        try_file(g.event.id, public_id, chosen, form.terms(), _importer())
    except FileRefused as refused:
        return _gone(refused)
    return redirect(url_for("review.show_trial", slug=slug, public_id=public_id), 303)


@blueprint.get("/manage/events/<slug>/registrations/imports/<public_id>/trial")
@requires(Permission.ADD_PEOPLE)
def show_trial(slug: str, public_id: str) -> Answer:
    """Show what would come of each row."""
    _need_whole()
    row = _import(public_id)
    if row.done_at is not None:
        return redirect(url_for("review.show_import", slug=slug, public_id=public_id), 303)
    try:
        return trial_page(row, open_trial(row))
    except FileRefused as refused:
        return _gone(refused)


@blueprint.get("/manage/events/<slug>/registrations/imports/<public_id>/trial.csv")
@requires(Permission.ADD_PEOPLE)
def download_trial(slug: str, public_id: str) -> Answer:
    """Give what would come of each row as a file, its cells inert."""
    _need_whole()
    row = _import(public_id)
    try:
        tried = open_trial(row)
    except FileRefused as refused:
        return _gone(refused)
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
    rows = [cells for line in tried.lines for cells in cells_of(line)]
    return as_attachment(_csv([head, *rows]), f"{slug}-trial-{public_id}.csv", "text/csv; charset=utf-8")


@blueprint.post("/manage/events/<slug>/registrations/imports/<public_id>/confirm")
@requires(Permission.ADD_PEOPLE)
def put_in_import(slug: str, public_id: str) -> Answer:
    """Put the file in, whole or not at all."""
    _need_whole()
    row = _import(public_id)
    done = redirect(url_for("review.show_import", slug=slug, public_id=public_id), 303)
    if row.done_at is not None:
        return done
    try:
        put = confirm_import(g.event.id, public_id, _importer(), request.form.get("trial", ""))
    except ImportDiffers:
        message = _("Something has changed since the trial: nothing was put in. What is otherwise now is marked.")
        return trial_page(row, open_trial(row), message), _DIFFERS
    except FileRefused as refused:
        return _gone(refused)
    except Busy:
        return trial_page(row, open_trial(row), _("The desk is busy. Nothing is lost: send it once more.")), _BUSY
    if put.added or not put.changed:
        flash(ngettext("%(num)d person was added.", "%(num)d people were added.", len(put.added)))
    if put.changed:
        flash(ngettext("%(num)d registration was changed.", "%(num)d registrations were changed.", len(put.changed)))
    return done


def _need_whole() -> None:
    """A file can be about anybody: whoever knows of a part of the event only puts none in."""
    if not g.event_access.scope.is_whole:
        abort(403)


def _import(public_id: str) -> Import:
    """Return a file of this event. What a colleague brought shows sensitive answers as they stand in it."""
    row = get_import(g.event.id, public_id)
    if row.account_id != current_user.id and not may(Permission.SEE_SENSITIVE):
        abort(404)
    return row


def _importer() -> Importer:
    return Importer(current_user.id, current_language(), may(Permission.SEE_SENSITIVE))


def _targets() -> Targets:
    event = get_event_whole(g.event.id)
    definitions = list_definitions(event.id)
    if not definitions:
        abort(409)
    return Targets(event, definitions, Context.of(event), current_language())


def _frame() -> dict[str, Any]:
    event: Event = g.event
    return desk(event, "registrations")


def _start(form: FileForm) -> str:
    return render_template(
        "review/import_start.html", form=form, list_url=list_url(g.event.slug, ListState()), **_frame()
    )


def _gone(refused: FileRefused) -> tuple[str, int]:
    page = render_template(
        "review/import_gone.html",
        sentence=file_refused(refused),
        start_url=url_for("review.start_import", slug=g.event.slug),
        **_frame(),
    )
    return page, _GONE if refused.reason is FileReason.GONE else _DIFFERS


def _columns(
    row: Import,
    table: Table,
    form: TermsForm,
    chosen: Sequence[str] | None = None,
    errors: dict[int, str] | None = None,
) -> str:
    targets, errors = _targets(), errors or {}
    chosen = chosen if chosen is not None else matching_of(row)
    by_name = targets.match(table.head)
    choices = [
        ColumnChoice(
            f"{COLUMN}{number}",
            showable(head) or _("Column %(number)s, without a title", number=number + 1),
            name,
            _samples(table, number),
            _note(by_name[number], name, targets),
            errors.get(number, ""),
        )
        for number, (head, name) in enumerate(zip(table.head, chosen, strict=True))
    ]
    summary = [(choice.name, choice.error) for choice in choices if choice.error] + form.errors_list()
    return render_template(
        "review/import_columns.html",
        row=row,
        rows=len(table.rows),
        form=form,
        choices=choices,
        targets=targets.choices,
        ignored=sum(not choice.chosen for choice in choices),
        errors=summary,
        start_url=url_for("review.start_import", slug=g.event.slug),
        **_frame(),
    )


def _note(matched: Matched, chosen: str, targets: Targets) -> str:
    if chosen and chosen in targets.by_name and targets.by_name[chosen].is_read:
        return ""
    if matched.name and not targets.by_name[matched.name].is_read:
        return _(
            "Known, and not read: consents, files, the time of arrival and questions asked no more stay as they are."
        )
    if chosen in targets.whole_names:
        return _("The trial shows row by row how each name is divided.")
    if matched.is_whole_name:
        return _("The whole name: choose how it is divided. The trial shows it row by row.")
    if matched.is_unsure:
        return _("This could be more than one column: choose which.")
    return _("Not recognized: choose what it is, or leave it out.")


def _samples(table: Table, number: int) -> list[str]:
    found: list[str] = []
    for _number, cells in table.rows[:50]:
        text = showable(cells[number]).strip()
        if text and text not in found:
            found.append(text if len(text) <= _LONGEST_SAMPLE else f"{text[:_LONGEST_SAMPLE]}…")
        if len(found) == _SAMPLES:
            break
    return found


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    buffer = io.StringIO()
    buffer.write(_BOM)
    csv.writer(buffer).writerows([inert(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8")
