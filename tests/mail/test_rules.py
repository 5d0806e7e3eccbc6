"""When a message is tried again, what may leave the machine, what may stand in a header."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from eventreg.mail.rules import (
    GIVE_UP_AFTER,
    DeliveryState,
    Outcome,
    Standing,
    ascii_address,
    check_address,
    check_header,
    first_state,
    is_fictional,
    must_stay,
    next_try,
    one_line,
    own_domain,
    sanitized_answer,
    standing,
    state_given_up,
)

NOW = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)
FAR = NOW + timedelta(days=30)


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 240), (6, 240), (40, 240)])
def test_a_message_that_is_put_off_waits_longer_each_time(attempts: int, minutes: int) -> None:
    assert next_try(Outcome.DEFERRED, attempts, 0, NOW, FAR) == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 5), (2, 15), (3, 60), (4, 300), (40, 300)])
def test_a_server_out_of_reach_is_looked_for_sooner(attempts: int, seconds: int) -> None:
    assert next_try(Outcome.UNREACHABLE, attempts, 0, NOW, FAR) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("outcome", [Outcome.DEFERRED, Outcome.UNREACHABLE])
def test_nothing_is_tried_after_the_time_to_give_up(outcome: Outcome) -> None:
    assert next_try(outcome, 1, 0, NOW, NOW + timedelta(seconds=4)) is None
    assert next_try(outcome, 1, 0, NOW, NOW + timedelta(minutes=1)) is not None


@pytest.mark.parametrize(("doubts", "hours"), [(1, 4), (2, 8), (3, 16), (4, None)])
def test_what_may_have_arrived_is_tried_again_after_hours_and_three_times(doubts: int, hours: int | None) -> None:
    again_at = next_try(Outcome.IN_DOUBT, doubts + 3, doubts, NOW, FAR)
    assert again_at == (None if hours is None else NOW + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("outcome", "doubts", "state"),
    [
        (Outcome.DEFERRED, 0, DeliveryState.FAILED),
        (Outcome.IN_DOUBT, 4, DeliveryState.DOUBTFUL),
        (Outcome.UNREACHABLE, 1, DeliveryState.DOUBTFUL),
        (Outcome.REFUSED, 2, DeliveryState.FAILED),
        (Outcome.UNSENDABLE, 1, DeliveryState.FAILED),
    ],
)
def test_what_is_given_up_after_a_doubt_may_have_arrived(outcome: Outcome, doubts: int, state: DeliveryState) -> None:
    assert state_given_up(outcome, doubts) is state


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.UNSENDABLE, Outcome.ACCEPTED, Outcome.KEPT])
def test_what_is_settled_is_not_tried_again(outcome: Outcome) -> None:
    assert next_try(outcome, 1, 0, NOW, FAR) is None


@pytest.mark.parametrize("outcome", [Outcome.DEFERRED, Outcome.UNREACHABLE])
def test_tries_end_within_three_days(outcome: Outcome) -> None:
    at, attempts = NOW, 0
    give_up_at = NOW + GIVE_UP_AFTER
    while (following := next_try(outcome, attempts := attempts + 1, 0, at, give_up_at)) is not None:
        assert following > at
        at = following
    assert give_up_at - timedelta(hours=4) <= at <= give_up_at


@pytest.mark.parametrize(
    ("address", "is_nobodys"),
    [
        ("ana@instituto.example", True),
        ("ana@INSTITUTO.EXAMPLE", True),
        ("ana@iom.int", False),
        ("ana@example.com", False),
        ("ana@notexample", False),
        ("ana.example@iom.int", False),
    ],
)
def test_only_addresses_in_example_are_nobodys(address: str, is_nobodys: bool) -> None:
    assert is_fictional(address) is is_nobodys


@pytest.mark.parametrize("has_server", [True, False])
@pytest.mark.parametrize("is_held_back", [True, False])
@pytest.mark.parametrize("sends_held_back", [True, False])
@pytest.mark.parametrize("recipient", ["clara@iom.int", "ana@instituto.example"])
def test_mail_goes_with_a_server_and_held_mail_to_nobody_real(
    has_server: bool, is_held_back: bool, sends_held_back: bool, recipient: str
) -> None:
    # case 37
    state = first_state(recipient, has_server=has_server, is_held_back=is_held_back, sends_held_back=sends_held_back)
    may_go = not is_held_back or sends_held_back or recipient.endswith(".example")
    assert must_stay(recipient, is_held_back=is_held_back, sends_held_back=sends_held_back) is not may_go
    assert state is (DeliveryState.QUEUED if has_server and may_go else DeliveryState.HELD)


def test_a_waiting_message_that_was_tried_stands_out() -> None:
    assert standing(DeliveryState.QUEUED, 0) is Standing.QUEUED
    assert standing(DeliveryState.QUEUED, 1) is Standing.RETRYING
    assert {standing(state, 3) for state in DeliveryState} == set(Standing) - {Standing.QUEUED}


def test_a_servers_answer_is_kept_without_addresses_and_links() -> None:
    answer = b"5.1.1 <ana.demo@instituto.example>: unknown\r\n5.7.1 see https://desk.example/my/SECRET \x00 sorry"
    kept = sanitized_answer(answer)
    assert kept == "5.1.1 […] unknown 5.7.1 see […] sorry"
    assert len(sanitized_answer("x" * 1000)) == 390


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    # case 32
    line = one_line(text, 60)
    assert len(line) <= 60
    assert check_header("Subject", line, 60) == line
    assert one_line(line, 60) == line


@pytest.mark.parametrize("char", ["\r", "\n", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_no_line_end_and_no_control_character_stands_in_a_header(char: str) -> None:
    # case 32
    with pytest.raises(ValueError, match="Subject holds") as refused:
        check_header("Subject", f"Hola{char}Bcc: todos@instituto.example", 100)
    assert "todos" not in str(refused.value)


def test_a_header_has_a_limit() -> None:
    with pytest.raises(ValueError, match="longer"):
        check_header("Subject", "x" * 11, 10)


@pytest.mark.parametrize(
    "address",
    ["ana.demo@instituto.example", "o'brien+x@sub.instituto.example", "ana@instituto-méxico.example", "a@b.c.example"],
)
def test_a_plain_address_passes(address: str) -> None:
    assert check_address("To", address) == address


def test_a_domain_is_written_as_its_owner_has_it() -> None:
    assert ascii_address("ana@straße.example") == "ana@xn--strae-oqa.example", "not strasse.example, which is another's"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@localhost",
        "ana@instituto.example, eva@instituto.example",
        "ana@instituto.example\r\nBcc: eva@instituto.example",
        "ana@instituto.example\n",
        "Ana <ana@instituto.example>",
        "ana @instituto.example",
        "ana@@instituto.example",
        "usér@instituto.example",
        '"a b"@instituto.example',
        "ana@instituto..example",
        f"ana@{'x' * 64}.example",
        f"{'x' * 65}@instituto.example",
    ],
)
def test_anything_but_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"^To "):
        check_address("To", address)


@pytest.mark.parametrize(
    ("base_url", "domain"),
    [
        ("https://registro.instituto.example", "registro.instituto.example"),
        ("https://registro.méxico.example:8443", "registro.xn--mxico-bsa.example"),
        ("http://127.0.0.1:8000", "127.0.0.1"),
        ("http://[::1]:8000", "localhost"),
    ],
)
def test_the_instance_names_itself_by_its_address(base_url: str, domain: str) -> None:
    assert own_domain(base_url) == domain
