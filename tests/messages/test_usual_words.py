"""Each message is whole, and its usual words are a text with placeholders."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask_babel import lazy_gettext as _l

from eventreg.kernel import clock
from eventreg.messages.emails import usual_words
from eventreg.registration.emails import Occasion, every_message
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.emails.messages import Again, Group
from eventreg.registration.emails.placeholders import PLACEHOLDERS
from eventreg.registration.rules.messages import DETAILS, placeholder_faults
from tests.registration.messages import TO_PARTICIPANT, a_seminar, queued


def test_message_that_leaves_something_unsaid_is_refused_and_what_it_lacks_is_named() -> None:
    with pytest.raises(
        TypeError, match="Silent is no message yet: it does not say key, title, trigger, group, goes_again"
    ):
        type("Silent", (AboutRegistration,), {})
    said = {"key": "late", "title": _l("Late"), "trigger": _l("Late"), "group": Group.EVENT}
    with pytest.raises(TypeError, match=r"does not say goes_again, write$"):
        type("Late", (AboutRegistration,), said)


def test_two_messages_cannot_have_one_key() -> None:
    said = {"key": "confirmed", "title": _l("x"), "trigger": _l("x"), "group": Group.EVENT, "goes_again": Again.NEVER}
    with pytest.raises(TypeError, match="Confirmed has the key 'confirmed'"):
        type("Twice", (AboutRegistration,), {**said, "write": lambda self: None})


def test_every_message_stands_in_the_list_once() -> None:
    keys = [message.key for message in every_message()]
    assert len(keys) == len(set(keys))
    assert {message.group for message in every_message()} == set(Group)


@pytest.mark.usefixtures("app")
def test_the_usual_words_hold_only_placeholders_that_may_stand_there() -> None:
    """Case 33: they can be taken as they are and saved, in every language."""
    occasion = Occasion.load(a_seminar())
    for message in every_message():
        for language in ("es", "en"):
            words = usual_words(occasion, message, language, clock.now())
            assert words.body.startswith("{greeting}\n\n"), message
            assert "{event_title}" in words.subject + words.body
            assert not placeholder_faults(words.subject, message.in_subject(), PLACEHOLDERS)
            assert not placeholder_faults(words.body, message.in_body(), PLACEHOLDERS, alone=[DETAILS])


@pytest.mark.usefixtures("app")
def test_message_says_the_reason_that_was_given_where_it_says_that_it_does() -> None:
    event = a_seminar()
    said = {"reason": "Because of the flood."}
    for told in TO_PARTICIPANT:
        with_reason = replace(told, news=lambda event, told=told: told.news(event) | said)
        _person, message = queued(event, with_reason, "participant", "en")
        assert ("Because of the flood." in message.text) is told.message.holds_reason, told.name
