"""Accounts begin, change and end."""

from __future__ import annotations

import pytest
from flask import Flask

from eventreg.accounts.models import Account
from eventreg.accounts.queries import find_account_by_address, find_session, list_account_names
from eventreg.accounts.rules.codes import SignInWay
from eventreg.accounts.rules.profiles import AccountReason
from eventreg.accounts.services.accounts import change_profile, close_account, create_account
from eventreg.accounts.services.sessions import end_other_sessions_of, end_session_of, open_session
from eventreg.accounts.services.sign_in import make_sign_in_link, set_password, use_sign_in_link
from eventreg.audit.queries import find_broken_position, list_traces
from eventreg.audit.services import INSTANCE_CHAIN
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound, Refused

pytestmark = pytest.mark.usefixtures("app")


def make(email: str = "olga@equipo.example", name: str = "Olga Organizadora") -> int:
    return create_account(email, name, "es")


def begin(account_id: int) -> tuple[Account, str]:
    return open_session(account_id, SignInWay.PASSWORD, "Firefox, Linux", has_second_factor=False)


def acts(account_id: int) -> list[str]:
    return [trace.entry.action for trace in list_traces(INSTANCE_CHAIN, "account", account_id)]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "typed", ["", "olga", "a\0b@equipo.example", "á" * 400 + "@equipo.example", "a\n@equipo.example"]
)
def test_what_is_no_address_has_no_account(typed: str) -> None:  # case 63
    make()
    assert find_account_by_address(typed) is None


@pytest.mark.both_databases
def test_an_account_is_found_however_its_address_is_written(app: Flask) -> None:
    account_id = make("Olga@Equipo.example")
    for written in ("olga@equipo.example", " OLGA@EQUIPO.EXAMPLE "):
        found = find_account_by_address(written)
        assert found is not None
        assert found.id == account_id


@pytest.mark.parametrize(
    ("email", "name", "reason"),
    [
        ("olga", "Olga", AccountReason.ADDRESS_INVALID),
        ("olga@equipo.example\nBcc: x@equipo.example", "Olga", AccountReason.ADDRESS_INVALID),
        ("usér@equipo.example", "Olga", AccountReason.ADDRESS_INVALID),
        ("olga@equipo.example", "   ", AccountReason.NAME_MISSING),
        ("olga@equipo.example", "Ol\x00ga", AccountReason.NAME_MISSING),
        ("olga@equipo.example", "agl\u202eO", AccountReason.NAME_MISSING),
        ("olga@equipo.example", "O" * 201, AccountReason.NAME_MISSING),
    ],
)
def test_what_cannot_be_an_account_is_refused(email: str, name: str, reason: AccountReason) -> None:
    with pytest.raises(Refused) as refused:
        make(email, name)
    assert refused.value.reason is reason


def test_one_address_is_one_account_even_a_closed_one() -> None:
    close_account(make())
    with pytest.raises(Refused) as refused:
        make("OLGA@equipo.example")
    assert refused.value.reason is AccountReason.ADDRESS_TAKEN


@pytest.mark.both_databases
def test_closing_ends_every_way_in(app: Flask) -> None:
    account_id = make()
    set_password(account_id, "una frase bastante larga")
    token = make_sign_in_link(account_id)
    account, session_id = begin(account_id)
    generation = account.session_generation
    assert find_session(account_id, generation, session_id, now()) is not None
    close_account(account_id)
    assert find_session(account_id, generation, session_id, now()) is None
    assert find_session(account_id, generation + 1, session_id, now()) is None
    assert find_account_by_address("olga@equipo.example") is None
    with pytest.raises(Refused):
        use_sign_in_link(token)
    with pytest.raises(NotFound):
        set_password(account_id, "otra frase bastante larga")
    assert list_account_names([account_id]) == {account_id: "Olga Organizadora"}


def test_ending_the_other_sessions_keeps_one() -> None:
    account_id = make()
    account, kept = begin(account_id)
    other = begin(account_id)[1]
    before = account.session_generation
    account = end_other_sessions_of(account_id, kept)
    assert find_session(account_id, account.session_generation, kept, now()) is not None
    assert find_session(account_id, before, kept, now()) is None, "no cookie of before counts, whoever copied it"
    assert find_session(account_id, account.session_generation, other, now()) is None


def test_a_session_opens_its_own_account_alone() -> None:
    account_id, other_id = make(), make("otra@equipo.example")
    account, session_id = begin(account_id)
    assert find_session(other_id, account.session_generation, session_id, now()) is None
    with pytest.raises(NotFound):
        end_session_of(other_id, session_id)


def test_every_act_is_in_the_audit_trail() -> None:
    account_id = make()
    change_profile(account_id, "Olga  O.", "en")
    change_profile(account_id, "Olga O.", "en")
    set_password(account_id, "una frase bastante larga")
    use_sign_in_link(make_sign_in_link(account_id))
    begin(account_id)
    close_account(account_id)
    assert acts(account_id) == [
        "account_closed", "signed_in", "sign_in_link_used", "sign_in_link_made", "password_set",
        "profile_changed", "account_created",
    ]  # fmt: skip
    assert find_broken_position(INSTANCE_CHAIN) is None
