"""An event's own words put into a message: subject, opening and closing. Its facts stay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from eventreg.mail.content import Fact, MailContent, Reason
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.placeholders import Facts, rendered_line, rendered_words
from eventreg.registration.models import Registration
from eventreg.registration.rules.message_texts import OwnText, TextKey, allowed_in_body, allowed_in_subject
from eventreg.registration.rules.placeholders import names_in
from eventreg.registration.rules.states import Status


def text_key(message: Message, registration: Registration, *, takes_back: bool) -> TextKey | None:
    """Return whose words a message to a participant has; None: always the usual ones."""
    if message is Message.PROMOTED and registration.status is Status.PENDING:
        return TextKey.PROMOTED_TO_REVIEW
    if message is Message.DECLINED and takes_back:
        return TextKey.PLACE_LOST
    return TextKey(message.value) if message.value in _VALUES else None


def with_own_words(content: MailContent, key: TextKey | None, facts: Facts) -> MailContent:
    """Return a message in the event's own words, where it has some in the language of `facts`."""
    if key is None:
        return content
    own = facts.occasion.own_text(key, facts.language)
    if not own:
        return content
    allowed = allowed_in_subject(key), allowed_in_body(key)
    return in_words(content, own, allowed, replace(facts, greeting=content.greeting))


def in_words(
    content: MailContent, own: OwnText, allowed: tuple[Collection[str], Collection[str]], facts: Facts
) -> MailContent:
    """Return a message in these words, with the placeholders that are allowed in the subject and in the body filled in.

    What is empty in them is said as usual, or not at all where nothing is usual.
    """
    if own.subject:
        content = replace(content, subject=rendered_line(own.subject, allowed[0], facts) or content.subject)
    if not own.body:
        return content
    opening, closing = rendered_words(own.body, allowed[1], facts)
    holds_reason = "reason" in names_in(own.body)
    stays = tuple(
        paragraph
        for paragraph in content.paragraphs
        if isinstance(paragraph, Fact) and not (holds_reason and isinstance(paragraph, Reason))
    )
    return replace(content, opening=opening, paragraphs=stays, closing=closing)


_VALUES = frozenset(key.value for key in TextKey)
