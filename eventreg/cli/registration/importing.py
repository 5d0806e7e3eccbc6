"""`eventreg registration import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from eventreg.cli.registration.opening import EVENT, opened_event

if TYPE_CHECKING:
    from eventreg.events.models import Event
    from eventreg.review.rules.importing import Line


@click.command("import", short_help="Put people in from a file.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@EVENT
@click.option("--dry-run", is_flag=True, help="Only say what would come of each row.")
@click.option("--category", metavar="KEY", default="", help="Of new people whose row names none.")
@click.option(
    "--status",
    type=click.Choice(["by_rule", "confirmed", "pending", "waitlisted"]),
    default="by_rule",
    help="Of new people whose row names none; by the category's rule where it is left out.",
)
@click.option("--language", metavar="CODE", default="", help="Of the mails to new people whose row names none.")
@click.option("--refuse-when-full", is_flag=True, help="Refuse rows for which no place is left; else: waiting list.")
@click.option("--empty-clears", is_flag=True, help="An empty cell takes the answer away.")
@click.option("--tell", is_flag=True, help="Tell each new person by mail.")
def import_registrations(
    file: Path,
    slug: str,
    dry_run: bool,
    category: str,
    status: str,
    language: str,
    refuse_when_full: bool,
    empty_clears: bool,
    tell: bool,
) -> None:
    """Put the people of FILE (CSV or XLSX, titles in the first row) into an event, all or nothing.

    Columns are known by the titles of an export, in any language, or by the keys of questions; others are left out and
    named. Prints what would come of each row that adds, changes or is refused, separated by tabs, and the counts.
    Nobody is written to unless --tell is given.

    \b
    Example:
      eventreg registration import --event seminario-2027 --dry-run people.csv
    """
    with opened_event(slug) as event:
        from eventreg.audit.services import SYSTEM
        from eventreg.kernel.errors import Refused
        from eventreg.registration.rules.bulk import BulkOvertaken
        from eventreg.review.rules.importing import Full, Outcome, Terms, WantedStatus
        from eventreg.review.services.importing import Importer, import_at_once
        from eventreg.web.refusals import said

        terms = Terms(
            category=category or (event.categories[0].key if len(event.categories) == 1 else ""),
            language=language or event.languages[0],
            status=WantedStatus(status),
            full=Full.REFUSE if refuse_when_full else Full.WAITLIST,
            empty_clears=empty_clears,
            tells=tell,
        )
        _check(event, terms.category, terms.language)
        importer = Importer(SYSTEM, "en", sees_sensitive=True)
        try:
            trial, put = import_at_once(event.id, file.name, file.read_bytes(), terms, importer, is_dry=dry_run)
        except BulkOvertaken as overtaken:
            raise click.ClickException("Something changed meanwhile; nothing was put in. Try again.") from overtaken
        except Refused as refused:
            raise click.ClickException(f"{file}: {said(refused)}.") from refused
        for line in trial.lines:
            if line.outcome is not Outcome.SAME:
                _show(line)
        counts = ", ".join(f"{trial.counts[outcome]} {outcome.value}" for outcome in Outcome)
        click.echo(f"{file}: {counts}{'' if put is not None else '; nothing was put in'}.")
        if trial.counts[Outcome.REFUSED]:
            raise click.ClickException("Rows are refused; all are put in or none.")


def _check(event: Event, category: str, language: str) -> None:
    from eventreg.i18n.languages import configured_languages

    keys = [row.key for row in event.categories]
    if category and category not in keys:
        raise click.ClickException(f"The event has no category {category!r}: {', '.join(keys)}.")
    if language not in configured_languages():
        raise click.ClickException(f"There is no language {language!r}: {', '.join(configured_languages())}.")


def _show(line: Line) -> None:
    told = [
        f"{each.column or '-'}: {each.new}"
        if each.old is None
        else f"{each.column}: {each.old or '-'} -> {each.new or '-'}"
        for each in line.differences
    ]
    cells = [
        str(line.row),
        line.outcome.value,
        line.reference or "-",
        line.name or "-",
        line.status or "-",
        "; ".join(told),
    ]
    click.echo("\t".join(" ".join(cell.split()) for cell in cells))
