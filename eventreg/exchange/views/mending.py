"""What is mended of a file of people: its words, once for all rows, its cells, and what is left of it as a file."""

import re
from collections.abc import Mapping
from itertools import groupby

from flask import g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.exchange.forms import NOTHING, WordChoice, word_choices
from eventreg.exchange.models import Import
from eventreg.exchange.rules.importing import Mends, Outcome
from eventreg.exchange.services import importing
from eventreg.exchange.views import blueprint
from eventreg.exchange.views.importing import ONE, importer, of_a_file
from eventreg.web import downloads
from eventreg.web.access import Answer, requires

#: the field of a cell: its row and the place of its column
_CELL = re.compile(r"cell-(\d{1,6})-(\d{1,4})")


@blueprint.get(f"{ONE}/words")
@requires(Permission.ADD_PEOPLE)
@of_a_file
def show_words(slug: str, row: Import) -> Answer:
    """Ask once for all rows what the words mean that are not understood."""
    if row.tried_at is None or row.done_at is not None:
        return redirect(url_for("exchange.show_import", slug=slug, public_id=row.public_id), 303)
    return _words_page(row, word_choices(importing.words_of(row, importer())))


@blueprint.post(f"{ONE}/words")
@requires(Permission.ADD_PEOPLE)
@of_a_file
def map_words(slug: str, row: Import) -> Answer:
    """Keep what the words mean, and try the file with it."""
    choices = word_choices(importing.words_of(row, importer()), request.form)
    if any(choice.error for choice in choices):
        return _words_page(row, choices), 422
    mends = importing.mends_of(row)
    words = {name: dict(said) for name, said in mends.words.items()}
    for choice in choices:
        said = words.setdefault(choice.word.column, {})
        said.pop(choice.word.fold, None)
        if choice.chosen:
            said[choice.word.fold] = "" if choice.chosen == [NOTHING] else "; ".join(choice.chosen)
    _try_again(row, Mends(words, mends.cells))
    return redirect(url_for("exchange.show_trial", slug=slug, public_id=row.public_id), 303)


@blueprint.post(f"{ONE}/cells")
@requires(Permission.ADD_PEOPLE)
@of_a_file
def mend_cells(slug: str, row: Import) -> Answer:
    """Keep what was written into cells in place of what the file says, and try it with that."""
    mends = importing.mends_of(row).with_cells(importing.open_table(row), _typed(request.form))
    tried = _try_again(row, mends)
    only = Outcome.REFUSED.value if tried.refused else None
    return redirect(url_for("exchange.show_trial", slug=slug, public_id=row.public_id, only=only), 303)


@blueprint.get(f"{ONE}/refused.csv")
@requires(Permission.ADD_PEOPLE)
@of_a_file
def download_refused(slug: str, row: Import) -> Answer:
    """Give the rows that are refused, or were, as a file with why in its last column."""
    content = importing.open_rest(row, _("Why not imported"))
    return downloads.as_attachment(content, f"{slug}-not-imported-{row.public_id}.csv", "text/csv; charset=utf-8")


def _try_again(row: Import, mends: Mends) -> importing.Tried:
    matching, terms = importing.matching_of(row), importing.terms_of(row)
    return importing.try_file(g.event.id, row.public_id, matching, terms, importer(), mends)


def _typed(form: Mapping[str, str]) -> dict[tuple[int, int], str]:
    found = [(match, text.strip()) for name, text in form.items() if (match := _CELL.fullmatch(name))]
    return {(int(match[1]), int(match[2])): text for match, text in found}


def _words_page(row: Import, choices: list[WordChoice]) -> str:
    return render_desk(
        "exchange/import_words.html",
        "registrations",
        row=row,
        groups=[list(of) for _column, of in groupby(choices, lambda choice: choice.word.column)],
        faults=[(choice.first_id, choice.error) for choice in choices if choice.error],
    )
