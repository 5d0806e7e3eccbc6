"""Where signing in may lead to: to our own pages, written plainly, and nowhere else."""

from __future__ import annotations

import pytest

from eventreg.accounts.rules.profiles import is_safe_target

OWN = (
    "/manage/",
    "/manage/events/encuentro",
    "/manage/events/encuentro/registrations",
    "/manage/events/encuentro/registrations?q=n%C3%BA%C3%B1ez&status=pending&order=-name",
    "/manage/events/encuentro/registrations/PRU-7K4M2Q?after=PRU-22222A.pending",
    "/manage/events/encuentro/registrations.csv",
    "/account",
    "/account?saved=password",
)
FOREIGN = (
    "",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "https:evil.example",
    "https://evil.example/manage/",
    "HTTPS://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/%2Fevil.example",
    "/%5Cevil.example",
    "%2F%2Fevil.example",
    "/manage%2F..%2F%2Fevil.example",
    " /manage/",
    "/manage/ ",
    "/manage/\n",
    "\t/manage/",
    "/\t/evil.example",
    "/manage/\r\nSet-Cookie: a=b",
    "/manage/\x00",
    "//user:password@evil.example",
    "user@evil.example",
    "/manage/@evil.example",
    "/manage//evil.example",
    "/manage/../sign-out",
    "/manage/./x",
    "/manageevil",
    "/accountant",
    "/sign-out",
    "/",
    "/manage/#//evil.example",
    "/manage/é",
    "/manage/?next=" + "a" * 2_000,
)


@pytest.mark.parametrize("target", OWN)
def test_own_pages_may_be_led_to(target: str) -> None:
    assert is_safe_target(target)


@pytest.mark.parametrize("target", FOREIGN)
def test_everything_else_is_never_followed(target: str) -> None:  # case 14
    assert not is_safe_target(target)
