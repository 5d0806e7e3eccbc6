"""Templates mirror the rooms, and each is used."""

from __future__ import annotations

import re

import pytest

from tests.architecture.source import PACKAGE, TEMPLATES, rooms, templates

_NAMED = re.compile(r"""["']([\w/.-]+\.(?:html|txt))["']""")
_SHARED = {"layouts", "components", "errors", "mail"}


def test_templates_mirror_the_rooms() -> None:
    folders = {name.split("/")[0] for name in templates()}
    assert folders - _SHARED - set(rooms()) == set(), f"a folder of templates is named for a room, or in {_SHARED}"
    messages = {name.split("/")[1] for name in templates() if name.startswith("mail/") and name.count("/") > 1}
    assert messages - set(rooms()) == set(), "a folder of templates/mail is named for the room that sends the message"


def test_every_template_is_used() -> None:
    sources = [*PACKAGE.rglob("*.py"), *TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt")]
    named = {name for path in sources for name in _NAMED.findall(path.read_text(encoding="utf-8"))}
    # A message's templates are named by the message's name and an ending; components have tests of their own.
    unnamed = [name for name in templates() if not name.startswith(("mail/", "components/")) and name not in named]
    assert unnamed == [], "no view and no template names these: delete them"


@pytest.mark.parametrize("name", [name for name in templates() if name.endswith(".html") and "mail/" not in name])
def test_no_template_trusts_what_people_typed(name: str) -> None:
    source = re.sub(r"\{#.*?#\}", "", (TEMPLATES / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    assert "autoescape false" not in source, "leave escaping on"
    for use in re.findall(r"[^{}]*\|\s*safe\b", source):
        pytest.fail(f"{use.strip()} is put into the page as it is: pass Markup that was made safe")
