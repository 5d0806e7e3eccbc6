"""Which column of a file is which of ours: by the titles that an export writes in any language, by keys, by usual names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from eventreg.events.models import Event
from eventreg.i18n.languages import known_languages, speaking
from eventreg.kernel.text import folded
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.rules.schema import Definition
from eventreg.registration.rules.invitation_lists import HEADS
from eventreg.registration.services.answers import CONSENT_KIND
from eventreg.review.rules.columns import ANSWER, Column
from eventreg.review.sheets import SheetColumn, list_sheet_columns
from eventreg.review.sheets.columns import NAME_KIND

#: fixed columns that are read, not only known
_READ = frozenset({Column.REFERENCE, Column.STATUS, Column.CATEGORY, Column.LANGUAGE})
_KNOWN = _READ | {Column.RECEIVED}
#: what people call columns beside what stands in `HEADS`, by the column of the registration, folded
_MORE_HEADS: Mapping[str, Sequence[str]] = {
    "phone": ("phone", "telephone", "mobile", "telefono", "celular", "tel", "telephone portable"),
    "country": ("country", "pais", "pays"),
    "position": ("position", "job title", "cargo", "puesto", "fonction", "poste"),
}


@dataclass(frozen=True)
class Target:
    """A column of ours that one of a file can be. `name` as in `sheets`: "status", "answer.diet"."""

    name: str
    title: str
    column: SheetColumn
    #: False: known, so that nobody wonders, but never written
    is_read: bool


@dataclass(frozen=True)
class Matched:
    """One column of a file, and what it was taken for."""

    number: int
    head: str
    #: the target's name; empty: none
    name: str
    #: it could be any of several, or another column is the same already
    is_unsure: bool = False


class Targets:
    """What the columns of a file can be."""

    def __init__(self, event: Event, definitions: Mapping[int, Definition], context: Context, language: str) -> None:
        self._definitions, self._context = definitions, context
        newest = next(iter(definitions.values()))
        still = {question.key for question in newest.questions()}
        with speaking(language) as spoken:
            columns = [each for each in self._columns(spoken) if each.fixed is None or each.fixed in _KNOWN]
        self.by_name = {each.name: Target(each.name, each.title, each, self._is_read(each, still)) for each in columns}
        self._names = self._all_names(event)

    @property
    def readable(self) -> list[Target]:
        """What can be chosen by hand."""
        return [target for target in self.by_name.values() if target.is_read]

    def match(self, head: Sequence[str]) -> list[Matched]:
        """Return what each column of a file is, as far as its name says."""
        found: list[Matched] = []
        used: Counter[str] = Counter()
        for number, name in enumerate(head):
            known = self._names.get(folded(name), frozenset())
            target = next(iter(known)) if len(known) == 1 else ""
            is_again = bool(target) and used[target] > 0
            used[target] += 1
            found.append(Matched(number, name, "" if is_again else target, is_unsure=len(known) > 1 or is_again))
        return found

    def language_of(self, head: Sequence[str]) -> str:
        """Return the language of ours in which most of the file's titles are written."""
        folds = {folded(name) for name in head}
        best, most = known_languages()[0], -1
        for language in known_languages():
            with speaking(language):
                hits = sum(folded(column.title) in folds for column in self._columns(language))
            if hits > most:
                best, most = language, hits
        return best

    def columns(self, names: Collection[str], language: str) -> list[SheetColumn]:
        """Return the columns of these names as an export in `language` has them; that language is in force."""
        return [column for column in self._columns(language) if column.name in names]

    def _columns(self, language: str) -> list[SheetColumn]:
        return list_sheet_columns(self._definitions, self._context, language)

    def _is_read(self, column: SheetColumn, still: Collection[str]) -> bool:
        if column.question is None:
            return column.fixed in _READ
        kind = kinds.get(column.question.kind)
        return column.question.key in still and not kind.is_file and column.question.kind != CONSENT_KIND

    def _all_names(self, event: Event) -> dict[str, frozenset[str]]:
        """Return by folded name what it can stand for. A title counts before a name that people merely use."""
        titles: dict[str, set[str]] = defaultdict(set)
        for language in dict.fromkeys((*known_languages(), *event.languages)):
            with speaking(language):
                for column in self._columns(language):
                    if column.name in self.by_name:
                        titles[folded(column.title)].add(column.name)
        for name in self.by_name:
            titles[folded(name)].add(name)
            titles.setdefault(folded(name.removeprefix(ANSWER)), set()).add(name)
        usual: dict[str, set[str]] = defaultdict(set)
        for name, target in self.by_name.items():
            for head in self._usual(target):
                usual[head].add(name)
        return {name: frozenset(found) for name, found in (usual | titles).items() if name}

    def _usual(self, target: Target) -> Sequence[str]:
        question = target.column.question
        if question is None:
            return HEADS.get(target.name, ())
        if question.column is None:
            return ()
        field = question.column
        if question.kind == NAME_KIND and target.column.part is not None:
            field = ("given_name", "family_name", "badge_name")[target.column.part]
        return (*HEADS.get(field, ()), *_MORE_HEADS.get(field, ()))
