"""Everything a person can meet has words, in every language."""

from __future__ import annotations

from enum import Enum

import pytest
from flask import Flask
from flask_babel import gettext

from eventreg.i18n.languages import speaking
from eventreg.mail.rules import BounceKind, MailRefusal, Outcome, Standing


@pytest.mark.parametrize(
    ("words", "members"),
    [
        ({each: each.title for each in Standing}, set(Standing)),
        ({each: each.title for each in Outcome if each.title}, set(Outcome) - {Outcome.ACCEPTED}),
        ({each: each.title for each in BounceKind if each.title}, set(BounceKind) - {BounceKind.AWAY}),
        ({reason: reason.sentence for reason in MailRefusal}, set(MailRefusal)),
        ({each: each.trouble for each in Standing if each.trouble}, {Standing.FAILED, Standing.DOUBTFUL}),
    ],
)
def test_every_case_has_words_of_its_own(app: Flask, words: dict[Enum, str], members: set[Enum]) -> None:
    assert set(words) == members
    for language in ("es", "en", "fr"):
        with speaking(language):
            assert len({gettext(text) for text in words.values()}) == len(members)


def test_the_words_are_translated(app: Flask) -> None:
    with speaking("es"):
        spanish = {standing: gettext(standing.title) for standing in Standing}
    assert spanish == {
        Standing.QUEUED: "En cola",
        Standing.RETRYING: "Se reintentará",
        Standing.SENDING: "En envío",
        Standing.SENT: "Enviado",
        Standing.HELD: "Retenido",
        Standing.DOUBTFUL: "Probablemente entregado",
        Standing.FAILED: "No entregado",
        Standing.BOUNCED: "Devuelto",
        Standing.SUPPRESSED: "No enviado: dirección errónea",
        Standing.DROPPED: "Retirado",
    }
