"""Assembly: the only file that knows every room."""

from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from eventreg.config import Config, load_config
from eventreg.db import db
from eventreg.db.engines import THREADS, engine_options, prepare_engine, read_without_begin
from eventreg.db.transactions import watch_changes
from eventreg.i18n import languages
from eventreg.kernel.clients import cookie_name
from eventreg.kernel.keys import create_keys, load_keys
from eventreg.web import access, assets, errors, guides, limits, templating, traffic
from eventreg.web.instance import Instance, init_instance

#: every room with tables, so that the metadata is whole before the first query
_ROOMS_WITH_TABLES = (
    "mail", "jobs", "audit", "media", "settings", "accounts", "organizations", "events", "questionnaires",
    "registration", "attendees", "exchange", "reports", "bulk", "privacy",
)  # fmt: skip
#: every room with pages; its `views` offers `blueprint`
_ROOMS_WITH_PAGES = (
    "media", "settings", "accounts", "organizations", "events", "team", "programme", "making", "questionnaires",
    "registration", "selfservice", "attendees", "onbehalf", "invitations", "exchange", "reports", "messages",
    "contacts", "bulk", "privacy", "site",
)  # fmt: skip
#: every room that writes the audit trail; its `acts` says in which words its acts are told
_ROOMS_WITH_ACTS = (
    "audit", "settings", "accounts", "organizations", "events", "questionnaires", "registration", "attendees",
    "privacy",
)  # fmt: skip
_A_DAY = timedelta(days=1)
csrf = CSRFProtect()


def create_app(config: Config | None = None, *, threads: int = THREADS, **settings: Any) -> Flask:
    """Build the application for `config` (default: the instance folder and environment, over them `settings`).

    `threads`: so many of this process use the database at once. Makes the keys on the first run. Raises ConfigError or
    KeysUnusable with a sentence for whoever runs it. Touches no table: `eventreg migrate` prepares the database.
    """
    config = config or load_config(**settings)
    package = Path(__file__).parent
    app = Flask("eventreg", static_folder=None, template_folder=str(_shipped(package, "templates")))
    keys = load_keys(config.keys) if config.keys.exists() else create_keys(config.keys)
    init_instance(app, Instance(config, keys))
    app.config.update(
        SECRET_KEY=keys.session,
        SQLALCHEMY_DATABASE_URI=config.database,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(config.database, threads),
        SESSION_COOKIE_NAME=cookie_name("eventreg_session", is_https=config.is_https),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.is_https,
        MAX_CONTENT_LENGTH=traffic.LARGEST_UPLOAD,
        MAX_FORM_MEMORY_SIZE=traffic.LARGEST_FORM,
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        # Personal pages send no referrer at all, so its check would refuse their own forms; the token is what counts.
        WTF_CSRF_SSL_STRICT=False,
    )
    _init_web(app, config, _shipped(package, "static"))
    guides.init_guides(app, _shipped(package, "guides", "docs/guides"))
    _init_database(app)
    _init_rooms(app)
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def _init_web(app: Flask, config: Config, static: Path) -> None:
    languages.init_app(app, config.languages, config.is_https)
    traffic.init_headers(app, config.base_url, config.hsts_subdomains)
    traffic.init_bodies(app, config.trusted_proxies)
    csrf.init_app(app)
    limits.init_limits(app, config.limits, config.limits_storage)
    traffic.init_compression(app)
    errors.init_errors(app)
    assets.init_assets(app, static)
    templating.init_templating(app)


def import_models() -> None:
    """Load the tables of every room, so that `Base.metadata` is whole."""
    for room in _ROOMS_WITH_TABLES:
        import_module(f"eventreg.{room}.models")


def import_acts() -> None:
    """Load what every room says of its acts, so that the audit trail tells them."""
    for room in _ROOMS_WITH_ACTS:
        import_module(f"eventreg.{room}.acts")


def _init_database(app: Flask) -> None:
    import_models()
    db.init_app(app)
    with app.app_context():
        engine: Engine = db.engine
        prepare_engine(engine)
        read_without_begin(engine)
        watch_changes(engine)


def _init_rooms(app: Flask) -> None:
    from eventreg.accounts.services.accounts import belongings
    from eventreg.accounts.services.second_factor import lacks_second_factor
    from eventreg.accounts.sessions import init_sign_in
    from eventreg.bulk.services.runs import list_file_ids
    from eventreg.events.policies import find_access
    from eventreg.mail.composition import enclosed_file
    from eventreg.mail.connection import init_mail
    from eventreg.mail.content import mail_picture
    from eventreg.media.services import find_for_mail
    from eventreg.privacy.views.sharing import own_section
    from eventreg.programme.services import materials
    from eventreg.programme.services.programme import count_sign_ups
    from eventreg.registration.emails import composing
    from eventreg.registration.queries.sessions import count_session_people
    from eventreg.selfservice import copies
    from eventreg.selfservice.views.page import own_sections
    from eventreg.settings.queries import current_settings
    from eventreg.site.kept_pages import init_kept_pages
    from eventreg.team.services import TeamBelongings
    from eventreg.web.instance import chosen

    chosen.plug(app, current_settings)
    languages.init_offer(app, current_settings)
    init_sign_in(app)
    belongings.plug(app, TeamBelongings())
    init_mail(app, _personal_link)
    mail_picture.plug(app, find_for_mail)
    enclosed_file.plug(app, materials.find_material_file)
    materials.other_files.plug(app, list_file_ids)
    access.init_access(app, find_access, lacks_second_factor)
    count_sign_ups.plug(app, count_session_people)
    composing.copies_of.plug(app, copies.copies_of)
    own_sections.plug(app, (own_section,))
    _init_contacts(app)
    _init_directory(app)
    for room in _ROOMS_WITH_PAGES:
        app.register_blueprint(import_module(f"eventreg.{room}.views").blueprint)
    import_acts()
    _init_jobs(app)
    _init_event_parts(app)
    _init_lifecycle(app)
    for view in app.view_functions.values():
        if getattr(view, "checks_token_itself", False):
            csrf.exempt(view)
    init_kept_pages(app)


def _init_contacts(app: Flask) -> None:
    """Tell the outbox who writes for contact persons."""
    from eventreg.contacts.services import tell_failure, write_news
    from eventreg.mail import delivery, services

    delivery.write_news.plug(app, write_news)
    services.tell_failure.plug(app, tell_failure)


def _init_directory(app: Flask) -> None:
    """Tell the directory of institutions where they are used, and by whom."""
    from eventreg.events.queries import partners
    from eventreg.events.services.partners import repoint_organization
    from eventreg.organizations.policies import Users, users

    users.plug(app, Users(partners.list_uses, partners.runs_an_event, partners.list_foreign, repoint_organization))


def _init_jobs(app: Flask) -> None:
    """Say who does which later work, and what is done again and again."""
    from eventreg.accounts.services import accounts, guards, sessions, sign_in
    from eventreg.bulk.services import runs, schedules, steps
    from eventreg.bulk.services.steps import RUN_JOB
    from eventreg.exchange.services import background, files, importing
    from eventreg.invitations.services import messages
    from eventreg.jobs.services import JobRegistry, job_registry
    from eventreg.mail.bounces import read_mailbox
    from eventreg.media.services import sweep_pictures
    from eventreg.messages import calendar_updates
    from eventreg.programme.services import materials
    from eventreg.questionnaires.queries import ASK_AGAIN_JOB
    from eventreg.registration.services import (
        answers,
        cancelling,
        follow_ups,
        links,
        promotion,
        requests,
        statuses,
        ways_in,
    )
    from eventreg.selfservice import services

    registry = job_registry.plug(app, JobRegistry())
    _init_privacy_jobs(registry)
    registry.add_handler(cancelling.TELL_JOB, cancelling.tell_some)
    registry.add_handler(calendar_updates.UPDATE_JOB, calendar_updates.update_some)
    registry.add_handler(promotion.PLACES_JOB, lambda work, _now: promotion.pass_on_places(work["event_id"]))
    registry.add_handler(messages.SEND_JOB, messages.send_some)
    registry.add_handler(links.SEND_LINK_JOB, lambda work, _now: links.send_link(work["event_id"], work["email"]))
    registry.add_handler(
        services.SEND_EARLIER_JOB,
        lambda work, _now: services.send_earlier_answers(work["event_id"], work["email"], work["language"]),
    )
    registry.add_handler(sign_in.SEND_LINK_JOB, lambda work, _now: sign_in.send_sign_in_link(work["email"]))
    registry.add_handler(background.TELL_ADDED_JOB, background.tell_added)
    registry.add_duty("mail.read_mailbox", timedelta(minutes=2), read_mailbox)
    registry.add_duty("review.sweep_imports", timedelta(hours=1), importing.sweep_imports)
    registry.add_duty("media.sweep_pictures", timedelta(days=1), sweep_pictures)
    registry.add_duty("registration.sweep_uploads", timedelta(hours=1), answers.sweep_uploads)
    registry.add_duty("registration.sweep_saved_forms", timedelta(hours=1), services.sweep_saved_forms)
    registry.add_duty("registration.sweep_used_forms", timedelta(days=1), ways_in.sweep_used_forms)
    registry.add_duty("accounts.close_unused", timedelta(days=1), accounts.close_unused)
    registry.add_duty("events.sweep_materials", timedelta(hours=1), materials.sweep_materials)
    registry.add_work(files.MAKE_JOB, background.make_some)
    registry.add_duty("review.sweep_exports", timedelta(minutes=10), files.sweep_exports)
    registry.add_handler(ASK_AGAIN_JOB, requests.ask_some)
    registry.add_duty("registration.follow_ups", timedelta(minutes=1), follow_ups.see_to_follow_ups)
    registry.add_duty("registration.decided_ahead", timedelta(minutes=1), promotion.pull_back_decisions)
    registry.add_work(RUN_JOB, steps.do_turn)
    registry.add_duty("bulk.schedules", timedelta(minutes=1), schedules.see_to_schedules)
    registry.add_duty("review.sweep_drafts", timedelta(hours=1), runs.sweep_drafts)
    registry.add_duty("registration.expire_unverified", timedelta(hours=1), statuses.expire_unverified)
    registry.add_duty(
        "accounts.forget_attempts", timedelta(days=1), lambda now: guards.forget_old_attempts(now - _A_DAY)
    )
    registry.add_duty("accounts.forget_sessions", timedelta(days=1), sessions.forget_old_sessions)
    registry.add_duty("accounts.forget_links", timedelta(days=1), lambda now: sign_in.forget_old_links(now - _A_DAY))


def _init_privacy_jobs(registry: Any) -> None:
    """Say who lets go of what is held about people, and who gives it to them."""
    from eventreg.privacy import copies, erasing, erasure_requests, running

    registry.add_handler(erasing.FORGET_JOB, erasing.forget_left)
    registry.add_work(erasure_requests.ERASE_JOB, erasure_requests.carry_out)
    registry.add_duty("privacy.retention", timedelta(days=1), running.see_to_retention)
    registry.add_work(running.RETENTION_JOB, running.let_some_go)
    registry.add_duty("privacy.messages_of_accounts", timedelta(days=1), running.forget_messages_of_accounts)
    registry.add_work(copies.MAKE_JOB, copies.make_copy)
    registry.add_duty("privacy.sweep_copies", timedelta(hours=1), copies.sweep_copies)


def _init_lifecycle(app: Flask) -> None:
    """Say who looks at an event before it is published, who follows when it is cancelled, who knows what is taken and asked,
    and what waits for somebody, soonest first."""
    from eventreg.attendees.queries import duplicates, people
    from eventreg.attendees.views.today import PEOPLE_ITEMS
    from eventreg.bulk.views.schedules import Lapsed
    from eventreg.contacts.views import HearsNothing
    from eventreg.events import checks, today
    from eventreg.exchange.services import exporting
    from eventreg.mail.services import take_reply
    from eventreg.messages import calendar_updates, views
    from eventreg.privacy import agreements
    from eventreg.questionnaires import checks as of_questions
    from eventreg.questionnaires.queries import count_registered
    from eventreg.registration.emails import composing
    from eventreg.registration.queries import registrations
    from eventreg.registration.services.cancelling import RegistrationFollowers, RegistrationOccupancy

    checks.checks.plug(app, [of_questions.list_missing_questions])
    today.today_items.plug(app, (*PEOPLE_ITEMS, Lapsed(), views.Held(), HearsNothing()))
    checks.followers.plug(app, RegistrationFollowers())
    checks.occupancy.plug(app, RegistrationOccupancy())
    checks.calendar_updates.plug(app, calendar_updates.Updates())
    take_reply.plug(app, calendar_updates.take_reply)
    composing.answers_to.plug(app, calendar_updates.answer_address)
    checks.count_asked.plug(app, of_questions.count_asked)
    exporting.list_recipients.plug(app, agreements.list_recipients)
    registrations.find_merged_into.plug(app, duplicates.find_merged_into)
    count_registered.plug(app, people.count_answered)


def _init_event_parts(app: Flask) -> None:
    """Say what an event is made of, each part after those that it needs."""
    from eventreg.attendees.annotations.tags import TagsPart
    from eventreg.attendees.parts import ReadyReasonsPart, RemarksPart
    from eventreg.bulk.parts import SchedulesPart
    from eventreg.events.bundles.parts import PartRegistry, part_registry
    from eventreg.exchange.parts.taking import RegistrationsPart
    from eventreg.exchange.parts.ways_in import AccessCodesPart, InvitationsPart
    from eventreg.making.parts import EVENT_PARTS
    from eventreg.messages.parts import MessageTextsPart
    from eventreg.questionnaires.parts import QuestionnairePart

    registry = part_registry.plug(app, PartRegistry())
    of_team = (MessageTextsPart(), ReadyReasonsPart(), TagsPart(), SchedulesPart())
    of_people = (AccessCodesPart(), RegistrationsPart(), InvitationsPart(), RemarksPart())
    for part in (*EVENT_PARTS, QuestionnairePart(), *of_team, *of_people):
        registry.add(part)


def _personal_link(purpose: str, public_id: str, generation: int) -> str:
    """Return the address of a personal link, whichever room it belongs to. Raises LookupError."""
    from eventreg.accounts import emails as account_links
    from eventreg.registration.services import links as registration_links

    try:
        return account_links.resolve(purpose, public_id, generation)
    except LookupError:
        return registration_links.resolve(purpose, public_id, generation)


def _shipped(package: Path, name: str, source: str = "") -> Path:
    """Return a folder of templates, static files or guides: inside an installed package, or in the repository."""
    installed = package / f"_{name}"
    return installed if installed.is_dir() else package.parent / (source or name)
