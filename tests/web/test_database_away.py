"""A database that does not answer: every page says so with 503, whoever asks, and nothing personal reaches the log."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from eventreg.accounts.models import Account
from tests.support.apps import build_app, make_config
from tests.support.pages import Pages


@pytest.fixture
def cut_off(instance: Path, shared_folder: Path) -> Flask:
    """An application whose database is in a folder that is not there."""
    return build_app(make_config(instance, f"sqlite:///{instance / 'no-such-folder' / 'eventreg.db'}"), shared_folder)


@pytest.mark.parametrize("address", ["/", "/events/encuentro", f"/my/{'A' * 36}"])
def test_every_page_says_that_it_is_over_soon(cut_off: Flask, caplog: pytest.LogCaptureFixture, address: str) -> None:
    page = Pages(cut_off).get(address, 503)
    assert page.has("Try again in a moment")
    assert "OperationalError" in caplog.text
    assert "AAAA" not in caplog.text


@pytest.mark.parametrize("address", ["/", "/manage/", "/account"])
def test_so_it_does_to_somebody_who_is_signed_in(cut_off: Flask, address: str) -> None:
    visitor = Pages(cut_off).sign_in(Account(id=1, session_generation=1), session_id="A" * 12)
    assert visitor.get(address, 503).has("Try again in a moment")


def test_a_form_is_answered_alike(cut_off: Flask) -> None:
    visitor = Pages(cut_off)
    for address in ("/sign-in", "/events/encuentro/register", f"/my/{'A' * 36}/withdraw"):
        visitor.post(address, {"email": "ana@instituto.example", "password": "x"}, 503, token=True)
