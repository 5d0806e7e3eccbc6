"""What is made ready before the first visitor comes, and kept from one start to the next."""

from __future__ import annotations

from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import DictLoader, Environment

from eventreg.serving.start import warm_up
from eventreg.web.instance import address_of
from eventreg.web.templating import CompiledTemplates
from tests.builders import an_event
from tests.web.test_kept import is_kept


def test_pages_are_warmed_in_each_language_and_none_knows_of_another(app: Flask) -> None:
    addresses = address_of("site.home"), address_of("site.show_event", slug=an_event().slug)
    isolated, app.test_client_class = (
        app.test_client_class,
        FlaskClient,
    )  # as a server's: they share what context there is
    Context().run(warm_up, app)
    app.test_client_class = isolated
    for language in ("es", "en"):
        asked = {"Accept_Language": language, "Accept_Encoding": "gzip"}
        assert [is_kept(app, address, **asked) for address in addresses] == [True, True], language


class Reading(Environment):
    """Templates that nobody may compile."""

    def compile(self, *_given: Any, **_named: Any) -> Any:
        raise AssertionError("compiled anew")


def _rendered(kind: type[Environment], kept: CompiledTemplates, source: str = "{{ 6 * 7 }}") -> str:
    return kind(loader=DictLoader({"page.html": source}), bytecode_cache=kept).get_template("page.html").render()


class Newer(CompiledTemplates):
    """The same by another version of what compiles."""

    _made_by = "a newer version"


def test_template_is_compiled_once_for_all_starts_of_a_version(tmp_path: Path) -> None:
    kept = CompiledTemplates(str(tmp_path))
    assert _rendered(Environment, kept) == "42"
    assert _rendered(Reading, kept) == "42"
    for other, source in ((kept, "{{ 6 * 8 }}"), (Newer(str(tmp_path)), "{{ 6 * 7 }}")):
        with pytest.raises(AssertionError, match="compiled anew"):
            _rendered(Reading, other, source)


def test_page_comes_though_what_was_compiled_is_broken_or_cannot_be_kept(tmp_path: Path) -> None:
    kept = CompiledTemplates(str(tmp_path))
    _rendered(Environment, kept)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for length in range(0, len(whole), 50):
        file.write_bytes(whole[:length])
        assert _rendered(Environment, kept) == "42"
    assert _rendered(Environment, CompiledTemplates(str(tmp_path / "nowhere"))) == "42"
