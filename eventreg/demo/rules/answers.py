"""What a fictional person answers to whatever is asked."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from eventreg.demo.rules.people import Person
from eventreg.questionnaires.rules.answers import PRESETS
from eventreg.questionnaires.rules.schema import Question

_SHORT: dict[str, Sequence[str]] = {
    "es": ("Movilidad laboral", "Protección internacional", "Gobernanza fronteriza", "Unidad de Política Migratoria"),
    "en": ("Labour mobility", "International protection", "Border governance", "Migration Policy Unit"),
}
_LONG: dict[str, Sequence[str]] = {
    "es": ("Alergia al cacahuate (dato de demostración).", "Prefiero sentarme cerca de la puerta (demostración)."),
    "en": ("Allergic to peanuts (demonstration).", "I prefer a seat near the door (demonstration)."),
}
_COMPANIONS: Sequence[tuple[str, str]] = (("Julia", "Demo Ejemplo"), ("Tomás", "Ensayo"), ("Rosa", "Muestra Demo"))
_COUNTRIES: Sequence[str] = ("GT", "HN", "SV", "CR", "PA")
_LANGUAGES: Sequence[str] = ("pt", "fr", "quc", "zap")
_TIMES: Sequence[str] = ("09:30", "13:45", "18:10")
#: how many of a hundred answer an optional question of a kind
_ANSWERED = {"multiple_choice": 30, "long_text": 8, "url": 60, "choice": 80, "yes_no": 90, "consent": 45}
_ALL_DAYS = 0.7
_NEEDS_SUPPORT = 0.3

#: days of the event by their id
Days = Mapping[int, date]
Answerer = Callable[[Question, Person, Days, random.Random], list[str]]


def invent_answers(
    questions: Iterable[Question], person: Person, days: Days, chance: random.Random
) -> dict[str, list[str]]:
    """Return cleaned values by question key, as `questionnaires` would give them.

    No file is ever sent, and no session or option with places of its own is chosen: those have a ledger. So nothing is
    answered there, even where it is required; a kind without an entry below is passed over as well.
    """
    answers = {}
    for question in questions:
        if question.column is not None:
            answers[question.key] = question.from_columns(
                {column: str(getattr(person, column)) for column in question.columns}
            )
        elif question.is_required or chance.randrange(100) < _ANSWERED.get(question.kind, 50):
            answer = _BY_KIND.get(question.kind)
            answers[question.key] = answer(question, person, days, chance) if answer is not None else []
    return answers


def _days(question: Question, person: Person, days: Days, chance: random.Random) -> list[str]:
    chosen = list(days) if chance.random() < _ALL_DAYS else [chance.choice(list(days))]
    return [str(day_id) for day_id in chosen]


def _nights(question: Question, person: Person, days: Days, chance: random.Random) -> list[str]:
    """Return one night, or two that follow each other, of those offered."""
    if not days:
        return []
    first = _date(question, "first_night") or min(days.values()) - timedelta(days=1)
    last = _date(question, "last_night") or max(days.values())
    count = min(chance.randint(1, 2), (last - first).days + 1)
    return [(first + timedelta(days=number)).isoformat() for number in range(count)]


def _free(question: Question) -> list[str]:
    return [option.value for option in question.options if option.places is None]


def _one_of(question: Question, person: Person, days: Days, chance: random.Random) -> list[str]:
    options = _free(question)
    return [chance.choice(options)] if options else []


def _several_of(question: Question, person: Person, days: Days, chance: random.Random) -> list[str]:
    options = _free(question)
    least = int(question.settings.get("min_choices") or 1)
    most = min(max(2, least), int(question.settings.get("max_choices", len(question.options))), len(options))
    if most < least:
        return []
    some = chance.sample(options, chance.randint(least, most))
    return [value for value in options if value in some]


def _ranked(question: Question, person: Person, days: Days, chance: random.Random) -> list[str]:
    options = _free(question)
    most = min(int(question.settings.get("max_choices", len(options))), len(options))
    return chance.sample(options, chance.randint(1, most)) if most else []


def _yes_no(question: Question, person: Person, days: Days, chance: random.Random) -> list[str]:
    if question.settings.get("style") == "checkbox":
        return ["yes"]
    return ["yes" if chance.random() < _NEEDS_SUPPORT else "no"]


def _short_text(question: Question, person: Person, days: Days, chance: random.Random) -> list[str]:
    preset = PRESETS.get(str(question.settings.get("preset", "")))
    if preset is not None:
        return [preset.example]
    return _fitting(question, _SHORT[person.language], chance)


def _long_text(question: Question, person: Person, days: Days, chance: random.Random) -> list[str]:
    return _fitting(question, _LONG[person.language], chance)


def _fitting(question: Question, texts: Sequence[str], chance: random.Random) -> list[str]:
    """Return one of these texts that is as long as the question wants; none where none is."""
    least, most = int(question.settings.get("min_length") or 0), question.settings.get("max_length")
    fitting = [text for text in texts if len(text) >= least and (most is None or len(text) <= int(most))]
    return [chance.choice(fitting)] if fitting else []


def _number(question: Question, person: Person, days: Days, chance: random.Random) -> list[str]:
    least, most = question.settings.get("least"), question.settings.get("most")
    if least is None:
        least = 1 if most is None or most >= 1 else int(most) - 10
    return [str(chance.randint(int(least), min(int(least) + 20, int(least) + 20 if most is None else int(most))))]


def _date_answer(question: Question, person: Person, days: Days, chance: random.Random) -> list[str]:
    found = _within(question, min(days.values(), default=date(2027, 1, 1)) - timedelta(days=chance.randint(0, 2)))
    return [found.isoformat()]


def _date_range(question: Question, person: Person, days: Days, chance: random.Random) -> list[str]:
    first = min(days.values(), default=date(2027, 1, 1)) - timedelta(days=chance.randint(0, 2))
    last = max(days.values(), default=first) + timedelta(days=chance.randint(0, 2))
    return [_within(question, day).isoformat() for day in (first, last)]


def _within(question: Question, day: date) -> date:
    least, most = _date(question, "least"), _date(question, "most")
    return min(max(day, least or day), most or date.max)


def _date(question: Question, name: str) -> date | None:
    text = question.settings.get(name)
    return date.fromisoformat(text) if text else None


def _person_name(question: Question, person: Person, days: Days, chance: random.Random) -> list[str]:
    return list(chance.choice(_COMPANIONS))


#: how each kind is answered; those of files, sessions and texts to read are missing on purpose
_BY_KIND: dict[str, Answerer] = {
    "days": _days,
    "nights": _nights,
    "choice": _one_of,
    "multiple_choice": _several_of,
    "ranked_choice": _ranked,
    "yes_no": _yes_no,
    "consent": lambda question, person, days, chance: ["yes"],
    "short_text": _short_text,
    "long_text": _long_text,
    "number": _number,
    "date": _date_answer,
    "date_range": _date_range,
    "time": lambda question, person, days, chance: [chance.choice(_TIMES)],
    "person_name": _person_name,
    "institution": lambda question, person, days, chance: [person.institution],
    "language": lambda question, person, days, chance: [chance.choice(_LANGUAGES)],
    "country": lambda question, person, days, chance: [
        person.country if question.settings.get("max_choices", 1) == 1 else chance.choice(_COUNTRIES)
    ],
    "email": lambda question, person, days, chance: [person.email],
    "phone": lambda question, person, days, chance: [person.phone],
    "url": lambda question, person, days, chance: [f"https://universidad-demo.example/perfiles/{person.number}"],
}
