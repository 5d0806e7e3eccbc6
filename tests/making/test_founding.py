"""A new event begins whole: from each template, in each choice of languages, with a form that can be published."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.events.models import Event, EventDay, PrivacyNotice, ProgrammeSession, TeamMember
from eventreg.events.queries.events import get_event_whole
from eventreg.events.queries.texts import load_readiness
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.slugs import SlugReason, is_slug, suggested_prefix, suggested_slug
from eventreg.events.rules.starting import TEMPLATES
from eventreg.events.rules.team import TeamRole
from eventreg.i18n.catalogs import translated_languages
from eventreg.kernel.errors import Refused
from eventreg.making.rules import BLANK, Hours, fitted_sessions
from eventreg.making.services.founding import Founding, document, found_event
from eventreg.questionnaires.kinds import checked_definition
from eventreg.questionnaires.queries import get_current_version
from tests.builders import an_account, an_event

AT = datetime(2027, 1, 5, 12, tzinfo=UTC)
FOUNDING = Founding(
    template="seminar",
    slug="agua-2027",
    title={"es": "Agua compartida", "en": "Shared water"},
    languages=("es", "en"),
    first_day=date(2027, 5, 11),
    hours=Hours(2, time(9), time(17, 30)),
    city="Ciudad de Prueba",
    country="MX",
    time_zone="America/Mexico_City",
    reference_prefix="AGU",
    contact_name="Clara Contacto",
    contact_email="clara@anfitriona.example",
    contact_language="es",
    capacity=40,
)


def _found(**changes: Any) -> Event:
    return get_event_whole(found_event(replace(FOUNDING, **changes), Actor.account(an_account().id), AT))


@pytest.mark.parametrize("template", [*TEMPLATES, BLANK])
@pytest.mark.parametrize("languages", [("es",), ("en", "es"), ("fr", "en")])
def test_form_of_every_template_can_be_published_in_all_languages(
    app: Flask, template: str, languages: tuple[str, ...]
) -> None:
    event = _found(template=template, languages=languages, title=dict.fromkeys(languages, "Agua"),
                   contact_language=languages[0])  # fmt: skip
    version = get_current_version(event.id)
    keys = {category.key for category in event.categories}
    assert checked_definition(version.definition, event.languages, keys)
    notice = db.session.scalars(select(PrivacyNotice).where(PrivacyNotice.event_id == event.id)).one()
    for text in (notice.body, notice.summary, *(category.name for category in event.categories)):
        assert set(text) == set(languages)
        assert all(text.values())


def test_an_event_in_french_begins_in_french(app: Flask) -> None:
    event = _found(languages=("fr", "es"), title=dict.fromkeys(("fr", "es"), "Agua"), contact_language="fr")
    assert {category.name["fr"] for category in event.categories} >= {"Gouvernement", "Société civile"}
    notice = db.session.scalars(select(PrivacyNotice).where(PrivacyNotice.event_id == event.id)).one()
    assert notice.body["fr"].startswith("## Qui répond de vos données\n\nLes institutions")
    assert notice.body["es"].startswith("## Quién responde por sus datos\n\nResponden")


def test_what_events_begin_with_is_in_every_language() -> None:
    for name in (*TEMPLATES, BLANK, "basics"):
        assert _languages_of(document(name)) <= {translated_languages()}, name


def _languages_of(value: Any) -> set[tuple[str, ...]]:
    """Return which languages the texts of a document are in, each combination once."""
    if isinstance(value, dict):
        if "en" in value:
            return {tuple(language for language in translated_languages() if language in value)}
        return set().union(*map(_languages_of, value.values()))
    return set().union(*map(_languages_of, value)) if isinstance(value, list) else set()


def test_new_event_is_a_draft_owned_by_its_maker(app: Flask) -> None:
    maker = an_account()
    event = get_event_whole(found_event(FOUNDING, Actor.account(maker.id), AT))
    assert event.publication is Publication.DRAFT
    member = db.session.scalars(select(TeamMember).where(TeamMember.event_id == event.id)).one()
    assert (member.account_id, member.role) == (maker.id, TeamRole.OWNER)


def test_windows_stand_relative_to_the_first_day_in_the_zone_of_the_event(app: Flask) -> None:
    event = _found()
    local = event.registration_closes_at.astimezone(ZoneInfo("America/Mexico_City"))
    assert (local.date(), local.strftime("%H:%M")) == (date(2027, 5, 7), "23:59")
    assert event.answers_by == date(2027, 5, 8)


def test_event_that_is_near_can_be_registered_for_until_it_begins(app: Flask) -> None:
    event = _found(first_day=date(2027, 1, 7))
    begins = datetime(2027, 1, 7, 9, tzinfo=ZoneInfo("America/Mexico_City"))
    assert event.registration_closes_at == event.changes_until == begins
    assert event.registration_opens_at < AT


def test_programme_moves_with_the_beginning_of_the_day_and_ends_with_it(app: Flask) -> None:
    event = _found(hours=Hours(1, time(10), time(14)))
    rows = db.session.scalars(
        select(ProgrammeSession)
        .join(EventDay)
        .where(EventDay.event_id == event.id)
        .order_by(ProgrammeSession.starts_at)
    ).all()
    assert rows[0].starts_at == time(10)
    assert rows[-1].ends_at <= time(14)
    assert len(event.days) == 1


def test_more_days_than_the_template_has_are_plain_ones(app: Flask) -> None:
    event = _found(hours=Hours(4, time(9), time(17, 30)))
    assert [day.held_on.day for day in event.days] == [11, 12, 13, 14]


def test_one_day_is_not_asked_for_and_an_online_event_does_not_ask_for_meals(app: Flask) -> None:
    event = _found(template="webinar", hours=Hours(1, time(10), time(11, 30)))
    keys = {question["key"] for section in get_current_version(event.id).definition["sections"]
            for question in section["questions"]}  # fmt: skip
    assert not keys & {"days", "diet"}
    assert {"given_name", "email"} <= keys


def test_every_session_of_a_template_lies_within_its_day() -> None:
    for name in TEMPLATES:
        template = document(name)
        day = template["days"][0]
        hours = Hours(len(template["days"]), time.fromisoformat(day["starts_at"]), time.fromisoformat(day["ends_at"]))
        assert len(fitted_sessions(template["days"], template["sessions"], hours)) == len(template["sessions"]), name


def test_name_that_is_taken_or_reserved_is_refused(app: Flask) -> None:
    taken = an_event()
    for slug, reason in ((taken.slug, SlugReason.TAKEN), ("new", SlugReason.INVALID),
                         ("a b", SlugReason.INVALID)):  # fmt: skip
        with pytest.raises(Refused) as refused:
            _found(slug=slug)
        assert refused.value.reason is reason


def test_names_are_suggested_from_the_title() -> None:
    assert suggested_slug("La migración y los retos de la frontera 2027", 2027) == "migracion-retos-frontera-2027"
    assert suggested_slug("Agua", 2027, {"agua-2027"}) == "agua-2027-2"
    assert is_slug(suggested_slug("水", 2027))
    assert suggested_prefix("Seminario de la frontera sur") == "SFS"
    assert suggested_prefix("Agua") == "AGU"
    assert suggested_prefix("水") == "EV"


@pytest.mark.parametrize(("template", "is_left_open"), [*((name, True) for name in TEMPLATES), (BLANK, False)])
@pytest.mark.parametrize("language", translated_languages())
def test_texts_of_a_template_that_nobody_replaced_are_noticed(
    app: Flask, template: str, is_left_open: bool, language: str
) -> None:
    event = _found(template=template, languages=(language,), title={language: "Agua"}, contact_language=language)
    assert load_readiness(event).has_texts_left_open is is_left_open
    event.practical = [{**item, "text": {language: "Hotel Demo"}} for item in event.practical]
    event.joining = {}
    assert not load_readiness(event).has_texts_left_open
