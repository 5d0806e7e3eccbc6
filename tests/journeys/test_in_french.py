"""A person who reads French: the interface and the mails are French, the event's own words as it has them."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from eventreg.events.organizers import Organizer
from eventreg.kernel import clock
from eventreg.registration.services.follow_ups import see_to_follow_ups
from eventreg.registration.services.requests import ask_for_correction
from eventreg.worker import run_worker
from tests.builders import a_registration, a_team_member, an_event, text
from tests.journeys.people import ANA, headings, own_link, register
from tests.registration.owning import home
from tests.registration.records import mails
from tests.registration.requesting import a_version, requests_to, travel
from tests.support.mailserver import MailServer
from tests.support.pages import Pages

NBSP = "\N{NO-BREAK SPACE}"


def test_content_in_other_languages_is_marked_as_such(app: Flask) -> None:
    event = an_event(title=text("Encuentro", "Meeting"))
    page = Pages(app, "fr").get(f"/events/{event.slug}")
    assert page.language == "fr"
    assert page.heading == "Encuentro"
    assert page.texts("span", lang="es", title="Indisponible dans votre langue")[0] == "Encuentro"
    assert page.has("S’inscrire")
    assert page.has("Mexique")
    assert page.click("Español").language == "es"
    form = Pages(app, "fr").get(f"/events/{event.slug}/register?category=government")
    assert form.texts("span", lang="es")
    assert form.has("(facultatif)")


def test_an_event_in_french_is_shown_in_french(app: Flask) -> None:
    french = {"es": "Encuentro", "en": "Meeting", "fr": "Rencontre sur l’eau"}
    event = an_event(title=french, languages=["es", "en", "fr"])
    page = Pages(app, "fr").get(f"/events/{event.slug}")
    assert page.heading == "Rencontre sur l’eau"
    assert page.texts("h1 span", lang="es") == []
    assert "Rencontre sur l’eau" not in page.click("English").text


def test_mails_are_in_french(make_app: Callable[..., Flask], mail_server: MailServer) -> None:
    app = make_app(**mail_server.settings())
    with app.app_context():
        event = an_event(title=text("Encuentro", "Meeting"))
    reader = Pages(app, "fr")
    assert register(reader, event, ANA).heading == "Votre place est confirmée"
    run_worker(app, once=True)
    [mail] = mail_server.to(ANA)
    assert headings([mail]) == ["Votre place est confirmée : Encuentro"]
    assert f"Votre place à «{NBSP}Encuentro{NBSP}» est confirmée." in mail.text
    assert '<html lang="fr" dir="ltr">' in mail.html
    assert f"Référence{NBSP}: " in mail.text
    assert reader.get(own_link(mail)).has("Place confirmée")


def test_the_desk_is_in_french(app: Flask) -> None:
    event = an_event(languages=["es", "en", "fr"])
    desk = Pages(app, "fr").sign_in(a_team_member(event, language="fr"))
    for address in ("", "/texts", "/settings", "/programme", "/team", "/history"):
        page = desk.get(f"/manage/events/{event.slug}{address}")
        assert page.language == "fr"
    assert page.has("Historique")
    texts = desk.get(f"/manage/events/{event.slug}/texts")
    assert texts.has("Français")
    assert texts.has("Manquant")


def test_who_is_asked_more_reads_it_in_french(app: Flask) -> None:
    event = an_event(languages=["es", "en", "fr"])
    a_version(event, travel())
    person = a_registration(event, language="fr", answers={"sex": ["man"]})
    see_to_follow_ups(clock.now())
    ask_for_correction(
        event.id, person.reference, ["sex"], "Merci de vérifier.", Organizer.account(a_team_member(event).id)
    )
    asked, checked = mails(person)
    for mail in (asked, checked):
        assert '<html lang="fr" dir="ltr">' in mail.html
        assert f"Référence{NBSP}: " in mail.text
        assert f"Répondre aux questions{NBSP}:" in mail.text
    assert "Merci de répondre à « Su viaje »" in asked.subject
    assert "Merci de vérifier vos réponses : Encuentro" in checked.subject
    reader = Pages(app, "fr")
    page = reader.get(f"{home(person)}/requests/{requests_to(person)[0].id}")
    assert page.language == "fr"
    assert page.has("Retour à mon inscription")
    sent = page.submit("Envoyer mes réponses", {}, 422)
    assert sent.errors()
    desk = Pages(app, "fr").sign_in(a_team_member(event, language="fr"))
    assert desk.get(f"/manage/events/{event.slug}/registrations?unanswered=correction").has(f"Sans réponse{NBSP}: ")
