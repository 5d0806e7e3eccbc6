"""A whole file tried: what would come of each row, and the plan of what would be written."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from eventreg.attendees.queries.people import Person, list_people
from eventreg.exchange.incoming.changes import Changes, Newcomers, PeopleThere, There, chunks
from eventreg.exchange.incoming.matching import Row
from eventreg.exchange.incoming.setting import Problems, Setting
from eventreg.exchange.rules.importing import BulkPlan, ChangedPerson, Difference, Line, NewPerson, Outcome, Table
from eventreg.exchange.services.people import seats_of
from eventreg.kernel.text import email_key, showable
from eventreg.questionnaires.rules.answers import Invalid

_PEOPLE_AT_ONCE = 400


@dataclass(frozen=True)
class Trial:
    """What would come of a file."""

    lines: Sequence[Line]
    new: Sequence[NewPerson]
    changed: Sequence[ChangedPerson]
    #: of who is new: how many lack an answer that the form demands
    incomplete: int

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """How many rows come to what."""
        return Counter(line.outcome for line in self.lines)

    def plan(self, key: str, questionnaire_id: int, file_name: str) -> BulkPlan:
        """Return what is to be written."""
        return BulkPlan(key, questionnaire_id, self.new, self.changed, file_name)


@dataclass(frozen=True)
class _Known:
    """A row with the address that it holds, and the registration that it is about."""

    row: Row
    email: str
    there: There | None


class _Tried:
    """A file that is being tried."""

    def __init__(self, setting: Setting, table: Table) -> None:
        self._setting = setting
        self._rows = [setting.row(number, cells) for number, cells in table.rows]
        self._email = next((each for each in setting.asked if each.question.column == "email"), None)
        self._names = [each for each in setting.asked if each.question.column in ("given_name", "family_name")]
        hall, options = seats_of(setting.event)
        self._newcomers, self._changes = Newcomers(setting, hall, options), Changes(setting)
        self._first: dict[tuple[str, str], int] = {}
        self.lines: list[Line] = []
        self.new: list[NewPerson] = []
        self.changed: list[ChangedPerson] = []

    def run(self) -> Trial:
        emails = [self._email_of(row) for row in self._rows]
        references = [showable(row.text("reference")).upper() for row in self._rows]
        there = PeopleThere(self._setting.event.id, [r for r in references if r], [e for e in emails if e])
        known = [
            _Known(row, email, there.by_reference.get(reference) if reference else there.by_email.get(email))
            for row, email, reference in zip(self._rows, emails, references, strict=True)
        ]
        for some in chunks(known, _PEOPLE_AT_ONCE):
            ids = sorted({each.there.id for each in some if each.there is not None})
            people = list_people(self._setting.event.id, ids, opens_sensitive=self._opens_sensitive) if ids else []
            by_id = {person.id: person for person in people}
            for each in some:
                self._try(each, by_id)
        return Trial(self.lines, self.new, self.changed, self._newcomers.incomplete)

    @property
    def _opens_sensitive(self) -> bool:
        return self._setting.opens_sensitive and any(each.question.is_sensitive for each in self._setting.asked)

    def _try(self, known: _Known, people: Mapping[int, Person]) -> None:
        problems = Problems(self._setting, known.row)
        row, there = known.row, known.there
        reference = row.text("reference")
        self._check_twice(known, problems)
        if reference and there is None:
            title = self._setting.fixed["reference"].title
            problems.add(
                title,
                _("Nobody here has the reference %(reference)s. To add people anew, leave this column out.",
                  reference=reference[:20]),
            )  # fmt: skip
        if there is None:
            new = self._newcomers.read(row, problems) if not reference and not problems else None
            if new is not None:
                self.new.append(new)
                told = self._setting.told_division(row)
                line = self._line(known, Outcome.ADDED, told, _(new.status.title), new.answers)
            else:
                line = self._line(known, Outcome.REFUSED, problems.found)
        else:
            changed, told = self._changes.read(row, there, people[there.id], problems)
            if problems:
                line = self._line(known, Outcome.REFUSED, problems.found)
            elif changed is not None:
                self.changed.append(changed)
                line = self._line(known, Outcome.CHANGED, told, "", changed)
            else:
                line = self._line(known, Outcome.SAME, ())
        self.lines.append(line)

    def _check_twice(self, known: _Known, problems: Problems) -> None:
        """One person stands in a file once: by the registration that it is, else by the address."""
        at = ("id", str(known.there.id)) if known.there is not None else ("email", known.email)
        if not at[1]:
            return
        first = self._first.setdefault(at, known.row.number)
        if first != known.row.number:
            problems.add("", _("The same person stands in row %(row)s as well", row=first))

    def _email_of(self, row: Row) -> str:
        if self._email is None:
            return ""
        text = self._email.texts(row)[0]
        try:
            values = self._setting.read(self._email, self._email.question, [text]) if text else []
        except Invalid:
            return ""
        return email_key(values[0]) if values else ""

    def _line(
        self, known: _Known, outcome: Outcome, told: Sequence[Difference], status: str = "", more: object = ""
    ) -> Line:
        reference = known.there.reference if known.there is not None else ""
        digest = hashlib.blake2b(repr((outcome, told, status, reference, _said(more))).encode(), digest_size=8)
        return Line(
            known.row.number, outcome, self._name(known), reference, status, tuple(told), digest=digest.hexdigest()
        )

    def _name(self, known: _Known) -> str:
        parts = [text for asked in self._names for text in asked.texts(known.row)[:2] if text]
        return showable(" ".join(parts)[:120]) or known.email[:120]


def _said(more: object) -> object:
    """Return what tells two outcomes apart beside the words; a revision that has moved on does not."""
    if isinstance(more, ChangedPerson):
        return [(put.question.key, put.new) for put in more.puts], more.language
    return more


def try_table(setting: Setting, table: Table) -> Trial:
    """Try a table against the event as it stands now; nothing is written."""
    return _Tried(setting, table).run()


def compare(shown: Sequence[Line], now: Sequence[Line]) -> list[Line] | None:
    """Return the lines as they are now, with those marked that are otherwise than shown; None when all are as shown."""
    before = {line.row: line.digest for line in shown}
    if before == {line.row: line.digest for line in now}:
        return None
    return [replace(line, is_otherwise=before.get(line.row) != line.digest) for line in now]
