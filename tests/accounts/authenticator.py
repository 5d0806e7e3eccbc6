"""A phone with an app that keeps codes, for tests."""

from __future__ import annotations

import pyotp
import time_machine

from eventreg.accounts.models import Account
from eventreg.accounts.queries import get_account
from eventreg.accounts.rules.guarding import Visitor
from eventreg.accounts.services.second_factor import begin_setup, confirm_setup, secret_of
from eventreg.kernel.clock import now


def code_of(account: Account, seconds: int = 0) -> str:
    """Return what the app shows now, or so many seconds later."""
    secret = secret_of(get_account(account.id))
    assert secret is not None
    return pyotp.TOTP(secret).at(int(now().timestamp()) + seconds)


def with_second_factor(account: Account) -> list[str]:
    """Turn an account's second factor on by the code of half a minute ago, and return its recovery codes.

    Time stands meanwhile: a code that is half a minute old is too old in the next half minute.
    """
    with time_machine.travel(now(), tick=False):
        begin_setup(account.id)
        return list(confirm_setup(account.id, code_of(account, -30), "", Visitor()))
