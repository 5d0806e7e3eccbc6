"""Devices that an account knows: a browser in which somebody signed in to it carries a mark of that.

A mark is what OWASP calls a device cookie. It opens nothing and says nothing of whose it is: it is derived from the
instance's key, the account, the generation of its sessions and a random part, so that a new password, or ending the other
sessions, ends it. Who guesses at an account uses up the tries of strangers, never those of a device that it knows.
"""

from flask import Flask, Response, g, request

from eventreg.accounts.models import Account
from eventreg.accounts.rules.guarding import Visitor
from eventreg.kernel import clients, tokens
from eventreg.web.instance import config, keys

COOKIE = "eventreg_device"
_COOKIE_SECONDS = 365 * 24 * 3600
#: people who share a machine; with one more, who was here longest ago is forgotten
_MOST_MARKS = 5
_BETWEEN = "."


def init_devices(app: Flask) -> None:
    """Let `app` leave marks with those who sign in."""

    @app.after_request
    def leave_marks(response: Response) -> Response:
        marks = g.get("device_marks")
        if marks:
            response.set_cookie(
                _cookie(),
                _BETWEEN.join(marks),
                _COOKIE_SECONDS,
                secure=config().is_https,
                httponly=True,
                samesite="Lax",
            )
        return response


def visitor() -> Visitor:
    """Return who tries in this request."""
    held = request.cookies.get(_cookie(), "")
    marks = tuple(mark for mark in held.split(_BETWEEN, _MOST_MARKS)[:_MOST_MARKS] if tokens.public_id_of(mark))
    return Visitor(request.remote_addr, marks)


def known_mark(account: Account | None, who: Visitor) -> str | None:
    """Return what a device that the account knows is counted by; None for a stranger. As much work without an account."""
    identity, generation = (account.id, account.session_generation) if account is not None else (0, 0)
    found = [mark for mark in who.marks if _fits(mark, identity, generation)]
    return tokens.public_id_of(found[0]) if found and account is not None else None


def remember_device(account: Account) -> None:
    """Have the answer to this request mark the browser as one of the account's; the mark that it had is replaced."""
    others = [mark for mark in visitor().marks if not _fits(mark, account.id, account.session_generation)]
    mark = tokens.personal_token(keys(), _purpose(account.id), tokens.new_public_id(), account.session_generation)
    g.device_marks = [mark, *others][:_MOST_MARKS]


def _fits(mark: str, account_id: int, generation: int) -> bool:
    public_id = tokens.public_id_of(mark)
    return public_id is not None and tokens.token_fits(keys(), mark, _purpose(account_id), public_id, generation)


def _cookie() -> str:
    return clients.cookie_name(COOKIE, is_https=config().is_https)


def _purpose(account_id: int) -> str:
    return f"device/{account_id}"
