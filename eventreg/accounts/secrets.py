"""The second factor's secret, sealed for its account, and keyed hashes of recovery codes."""

from eventreg.accounts.models import Account
from eventreg.kernel import sealing, tokens
from eventreg.web.instance import keys


def seal_secret(account_id: int, secret: str) -> bytes:
    """Return a secret as it is stored: it opens with the instance's keys, for this account alone."""
    return sealing.seal(keys(), secret.encode("ascii"), secret_place(account_id))


def secret_of(account: Account) -> str | None:
    """Return the secret of an account, None when it has none. Raises CannotUnseal."""
    if account.totp_sealed is None:
        return None
    return sealing.unseal(keys(), account.totp_sealed, secret_place(account.id)).decode("ascii")


def recovery_hash(account_id: int, code: str) -> str:
    """Return what is stored of a folded recovery code."""
    return tokens.lookup_hash(keys(), f"recovery/{account_id}", code)


def secret_place(account_id: int) -> str:
    """Return the place that an account's secret is bound to."""
    return f"accounts/{account_id}/totp"
