"""Titles, names and texts as a programme of three days has them: no two alike. Invented people and institutions."""

from __future__ import annotations

import random
from collections.abc import Iterator

from eventreg.kernel.text import LocalizedText

_FORMS = (
    ("Lecciones de", "Lessons from"),
    ("Una mirada crítica a", "A critical look at"),
    ("Cómo financiar", "How to pay for"),
    ("Diez años de", "Ten years of"),
    ("Límites y promesas de", "Limits and promises of"),
    ("Qué miden los datos sobre", "What data say on"),
    ("Voces locales ante", "Local voices on"),
    ("El derecho frente a", "The law before"),
    ("Hacia un acuerdo sobre", "Towards a compact on"),
    ("Errores comunes en", "Common mistakes in"),
    ("Tecnología para", "Technology for"),
    ("Género y", "Gender and"),
    ("Juventudes en", "Young people in"),
    ("Presupuestos municipales para", "Town budgets for"),
    ("Quién responde por", "Who answers for"),
    ("Alternativas a", "Alternatives to"),
    ("Mediación comunitaria en", "Community mediation in"),
    ("Evaluar con rigor", "Rigorous evaluation of"),
)
_THEMES = (
    ("la integración laboral de personas refugiadas", "refugees at work"),
    ("los albergues fronterizos", "border shelters"),
    ("el retorno voluntario", "voluntary return"),
    ("las remesas familiares", "family remittances"),
    ("la documentación consular", "consular papers"),
    ("la niñez no acompañada", "unaccompanied children"),
    ("la salud mental en tránsito", "mental health in transit"),
    ("el empleo agrícola temporal", "seasonal farm work"),
    ("la vivienda asequible", "affordable housing"),
    ("las redes de la diáspora", "diaspora networks"),
    ("el reconocimiento de títulos", "recognition of degrees"),
    ("los desplazamientos por sequía", "displacement by drought"),
    ("la trata de personas", "human trafficking"),
    ("las aduanas y el comercio menor", "customs and petty trade"),
    ("la escuela intercultural", "intercultural schooling"),
    ("los registros biométricos", "biometric registers"),
    ("la reunificación familiar", "family reunification"),
    ("el transporte seguro", "safe transport"),
    ("la prensa y los rumores", "press and rumours"),
    ("las cooperativas de mujeres", "women's cooperatives"),
)
_PLACES = (
    ("en la cuenca del Suchiate", "in the Suchiate basin"),
    ("entre ciudades hermanas", "between twin cities"),
    ("en zonas rurales dispersas", "in scattered villages"),
    ("tras la temporada de huracanes", "after the hurricane season"),
    ("desde la academia", "seen by scholars"),
    ("con recursos propios", "on own means"),
    ("sin duplicar esfuerzos", "without doing it twice"),
    ("en puertos y estaciones", "in ports and stations"),
    ("a la luz de nuevas sentencias", "in the light of recent rulings"),
    ("según cuatro encuestas", "by four surveys"),
    ("en barrios de acogida", "in host neighbourhoods"),
    ("para 2035", "towards 2035"),
)
_GIVEN = (
    "Abril",
    "Baltasar",
    "Citlali",
    "Dagoberto",
    "Eréndira",
    "Fermín",
    "Graciela",
    "Hilario",
    "Itzel",
    "Joaquín",
    "Karla",
    "Leonel",
    "Maribel",
    "Nicanor",
    "Ofelia",
    "Porfirio",
    "Quetzalli",
    "Rosendo",
    "Silvia",
    "Teófilo",
)
_FAMILY = (
    "Aguilar",
    "Barrientos",
    "Cordero",
    "Del Valle",
    "Escamilla",
    "Figueroa",
    "Gálvez",
    "Huerta",
    "Ibarra",
    "Jáuregui",
    "Kumul",
    "Lizárraga",
    "Mondragón",
    "Navarrete",
    "Ocampo",
    "Pacheco",
    "Quiroga",
    "Rentería",
    "Saldívar",
    "Tejeda",
)
_POSITIONS = (
    ("Directora de estudios", "Head of studies"),
    ("Asesor jurídico", "Legal adviser"),
    ("Investigadora titular", "Senior researcher"),
    ("Alcalde", "Mayor"),
    ("Coordinadora de campo", "Field coordinator"),
    ("Cónsul", "Consul"),
    ("Médica", "Physician"),
    ("Periodista", "Journalist"),
    ("Economista en jefe", "Chief economist"),
    ("Secretaria técnica", "Technical secretary"),
)
INSTITUTIONS = (
    ("Universidad del Istmo Sur", "University of the Southern Isthmus"),
    ("Red de Albergues Ribereños", "Riverside Shelter Network"),
    ("Instituto de Estudios del Soconusco", "Soconusco Institute"),
    ("Cámara de Comercio de Ciudad Ceiba", "Ceiba City Chamber of Trade"),
    ("Fundación Puentes y Caminos", "Bridges and Roads Foundation"),
    ("Observatorio del Retorno", "Return Observatory"),
    ("Consejo de Municipios Costeros", "Council of Coastal Towns"),
    ("Colegio de la Sierra Madre", "Sierra Madre College"),
)


def titles() -> Iterator[LocalizedText]:
    """Yield titles, each one once."""
    chance, seen = random.Random(7), set()
    while True:
        parts = tuple(chance.choice(some) for some in (_FORMS, _THEMES, _PLACES))
        if parts[:2] not in seen:
            seen.add(parts[:2])
            yield _joined(*parts)


def names() -> Iterator[str]:
    """Yield names of people, each one once."""
    chance = random.Random(11)
    pairs = [(given, family) for given in _GIVEN for family in _FAMILY]
    for given, family in chance.sample(pairs, len(pairs)):
        yield f"{given} {family} {chance.choice(_FAMILY)}"


def a_position(number: int) -> LocalizedText:
    """Return the position of a speaker."""
    spanish, english = _POSITIONS[number % len(_POSITIONS)]
    theme = _THEMES[number * 7 % len(_THEMES)]
    return {"es": f"{spanish}, área de {theme[0]}", "en": f"{english}, {theme[1]}"}


def a_text(seed: int, sentences: int) -> LocalizedText:
    """Return a text of so many sentences, another one for each seed."""
    chance = random.Random(seed)
    drawn = [_joined(*(chance.choice(some) for some in (_FORMS, _THEMES, _PLACES))) for _ in range(sentences)]
    return {language: " ".join(f"{each[language]}." for each in drawn) for language in ("es", "en")}


def _joined(*parts: tuple[str, str]) -> LocalizedText:
    return {language: " ".join(part[index] for part in parts) for index, language in enumerate(("es", "en"))}
