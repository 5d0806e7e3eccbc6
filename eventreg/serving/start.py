"""Starting to serve: everything is loaded and made ready in one process, and only then forked.

Asking for the public pages once before the fork, so that all processes share what that makes and nobody waits for it.
"""

import logging
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import click
from flask import Flask
from werkzeug.test import TestResponse

from eventreg.app import create_app
from eventreg.config import Config, load_config
from eventreg.db import db
from eventreg.events.queries.public import list_public_events
from eventreg.kernel.clock import now
from eventreg.migrations.runner import check_revision
from eventreg.operations import preparing
from eventreg.operations.backups.placing import finish_restores
from eventreg.privacy.erasing import erase_recorded
from eventreg.serving import lock, logs, subprocesses
from eventreg.serving.addresses import AnyBind, check_free, handed_over, listen
from eventreg.serving.supervisor import Child, Supervisor, Wish, Wishes
from eventreg.serving.web import Bounds, Place, WebOptions, work
from eventreg.site.kept_pages import begin_number, connect_ahead, hand_over, take_over
from eventreg.web.instance import Bell, address_of, config as settings
from eventreg.web.templating import keep_compiled
from eventreg.worker import run_worker

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServeOptions:
    """What was asked for on the command line."""

    web: WebOptions
    has_mail_worker: bool
    #: whether to make keys, tables and the demo where there are none
    prepares: bool


def run(options: ServeOptions) -> int:
    """Serve until told to stop, and return an exit code.

    Raises CannotListen, ConfigError, KeysUnusable, SchemaUnfit or ServerRuns before anything listens.
    """
    handed = handed_over()
    bind = handed[1] if handed else options.web.bind
    if not handed:
        check_free(bind)
    logs.set_up_logging()
    subprocesses.tame_allocator()
    config = load_config(fallbacks={"base_url": bind.base_url} if bind.base_url else {})
    if not options.prepares:
        preparing.check_database_is_there(config)
    preparing.make_instance_folder(config.instance)
    with lock.being_served(config.instance, config.base_url):
        finish_restores(config)
        app = create_app(config, threads=options.web.threads)
        keep_compiled(app, config.compiled)
        with app.app_context():
            said = _make_ready(options, bind)
        warm_up(app)
        with app.app_context():
            _forget_connections()
        listener, wishes = handed[0] if handed else listen(bind), Wishes()
        children = _children(app, options, listener, config, wishes)
        return Supervisor(children, lambda: _greet(said), wishes, None if _is_at_terminal() else listener).run()


def check() -> None:
    """See whether this program, with the settings as they are now, could serve. Raises what `run` does when it could not."""
    logs.set_up_logging()
    config = load_config()
    preparing.check_database_is_there(config)
    with create_app(config).app_context():
        check_revision(db.engine)


def _is_at_terminal() -> bool:
    """Say whether this process belongs to a terminal, whose closing ends it by SIGHUP. Elsewhere that means: start anew."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _make_ready(options: ServeOptions, bind: AnyBind) -> str:
    """See to the database, say what the log should know, and return what the terminal is to show."""
    if options.prepares and not preparing.is_prepared():
        _forget_connections()
        subprocesses.run_apart(preparing.prepare)
    check_revision(db.engine)
    erase_recorded(now())
    if bind.is_every_address:
        log.warning(
            "Listening on every address of this machine. Only %s and this machine itself are answered: "
            "set EVENTREG_BASE_URL to the address that people use.",
            settings().base_url,
        )
    begin_number()
    return preparing.greeting(with_sign_in_link=options.prepares)


def _forget_connections() -> None:
    """Close every connection to the database: none may be open when a process is forked."""
    db.session.remove()
    db.engine.dispose()


def _children(
    app: Flask, options: ServeOptions, listener: socket.socket, config: Config, wishes: Wishes
) -> list[Child]:
    # A proxy is one network that speaks for everybody.
    bounds = Bounds(spooled_by_one=Bounds.spooled) if config.trusted_proxies else Bounds()

    legacy = subprocesses.Legacy()

    def serve(place: Place) -> None:
        _drop_connections(app)
        if kept := legacy.find():
            take_over(app, kept)
        _warm_this_process(app, options.web.threads)
        work(app, listener, options.web.threads, bounds, place)

    def say(wish: Wish) -> None:
        if wish is Wish.LEAVE:
            legacy.leave(hand_over(app))
        wishes.say(wish)

    def send(bell: Bell) -> None:
        _drop_connections(app)
        run_worker(app, bell=bell)

    children = []
    for number in range(options.web.workers):
        place = Place(say, has_others=options.web.workers > 1, is_helper=number > 0)
        children.append(Child(f"Web worker {number + 1}", partial(serve, place), is_helper=place.is_helper))
    if options.has_mail_worker:
        bell = Bell(config.instance)
        children.append(Child("The mail worker", partial(send, bell), bell=bell))
    subprocesses.share_what_is_loaded()
    return children


def _warm_this_process(app: Flask, threads: int) -> None:
    """Fetch a page that is kept: the first visitors of a fresh process shall not wait for connections.

    One that the application makes would copy a fifth of the memory that processes share, whether somebody comes or not.
    """
    with app.app_context():
        home, language = address_of("site.home"), settings().languages[0]
    connect_ahead(app, threads // 2)
    _fetch(app, home, language)


def _drop_connections(app: Flask) -> None:
    """Forget, without closing them, the database connections that a fork copied: they belong to the parent."""
    with app.app_context():
        db.engine.dispose(close=False)


def _greet(said: str) -> None:
    # To the terminal alone: it holds a link that opens an account. Nobody may be there to read it.
    with suppress(OSError):
        click.echo(said)


#: as many events as people look at
_EVENTS = 2


def warm_up(app: Flask) -> None:
    """Fetch home, sign-in, and the newest events with their forms, in every language.

    Templates get compiled, tables mapped, catalogs read. A page that fails is logged and stops nothing.
    """
    with app.app_context():
        addresses = [address_of("site.home"), address_of("accounts.sign_in")]
        for event in list_public_events()[:_EVENTS]:
            addresses.append(address_of("site.show_event", slug=event.slug))
            addresses.append(address_of("registration.register", slug=event.slug))
        languages = settings().languages
    # Without a context around them: requests would share it, and with it the first one's language and event.
    for language in languages:
        for address in addresses:
            answer = _fetch(app, address, language)
            if answer.status_code >= 500:
                log.warning("%s answered %d", address, answer.status_code)


def _fetch(app: Flask, address: str, language: str) -> TestResponse:
    """Fetch a page as a visitor without a session does: one for who has a session is not kept."""
    headers = {"Accept-Language": language, "Accept-Encoding": "gzip"}
    return app.test_client(use_cookies=False).get(address, headers=headers)
