"""The people of the stories, and what they do at a browser."""

from __future__ import annotations

import re
from typing import Any

from eventreg.events.models import Event
from tests.support.mailserver import Received
from tests.support.pages import Page, Pages

ANA = "ana.demo@instituto.example"
#: words of the form in the languages of its content: tests of one story read the same in the other
WORDS = {
    "en": {
        "given": "Given name",
        "family": "Family name",
        "institution": "Institution",
        "country": "Country",
        "mexico": "Mexico",
        "email": "Email address",
        "days": "Days attended",
        "agrees": "I agree to the use of my data",
        "send": "Send registration",
        "join": "Join the waiting list",
    },
    "es": {
        "given": "Nombre",
        "family": "Apellidos",
        "institution": "Institución",
        "country": "País",
        "mexico": "México",
        "email": "Correo electrónico",
        "days": "Días de asistencia",
        "agrees": "Acepto el tratamiento de mis datos",
        "send": "Enviar mi registro",
        "join": "Anotarse en la lista de espera",
    },
}
#: the events of the builders are in Spanish and English: who reads French finds their questions in Spanish
WORDS["fr"] = WORDS["es"] | {
    "mexico": "Mexique",
    "send": "Envoyer mon inscription",
    "join": "Rejoindre la liste d’attente",
}
_LINK = re.compile(r"http://localhost(/\S+)")


def fill(page: Page, email: str, **more: Any) -> Page:
    """Fill in the form of an event of the builders, all days, and send it."""
    words = WORDS[page.language]
    days = [text for text in page.texts("label") if re.search(r"\b20\d\d$", text)]
    buttons = [button for form in page.forms() for button in form.buttons()]
    return page.submit(
        next(button for button in (words["send"], words["join"]) if button in buttons),
        {
            words["given"]: "Ana",
            words["family"]: "Demostración",
            words["institution"]: "Instituto de Prueba",
            words["country"]: words["mexico"],
            words["email"]: email,
            words["days"]: days,
            words["agrees"]: True,
            **more,
        },
    )


def register(pages: Pages, event: Event, email: str = ANA, category: str = "government", **more: Any) -> Page:
    """Register by the form and return the receipt."""
    form = pages.get(f"/events/{event.slug}/register?category={category}")
    return fill(form, email, **more).follow()


def links_in(mail: Received) -> list[str]:
    """Return the addresses of ours in a message's text, without the host."""
    return _LINK.findall(mail.text)


def own_link(mail: Received) -> str:
    """Return the personal link of a message."""
    found = [link for link in links_in(mail) if link.startswith("/my/")]
    assert found, mail.text
    return found[0]


def calendar_methods(mail: Received) -> list[str]:
    """Return the METHOD of each calendar that a message brings, once for each kind of part."""
    parts = [part for part in mail.message.walk() if part.get_content_type() == "text/calendar"]
    return sorted({str(part.get_param("method", "")).upper() for part in parts})


def headings(mails: list[Received]) -> list[str]:
    """Return the subjects, in order of arrival."""
    return [str(mail.message["Subject"]) for mail in mails]
