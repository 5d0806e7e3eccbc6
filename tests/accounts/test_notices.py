"""Mails to an account about the ways into it: their words in each language."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.emails import Notice, enqueue_notice
from eventreg.accounts.models import Account
from eventreg.accounts.queries import get_account
from eventreg.accounts.rules.guarding import Visitor
from eventreg.accounts.services.sign_in import change_password
from eventreg.db import db, transaction
from eventreg.mail.models import MailMessage
from tests.builders import an_account

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("language", ["es", "en", "fr"])
@pytest.mark.parametrize("notice", list(Notice))
def test_the_words_are_those_that_were_read_and_agreed(app: Flask, notice: Notice, language: str) -> None:
    account = an_account(name="Olga Organizadora", email="olga@equipo.example", language=language)
    with transaction():
        enqueue_notice(get_account(account.id), notice, left=9)
    message = db.session.scalars(select(MailMessage)).one()
    written = f"From: {message.sender_name}\nTo: {message.recipient}\nSubject: {message.subject}\n\n{message.text}"
    path = GOLDEN / f"{notice.value}.{language}.txt"
    if os.environ.get("EVENTREG_REFRESH_GOLDEN"):
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8")
    said = " ".join(re.sub(r"<[^>]+>", " ", message.html).split())
    assert message.subject in said
    assert "http://localhost/account" in message.html


def test_a_changed_password_is_told_and_stands_in_no_mail(app: Flask) -> None:
    account: Account = an_account("una frase bastante larga", email="olga@equipo.example")
    change_password(account.id, "una frase bastante larga", "otra frase bastante larga", Visitor())
    message = db.session.scalars(select(MailMessage)).one()
    assert (message.recipient, message.account_id, message.event_id) == ("olga@equipo.example", account.id, None)
    assert "otra frase" not in message.text + message.html
