"""The usual words of each message, as a text with placeholders."""

from __future__ import annotations

from collections import Counter

import pytest

from eventreg.kernel import clock
from eventreg.registration.emails import Message, Occasion
from eventreg.registration.emails.placeholders import PLACEHOLDERS
from eventreg.registration.emails.usual_words import usual_words
from eventreg.registration.rules.message_texts import DETAILS, TextKey, allowed_in_body, allowed_in_subject
from eventreg.registration.rules.placeholders import placeholder_faults
from eventreg.registration.text_wording import TextGroup
from tests.registration.messages import a_seminar


def test_every_message_can_be_put_into_own_words_and_stands_in_the_list() -> None:
    """A new message is missing here until its words can be chosen."""
    assert {message.value for message in Message} <= {key.value for key in TextKey}
    assert Counter(key for group in TextGroup for key in group.value) == Counter(TextKey)


@pytest.mark.usefixtures("app")
def test_the_usual_words_hold_only_placeholders_that_may_stand_there() -> None:
    """Case 33: they can be taken as they are and saved, in every language."""
    occasion = Occasion.load(a_seminar())
    for key in TextKey:
        for language in ("es", "en"):
            words = usual_words(occasion, key, language, clock.now())
            assert words.body.startswith("{greeting}\n\n"), key
            assert "{event_title}" in words.subject + words.body
            assert not placeholder_faults(words.subject, allowed_in_subject(key), PLACEHOLDERS)
            assert not placeholder_faults(words.body, allowed_in_body(key), PLACEHOLDERS, alone=[DETAILS])
