"""The journeys of a participant and of an organizer in Firefox and in WebKit, by keyboard alone. `make test-browsers`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eventreg.registration.rules.states import Status
from tests.browser.conftest import PASSWORD, Site
from tests.browser.test_list_measures import COVERED
from tests.browser.test_registering import new_address
from tests.builders import a_registration
from tests.support import engines
from tests.support.browser import OVERFLOW
from tests.support.engines import Hand

pytestmark = [pytest.mark.browser, pytest.mark.engines]


@pytest.fixture(scope="module", params=["firefox", "webkit"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hand]:
    """Each of the browsers, started once."""
    start = {"firefox": engines.started_firefox, "webkit": engines.started_webkit}[request.param]
    with start(tmp_path_factory.mktemp(request.param)) as hand:
        yield hand


@pytest.fixture
def hand(engine: Hand) -> Hand:
    """Somebody at one of them who has not been here yet."""
    engine.complaints.clear()
    engine.forget()
    return engine


def test_a_participant_registers_changes_and_withdraws(site: Site, hand: Hand) -> None:
    email = new_address()
    hand.resize(360, 740)
    hand.open(site.url(f"/events/{site.asking}?lang=es"))
    hand.follow("Registrarse")
    hand.tick("Gobierno")
    hand.follow("Continuar")
    hand.write("Nombre", "María José")
    hand.write("Apellidos", "de la Cruz Núñez")
    hand.write("Institución", "Instituto de Demostración")
    hand.write("País", "Guat")
    hand.write("Correo electrónico", email)
    hand.tick("", group="Días de asistencia")
    hand.tick("Sí", group="Do you fly? (es)")
    hand.tick("Sí", group="Do you have a visa? (es)")
    hand.tick("Acepto el tratamiento de mis datos")
    hand.follow("Enviar mi registro")

    # Who has a visa is asked for its number, which is missing: the list of what to mend has the focus, and leads to it.
    hand.reach("Complete «Number of the visa (es)»")
    hand.press("Enter")
    assert hand.focused() == "Number of the visa (es)"
    hand.type("A1")
    hand.follow("Enviar mi registro")
    assert hand.text("h1") == "Su lugar está confirmado"
    hand.sees(email)

    hand.follow("Ver o cambiar mi registro")
    hand.sees("A1")
    hand.follow("Cambiar mis respuestas")
    hand.reach("Sí", group="Do you fly? (es)")
    hand.press("ArrowDown")
    assert hand.focused() == "No"
    hand.follow("Guardar mis respuestas")
    hand.sees("Sus cambios quedaron guardados")
    assert "A1" not in hand.text("main")
    hand.follow("Cancelar mi registro")
    hand.follow("Cancelar mi registro")
    hand.sees("Cancelado")
    assert hand.complaints == []


def test_an_organizer_decides_undoes_writes_and_exports(site: Site, hand: Hand) -> None:
    name = type(hand).__name__
    people(site, name, 3)
    hand.resize(1366, 768)
    sign_in(site, hand)
    hand.follow(site.world.event.title["es"])
    hand.sees("por revisar")
    hand.follow("Personas")
    hand.press("/")
    hand.type(name)
    hand.go("Enter")
    hand.reach("Filtros")
    hand.press("Enter")
    hand.tick("Academia 3")
    hand.follow("Aplicar filtros")

    # The list's keys: the first row, ticked, and the one below it.
    hand.press("j")
    assert hand.focused() == f"{name} 2"
    for key in (" ", "ArrowDown", " "):
        hand.press(key)
    hand.sees("2 elegidas")
    hand.go("a")
    hand.follow("Aprobar 2 solicitudes")
    hand.sees("Confirmada")
    hand.follow("Deshacer 2 decisiones")
    hand.sees("Por revisar")
    hand.follow("Volver a la lista")

    hand.tick("Elegir a todas las personas de esta página")
    hand.sees("3 elegidas")
    hand.follow("Escribir", is_before=True)
    hand.write("Asunto", "Traslado")
    hand.write("Texto", "El autobús sale a las 7:00.")
    hand.follow("Enviar a 3 personas")
    hand.sees("3 de 3")

    hand.follow("Volver a la lista")
    hand.reach("Exportar")
    hand.press("Enter")
    hand.reach("Descargar CSV")
    lines = hand.fetch("*.csv").decode("utf-8-sig").splitlines()
    assert sum(name in line for line in lines) == len(lines) - 1 == 3
    assert hand.complaints == []


def test_what_sticks_covers_nothing_that_has_the_focus(site: Site, hand: Hand) -> None:  # case 75
    """1280 x 1024 pixels at 400 %, and as little height as a laptop leaves then; with a row ticked."""
    name = f"Foco{type(hand).__name__}"
    people(site, name, 8)
    sign_in(site, hand)
    hand.open(site.url(f"/manage/events/{site.world.event.slug}/registrations?q={name}&lang=es"))
    hand.tick(f"Elegir a {name} 7")
    for width, height in ((320, 256), (1366, 500)):
        hand.resize(width, height)
        assert hand.evaluate(OVERFLOW) <= 0
        covered = []
        for key in (*["Tab"] * 40, *["Shift+Tab"] * 40):
            hand.press(key)
            covered.append(hand.evaluate(COVERED))
        assert [each for each in covered if each] == []
    assert hand.complaints == []


def test_what_goes_wrong_on_a_page_is_told(site: Site, hand: Hand) -> None:
    hand.open(site.url("/"))
    hand.evaluate("() => document.querySelector('main').insertAdjacentHTML('beforeend', '<p style=\"width: 9999px\">')")
    hand.evaluate("() => { setTimeout(() => { throw Error('no such thing') }) }")
    hand.open(site.url("/"))
    assert any("style-src" in each for each in hand.complaints), hand.complaints
    assert any("no such thing" in each for each in hand.complaints), hand.complaints


def sign_in(site: Site, hand: Hand) -> None:
    """Sign in as the organizer, in Spanish."""
    hand.open(site.url("/sign-in?lang=es"))
    hand.write("Correo electrónico", site.organizer)
    hand.write("Contraseña", PASSWORD)
    hand.go("Enter")


def people(site: Site, name: str, number: int) -> None:
    """Let some people wait for an answer."""
    with site.world.app.app_context():
        for index in range(number):
            a_registration(
                site.world.event,
                "academia",
                Status.PENDING,
                given_name=name,
                family_name=str(index),
                email=new_address(),
            )
