"""What an account must have before it may work."""

from typing import Any

from eventreg.settings.queries import current_settings


def has_second_factor(account: Any) -> bool:
    """Say whether the account is asked for a code when it signs in."""
    return account.totp_confirmed_at is not None


def lacks_second_factor(account: Any) -> bool:
    """Say whether the instance demands a second factor that this account does not have."""
    return not has_second_factor(account) and current_settings().demands_second_factor
