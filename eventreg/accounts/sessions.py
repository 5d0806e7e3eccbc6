"""Who is signed in, and on which devices: what the cookies of a browser hold, how long, and when it stops counting.

The cookie of the session holds the account with the generation of its sessions, and the public id of the session's row.
Somebody who gave the first of two proofs has neither, only a note of who that was (`HalfSignedIn`): it opens nothing but the
page that asks for the code.

A browser in which somebody signed in carries a mark of that, what OWASP calls a device cookie. It opens nothing and says
nothing of whose it is: it is derived from the instance's key, the account, the generation of its sessions and a random part,
so that a new password, or ending the other sessions, ends it. Who guesses at an account uses up the tries of strangers, never
those of a device that it knows.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from flask import Flask, Response, g, request, session
from flask_login import LoginManager, login_user
from sqlalchemy.exc import SQLAlchemyError

from eventreg.accounts import queries
from eventreg.accounts.models import Account, AccountSession
from eventreg.accounts.rules import codes
from eventreg.accounts.rules.guarding import Visitor
from eventreg.accounts.services.sessions import note_seen, open_session
from eventreg.kernel import clients, tokens
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Busy
from eventreg.web.instance import config, keys

_ROW, _BY_LINK_AT, _HALF, _AFTER_LINK = "row", "by_link_at", "half", "after_link"


class HalfSignedIn(NamedTuple):
    """Somebody who gave the first of two proofs."""

    account_id: int
    generation: int
    way: codes.SignInWay
    at: float


def init_sign_in(app: Flask) -> None:
    """Let `app` know who is signed in, and leave marks with them.

    Cookies of closed accounts and ended sessions are nobody's.
    """
    app.config["PERMANENT_SESSION_LIFETIME"] = codes.SESSION_LASTS
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    manager = LoginManager()
    # Binding a session to address and browser signs people out on trains and stops nobody who has both.
    manager.session_protection = None
    manager.user_loader(_load_account)
    # Templates have `current_account`, which asks for nobody while the database is away.
    manager.init_app(app, add_context_processor=False)
    app.after_request(_note_that_it_is_used)
    app.after_request(_leave_marks)


def begin_session(
    account: Account, way: codes.SignInWay = codes.SignInWay.PASSWORD, *, gave_code: bool = False
) -> bool:
    """Sign `account` in under a session of its own: nothing of the one before is kept.

    False when the account has a second factor and no code was given yet: then nobody is signed in, and
    `accounts.ask_for_code` is where to lead.
    """
    replaced = str(session.get(_ROW, ""))
    session.clear()
    session.permanent = True
    has_second_factor = account.totp_confirmed_at is not None
    if codes.is_code_asked(way, has_second_factor) and not gave_code:
        session[_HALF] = [account.id, account.session_generation, way.value, now().timestamp()]
        return False
    client = codes.client_words(request.user_agent.string)
    opened, public_id = open_session(account.id, way, client, has_second_factor=gave_code, replaced=replaced)
    login_user(opened)
    remember_device(opened)
    session[_ROW] = public_id
    if way.proves_mailbox:
        session[_BY_LINK_AT] = now().timestamp()
    return True


def keep_session(account: Account) -> None:
    """Let this session go on under the account's new generation, on a device that the account goes on knowing."""
    login_user(account)
    remember_device(account)


def forget_link() -> None:
    """Let a link that this session began with count no more."""
    session.pop(_BY_LINK_AT, None)


def half_signed_in() -> HalfSignedIn | None:
    """Return who gave the first of two proofs in this browser within the last ten minutes."""
    held = session.get(_HALF)
    if held is None or not _is_younger(held[3], codes.CODE_WAITS):
        return None
    return HalfSignedIn(held[0], held[1], codes.SignInWay(held[2]), held[3])


def this_session() -> str:
    """Return the public id of the session of this request; empty when nobody is signed in."""
    found: AccountSession | None = g.get("account_session")
    return found.public_id if found is not None else ""


def came_by_link_lately() -> bool:
    """Say whether this session began with a sign-in link a short while ago."""
    return _is_younger(session.get(_BY_LINK_AT), codes.LINK_IS_FRESH)


def remember_target(target: str) -> None:
    """Keep where a link that is opened in this browser should lead to."""
    session[_AFTER_LINK] = target


def remembered_target() -> str:
    """Return where a link should lead to; empty where nothing was kept."""
    return str(session.get(_AFTER_LINK, ""))


def end_session() -> None:
    """Take the cookie back."""
    session.clear()


def _load_account(held: str) -> Account | None:
    identity, _, generation = held.partition(".")
    public_id = session.get(_ROW)
    if not (public_id and identity.isdecimal() and generation.isdecimal()):
        return None
    found = queries.find_session(int(identity), int(generation), public_id, now())
    if found is None:
        return None
    account, g.account_session = found
    g.proved_at = g.account_session.proved_at
    return account


def _note_that_it_is_used(response: Response) -> Response:
    """Write down that the session was used: with what changes something anyway. A GET never writes, nor does a refusal."""
    row: AccountSession | None = g.get("account_session")
    is_a_change = request.method not in ("GET", "HEAD", "OPTIONS") and response.status_code < 400
    if row is not None and is_a_change and now() - row.seen_at >= codes.SEEN_EVERY:
        try:
            note_seen(row.public_id)
        except (Busy, SQLAlchemyError):
            return response  # the answer stands; the next one notes it
    return response


def _is_younger(began_at: float | None, span: timedelta) -> bool:
    return began_at is not None and now() - datetime.fromtimestamp(began_at, UTC) < span


COOKIE = "eventreg_device"
_COOKIE_SECONDS = 365 * 24 * 3600
#: people who share a machine; with one more, who was here longest ago is forgotten
_MOST_MARKS = 5
_BETWEEN = "."


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


def _leave_marks(response: Response) -> Response:
    """Leave marks with those who signed in."""
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


def _fits(mark: str, account_id: int, generation: int) -> bool:
    public_id = tokens.public_id_of(mark)
    return public_id is not None and tokens.token_fits(keys(), mark, _purpose(account_id), public_id, generation)


def _cookie() -> str:
    return clients.cookie_name(COOKIE, is_https=config().is_https)


def _purpose(account_id: int) -> str:
    return f"device/{account_id}"
