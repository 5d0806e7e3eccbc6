"""The messages of an invitation are what the golden files say, in three languages; their HTML says the same. Cases 13, 32.

Changed on purpose: `EVENTREG_REFRESH_GOLDEN=1 .venv/bin/python -m pytest -n0 tests/registration/test_invitation_messages.py`.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from eventreg.events.queries.events import get_event_whole
from eventreg.invitations.services.messages import InvitationReminder, InvitationSent, Invited
from eventreg.kernel.clock import now
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails import Occasion
from eventreg.registration.models import Invitation
from tests.mail.programs import assert_stands_in_every_program
from tests.registration.arriving import an_invitation, category_of
from tests.registration.messages import a_seminar, as_file
from tests.support.html import elements, parse, text_of

FOLDER = Path(__file__).parent / "golden" / "invitation"
NOTE = "Su trabajo sobre la frontera sur nos importa.\nClara"


def written(language: str, kind: str, **changes: object) -> OutgoingMessage:
    event = get_event_whole(a_seminar().id)
    values = {
        "email": "ana.demo@instituto.example",
        "given_name": "Ana",
        "family_name": "Demo",
        "note": NOTE,
        **changes,
    }
    expires_at = now() + timedelta(days=10)
    row: Invitation = an_invitation(event, language=language, expires_at=expires_at, **values)
    message = InvitationSent if kind == "invitation" else InvitationReminder
    return message.compose(
        Occasion.load(event), Invited(row, category_of(event, "government"), "Olga Anfitriona"), now()
    )


@pytest.mark.usefixtures("app", "clock")
@pytest.mark.parametrize("kind", ["invitation", "reminder"])
@pytest.mark.parametrize("language", ["es", "en", "fr"])
def test_message_is_as_it_was_read_and_found_good(language: str, kind: str) -> None:
    message = written(language, kind)
    path = FOLDER / f"{kind}.{language}.txt"
    text = as_file(message, now())
    if os.environ.get("EVENTREG_REFRESH_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    assert_stands_in_every_program(message.html)
    root, faults = parse(message.html)
    assert faults == []
    shown = " ".join(text_of(next(root.iter("body"))).split())
    for words in ("Olga Anfitriona", "Clara", "Demo"):
        assert words in shown
    assert not list(elements(root, "img", "script", "link"))


def test_what_organizers_write_is_inert(app: Flask) -> None:
    # case 32
    markup = "<script>x</script> {name} %s %(x)s\r\nBcc: otra@x.example"
    message = written("en", "invitation", note=markup, given_name="<b>Ana</b>", institution=markup)
    assert "<script>" not in message.html
    assert "<b>Ana" not in message.html
    assert "{name} %s %(x)s" in message.text
    assert "\n" not in message.subject
