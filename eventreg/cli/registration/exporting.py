"""`eventreg registration export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from eventreg.cli.registration.opening import EVENT, opened_event

if TYPE_CHECKING:
    from eventreg.events.models import Event
    from eventreg.review.rules.listing import ListState
    from eventreg.review.services.exporting import Taker


@click.command("export", short_help="Write the registrations of an event into a file.")
@EVENT
@click.option("--format", "format_", type=click.Choice(["csv", "xlsx", "json"]), default="csv", show_default=True)
@click.option(
    "--filter",
    "query",
    metavar="QUERY",
    default="",
    help="What the list's address has behind its “?”: only these people, in this order, and its columns=.",
)
@click.option("--output", metavar="FILE", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--keys", is_flag=True, help="Short names of the columns instead of their titles.")
@click.option("--language", metavar="CODE", default="", help="Of titles and words; the event's first one by default.")
@click.option("--with-sensitive", is_flag=True, help="With sensitive answers, readable (needs --reason).")
@click.option("--reason", metavar="TEXT", default="", help="Why sensitive answers are taken; the history keeps it.")
def export_registrations(
    slug: str, format_: str, query: str, output: Path, keys: bool, language: str, with_sensitive: bool, reason: str
) -> None:
    """Write the registrations of an event into one new FILE, as the export of the list does.

    The event's history says that it was taken, by a command on the machine.

    \b
    Example:
      eventreg registration export --event seminario-2027 --filter 'status=confirmed&order=person' --output people.csv
    """
    from eventreg.cli.progress import progress

    with opened_event(slug) as event:
        from eventreg.i18n.languages import configured_languages, speaking
        from eventreg.kernel.errors import Refused
        from eventreg.operations.appearing import appearing_whole
        from eventreg.review.rules.exports import ExportFormat, Titles, Wish
        from eventreg.review.services.exporting import begin_export, file_chunks
        from eventreg.web.refusals import said

        if language and language not in configured_languages():
            raise click.ClickException(f"There is no language {language!r}: {', '.join(configured_languages())}.")
        state = _state(event, query)
        wish = Wish(
            format=ExportFormat(format_),
            columns=state.columns or None,
            with_sensitive=with_sensitive,
            reason=reason.strip(),
            titles=Titles.KEYS if keys else Titles.LABELS,
        )
        with speaking(language or event.languages[0]) as spoken, appearing_whole(output) as target:
            try:
                begun = begin_export(event.id, state, wish, _taker(spoken), query, is_at_once=True)
            except Refused as refused:
                with speaking("en"):
                    raise click.ClickException(f"{said(refused)}.") from refused
            with progress("Exporting", len(begun.ids)) as done:
                for chunk in file_chunks(begun, done):
                    target.write(chunk)
        click.echo(f"{output}: {slug}, {len(begun.ids)} registrations.")


def _state(event: Event, query: str) -> ListState:
    """Return the list's state that a query string describes. What is not understood is refused: nobody looks at it here."""
    from urllib.parse import parse_qs

    from eventreg.events.rules.team import EVERYTHING
    from eventreg.review.listing import get_shape, read_state

    state = read_state(parse_qs(query.lstrip("?")), get_shape(event.id, event.categories, EVERYTHING))
    if state.has_unknown:
        raise click.ClickException("A part of --filter is not understood; open the list with it behind the “?” to see.")
    return state


def _taker(language: str) -> Taker:
    from eventreg.audit.services import SYSTEM
    from eventreg.events.rules.team import EVERYTHING
    from eventreg.review.services.exporting import Taker

    return Taker(SYSTEM, "", EVERYTHING, sees_sensitive=True, language=language)
