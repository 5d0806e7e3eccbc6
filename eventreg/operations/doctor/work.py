"""Mail and other work that waits: whether it goes, and what was given up."""

import smtplib
from collections.abc import Iterator
from datetime import timedelta

from flask import Flask, current_app
from sqlalchemy import Connection, func, select

from eventreg.config import Config
from eventreg.jobs.services import STUCK_AFTER as JOBS_STUCK, count_backlog as count_jobs
from eventreg.kernel.clock import now
from eventreg.mail.connection import OutboxConnection
from eventreg.mail.models import MailMessage
from eventreg.mail.queries import OLD_AFTER, STUCK_AFTER as MAIL_STUCK, count_backlog as count_mail
from eventreg.mail.rules import DeliveryState
from eventreg.operations.doctor import Finding, fail, ok, warn

_START_WORKER = "See that eventreg serve (without --no-mail-worker) or eventreg deliver runs, and what it logs."


def check_mail_server(app: Flask, config: Config) -> Finding:
    """Connect, and sign in where that is configured. No message is sent."""
    if not config.sends_mail:
        return ok("No mail server is set: messages are held and shown, and nothing leaves this machine.")
    server = f"{config.mail_server}:{config.mail_port}"
    try:
        with app.app_context(), OutboxConnection(current_app.extensions["mail"]):
            return ok(f"The mail server {server} answers.")
    except (OSError, smtplib.SMTPException) as error:
        return fail(
            f"The mail server {server} cannot be used: {error}",
            "Check EVENTREG_MAIL_SERVER, _PORT, _USERNAME, _PASSWORD, _USE_TLS and _USE_SSL. Messages wait meanwhile.",
        )


def check_outbox(connection: Connection, *, goes: bool) -> Iterator[Finding]:
    """Look at messages that should have gone, and at those that were given up. `goes`: a server was found that takes mail."""
    backlog = count_mail(connection, now())
    failed, doubtful = (_count(connection, state) for state in (DeliveryState.FAILED, DeliveryState.DOUBTFUL))
    if backlog.stuck:
        yield fail(
            f"{backlog.stuck} messages are due for over {_minutes(MAIL_STUCK)} minutes and did not go.", _START_WORKER
        )
    if backlog.old:
        yield fail(
            f"{backlog.old} messages wait for over {_minutes(OLD_AFTER)} minutes, the oldest since "
            f"{backlog.oldest:%Y-%m-%d %H:%M} UTC; {backlog.deferred} were tried and put off.",
            "See what the mail server answers: it stands beside each message. They are tried again, for three days.",
        )
    elif backlog.deferred:
        yield warn(
            f"{backlog.deferred} messages were put off lately.", "Nothing to do unless it lasts: they are tried again."
        )
    if doubtful:
        yield warn(
            f"{doubtful} messages were given to the mail server, which never answered.", "Organizers decide on them."
        )
    if failed:
        yield warn(f"{failed} messages were refused or given up.", "Organizers see them beside each person.")
    if not (backlog.stuck or backlog.deferred or doubtful or failed):
        yield ok("Mail goes." if goes else "No message waits for too long.")


def check_jobs(connection: Connection) -> Iterator[Finding]:
    """Look at work that should have been done, and at what was given up."""
    backlog = count_jobs(connection, now())
    if backlog.stuck:
        yield fail(
            f"{backlog.stuck} jobs are due for over {_minutes(JOBS_STUCK)} minutes and were not done.", _START_WORKER
        )
    if backlog.given_up:
        yield warn(
            f"{backlog.given_up} jobs were given up after many tries.", "The log tells why; it names their kind."
        )
    if not backlog.stuck and not backlog.given_up:
        yield ok("Work that is due gets done.")


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def _count(connection: Connection, state: DeliveryState) -> int:
    found: int = connection.execute(select(func.count()).where(MailMessage.state == state)).scalar_one()
    return found
