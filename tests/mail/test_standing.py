"""A message looks as it should in programs that drop half of HTML, in both directions, and brings its pictures itself."""

from __future__ import annotations

import base64
import email
import email.policy
from typing import Any

import pytest
from flask import Flask

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.queries.events import list_credited
from eventreg.kernel import clock
from eventreg.mail.composition import compose
from eventreg.mail.content import Change, Contact, MailContent, mask_html, new_marker, render_content
from eventreg.mail.models import MailMessage
from eventreg.mail.rich import render_rich
from eventreg.media.models import Picture
from eventreg.media.rules import LOGO_SIZE
from eventreg.media.services import store_picture
from eventreg.organizations.models import Organization
from tests.mail.programs import assert_stands_in_every_program
from tests.mail.test_composition import links
from tests.media.samples import a_logo, opened, saved
from tests.registration.messages import TO_PARTICIPANT, a_seminar, queued

_WORDS = "# Hola\n\n> Una cita\n\n- uno\n- dos\n\n1. tres\n\n[aquí](https://x.example)\n\n---"


def test_every_side_is_turned_where_lines_begin_at_the_right(app: Flask) -> None:
    def written(language: str) -> str:
        content = MailContent(
            subject="s", heading="h", greeting="g", paragraphs=("p",), facts=(("Taking part as", "Expert"),),
            action=("b", "https://desk.example/"), steps=("uno",), changes=(Change("a", "b", "c"),), warning="w",
            joining=("https://sala.example", "uno\ndos"), footer=("f",), opening=render_rich([_WORDS], language),
        )  # fmt: skip
        _text, html = render_content(
            content, language=language, kicker="k", contact=Contact("c", "", "", "c@x.example")
        )
        assert_stands_in_every_program(html)
        return html

    turned = written("ar").replace('lang="ar"', 'lang="en"').replace('dir="rtl"', 'dir="ltr"')
    assert turned.replace("left", "~").replace("right", "left").replace("~", "right") == written("en")


def _with_logo(**changes: Any) -> tuple[Event, Picture]:
    event = a_seminar(**changes)
    with transaction() as session:
        host = session.get_one(Organization, list_credited(event.id)[0].organization_id)
        host.logo_id = store_picture(saved(a_logo(), "PNG"), LOGO_SIZE, clock.now())
        logo = session.get_one(Picture, host.logo_id)
    return event, logo


def _sent(event: Event) -> tuple[str, email.message.EmailMessage, list[Any]]:
    _person, message = queued(event, TO_PARTICIPANT[1], "participant", "es")
    row = MailMessage(**{name: value for name, value in vars(message).items() if name != "beside"}, message_id="<a@b>")
    whole = email.message_from_bytes(
        compose(row, "registro@desk.example", links, clock.now()), policy=email.policy.default
    )
    return row.html, whole, [part for part in whole.walk() if part.get_content_maintype() == "image"]


@pytest.mark.usefixtures("clock")
def test_logos_of_hosts_come_with_the_message_small_and_made_once(app: Flask) -> None:
    event, logo = _with_logo()
    html, whole, (image,) = _sent(event)
    assert_stands_in_every_program(html)
    shown = next(part for part in whole.walk() if part.get_content_type() == "text/html").get_content()
    assert f'src="cid:{image["Content-ID"].strip("<>")}" alt="' in shown
    assert (
        next(part for part in whole.walk() if part.get_content_type() == "multipart/related").get_payload()[1] is image
    )
    content = image.get_content()
    assert len(content) < 20_000
    assert opened(content).size == (280, 94)
    assert opened(content).mode in ("P", "RGB"), "what is transparent would vanish in a dark program"
    db.session.expire_all()
    assert db.session.get_one(Picture, logo.id).in_mail == content
    # Organizers see it in a frame that may fetch nothing.
    assert f'src="data:image/png;base64,{base64.b64encode(content).decode()}"' in _masked(event)


def _masked(event: Event) -> str:
    _person, message = queued(event, TO_PARTICIPANT[1], "participant", "es")
    return mask_html(message.html, message.marker, "…")


@pytest.mark.usefixtures("clock")
def test_a_quiet_event_shows_no_logo_and_one_that_is_gone_leaves_its_name(app: Flask) -> None:
    event, logo = _with_logo(is_quiet=True)
    assert "<img" not in _sent(event)[0]
    assert not _sent(event)[2]
    with transaction():
        db.session.get_one(Event, event.id).is_quiet = False
    _person, message = queued(event, TO_PARTICIPANT[1], "participant", "es")
    other = message.html.replace(logo.public_id, "AAAAAAAAAAAA")
    assert "<img" in other
    assert "<img" not in mask_html(other, message.marker, "…")
    assert "Oficina" in mask_html(other, message.marker, "…")
    # Nobody who fills in a form knows the marker.
    forged = message.html.replace(message.marker, new_marker())
    assert "data:image" not in mask_html(forged, message.marker, "…")
