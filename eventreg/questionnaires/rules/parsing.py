"""Reading a questionnaire's definition strictly: whatever does not fit is refused by its place."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from eventreg.kernel.text import LocalizedText
from eventreg.questionnaires.rules import schema
from eventreg.questionnaires.rules.conditions import BESIDE_QUESTIONS, Condition, ConditionInvalid, read_condition

#: keys are names of form fields and parts of addresses of sealed values
_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
_DEFINITION_PARTS = frozenset(schema.Definition.__dataclass_fields__)
_SECTION_PARTS = frozenset(schema.Section.__dataclass_fields__)
_QUESTION_PARTS = frozenset(schema.Question.__dataclass_fields__)
_OPTION_PARTS = frozenset(schema.Option.__dataclass_fields__)
#: a hundred years: longer is a mistake
_LONGEST_RETENTION = 36_525
_MOST_PLACES = 1_000_000
#: in the order in which they are answered
_STAGES = tuple(schema.Stage)


@dataclass(frozen=True)
class _Scope:
    """What the texts, kinds and categories of a definition are held against. Empty or None: against nothing."""

    languages: tuple[str, ...]
    kinds: Collection[str] | None
    categories: Collection[str] | None


def parse_definition(
    data: Mapping[str, Any],
    languages: Iterable[str] = (),
    *,
    kinds: Collection[str] | None = None,
    categories: Collection[str] | None = None,
) -> schema.Definition:
    """Turn the data of a questionnaire into a Definition. Raises DefinitionInvalid, which names the place.

    Every text must be there in exactly `languages`; every kind and category must be among `kinds` and `categories`.
    Left out, they are not looked at: a published version was checked when it was published. What a kind asks of its
    own questions (options, settings) is checked by `questionnaires.kinds`.
    """
    scope = _Scope(tuple(languages), kinds, categories)
    parts = _parts(data, "questionnaire", _DEFINITION_PARTS, {"sections"})
    sections = tuple(
        _section(entry, f"sections[{index}]", scope) for index, entry in enumerate(_list(parts["sections"], "sections"))
    )
    if not sections:
        raise schema.DefinitionInvalid("sections: there is none")
    _refuse_doubles((section.key for section in sections), "section")
    definition = schema.Definition(
        sections,
        is_stepwise=_flag(parts, "is_stepwise", "questionnaire"),
        has_summary=_flag(parts, "has_summary", "questionnaire"),
    )
    _refuse_doubles((question.key for question in definition.questions()), "question")
    _refuse_later_conditions(definition)
    _refuse_doubles((column for q in definition.questions() for column in q.columns), "column")
    return definition


def _section(entry: Any, place: str, scope: _Scope) -> schema.Section:
    parts = _parts(entry, place, _SECTION_PARTS, {"key", "title", "questions"})
    key = _key(parts["key"], f"{place}.key")
    place = f"section {key}"
    questions = [
        _question(question, f"{place}, questions[{index}]", scope)
        for index, question in enumerate(_list(parts["questions"], f"{place}.questions"))
    ]
    return schema.Section(
        key=key,
        title=_text(parts["title"], f"{place}.title", scope),
        intro=_optional_text(parts, "intro", place, scope),
        questions=tuple(questions),
        stage=_stage(parts.get("stage", schema.Stage.REGISTRATION.value), f"{place}.stage"),
        answer_by=_date(parts.get("answer_by"), f"{place}.answer_by"),
    )


def _question(entry: Any, place: str, scope: _Scope) -> schema.Question:
    parts = _parts(entry, place, _QUESTION_PARTS, {"key", "kind", "label"})
    key = _key(parts["key"], f"{place}.key")
    place = f"question {key}"
    if key in schema.RESERVED_KEYS:
        raise schema.DefinitionInvalid(f"{place}: the form needs this name for itself")
    question = schema.Question(
        key=key,
        kind=_kind(parts["kind"], f"{place}.kind", scope),
        label=_text(parts["label"], f"{place}.label", scope),
        help=_optional_text(parts, "help", place, scope),
        purpose=_optional_text(parts, "purpose", place, scope),
        is_required=_flag(parts, "is_required", place),
        required_for=_categories(parts.get("required_for", []), f"{place}.required_for", scope),
        condition=_condition(parts.get("condition"), f"{place}.condition"),
        frozen_after=_date(parts.get("frozen_after"), f"{place}.frozen_after"),
        is_sensitive=_flag(parts, "is_sensitive", place),
        retention_days=_retention(parts.get("retention_days"), f"{place}.retention_days"),
        categories=_categories(parts.get("categories", []), f"{place}.categories", scope),
        options=_options(parts.get("options", []), f"{place}.options", scope),
        column=_column(parts.get("column"), f"{place}.column"),
        settings=dict(_mapping(parts.get("settings", {}), f"{place}.settings")),
    )
    if question.column and question.is_sensitive:
        raise schema.DefinitionInvalid(f"{place}: what stands in the column {question.column} is not sealed")
    if question.is_sensitive and any(option.places is not None for option in question.options):
        raise schema.DefinitionInvalid(
            f"{place}: who holds a place of an option is not sealed, so a sensitive one has none"
        )
    return question


def _kind(value: Any, place: str, scope: _Scope) -> str:
    kind = _string(value, place)
    if scope.kinds is not None and kind not in scope.kinds:
        raise schema.DefinitionInvalid(f"{place}: there is no kind {kind!r}")
    return kind


def _options(value: Any, place: str, scope: _Scope) -> tuple[schema.Option, ...]:
    options = tuple(_option(entry, f"{place}[{index}]", scope) for index, entry in enumerate(_list(value, place)))
    _refuse_doubles((option.value for option in options), f"{place}: option")
    return options


def _option(entry: Any, place: str, scope: _Scope) -> schema.Option:
    parts = _parts(entry, place, _OPTION_PARTS, {"value", "label"})
    return schema.Option(
        value=_key(parts["value"], f"{place}.value"),
        label=_text(parts["label"], f"{place}.label", scope),
        hint=_optional_text(parts, "hint", place, scope),
        places=_places(parts.get("places"), f"{place}.places"),
    )


def _categories(value: Any, place: str, scope: _Scope) -> frozenset[str]:
    keys = [_key(entry, place) for entry in _list(value, place)]
    unknown = sorted(set(keys) - set(scope.categories)) if scope.categories is not None else []
    if unknown:
        raise schema.DefinitionInvalid(f"{place}: the event has no category {unknown[0]!r}")
    return frozenset(keys)


def _column(value: Any, place: str) -> str | None:
    if value is None:
        return None
    if _string(value, place) not in schema.IDENTITY_COLUMNS:
        raise schema.DefinitionInvalid(f"{place}: no column {value!r}")
    return str(value)


def _retention(value: Any, place: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LONGEST_RETENTION:
        raise schema.DefinitionInvalid(f"{place}: a number of days is expected")
    return value


def _stage(value: Any, place: str) -> schema.Stage:
    try:
        return schema.Stage(_string(value, place))
    except ValueError:
        raise schema.DefinitionInvalid(f"{place}: there is no stage {value!r}") from None


def _date(value: Any, place: str) -> date | None:
    if value is None:
        return None
    try:
        day = date.fromisoformat(_string(value, place))
    except ValueError:
        raise schema.DefinitionInvalid(f"{place}: a date like 2027-03-11 is expected") from None
    if not schema.FIRST_DAY <= day <= schema.LAST_DAY:
        raise schema.DefinitionInvalid(f"{place}: a date from {schema.FIRST_DAY} to {schema.LAST_DAY} is expected")
    return day


def _places(value: Any, place: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_PLACES:
        raise schema.DefinitionInvalid(f"{place}: a number from 0 to {_MOST_PLACES} is expected")
    return value


def _condition(value: Any, place: str) -> Condition | None:
    if value is None:
        return None
    try:
        return read_condition(value)
    except ConditionInvalid as error:
        raise schema.DefinitionInvalid(f"{place}: {error}") from error


def _refuse_later_conditions(definition: schema.Definition) -> None:
    """Refuse a condition on a question that does not stand before it: so there are no circles either.

    Nor may it look at what is asked in a later stage: what organizers note would show in what participants are asked.
    """
    before: dict[str, schema.Stage] = {}
    for section in definition.sections:
        for question in section.questions:
            for key in question.condition.refers_to() if question.condition else ():
                place = f"question {question.key}.condition"
                if key in BESIDE_QUESTIONS:
                    continue
                if key not in before:
                    raise schema.DefinitionInvalid(f"{place}: no question {key!r} stands before it")
                if _STAGES.index(before[key]) > _STAGES.index(section.stage):
                    raise schema.DefinitionInvalid(f"{place}: {key!r} is answered later, or by others")
            before[question.key] = section.stage


def _optional_text(parts: Mapping[str, Any], name: str, place: str, scope: _Scope) -> LocalizedText:
    return _text(parts[name], f"{place}.{name}", scope) if name in parts else {}


def _text(value: Any, place: str, scope: _Scope) -> LocalizedText:
    texts = _mapping(value, place)
    for language, text in texts.items():
        if not _string(text, f"{place}.{language}").strip():
            raise schema.DefinitionInvalid(f"{place}: the text in {language!r} is blank")
    missing = [language for language in scope.languages if language not in texts]
    if missing:
        raise schema.DefinitionInvalid(f"{place}: there is no text in {missing[0]!r}")
    if scope.languages and (foreign := sorted(set(texts) - set(scope.languages))):
        raise schema.DefinitionInvalid(f"{place}: {foreign[0]!r} is no language of the event")
    if not texts:
        raise schema.DefinitionInvalid(f"{place}: there is no text")
    return dict(texts)


def _flag(parts: Mapping[str, Any], name: str, place: str) -> bool:
    value = parts.get(name, False)
    if not isinstance(value, bool):
        raise schema.DefinitionInvalid(f"{place}.{name}: true or false is expected")
    return value


def _key(value: Any, place: str) -> str:
    if not _KEY.fullmatch(_string(value, place)):
        raise schema.DefinitionInvalid(f"{place}: {value!r} is no key (small letters, digits and _, 64 at most)")
    return str(value)


def _parts(value: Any, place: str, known: Collection[str], needed: Collection[str]) -> Mapping[str, Any]:
    parts = _mapping(value, place)
    for name in parts:
        if name not in known:
            raise schema.DefinitionInvalid(f"{place}: {name!r} is unknown")
    for name in sorted(needed):
        if name not in parts:
            raise schema.DefinitionInvalid(f"{place}: {name!r} is missing")
    return parts


def _mapping(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise schema.DefinitionInvalid(f"{place}: a mapping is expected")
    return value


def _list(value: Any, place: str) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise schema.DefinitionInvalid(f"{place}: a list is expected")
    return value


def _string(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise schema.DefinitionInvalid(f"{place}: text is expected")
    return value


def _refuse_doubles(keys: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise schema.DefinitionInvalid(f"{what} {key}: is there twice")
        seen.add(key)
