"""Sign-in links as addresses. The token is derived from the row's public id, so the database opens no account."""

from eventreg.kernel.tokens import personal_token, public_id_of, token_fits
from eventreg.web.instance import address_of, keys

SIGN_IN = "sign_in"
#: a link is never given a second token: another row is made
GENERATION = 1


def sign_in_token(public_id: str) -> str:
    """Return the token of a sign-in link."""
    return personal_token(keys(), SIGN_IN, public_id, GENERATION)


def sign_in_address(token: str) -> str:
    """Return the absolute address that a sign-in link leads to."""
    return address_of("accounts.sign_in_by_link", token=token)


def link_id_of(token: str) -> str | None:
    """Return the public id of the sign-in link that `token` was made for, or None when it is no such token."""
    public_id = public_id_of(token)
    if public_id is None or not token_fits(keys(), token, SIGN_IN, public_id, GENERATION):
        return None
    return public_id


def resolve(purpose: str, public_id: str, generation: int) -> str:
    """Return the address of an account's link for a mail that goes now. Raises LookupError for another purpose."""
    if purpose != SIGN_IN or generation != GENERATION:
        raise LookupError(purpose)
    return sign_in_address(sign_in_token(public_id))
