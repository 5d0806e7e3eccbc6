"""The files that people sent, as one archive: each opened when its turn comes, and nothing of it kept anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from flask_babel import gettext as _

from eventreg.db import db
from eventreg.kernel.errors import NotFound
from eventreg.kernel.sealing import CannotUnseal
from eventreg.registration.services.uploads import read_content
from eventreg.review.queries.sent_files import SentFile, list_sent_files
from eventreg.review.rules.exports import chosen_questions
from eventreg.review.services.exporting_rows import PORTION, Source
from eventreg.review.sheets.archive import ending_of, zip_chunks
from eventreg.review.sheets.csv_file import csv_chunks

_INDEX = "index.csv"


def archive_chunks(source: Source, ids: Sequence[int]) -> Iterator[bytes]:
    """Yield the archive: the files, named by reference and question, and a list that says whose each is."""
    yield from zip_chunks(_files(source, ids), source.stamp(len(ids)).local)


def _files(source: Source, ids: Sequence[int]) -> Iterator[tuple[str, bytes]]:
    index = [[_("File"), _("Reference"), _("Person"), _("Question"), _("Name of the file when it was sent")]]
    for start in range(0, len(ids), PORTION):
        files = list_sent_files(source.event.id, ids[start : start + PORTION], chosen_questions(source.plan.columns))
        db.session.rollback()
        for file, name in _named(files):
            try:
                yield name, read_content(file.public_id)
            except (NotFound, CannotUnseal):
                name = _("(not to be had)")  # what is lost is said in the list, and the others are not held up
            index.append([name, file.reference, file.person, _label(source, file), file.name])
    yield _INDEX, b"".join(csv_chunks(index[0], [index[1:]]))


def _named(files: Sequence[SentFile]) -> Iterator[tuple[SentFile, str]]:
    """Yield files with names of our own making: several to one question are numbered."""
    times = Counter((file.reference, file.question_key) for file in files)
    seen: Counter[tuple[str, str]] = Counter()
    for file in files:
        at = (file.reference, file.question_key)
        seen[at] += 1
        number = f"-{seen[at]}" if times[at] > 1 else ""
        yield file, f"{file.reference}-{file.question_key}{number}{ending_of(file.media_type)}"


def _label(source: Source, file: SentFile) -> str:
    question = source.questions.get(file.question_key)
    context, language = source.sheet.answers.context, source.sheet.answers.language
    return context.text(question.label, language) if question is not None else file.question_key
