"""A file of five thousand people: tried, put in, and how long others wait meanwhile.

The demonstration's questions are answered by fictional people; the file is made as an export writes it.
"""

from __future__ import annotations

import csv
import io
import random
import resource
import sys
import threading
import time
from collections.abc import Iterator

from flask import Flask
from sqlalchemy import func, select

from bench.databases import engine_for, lift_limits, new_instance
from bench.report import alone
from bench.results import Figure, figure
from bench.servers import eventreg_command
from eventreg.app import create_app
from eventreg.audit.services import SYSTEM
from eventreg.config import load_config
from eventreg.db import db
from eventreg.demo.rules.answers import invent_answers
from eventreg.demo.rules.people import invent
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole
from eventreg.exchange.services.importing import Importer, confirm_import, matching_of, take_file, terms_of, try_file
from eventreg.kernel.errors import Busy
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.registration.emails import Occasion
from eventreg.registration.models import Registration
from eventreg.registration.services.answers import CONSENT_KIND
from eventreg.registration.services.registering import Submission, register

PEOPLE = 5_000
#: numbers of fictional people that no demonstration reaches
_FIRST = 5_000_000
_IMPORTER = Importer(SYSTEM, "es", sees_sensitive=True)


def measure_importing(database: str, people: int = PEOPLE) -> Iterator[Figure]:
    """Yield seconds for trying and for putting in, memory above what the process had, and how long a registration waits."""
    with new_instance(database) as (instance, url):
        for command in ("migrate", "demo"):
            eventreg_command(instance, {"EVENTREG_DATABASE_URL": url}, command)
        with engine_for(url) as engine:
            lift_limits(engine)
        yield from _measure(
            create_app(load_config(instance=instance, database_url=url, limits=False)), database, people
        )


def _measure(app: Flask, database: str, people: int) -> Iterator[Figure]:
    with app.app_context():
        event_id = db.session.scalars(select(Event.id).order_by(Event.id)).first()
        if event_id is None:
            raise RuntimeError("there is no event")
        content = a_file(event_id, people)
        before, held = _count(event_id), _memory()
        started = time.perf_counter()
        row = take_file(event_id, "personas.csv", content, _IMPORTER)
        tried = try_file(event_id, row.public_id, matching_of(row), terms_of(row), _IMPORTER)
        trial = time.perf_counter() - started
        if tried.refused:
            raise RuntimeError(f"a row was refused: {tried.refused[0]}")
        others = Others(app, event_id)
        started = time.perf_counter()
        put = confirm_import(event_id, row.public_id, _IMPORTER)
        confirming = time.perf_counter() - started
        waits = others.stop()
        if len(put.added) != people or _count(event_id) - before != people + others.registered:
            raise RuntimeError(f"{len(put.added)} were added")
        yield figure(f"import of {people}: trial", database, [trial], "s")
        yield figure(f"import of {people}: put in", database, [confirming], "s")
        yield figure(f"import of {people}: trial and put in", database, [trial + confirming], "s")
        yield figure(f"import of {people}: memory above before", database, [_memory() - held], "MB")
        yield figure(f"import of {people}: longest wait of a registration", database, [max(waits)], "s")
        yield figure(f"import of {people}: registrations sent back", database, [others.sent_back], "forms")
        started = time.perf_counter()
        row = take_file(event_id, "personas.csv", content, _IMPORTER)
        again = try_file(event_id, row.public_id, matching_of(row), terms_of(row), _IMPORTER)
        same = sum(line.outcome.value == "same" for line in again.lines)
        yield figure(f"import of {people}: trial of the same again", database, [time.perf_counter() - started], "s")
        if same != people:
            odd = next(line for line in again.lines if line.outcome.value != "same")
            raise RuntimeError(f"{same} say the same: {odd}")
        db.engine.dispose()


def a_file(event_id: int, people: int) -> bytes:
    """Return a CSV file of fictional people under the titles of an export in Spanish, without consents and files."""
    event = get_event_whole(event_id)
    definition, context = definition_of(get_current_version(event_id)), Context.of(event)
    questions = [q for q in definition.questions() if kinds.get(q.kind).is_answerable]
    questions = [q for q in questions if q.kind != CONSENT_KIND and not kinds.get(q.kind).is_file]
    days = {day.id: day.held_on for day in event.days}
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["category", "language", *(f"answer.{question.key}" for question in questions)])
    for number in range(people):
        chance = random.Random(number)
        category, person = chance.choice(event.categories), invent(_FIRST + number, chance)
        answers = invent_answers(definition.questions_for(category.key), person, days, chance)
        hidden = definition.hidden_keys(category.key, None, answers)
        cells = [
            kinds.get(q.kind).cell(q, answers[q.key], context, "es") if q.key in answers and q.key not in hidden else ""
            for q in questions
        ]
        writer.writerow([category.key, person.language, *cells])
    return buffer.getvalue().encode()


class Others:
    """Somebody who registers again and again while the file is put in, and notes how long each took."""

    def __init__(self, app: Flask, event_id: int) -> None:
        self._app, self._event_id = app, event_id
        self._waits: list[float] = []
        #: how many were registered, and how many were asked to send the form once more
        self.registered = self.sent_back = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._register)
        self._thread.start()

    def stop(self) -> list[float]:
        """Return the seconds that each registration took."""
        self._is_over.set()
        self._thread.join()
        return self._waits

    def _register(self) -> None:
        with self._app.app_context():
            event = get_event_whole(self._event_id)
            version, occasion = get_current_version(event.id), Occasion.load(event)
            days = {day.id: day.held_on for day in event.days}
            definition, category = definition_of(version), event.public_categories[0]
            number = 0
            while not self._is_over.is_set():
                number += 1
                chance = random.Random(f"other {number}")
                person = invent(_FIRST * 2 + number, chance)
                answers = invent_answers(definition.questions_for(category.key), person, days, chance)
                submission = Submission(
                    f"bench-{number}-{id(self)}", category.key, version.id, definition, None, "es", answers
                )
                started = time.perf_counter()
                try:
                    register(event.id, submission, occasion)
                    self.registered += 1
                except Busy:
                    # Asked to send the form once more, with nothing lost.
                    self.sent_back += 1
                self._waits.append(time.perf_counter() - started)
                time.sleep(0.05)
            db.session.remove()


def _count(event_id: int) -> int:
    return db.session.scalar(select(func.count()).where(Registration.event_id == event_id)) or 0


def _memory() -> float:
    """Return the most memory that the process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(alone(__doc__, measure_importing, PEOPLE))
