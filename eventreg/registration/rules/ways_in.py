"""Ways into a category beside the public form, and when one no longer leads in."""

from dataclasses import dataclass
from datetime import datetime

from eventreg.kernel.errors import N_, Titled
from eventreg.kernel.text import folded
from eventreg.registration.rules.states import RegisteringReason


class WayKind(Titled):
    """How somebody came to register who did not take the public form alone, as the team reads it."""

    #: the link of a private category, which everybody who has it shares
    LINK = "link", N_("by the link of the category")
    #: an access code
    CODE = "code", N_("by a code")
    #: a personal, single-use invitation
    INVITATION = "invitation", N_("by an invitation")
    #: a member of the team registered them
    TEAM = "team", N_("registered by the team")
    #: a member of the team put in a file
    IMPORT = "import", N_("by import")


@dataclass(frozen=True)
class WayIn:
    """A way in that somebody has shown to hold. Whether it still leads in is decided under the lock.

    It leads into one category. `record_id` is that of the category (LINK), the access code or the invitation.
    """

    kind: WayKind
    record_id: int
    category_key: str
    #: whoever comes by it is confirmed at once where there is a place, whatever the category's rule
    skips_approval: bool = False
    #: only this address can register with it; empty: any
    email: str = ""
    #: of the link that was followed: a newer one kills it. Of a code always 1
    generation: int = 1


@dataclass(frozen=True)
class CodeState:
    """What decides whether a code still leads in. `uses`: live registrations that came by it, counted under the lock."""

    is_active: bool
    expires_at: datetime | None
    most_uses: int | None
    uses: int


@dataclass(frozen=True)
class InvitationState:
    """What decides whether an invitation still leads in. `email` is empty when it is bound to none, and folded."""

    generation: int
    is_over: bool
    expires_at: datetime | None
    email: str


def refusal_of_link(seen_generation: int, generation: int, is_private: bool) -> RegisteringReason | None:
    """Say why the link of a category does not lead in: a newer one was made. That of a category now public still does."""
    return RegisteringReason.LINK_OVER if is_private and seen_generation != generation else None


def refusal_of_code(code: CodeState, now: datetime) -> RegisteringReason | None:
    """Say why a code does not lead in: switched off, expired (from the very second on), used as often as it may be."""
    if not code.is_active:
        return RegisteringReason.CODE_OFF
    if code.expires_at is not None and now >= code.expires_at:
        return RegisteringReason.CODE_EXPIRED
    if code.most_uses is not None and code.uses >= code.most_uses:
        return RegisteringReason.CODE_USED_UP
    return None


def refusal_of_invitation(
    seen_generation: int, invitation: InvitationState, email: str, now: datetime
) -> RegisteringReason | None:
    """Say why an invitation does not lead in: used, taken back, declined or expired; or it is another address's.

    `email` is folded; empty while nobody has written one yet.
    """
    is_expired = invitation.expires_at is not None and now >= invitation.expires_at
    if invitation.is_over or is_expired or seen_generation != invitation.generation:
        return RegisteringReason.INVITATION_OVER
    if invitation.email and email and email != invitation.email:
        return RegisteringReason.OTHER_ADDRESS
    return None


def code_key(code: str) -> str:
    """Return a code folded for comparing: case, accents, white space and hyphens do not matter."""
    return folded(code).replace(" ", "").replace("-", "")


#: how long a folded code can be: some signs fold into several
LONGEST_KEY = 80
