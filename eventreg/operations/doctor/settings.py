"""Settings that are possible and yet wrong.

What a restore left that was cut off, or that runs.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from eventreg.config import Config
from eventreg.i18n.catalogs import translated_languages
from eventreg.kernel.clock import now
from eventreg.operations.backups.placing import left_beside, left_unpacked
from eventreg.operations.doctor import Finding, fail, ok, warn
from eventreg.web.limits import storage_answers

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def check_settings(config: Config) -> Iterator[Finding]:
    """Look at settings beside one another."""
    yield _address(config)
    if config.is_https and not config.trusted_proxies:
        yield warn(
            "The address is https, and no proxy is believed: all clients look like the proxy, and share its limits.",
            "Set EVENTREG_TRUSTED_PROXIES to the number of proxies in front, most often 1.",
        )
    if not config.limits:
        yield _without_limits(config)
    elif not storage_answers(config.limits_storage):
        yield warn(
            "EVENTREG_LIMITS_STORAGE does not answer: each process counts requests for itself, so more get through.",
            "Start Redis, or mend its address.",
        )
    if config.demo_mail == "send" and config.mail_server not in _LOOPBACK | {""}:
        yield fail(
            "EVENTREG_DEMO_MAIL is send: messages of the demo go to its contact person, who is a real one.",
            "Set it to hold, or leave it away.",
        )
    yield from _languages(config)
    local = now().astimezone(ZoneInfo(config.time_zone))
    yield ok(f"The time zone is {config.time_zone}; there it is {local:%Y-%m-%d %H:%M} now.")


def is_loopback(config: Config) -> bool:
    """Say whether only this machine itself is served."""
    return urlsplit(config.base_url).hostname in _LOOPBACK


def _address(config: Config) -> Finding:
    if config.is_https or is_loopback(config):
        return ok(f"The address is {config.base_url}.")
    return fail(
        f"The address is {config.base_url}: passwords and answers travel readable by others.",
        "Put a proxy with https in front, and set EVENTREG_BASE_URL to its address.",
    )


def _without_limits(config: Config) -> Finding:
    what, mend = "EVENTREG_LIMITS is off: anybody may guess and flood.", "Set it to on, or leave it away."
    return warn(what, mend) if is_loopback(config) else fail(what, mend)


def _languages(config: Config) -> Iterator[Finding]:
    for language in config.languages:
        if language not in translated_languages():
            yield fail(
                f"EVENTREG_LANGUAGES names {language}, and there is no translation into it: people would read English.",
                "Take it out, or install a version that has it.",
            )


_STARTS = "eventreg serve, backup or restore"


def check_restores(config: Config) -> Iterator[Finding]:
    """Look for files that are not in place yet, and for people's data that should not lie there."""
    unpacked, beside = left_unpacked(config), left_beside(config)
    for path in unpacked:
        yield fail(
            f"{path} has people's data in plain: a restore by an earlier version was killed and left it.",
            f"The next start of {_STARTS} deletes it.",
        )
    if beside:
        folders = ", ".join(str(path) for path in beside)
        yield fail(
            f"A restore runs, or was cut off and left {folders}.",
            f"The next start of {_STARTS} finishes it where its rows are in, and undoes it where they are not.",
        )
    if not unpacked and not beside:
        yield ok("No restore was left unfinished.")
