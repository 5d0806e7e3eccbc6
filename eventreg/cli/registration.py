"""`eventreg registration …`: the people of an event, listed, exported, imported, and when registration opens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eventreg.cli.application import event_of, open_rules
from eventreg.registration.rules.states import STATUS_ORDER

if TYPE_CHECKING:
    from eventreg.attendees.rules.listing import ListState
    from eventreg.events.models import Event
    from eventreg.exchange.rules.importing import Line
    from eventreg.exchange.services.exporting import ExportedBy


#: which event a command is about
EVENT = click.option("--event", "slug", metavar="SLUG", required=True, help="The event's name in addresses.")


@contextmanager
def opened_event(slug: str) -> Iterator[Event]:
    """Open the application and yield the event of this name, whole; what the rules refuse is told in English."""
    from eventreg.events.queries.events import get_event_whole

    with open_rules():
        yield get_event_whole(event_of(slug).id)


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
@click.option(
    "--for",
    "recipient",
    metavar="NAME",
    default="",
    help="For whom, of those with whom something is agreed today: only what was agreed is in the file.",
)
@click.option(
    "--reason",
    metavar="TEXT",
    default="",
    help="What it is taken for; the history keeps it, and so does the copy that a person asks for.",
)
def export_registrations(
    slug: str, format_: str, query: str, output: Path, keys: bool, language: str, with_sensitive: bool, recipient: str,
    reason: str,
) -> None:  # fmt: skip
    """Write the registrations of an event into one new FILE, as the export of the list does.

    The event's history says that it was taken, by a command on the machine, for whom and why.

    \b
    Example:
      eventreg registration export --event seminario-2027 --filter 'status=confirmed&order=person' --output people.csv
    """
    from eventreg.cli.application import progress

    with opened_event(slug) as event:
        from eventreg.exchange.rules.exports import ExportFormat, ExportRequest, Titles
        from eventreg.exchange.services.exporting import begin_export, file_chunks
        from eventreg.i18n.languages import configured_languages, speaking
        from eventreg.kernel.disk import appearing_whole
        from eventreg.kernel.errors import Refused
        from eventreg.web.refusals import said

        if language and language not in configured_languages():
            raise click.ClickException(f"There is no language {language!r}: {', '.join(configured_languages())}.")
        state = _state(event, query)
        wish = ExportRequest(
            format=ExportFormat(format_),
            columns=state.columns or None,
            with_sensitive=with_sensitive,
            reason=reason.strip(),
            titles=Titles.KEYS if keys else Titles.LABELS,
            recipient=_recipient(event, recipient),
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

    from eventreg.attendees.listing import get_shape, read_state
    from eventreg.events.rules.team import EVERYTHING

    state = read_state(parse_qs(query.lstrip("?")), get_shape(event.id, event.categories, EVERYTHING))
    if state.has_unknown:
        raise click.ClickException("A part of --filter is not understood; open the list with it behind the “?” to see.")
    return state


def _recipient(event: Event, name: str) -> str:
    """Return the key of whoever has this name, of those for whom an export can be made today."""
    from eventreg.exchange.services.exporting import list_recipients

    known = {each.name.casefold(): each for each in list_recipients(event)} if name else {}
    if name and name.casefold() not in known:
        names = "; ".join(each.name for each in known.values()) or "with nobody"
        raise click.ClickException(f"Nothing is agreed with {name!r} today: {names}.")
    return known[name.casefold()].key if name else ""


def _taker(language: str) -> ExportedBy:
    from eventreg.audit.services import SYSTEM
    from eventreg.events.rules.team import EVERYTHING
    from eventreg.exchange.services.exporting import ExportedBy

    return ExportedBy(SYSTEM, "", EVERYTHING, sees_sensitive=True, language=language)


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
@click.option("--good-rows", is_flag=True, help="Put the good rows in where others are refused; else: all or none.")
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
    good_rows: bool,
    empty_clears: bool,
    tell: bool,
) -> None:
    """Put the people of FILE (CSV or XLSX, titles in the first row) into an event, all or nothing unless --good-rows is given.

    Columns are known by the titles of an export, in any language, or by the keys of questions; others are left out and
    named. Prints what would come of each row that adds, changes or is refused, separated by tabs, and the counts.
    Nobody is written to unless --tell is given.

    \b
    Example:
      eventreg registration import --event seminario-2027 --dry-run people.csv
    """
    with opened_event(slug) as event:
        from eventreg.audit.services import SYSTEM
        from eventreg.exchange.rules.importing import BulkOvertaken, Full, Outcome, RefusedRows, Terms, WantedStatus
        from eventreg.exchange.services.importing import Importer, import_at_once
        from eventreg.kernel.errors import Refused
        from eventreg.web.refusals import said

        terms = Terms(
            category=category or (event.categories[0].key if len(event.categories) == 1 else ""),
            language=language or event.languages[0],
            status=WantedStatus(status),
            full=Full.REFUSE if refuse_when_full else Full.WAITLIST,
            empty_clears=empty_clears,
            tells=tell,
            refused=RefusedRows.LEFT if good_rows else RefusedRows.ALL,
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
        if trial.counts[Outcome.REFUSED] and not good_rows:
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


@click.command("list", short_help="Print the registrations of an event.")
@EVENT
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice([status.value for status in STATUS_ORDER]),
    help="Only those of this status; can be given several times.",
)
@click.option("--category", "categories", multiple=True, metavar="KEY", help="Only those of this category.")
@click.option("--search", metavar="TEXT", default="", help="Only those that the list's search finds.")
def list_registrations(slug: str, statuses: tuple[str, ...], categories: tuple[str, ...], search: str) -> None:
    """Print reference, status, category, when it arrived (UTC) and name of each registration, separated by tabs.

    The newest first. No address, no telephone, no answer: see eventreg registration export for those.

    \b
    Example:
      eventreg registration list --event seminario-2027 --status pending
    """
    with opened_event(slug) as event:
        from eventreg.attendees.listing import RegistrationList, get_shape, read_state
        from eventreg.attendees.queries.people import list_people
        from eventreg.events.rules.team import EVERYTHING

        keys = {category.id: category.key for category in event.categories}
        unknown = sorted(set(categories).difference(keys.values()))
        if unknown:
            raise click.ClickException(f"The event has no category {unknown[0]!r}: {', '.join(keys.values())}.")
        shape = get_shape(event.id, event.categories, EVERYTHING)
        state = read_state({"status": statuses, "category": categories, "q": [search]}, shape)
        ids = RegistrationList(event.id, event.categories, state, EVERYTHING, shape).ids()
        for start in range(0, len(ids), _BATCH):
            for person in list_people(event.id, ids[start : start + _BATCH]):
                name = " ".join(f"{person.columns['given_name']} {person.columns['family_name']}".split())
                at = person.submitted_at.strftime("%Y-%m-%dT%H:%MZ")
                click.echo(f"{person.reference}\t{person.status.value}\t{keys[person.category_id]}\t{at}\t{name}")


_BATCH = 500


@click.command(short_help="Erase a person, by address, at every event.")
@click.argument("address")
@click.option("--dry-run", is_flag=True, help="Only say which events have something of the address.")
@click.option("--tell", is_flag=True, help="Send the person a receipt; the address is forgotten after that.")
def erase(address: str, dry_run: bool, tell: bool) -> None:
    """Erase everything that is held about whoever has ADDRESS, at every event, and print what it was.

    What the law holds stays, and is named. Accounts of the team are not touched: see eventreg user.

    \b
    Example:
      eventreg erase --dry-run ana@instituto.example
    """
    with open_rules():
        from eventreg.audit.services import SYSTEM
        from eventreg.privacy.erasure_requests import erase_address, find_address
        from eventreg.web.refusals import said

        is_held = False
        for found in find_address(address) if dry_run else erase_address(address, SYSTEM, tells=tell):
            numbers = f"{len(found.person.registrations)} registrations, {found.person.others} others"
            why = f"\t{said(found.held)}" if found.held is not None else ""
            click.echo(f"{found.event.slug}\t{numbers}{why}")
            is_held = is_held or found.held is not None
        if is_held:
            raise click.ClickException(
                "The law holds some of it; the rest is erased." if not dry_run else "The law holds some."
            )


@click.group()
def registration() -> None:
    """List the registrations of an event, take them out, put them in.

    \b
    Example:
      eventreg registration list --event seminario-2027
    """


for command in (list_registrations, export_registrations, import_registrations):
    registration.add_command(command)
