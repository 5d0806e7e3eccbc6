"""Which column of a file is which of ours, and what its cells say, in whatever language they are written.

Columns are known by the titles that an export writes, by keys, and by usual names.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from eventreg.attendees.rules.listing import ANSWER
from eventreg.events.models import Category, Event
from eventreg.exchange.incoming.sources import recognized
from eventreg.exchange.rules.importing import LONGEST_CELL
from eventreg.exchange.sheets.columns import NAME_KIND, NAME_PARTS, SheetColumn, list_sheet_columns
from eventreg.i18n.languages import configured_languages, known_languages, name_of, own_name, speaking
from eventreg.invitations.rules.lists import FAMILY_NAME_PARTS, HEADS, WHOLE_NAME, meaning_of_name
from eventreg.kernel.text import folded, is_blank, original
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds.base import named
from eventreg.questionnaires.rules.answers import Invalid, Reason
from eventreg.questionnaires.rules.schema import Definition, Question
from eventreg.registration.rules.states import Status
from eventreg.registration.services.answers import CONSENT_KIND

#: fixed columns that are read, not only known
_READ = frozenset({"reference", "status", "category", "language"})
_KNOWN = _READ | {"received"}
#: what people call columns beside what stands in `HEADS`, by the column of the registration, folded
_MORE_HEADS: Mapping[str, Sequence[str]] = {
    "phone": (
        *(
            "phone",
            "phone number",
            "telephone",
            "telephone number",
            "mobile",
            "mobile phone",
            "tel",
            "telefono",
            "celular",
        ),
        *(
            "numero de telefono",
            "telefono celular",
            "telefono movil",
            "movil",
            "numero de telephone",
            "telephone portable",
        ),
    ),
    "country": ("country", "pais", "pays"),
    # of a kind of question that fills no column
    "days": ("days", "day", "dias", "dia", "jours", "jour", "dias de asistencia", "asistencia"),
    "position": ("position", "job title", "cargo", "puesto", "fonction", "poste"),
}
#: what says a name in the parts that a registration keeps, and of how many words the family name is then
_NAME_FIELDS = ("given_name", "family_name")
_SURNAMES = {f"{WHOLE_NAME}.{number}": number for number in (1, 2, -2)}
#: heads of columns in which the family names come first, folded
_FAMILY_FIRST = (
    *("apellidos, nombre", "apellidos, nombres", "apellidos y nombre", "apellidos y nombres", "apellido y nombre"),
    *(
        "last name, first name",
        "family name, given name",
        "surname, name",
        "nom, prenom",
        "nom et prenom",
        "nom prenom",
    ),
)
_CALLED = {name: said for said in ("name", WHOLE_NAME) for name in HEADS[said]}


@dataclass(frozen=True)
class Target:
    """A column of ours that one of a file can be. `name` as in `sheets`: "status", "answer.diet"."""

    name: str
    title: str
    column: SheetColumn
    #: False: known, so that nobody wonders, but never written
    is_read: bool
    #: the columns of ours that it fills
    fills: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Matched:
    """One column of a file, and what it was taken for."""

    number: int
    head: str
    #: the target's name; empty: none
    name: str
    #: it could be any of several, or another column is the same already
    is_unsure: bool = False
    #: it holds the whole name, and how it is divided has to be chosen
    is_whole_name: bool = False


class Targets:
    """What the columns of a file can be."""

    def __init__(
        self, event: Event, definitions: Mapping[int, Definition], context: kinds.Context, language: str
    ) -> None:
        self._definitions, self._context = definitions, context
        newest = next(iter(definitions.values()))
        still = {question.key for question in newest.questions()}
        with speaking(language) as spoken:
            columns = [each for each in self._columns(spoken) if each.fixed is None or each.name in _KNOWN]
        self.by_name = {
            each.name: Target(each.name, each.title, each, self._is_read(each, still), frozenset({each.name}))
            for each in columns
        }
        self._divides_as = f"{WHOLE_NAME}.{2 if event.languages[0] == 'es' else 1}"
        self.name_parts = {field: name for field in _NAME_FIELDS if (name := self._target_of(field))}
        self.whole_names = self._whole_names() if len(self.name_parts) == len(_NAME_FIELDS) else {}
        self._names = self._all_names(event)

    @property
    def readable(self) -> list[Target]:
        """What can be chosen by hand."""
        return [target for target in self.by_name.values() if target.is_read]

    @property
    def choices(self) -> list[Target]:
        """What can be chosen by hand for a column of a file: also a whole name."""
        return [*self.readable, *self.whole_names.values()]

    def match(self, head: Sequence[str]) -> list[Matched]:
        """Return what each column of a file is, as far as its name and those beside it say."""
        found: list[Matched] = []
        used: Counter[str] = Counter()
        meant = self._meant([folded(name) for name in head])
        for number, (name, known) in enumerate(zip(head, meant, strict=True)):
            is_whole_name = bool(known) and known <= set(self.whole_names)
            target = next(iter(known)) if len(known) == 1 else self._divides_as if is_whole_name else ""
            is_again = bool(target) and used[target] > 0
            used[target] += 1
            found.append(
                Matched(
                    number,
                    name,
                    "" if is_again else target,
                    is_unsure=len(known) > 1 or is_again,
                    is_whole_name=is_whole_name,
                )
            )
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

    def _meant(self, folds: Sequence[str]) -> list[frozenset[str]]:
        """Return what each folded name can stand for. "Name" alone says nothing: what is beside it does."""
        source = recognized(folds)
        own = source.heads if source is not None else {}
        parts = set(self.name_parts.values())
        known = [self._of_field(own[fold]) if fold in own else self._names.get(fold, frozenset()) for fold in folds]
        is_name = [
            fold not in own and fold in _CALLED and names <= parts for fold, names in zip(folds, known, strict=True)
        ]
        others = [names for names, is_one in zip(known, is_name, strict=True) if not is_one]
        beside = {field for field, name in self.name_parts.items() if frozenset({name}) in others}
        beside |= {"family_name" for fold in folds if fold in FAMILY_NAME_PARTS}
        meant = [
            self._named(meaning_of_name(_CALLED[fold], beside)) if is_one else names
            for fold, names, is_one in zip(folds, known, is_name, strict=True)
        ]
        if source is None:
            return meant
        gives_way = [fold in source.gives_way for fold in folds]
        said = self._fills(names for names, is_weak in zip(meant, gives_way, strict=True) if not is_weak)
        return [
            frozenset() if is_weak and self._fills([names]) & said else names
            for names, is_weak in zip(meant, gives_way, strict=True)
        ]

    def _fills(self, meant: Iterable[frozenset[str]]) -> frozenset[str]:
        """Return the columns of ours that columns which mean this fill."""
        every = self.by_name | self.whole_names
        return frozenset(filled for names in meant for name in names for filled in every[name].fills)

    def _of_field(self, field: str) -> frozenset[str]:
        """Return the targets of what a source calls a column: a name of ours, a column of the registration, a whole name."""
        if field == WHOLE_NAME:
            return self._named(field)
        return frozenset({field if field in self.by_name or not field else self._target_of(field)}) - {""}

    def _named(self, meaning: str) -> frozenset[str]:
        if meaning == WHOLE_NAME:
            # An event that asks for a name in one piece gets it in one.
            return frozenset(self.whole_names or {self.name_parts.get("given_name", "")}) - {""}
        return frozenset({self.name_parts[meaning]} if meaning in self.name_parts else ())

    def _target_of(self, field: str) -> str:
        return next((each.name for each in self.readable if self._field_of(each) == field), "")

    def _whole_names(self) -> dict[str, Target]:
        titles = (
            _("Whole name, whose last word is the family name"),
            _("Whole name, whose last two words are the family names"),
            _("Whole name, whose first two words are the family names"),
        )
        given = self.by_name[self.name_parts["given_name"]]
        fills = frozenset(self.name_parts.values())
        return {
            name: Target(name, title, given.column, is_read=True, fills=fills)
            for name, title in zip(_SURNAMES, titles, strict=True)
        }

    def _columns(self, language: str) -> list[SheetColumn]:
        return list_sheet_columns(self._definitions, self._context, language)

    def _is_read(self, column: SheetColumn, still: Collection[str]) -> bool:
        if column.question is None:
            return column.name in _READ
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
        for name in self.whole_names:
            titles[folded(name)].add(name)
        if self.whole_names:
            for head in _FAMILY_FIRST:
                titles[head].add(f"{WHOLE_NAME}.-2")
        for name in self.by_name:
            titles[folded(name)].add(name)
            titles.setdefault(folded(name.removeprefix(ANSWER)), set()).add(name)
        usual: dict[str, set[str]] = defaultdict(set)
        for name, target in self.by_name.items():
            for head in self._usual(target):
                usual[head].add(name)
        return {name: frozenset(found) for name, found in (usual | titles).items() if name}

    def _usual(self, target: Target) -> Sequence[str]:
        if target.column.question is None:
            return HEADS.get(target.name, ())
        is_days = target.column.question.kind == "days"
        field = "days" if is_days else self._field_of(target)
        return (*HEADS.get(field, ()), *_MORE_HEADS.get(field, ()))

    def _field_of(self, target: Target) -> str:
        """Return the column of the registration that a target fills; "" for none."""
        question = target.column.question
        if question is None or question.column is None:
            return ""
        if question.kind == NAME_KIND and target.column.part is not None:
            return NAME_PARTS[target.column.part]
        return question.column


def surnames_of(name: str) -> int:
    """Return how many words of a whole name are the family name, by the name of its target; 0 for any other."""
    return _SURNAMES.get(name, 0)


#: of each question; many people give the same answer
_MOST_KEPT = 500


@dataclass(frozen=True)
class Row:
    """One row by the names of our columns: the cells as they stand in the file."""

    number: int
    cells: Mapping[str, str]
    #: the names of the two columns that one cell with a whole name was divided into, which the file itself does not have
    divided: tuple[str, ...] = ()
    #: the cells of the file in its order
    typed: Sequence[str] = ()

    def text(self, name: str) -> str:
        """Return what a cell says, without the sign that keeps it from being computed; "" for a blank one."""
        text = original(self.cells.get(name, ""))
        return "" if is_blank(text) else text


class Words:
    """What stands for a category, a status, a language, an answer that a file does not hold: in any of our languages."""

    def __init__(self, event: Event) -> None:
        categories: Sequence[Category] = event.categories
        self.categories = named((row.key, name) for row in categories for name in (row.name or {}).values())
        self.statuses: dict[str, Status] = {}
        self.answered: set[str] = set()
        for language in known_languages():
            with speaking(language):
                self.statuses |= {folded(_(status.title)): status for status in Status}
                self.answered.add(folded(_("answered")))
        self.statuses |= {status.value: status for status in Status}
        codes = configured_languages()
        self.languages = named(
            [
                *((code, own_name(code)) for code in codes),
                *((code, name_of(code, to)) for code in codes for to in codes),
            ]
        )

    def is_answered(self, text: str) -> bool:
        """Say whether a cell only says that there is an answer, as an export does of one that it keeps back."""
        return folded(text) in self.answered


class CellReader:
    """Reads answers. The same text in the same column is read once."""

    def __init__(self, context: kinds.Context) -> None:
        self._context = context
        self._languages = known_languages()
        self._known: dict[tuple[int, str], list[str] | Invalid] = {}
        self._kept: dict[int, int] = {}

    def read(self, question: Question, text: str) -> list[str]:
        """Return the values that a cell gives to a question. Raises Invalid."""
        at = (id(question), text)
        found = self._known.get(at)
        if found is None:
            found = self._read(question, text)
            if self._kept.get(id(question), 0) < _MOST_KEPT:
                self._known[at] = found
                self._kept[id(question)] = self._kept.get(id(question), 0) + 1
        if isinstance(found, Invalid):
            raise found
        return found

    def parts(self, question: Question, texts: Sequence[str]) -> list[str]:
        """Return the values of an answer whose parts stand in cells of their own. Raises Invalid."""
        return kinds.get(question.kind).clean(question, list(texts), self._context)

    def _read(self, question: Question, text: str) -> list[str] | Invalid:
        kind = kinds.get(question.kind)
        try:
            if len(text) > LONGEST_CELL:
                raise Invalid(Reason.TOO_LONG, num=len(text) - LONGEST_CELL, limit=LONGEST_CELL)
            return kind.clean(question, kind.from_cell(question, text, self._context, self._languages), self._context)
        except Invalid as invalid:
            return invalid
