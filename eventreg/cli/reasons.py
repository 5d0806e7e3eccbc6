"""What went wrong, in one line for whoever typed the command. What nobody foresaw keeps its traceback."""

from __future__ import annotations

import click


def reason_of(error: Exception) -> str | None:
    """Return one line for an error that an administrator can do something about, or None for any other."""
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "eventreg"
        return f"{error.format_message()} (see {command} --help)"
    if isinstance(error, click.ClickException):
        return error.format_message()
    sentence = _sentence(error)
    return " ".join(sentence.split()) if sentence is not None else None


def _sentence(error: Exception) -> str | None:
    # Loaded only now: a command that works needs none of it.
    from sqlalchemy.exc import DBAPIError

    from eventreg.config import ConfigError
    from eventreg.demo.services.registrations import NotADemonstration
    from eventreg.events.bundles.faults import BundleInvalid
    from eventreg.kernel.errors import Busy, Refused
    from eventreg.kernel.keys import KeysUnusable
    from eventreg.migrations.runner import SchemaUnfit
    from eventreg.operations import OperationRefused
    from eventreg.serving.addresses import CannotListen
    from eventreg.serving.presence import ServerRuns

    if isinstance(error, ConfigError | KeysUnusable | SchemaUnfit | OperationRefused | CannotListen | ServerRuns):
        return str(error)
    if isinstance(error, BundleInvalid):
        return f"The file cannot be put in: {error}."
    if isinstance(error, Refused):
        return f"The rules do not allow it ({error})."
    if isinstance(error, NotADemonstration):
        return f"The event {error} is a real one: it gets no fictional registrations."
    if isinstance(error, Busy):
        return "The database was busy for too long; nothing was changed. Try again."
    if isinstance(error, DBAPIError):
        return f"The database cannot be used: {_first_line(error.orig)}"
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.strerror}: {error.filename}"
    return str(error) if isinstance(error, OSError) else None


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0]
