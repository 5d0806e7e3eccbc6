"""The small questionnaire that the builders' events ask: the common kinds; and one of every kind."""

from __future__ import annotations

from typing import Any


def _text(es: str, en: str) -> dict[str, str]:
    return {"es": es, "en": en}


def _question(key: str, kind: str, es: str, en: str, **parts: Any) -> dict[str, Any]:
    return {"key": key, "kind": kind, "label": _text(es, en), **parts}


def _option(value: str, es: str, en: str) -> dict[str, Any]:
    return {"value": value, "label": _text(es, en)}


_ABOUT_YOU = [
    _question("given_name", "short_text", "Nombre", "Given name", column="given_name", is_required=True),
    _question("family_name", "short_text", "Apellidos", "Family name", column="family_name"),
    _question("institution", "short_text", "Institución", "Institution", column="institution", is_required=True),
    _question("country", "country", "País", "Country", column="country", is_required=True),
    _question("email", "email", "Correo electrónico", "Email address", column="email", is_required=True),
    _question("phone", "phone", "Teléfono", "Telephone", column="phone"),
]

_YOUR_STAY = [
    _question("days", "days", "Días de asistencia", "Days attended", is_required=True),
    _question(
        "sex", "choice", "Sexo", "Sex",
        options=[_option("woman", "Mujer", "Woman"), _option("man", "Hombre", "Man")],
    ),
    _question(
        "topics", "multiple_choice", "Temas", "Topics",
        options=[_option("law", "Derecho", "Law"), _option("data", "Datos", "Data")],
    ),
    _question("travels", "yes_no", "¿Viaja de otra ciudad?", "Do you travel from another city?"),
    _question("diet", "short_text", "Dieta", "Diet", is_sensitive=True, retention_days=30,
              purpose=_text("Para la comida", "For the meals")),
    _question("profile", "url", "Perfil", "Profile", categories=["academia"]),
    _question("field", "long_text", "Campo de trabajo", "Field of work", categories=["academia"]),
    _question("letter", "file", "Carta", "Letter", is_sensitive=True, categories=["government"],
              settings={"max_bytes": 200_000, "types": ["pdf", "png"]}),
]  # fmt: skip

_LEVELS = [_option("law", "Derecho", "Law"), _option("data", "Datos", "Data"), _option("trade", "Comercio", "Trade")]
_MORE = [
    _question("travel", "heading", "Su viaje", "Your trip"),
    _question("about_rooms", "static_text", "Las habitaciones son *dobles*.", "Rooms are *double*."),
    _question("arrival", "date", "Fecha de llegada", "Date of arrival", settings={"least": "2020-01-01"}),
    _question("stay_abroad", "date_range", "Estancia en el país", "Stay in the country"),
    _question("flight_at", "time", "Hora del vuelo", "Time of the flight"),
    _question("experience", "number", "Experiencia", "Experience",
              settings={"least": 0, "most": 80, "unit": _text("años", "years")}),
    _question("preferences", "ranked_choice", "Orden de preferencia", "Order of preference", options=_LEVELS,
              settings={"max_choices": 2}),
    _question("companion", "person_name", "Acompañante", "Companion"),
    _question("other_institution", "institution", "Otra institución", "Other institution"),
    _question("mother_tongue", "language", "Lengua materna", "Mother tongue"),
    _question("worked_in", "country", "Países en los que trabajó", "Countries you worked in",
              settings={"max_choices": 2}),
    _question("orcid", "short_text", "ORCID", "ORCID", settings={"preset": "orcid"}),
    _question("nights", "nights", "Noches", "Nights"),
    _question("portrait", "picture", "Retrato", "Portrait", settings={"least_width": 30, "least_height": 40}),
    _question("workshops", "sessions", "Talleres", "Workshops"),
]  # fmt: skip

_CONSENTS = [
    _question(
        "agrees", "consent", "Acepto el tratamiento de mis datos", "I agree to the use of my data", is_required=True
    ),
    _question("listed", "consent", "Pueden nombrarme en la lista", "I may be named in the list"),
]

#: questions by section, as `questionnaires.services.publish` takes them
DEFINITION: dict[str, Any] = {
    "sections": [
        {"key": "you", "title": _text("Usted", "About you"), "questions": _ABOUT_YOU},
        {"key": "stay", "title": _text("Su asistencia", "Your stay"), "questions": _YOUR_STAY},
        {"key": "consents", "title": _text("Consentimientos", "Consents"), "questions": _CONSENTS},
    ]
}

#: the same with every kind that there is
EVERY_KIND: dict[str, Any] = {
    "sections": [
        *DEFINITION["sections"][:2],
        {"key": "more", "title": _text("Más", "More"), "questions": _MORE},
        *DEFINITION["sections"][2:],
    ]
}
