"""Which class writes a message to a participant."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from eventreg.registration.emails.address_words import AddressWords
from eventreg.registration.emails.event_words import EventWords
from eventreg.registration.emails.messages import ABOUT_ADDRESSES, ABOUT_EVENT, BY_TEAM, Message
from eventreg.registration.emails.request_words import RequestWording, RequestWords
from eventreg.registration.emails.team_words import HandedWords, TeamWords
from eventreg.registration.emails.to_participant import ParticipantWords


def writer_of(message: Message, request: RequestWording | None) -> Callable[..., ParticipantWords]:
    """Return what takes the facts and has the words; `request`: what is asked, where something is."""
    if request is not None:
        return partial(HandedWords if message is Message.HANDED_TO else RequestWords, request=request)
    if message in BY_TEAM:
        return TeamWords
    if message in ABOUT_ADDRESSES:
        return AddressWords
    return EventWords if message in ABOUT_EVENT else ParticipantWords
