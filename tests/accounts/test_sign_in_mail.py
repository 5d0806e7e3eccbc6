"""The mail with a sign-in link: its words in each language, and the whole way from asking to being signed in."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.emails import enqueue_welcome
from eventreg.accounts.queries import get_account
from eventreg.accounts.services.sign_in import send_sign_in_link
from eventreg.db import db, transaction
from eventreg.jobs.running import run_due
from eventreg.jobs.services import job_registry
from eventreg.mail.delivery import deliver_due
from eventreg.mail.models import MailMessage
from tests.builders import an_account
from tests.support.apps import AppMaker
from tests.support.mailserver import MailServer
from tests.support.pages import Pages

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("language", ["es", "en", "fr"])
@pytest.mark.parametrize("name", ["sign_in_link", "welcome"])
def test_the_words_are_those_that_were_read_and_agreed(app: Flask, name: str, language: str) -> None:
    account = an_account(name="Olga Organizadora", email="olga@equipo.example", language=language)
    if name == "welcome":
        with transaction():
            enqueue_welcome(get_account(account.id), "A" * 12, 7)
    else:
        send_sign_in_link(account.email)
    message = db.session.scalars(select(MailMessage)).one()
    bodies = [re.sub(r"\[\[\w+:(\w+):[^\]]+\]\]", r"[[\1]]", body) for body in (message.text, message.html)]
    written = f"From: {message.sender_name}\nTo: {message.recipient}\nSubject: {message.subject}\n\n{bodies[0]}"
    path = GOLDEN / f"{name}.{language}.txt"
    if os.environ.get("EVENTREG_REFRESH_GOLDEN"):
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8")
    said = " ".join(re.sub(r"<[^>]+>", " ", bodies[1]).split())
    sentences = [line for line in bodies[0].splitlines() if line.endswith(".") and "http" not in line]
    assert len(sentences) >= 3
    assert all(sentence.split(". ")[-1] in said for sentence in sentences)
    assert '<a href="[[sign_in]]"' in bodies[1]


@pytest.mark.both_databases
def test_from_asking_to_being_signed_in(make_app: AppMaker, mail_server: MailServer) -> None:
    app = make_app(**mail_server.settings())
    with app.app_context():
        an_account(email="olga@equipo.example", language="en")
        pages = Pages(app)
        pages.get("/sign-in").submit("Email me a sign-in link", {"Email address": "Olga@Equipo.example"})
        run_due(job_registry(), 10)
        deliver_due(10)
        (mail,) = mail_server.received
        assert mail.recipients == ("olga@equipo.example",)
        (address,) = set(re.findall(r"http\S+/sign-in/[\w-]+", mail.text))
        assert address in mail.html
        assert pages.get(urlsplit(address).path).submit("Sign in").location == "/manage/"
        assert pages.get("/manage/").heading == "Your events"
