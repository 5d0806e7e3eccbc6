"""A file of people: taken and kept sealed for a day, tried as often as one likes, then put in: the good rows, or all or none."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import false, or_, select

from eventreg.attendees.queries.people import list_definitions
from eventreg.audit.services import Actor
from eventreg.db import db, get_of_event, lock_row, transaction
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole
from eventreg.exchange.incoming.matching import Targets
from eventreg.exchange.incoming.setting import Setting
from eventreg.exchange.incoming.trial import Trial, compare, try_table
from eventreg.exchange.incoming.words import Word, count_unknown, list_words
from eventreg.exchange.models import Import
from eventreg.exchange.rules import importing
from eventreg.exchange.rules.tables import read_table
from eventreg.exchange.services.background import kept_of, schedule_telling
from eventreg.exchange.services.people import Put, put_people
from eventreg.i18n.languages import speaking
from eventreg.kernel import clock, text, tokens
from eventreg.kernel.errors import NotFound, Refused
from eventreg.kernel.sealing import CannotUnseal
from eventreg.kernel.text import csv_file
from eventreg.media.store import CannotKeep, SealedFile, path_of, replace_file, sealed_parts, sweep_folder, write_file
from eventreg.questionnaires.kinds import Context
from eventreg.web.instance import config, keys

_KEPT_FOR = timedelta(hours=24)
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Importer:
    """Who puts a file in."""

    #: an account, or the system: a command on the machine
    actor: Actor
    #: of what is shown of the trial
    language: str
    sees_sensitive: bool


@dataclass(frozen=True)
class Tried:
    """What a trial showed."""

    lines: Sequence[importing.Line]
    incomplete: int
    #: what was said of the file's words and cells, and how many words are not understood
    mends: importing.Mends
    unknown: int = 0
    #: who would be told by mail: see `telling.kept_of`
    told: Sequence[Sequence[Any]] = ()

    @property
    def refused(self) -> Sequence[importing.Line]:
        """The rows that are refused."""
        return [line for line in self.lines if line.outcome is importing.Outcome.REFUSED]

    def goes_in(self, terms: importing.Terms) -> bool:
        """Say whether rows that are refused stand in the way of none but themselves."""
        return terms.refused is importing.RefusedRows.LEFT or not self.refused


def take_file(event_id: int, name: str, content: bytes, importer: Importer) -> Import:
    """Keep a file for a day and match its columns. Raises Refused with a `FileReason`."""
    event, table = _event(event_id), read_table(content)
    category = event.categories[0].key if len(event.categories) == 1 else ""
    terms = importing.Terms(category=category, language=event.languages[0])
    matching, words = _remembered(event, table, _matching(event, table, importer), importer)
    row = _new_row(event, name, len(content), _details(table.head, matching, terms, words or {}), importer)
    row.details["is_remembered"] = words is not None
    row.expires_at = row.created_at + _KEPT_FOR
    try:
        write_file(config().imports, row.public_id, sealed_parts(keys(), content, _place(row.public_id)))
    except CannotKeep as error:
        raise Refused(importing.FileReason.CANNOT_BE_KEPT) from error
    with transaction() as session:
        session.add(row)
    return row


def open_table(row: Import) -> importing.Table:
    """Return what a file holds that waits. Raises Refused (GONE)."""
    if row.done_at is not None or row.expires_at is None or row.expires_at <= clock.now():
        raise Refused(importing.FileReason.GONE)
    return read_table(_open(row.public_id, _place(row.public_id)))


def try_file(
    event_id: int,
    public_id: str,
    matching: Sequence[str],
    terms: importing.Terms,
    importer: Importer,
    mends: importing.Mends | None = None,
) -> Tried:
    """Try a file with its columns matched so, and keep what the trial showed. Raises NotFound and Refused.

    `mends`: what is said of its words and cells; None: what was said before.
    """
    row = get_of_event(Import, event_id, public_id=public_id)
    table, mends = open_table(row), mends_of(row) if mends is None else mends
    setting, trial = _try(event_id, table, matching, terms, mends, importer)
    tried = _keep_trial(public_id, setting, trial)
    # Whatever is kept for the next file stands in the open: of sensitive answers it would tell too much.
    secret = {target.name for asked in setting.asked if setting.keeps_back(asked.question) for target in asked.targets}
    words = {name: dict(said) for name, said in mends.words.items() if name not in secret}
    with transaction():
        waiting = lock_row(select(Import).where(Import.id == row.id))
        waiting.details, waiting.tried_at = _details(table.head, matching, terms, words), clock.now()
    return tried


def open_trial(row: Import) -> Tried:
    """Return what the last trial of a file showed. Raises Refused (GONE)."""
    if row.tried_at is None or row.done_at is not None:
        raise Refused(importing.FileReason.GONE)
    kept = json.loads(_open(_trial_id(row.public_id), _place(row.public_id, "/trial")))
    lines = [importing.Line.of_data(each) for each in kept["lines"]]
    mends = importing.Mends.of_data(kept.get("mends", {}))
    return Tried(lines, kept["incomplete"], mends, kept.get("unknown", 0), kept.get("told", ()))


def words_of(row: Import, importer: Importer) -> list[Word]:
    """Return the words of a file that were not understood when it was tried, and those that were given a meaning."""
    tried, table = open_trial(row), open_table(row)
    setting = _setting(_event(row.event_id), table, matching_of(row), terms_of(row), tried.mends, importer)
    return list_words(setting, table, tried.lines)


def mends_of(row: Import) -> importing.Mends:
    """Return what was said of a file's words and cells, at first what is remembered of a file like it."""
    return open_trial(row).mends if row.tried_at is not None else importing.Mends(row.details.get("words", {}))


def open_rest(row: Import, title: str) -> bytes:
    """Return the rows that are refused, or were, as a file that says why in a column of this title. Raises Refused (GONE)."""
    if row.done_at is None:
        return _rest(open_table(row), open_trial(row), title)
    if row.expires_at is None or row.expires_at <= clock.now():
        raise Refused(importing.FileReason.GONE)
    return _open(_rest_id(row.public_id), _place(row.public_id, "/rest"))


def matching_of(row: Import) -> list[str]:
    """Return which column of a file is which of ours, "" for none."""
    return list(row.details["matching"])


def terms_of(row: Import) -> importing.Terms:
    """Return the terms a file is put in under."""
    return importing.Terms.of_data(row.details["terms"])


def stamp_of(row: Import, tried: Tried) -> str:
    """Return what tells a trial of a file from any other of it: its columns and terms, and what comes of each row."""
    said = repr((row.details, [(line.row, line.digest) for line in tried.lines]))
    return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()


def confirm_import(
    event_id: int,
    public_id: str,
    importer: Importer,
    seen: str | None = None,
    rest_title: str = "",
    *,
    is_quiet: bool = False,
) -> Put:
    """Put a file in as its last trial showed it: without the rows that are refused, unless it is all or nothing.

    `seen`: the stamp of the trial that was looked at, where a colleague may have tried it otherwise since. What is refused
    stays for the rest of the file's day, with why in a column of the title `rest_title`. With `is_quiet` nobody is told.
    Raises NotFound, and Refused: DIFFERS, having kept the new trial, when anything is otherwise now; GONE.
    """
    row = get_of_event(Import, event_id, public_id=public_id)
    shown, table, terms = open_trial(row), open_table(row), terms_of(row)
    if seen is not None and seen != stamp_of(row, shown):
        raise Refused(importing.FileReason.DIFFERS)

    def tried_again(*, is_overtaken: bool = False) -> Trial:
        setting, trial = _try(event_id, table, matching_of(row), terms, shown.mends, importer)
        now = compare(shown.lines, trial.lines)
        if now is not None or is_overtaken or not shown.goes_in(terms):
            _keep_trial(public_id, setting, replace(trial, lines=now or trial.lines))
            raise Refused(importing.FileReason.DIFFERS)
        return trial

    try:
        trial = tried_again()
        if shown.refused:
            rest = sealed_parts(keys(), _rest(table, shown, rest_title), _place(public_id, "/rest"))
            _replace(_rest_id(public_id), rest)
        put = _write(row, trial, replace(terms, tells=terms.tells and not is_quiet), importer)
    except importing.BulkOvertaken:
        # Between the trial above and the lock: looked at once more, so that the page says what it was.
        tried_again(is_overtaken=True)
        raise
    forget_files(public_id, keeps_rest=True)
    return put


def import_at_once(
    event_id: int, name: str, content: bytes, terms: importing.Terms, importer: Importer, *, is_dry: bool
) -> tuple[Trial, Put | None]:
    """Try a file, and put it in by its terms, unless it is only tried. Raises Refused."""
    event, table = _event(event_id), read_table(content)
    matching = _matching(event, table, importer)
    trial = _try(event_id, table, matching, terms, importing.Mends(), importer)[1]
    if is_dry or (trial.counts[importing.Outcome.REFUSED] and terms.refused is importing.RefusedRows.ALL):
        return trial, None
    row = _new_row(event, name, len(content), _details(table.head, matching, terms, {}), importer)
    return trial, _write(row, trial, terms, importer)


def sweep_imports(now: datetime) -> int:
    """Remove files whose day is over and those that no row knows. Returns how many went. A duty of the worker."""
    with transaction() as session:
        for row in session.scalars(select(Import).where(Import.expires_at <= now)):
            row.expires_at = None
    waiting = set(db.session.scalars(select(Import.public_id).where(Import.expires_at.is_not(None))))
    known = {name(public_id) for public_id in waiting for name in (str, _trial_id, _rest_id)}
    return sweep_folder(config().imports, known, now)


def _event(event_id: int) -> Event:
    event = get_event_whole(event_id)
    if event.is_called_off or not list_definitions(event_id):
        raise Refused(importing.FileReason.NOT_NOW)
    return event


def _matching(event: Event, table: importing.Table, importer: Importer) -> list[str]:
    """Return which of our columns each column of a file looks like, "" for none."""
    with speaking(importer.language) as language:
        targets = Targets(event, list_definitions(event.id), Context.of(event), language)
        return [each.name for each in targets.match(table.head)]


#: of the files before, those whose columns are looked at
_MOST_REMEMBERED = 30


def _remembered(
    event: Event, table: importing.Table, matching: Sequence[str], importer: Importer
) -> tuple[Sequence[str], Mapping[str, Mapping[str, str]] | None]:
    """Return columns and words as they were said last of a file with all these heads, at this event or by this account.

    Columns that it did not have stay as they are matched. None in place of the words: there is no such file.
    """
    own = Import.account_id == importer.actor.id if importer.actor.id is not None else false()
    earlier = select(Import).where(or_(Import.event_id == event.id, own), Import.tried_at.is_not(None))
    marks = [_mark(head) for head in table.head]
    with speaking(importer.language) as language:
        targets = Targets(event, list_definitions(event.id), Context.of(event), language)
    fills = {target.name: target.fills for target in targets.choices}
    for row in db.session.scalars(earlier.order_by(Import.id.desc()).limit(_MOST_REMEMBERED)):
        heads = row.details.get("heads", ())
        known = {mark: name for mark, name in zip(heads, matching_of(row), strict=False) if name in fills}
        if not known or not set(known) <= set(marks):
            continue
        taken = {filled for name in known.values() for filled in fills[name]}
        found = [
            known.pop(mark, "" if mark in heads or fills.get(name, frozenset()) & taken else name)
            for mark, name in zip(marks, matching, strict=True)
        ]
        return found, row.details.get("words", {})
    return matching, None


def _mark(head: str) -> str:
    return hashlib.blake2b(text.folded(head).encode(), digest_size=8).hexdigest()


def _new_row(event: Event, name: str, size: int, details: dict[str, Any], importer: Importer) -> Import:
    return Import(
        public_id=tokens.new_public_id(),
        event_id=event.id,
        account_id=importer.actor.id,
        name=text.showable(name)[-_LONGEST_NAME:],
        details=details,
        size=size,
        created_at=clock.now(),
    )


def _setting(
    event: Event,
    table: importing.Table,
    matching: Sequence[str],
    terms: importing.Terms,
    mends: importing.Mends,
    importer: Importer,
) -> Setting:
    with speaking(importer.language) as language:
        definitions = list_definitions(event.id)
        sees_sensitive = importer.sees_sensitive
        return Setting(event, definitions, matching, table.head, terms, language, mends, sees_sensitive=sees_sensitive)


def _try(
    event_id: int,
    table: importing.Table,
    matching: Sequence[str],
    terms: importing.Terms,
    mends: importing.Mends,
    importer: Importer,
) -> tuple[Setting, Trial]:
    with speaking(importer.language):
        setting = _setting(_event(event_id), table, matching, terms, mends, importer)
        return setting, try_table(setting, table)


def _write(row: Import, trial: Trial, terms: importing.Terms, importer: Importer) -> Put:
    questionnaire_id = next(iter(list_definitions(row.event_id)))
    plan = trial.plan(row.public_id, questionnaire_id, row.name)
    is_kept = row.id is not None

    def finish(put: Put, now: datetime) -> None:
        kept = lock_row(select(Import).where(Import.id == row.id)) if is_kept else row
        if kept.done_at is not None:
            raise Refused(importing.FileReason.GONE)
        kept.done_at, kept.added, kept.changed = now, len(put.added), len(put.changed)
        if not (is_kept and trial.counts[importing.Outcome.REFUSED]):
            kept.expires_at = None
        db.session.add(kept)
        if terms.tells:
            schedule_telling(row.event_id, row.public_id, put.added, now)

    return put_people(row.event_id, plan, importer.actor, finish)


def _details(
    head: Sequence[str], matching: Sequence[str], terms: importing.Terms, words: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    heads = [_mark(each) for each in head]
    return {"heads": heads, "matching": list(matching), "terms": terms.as_data(), "words": words}


def _rest(table: importing.Table, tried: Tried, title: str) -> bytes:
    """Return the rows that are refused as they stand, with why in a column behind them."""
    why = {
        line.row: " · ".join(f"{each.column}: {each.new}" if each.column else each.new for each in line.differences)
        for line in tried.refused
    }
    rows = [[*tried.mends.mended(number, cells), why[number]] for number, cells in table.rows if number in why]
    return csv_file([*table.head, title], rows)


def _keep_trial(public_id: str, setting: Setting, trial: Trial) -> Tried:
    told = kept_of(trial.new) if setting.terms.tells else ()
    tried = Tried(trial.lines, trial.incomplete, setting.mends, count_unknown(setting, trial.lines), told)
    lines = [line.as_data() for line in tried.lines]
    kept = {"lines": lines, "incomplete": tried.incomplete, "mends": tried.mends.as_data(), "unknown": tried.unknown}
    kept["told"] = told
    _replace(_trial_id(public_id), sealed_parts(keys(), json.dumps(kept).encode(), _place(public_id, "/trial")))
    return tried


def _replace(file_id: str, parts: Iterable[bytes]) -> None:
    try:
        replace_file(config().imports, file_id, parts, leaves_room=False)
    except CannotKeep as error:
        raise Refused(importing.FileReason.CANNOT_BE_KEPT) from error


def _open(file_id: str, place: str) -> bytes:
    try:
        return b"".join(SealedFile(keys(), path_of(config().imports, file_id), place))
    except (NotFound, CannotUnseal) as error:
        raise Refused(importing.FileReason.GONE) from error


def forget_files(public_id: str, *, keeps_rest: bool = False) -> None:
    """Remove what there is of an import on the disk, or all but its rows that were refused."""
    for file_id in (public_id, _trial_id(public_id), *(() if keeps_rest else (_rest_id(public_id),))):
        with suppress(OSError):
            path_of(config().imports, file_id).unlink(missing_ok=True)


def _trial_id(public_id: str) -> str:
    return f"{public_id}-trial"


def _rest_id(public_id: str) -> str:
    return f"{public_id}-rest"


def _place(public_id: str, of: str = "") -> str:
    return f"imports/{public_id}{of}"
