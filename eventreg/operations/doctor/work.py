"""Mail and other work that waits: whether it goes, and what was given up."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from datetime import timedelta

from flask import Flask, current_app
from sqlalchemy import Connection, func, select

from eventreg.config import Config
from eventreg.jobs.models import Job
from eventreg.jobs.rules import JobState
from eventreg.kernel.clock import now
from eventreg.mail.connection import OutboxConnection
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.operations.doctor.findings import Finding, fail, ok, warn

#: what is due for longer than this is stuck: a worker looks every few seconds
_STUCK_AFTER = timedelta(minutes=15)
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


def check_outbox(connection: Connection) -> Iterator[Finding]:
    """Look at messages that should have gone, and at those that were given up."""
    stuck = _count(
        connection,
        MailMessage.state.in_([DeliveryState.QUEUED, DeliveryState.SENDING]),
        MailMessage.due_at < now() - _STUCK_AFTER,
    )
    failed = _count(connection, MailMessage.state == DeliveryState.FAILED)
    if stuck:
        yield fail(f"{stuck} messages are due for over 15 minutes and did not go.", _START_WORKER)
    if failed:
        yield warn(f"{failed} messages were refused or given up.", "Organizers see them beside each person.")
    if not stuck and not failed:
        yield ok("Mail goes.")


def check_jobs(connection: Connection) -> Iterator[Finding]:
    """Look at work that should have been done, and at what was given up."""
    stuck = _count(connection, Job.state != JobState.FAILED, Job.due_at < now() - _STUCK_AFTER)
    failed = _count(connection, Job.state == JobState.FAILED)
    if stuck:
        yield fail(f"{stuck} jobs are due for over 15 minutes and were not done.", _START_WORKER)
    if failed:
        yield warn(f"{failed} jobs were given up after many tries.", "The log tells why; it names their kind.")
    if not stuck and not failed:
        yield ok("Work that is due gets done.")


def _count(connection: Connection, *conditions: object) -> int:
    return connection.execute(select(func.count()).where(*conditions)).scalar_one()  # type: ignore[arg-type]
