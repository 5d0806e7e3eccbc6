"""Conclusions and recommendations as a document in Markdown: to be taken into a report, a mail, a word processor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import indent

from flask_babel import gettext as _
from markupsafe import escape

from eventreg.events.crediting import credits_of
from eventreg.events.models import Event, SessionOutcome
from eventreg.events.queries.materials import SessionOfDay
from eventreg.events.rules.programme import OutcomeKind
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, speaking
from eventreg.kernel.text import LocalizedText, pick

Group = tuple[SessionOfDay, Sequence[SessionOutcome]]


def outcomes_document(event: Event, groups: Sequence[Group], language: str) -> str:
    """Return the document in a language of the event; a text that is missing in it stands in another.

    What only the team reads is marked as such. The event's institutions are loaded. Lines end in "\\n".
    """
    with speaking(language) as spoken:
        lines = [f"# {_in(event, event.title, language)}", "", "**" + _("Conclusions and recommendations") + "**"]
        for place, outcomes in groups:
            when = f"{formats.day(place.held_on, spoken)}, {formats.clock(place.session.starts_at, spoken)}"
            lines += ["", f"## {_in(event, place.session.title, language)}", "", f"*{when}*"]
            for kind, heading in (
                (OutcomeKind.RECOMMENDATION, _("Recommendations")),
                (OutcomeKind.REMARK, _("Remarks")),
            ):
                found = [outcome for outcome in outcomes if outcome.kind is kind]
                if found:
                    lines += ["", f"### {heading}", "", *_items(event, found, language)]
        lines += _credits(event)
        return "\n".join(lines) + "\n"


def _credits(event: Event) -> list[str]:
    """Return who stands behind the event and the sentences that were agreed, after a rule; nothing where nobody does."""
    found = credits_of(event)
    if not found:
        return []
    named = [
        f"{escape(group.role).striptags()}{formats.colon(current_language())} "
        + ", ".join(member.name.striptags() for member in group.members)
        for group in found.groups
    ]
    parts = [*named, *(phrase.striptags() for phrase in found.phrases)]
    return ["", "---", *(line for part in parts for line in ("", part))]


def _items(event: Event, outcomes: Sequence[SessionOutcome], language: str) -> Iterator[str]:
    for number, outcome in enumerate(outcomes, 1):
        mark = f"{number}. "
        text = _in(event, outcome.text, language)
        if not outcome.is_public:
            text += " *(" + _("for the team only") + ")*"
        if addressee := _in(event, outcome.addressee, language):
            text += "\n\n" + _("For: %(addressee)s", addressee=addressee)
        # What goes on below the number belongs to it when it is set in as far as the text beside the number.
        yield mark + indent(text, " " * len(mark)).lstrip()


def _in(event: Event, text: LocalizedText, language: str) -> str:
    return pick(text, language, event.languages).text
