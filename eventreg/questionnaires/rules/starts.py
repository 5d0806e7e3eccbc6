"""What a draft can take over: ready-made sets, and what another event asks."""

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from eventreg.events.rules.starting import starting_document
from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.text import LocalizedText, pick
from eventreg.questionnaires.rules.drafts.changes import MOST_QUESTIONS, MOST_SECTIONS
from eventreg.questionnaires.rules.drafts.reading import entries, questions_in, texts
from eventreg.questionnaires.rules.publishing import fitted, moved

#: names of the sets, in the order of the page; their documents are `events/data/questions/<name>.toml`
SETS = ("basics", "travel", "needs", "speaker")


@dataclass(frozen=True)
class Fit:
    """The event that questions are taken over to."""

    languages: Sequence[str]
    categories: Collection[str]
    #: moves a date of the event that they come from; None: dates stay
    move: Callable[[date], date] | None = None


@dataclass(frozen=True)
class ReusedQuestions:
    """A draft with what was taken over, and what was not. Labels are those of the source, by language."""

    document: dict[str, Any]
    added: tuple[LocalizedText, ...] = ()
    #: asked already: the same key, or the same column of the registration
    skipped: tuple[LocalizedText, ...] = ()
    #: asked only of categories that the event does not have
    homeless: tuple[LocalizedText, ...] = ()
    #: keys of categories that the event does not have
    lost_categories: tuple[str, ...] = ()


def set_document(name: str) -> Mapping[str, Any]:
    """Return a ready-made set, its texts in every language that there are. Not to be changed. KeyError for no such set."""
    if name not in SETS:
        raise KeyError(name)
    return starting_document(f"questions/{name}")


def take_over(
    document: Mapping[str, Any], source: Mapping[str, Any], fit: Fit, *, instead: bool = False
) -> ReusedQuestions:
    """Return the draft `document` with the sections and questions of `source` that it has not.

    A question whose key or column is there already is left out, and so is one asked only of categories that the event does
    not have. With `instead` the source takes the place of all that stands there. Raises Refused for too many.
    """
    source = fitted(source, lambda text: _text(text, fit.languages))
    if fit.move is not None:
        source = moved(source, fit.move)
    target: dict[str, Any] = {"sections": []} if instead else copy.deepcopy(dict(document))
    is_empty = not any(questions_in(target))
    if is_empty:
        target |= {name: source[name] for name in ("is_stepwise", "has_summary") if name in source}
    taking = _Taking(target, frozenset(fit.categories))
    for section in entries(source, "sections"):
        taking.take(section)
    taking.check()
    return taking.taken()


class _Taking:
    """Puts questions into a draft, and remembers what became of each."""

    def __init__(self, target: dict[str, Any], categories: frozenset[str]) -> None:
        self._target, self._categories = target, categories
        self._keys = {question["key"] for question in questions_in(target)}
        self._columns = {question.get("column") for question in questions_in(target)} - {None}
        self._added: list[LocalizedText] = []
        self._skipped: list[LocalizedText] = []
        self._homeless: list[LocalizedText] = []
        self._lost: dict[str, None] = {}

    def take(self, section: Mapping[str, Any]) -> None:
        """Put the questions of a section where they belong: into the section of its key, or a new one."""
        questions = [found for each in entries(section, "questions") if (found := self._question(each)) is not None]
        if not questions:
            return
        sections = self._target.setdefault("sections", [])
        same = next((each for each in entries(self._target, "sections") if each["key"] == section["key"]), None)
        # What is asked at another time does not belong together.
        if same is not None and same.get("stage", "registration") == section.get("stage", "registration"):
            same.setdefault("questions", []).extend(questions)
            return
        key = section["key"] if same is None else self._free(section["key"])
        sections.append({**section, "key": key, "questions": questions})

    def check(self) -> None:
        """Refuse more than anybody keeps apart. Raises Refused."""
        for count, most in ((len(self._target["sections"]), MOST_SECTIONS), (len(self._keys), MOST_QUESTIONS)):
            if count > most:
                sentence = N_("That would be more than a form can have: at most %(what)s.")
                raise Refused(sentence, status_code=409, most=most)

    def taken(self) -> ReusedQuestions:
        """Return what came of it."""
        lost = tuple(self._lost)
        return ReusedQuestions(self._target, tuple(self._added), tuple(self._skipped), tuple(self._homeless), lost)

    def _question(self, entry: Mapping[str, Any]) -> dict[str, Any] | None:
        label = texts(entry, "label")
        if entry["key"] in self._keys or entry.get("column") in self._columns:
            self._skipped.append(label)
            return None
        found = dict(entry)
        for name in ("categories", "required_for"):
            named = list(entry.get(name) or ())
            self._lost |= dict.fromkeys(key for key in named if key not in self._categories)
            left = [key for key in named if key in self._categories]
            if name == "categories" and named and not left:
                self._homeless.append(label)
                return None
            if name in found:
                found[name] = left
        self._keys.add(entry["key"])
        if entry.get("column") is not None:
            self._columns.add(entry["column"])
        self._added.append(label)
        return found

    def _free(self, key: str) -> str:
        taken = {each["key"] for each in entries(self._target, "sections")}
        return next(f"{key[:60]}_{number}" for number in range(2, 1000) if f"{key[:60]}_{number}" not in taken)


def _text(text: LocalizedText, languages: Sequence[str]) -> dict[str, str]:
    """Return a text in those of the event's languages that it is in; in none of them, one other stands in for the first.

    What is not translated is seen so in the draft, and translated before it is published.
    """
    kept = {language: text[language] for language in languages if text.get(language)}
    if kept or not languages:
        return kept
    other = pick(text, languages[0], (*languages, "en")).text
    return {languages[0]: other} if other else {}
