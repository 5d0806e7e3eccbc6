"""When a link, a code and an invitation lead in: pure decisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventreg.registration.models import AccessCode
from eventreg.registration.rules.states import RegisteringReason
from eventreg.registration.rules.ways_in import (
    LONGEST_KEY,
    CodeState,
    InvitationState,
    WayIn,
    WayKind,
    refusal_of_code,
    refusal_of_invitation,
    refusal_of_link,
)

NOW = datetime(2027, 1, 20, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)
R = RegisteringReason


@pytest.mark.parametrize(
    ("seen", "generation", "is_private", "refusal"),
    [(1, 1, True, None), (1, 2, True, R.LINK_OVER), (1, 2, False, None), (2, 2, False, None)],
)
def test_a_link(seen: int, generation: int, is_private: bool, refusal: R | None) -> None:
    assert refusal_of_link(seen, generation, is_private) is refusal


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        (CodeState(True, None, None, 900), None),
        (CodeState(True, None, 3, 2), None),
        (CodeState(True, None, 3, 3), R.CODE_USED_UP),
        (CodeState(True, None, 3, 4), R.CODE_USED_UP),
        # case 28: the moment itself is late
        (CodeState(True, NOW + SECOND, None, 0), None),
        (CodeState(True, NOW, None, 0), R.CODE_EXPIRED),
        (CodeState(False, None, None, 0), R.CODE_OFF),
        (CodeState(False, NOW, 1, 1), R.CODE_OFF),
    ],
)
def test_a_code(code: CodeState, refusal: R | None) -> None:
    assert refusal_of_code(code, NOW) is refusal


@pytest.mark.parametrize(
    ("seen", "state", "email", "refusal"),
    [
        (1, InvitationState(1, False, None, ""), "eva@x.example", None),
        (1, InvitationState(1, False, None, "eva@x.example"), "eva@x.example", None),
        (1, InvitationState(1, False, None, "eva@x.example"), "", None),
        (1, InvitationState(1, False, None, "eva@x.example"), "ana@x.example", R.OTHER_ADDRESS),
        (1, InvitationState(2, False, None, ""), "", R.INVITATION_OVER),
        (1, InvitationState(1, True, None, ""), "", R.INVITATION_OVER),
        (1, InvitationState(1, False, NOW, ""), "", R.INVITATION_OVER),
        (1, InvitationState(1, False, NOW + SECOND, ""), "", None),
    ],
)
def test_an_invitation(seen: int, state: InvitationState, email: str, refusal: R | None) -> None:
    assert refusal_of_invitation(seen, state, email, NOW) is refusal


def test_a_way_in_gives_nothing_that_is_not_said() -> None:
    way = WayIn(WayKind.CODE, 7, "academic")
    assert (way.skips_approval, way.email, way.generation) == (False, "", 1)


def test_a_folded_code_fits_its_column() -> None:
    assert AccessCode.code_key.type.length == LONGEST_KEY == 80
