"""The personal links of this room: an invitation's. The token is derived, so the database alone opens nothing."""

from eventreg.events.models import Category
from eventreg.kernel.tokens import personal_token, public_id_of, token_fits
from eventreg.web.instance import address_of, keys

INVITATION = "invitation"
#: an invitation is never given a second token: another row is made
GENERATION = 1
CATEGORY = "category"
#: whoever holds one of so many earlier links of a category is told that it was replaced
_OLD_LINKS = 20


def invitation_token(public_id: str) -> str:
    """Return the token of an invitation."""
    return personal_token(keys(), INVITATION, public_id, GENERATION)


def invitation_address(public_id: str) -> str:
    """Return the absolute address of an invitation."""
    return address_of("team.show_invitation", token=invitation_token(public_id))


def invitation_id_of(token: str) -> str | None:
    """Return the public id of the invitation that `token` was made for, or None when it is no such token."""
    public_id = public_id_of(token)
    if public_id is None or not token_fits(keys(), token, INVITATION, public_id, GENERATION):
        return None
    return public_id


def category_token(category: Category, generation: int = 0) -> str:
    """Return the token of a category's link: that of now, or of an earlier generation."""
    return personal_token(keys(), CATEGORY, category.public_id, generation or category.link_generation)


def generation_of(token: str, category: Category) -> int | None:
    """Return the generation of the link of a category that `token` is, also of one that a newer link has killed."""
    last = category.link_generation
    found = (number for number in range(last, max(0, last - _OLD_LINKS), -1))
    return next((number for number in found if token_fits(keys(), token, CATEGORY, category.public_id, number)), None)
