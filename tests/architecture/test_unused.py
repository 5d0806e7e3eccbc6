"""Nothing is there that nothing uses."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import vulture

from tests.architecture.source import PACKAGE, ROOT, TEMPLATES

#: Flask, SQLAlchemy and click call what these register
_REGISTERED = [
    "@*.get", "@*.post", "@*.route", "@*.before_request", "@*.after_request", "@*.errorhandler", "@*.app_errorhandler",
    "@*.user_loader", "@*.listens_for", "@listens_for", "@compiles", "@*.command", "@*.group",
]  # fmt: skip
#: what a framework asks for by its name
_ASKED_FOR = {
    # Flask-Login, SQLAlchemy, WTForms
    "get_id", "impl", "cache_ok", "inherit_cache", "process_bind_param", "process_result_value", "process_data",
    "process_formdata", "html_params", "extra_filters", "validate_*", "pre_validate",
    # smtplib, waitress, the archives' reader
    "configure_host", "task_class", "parser_class", "channel_class", "handle_error", "maintenance", "fix_addr", "readinto",
}  # fmt: skip
#: by name, with the reason why it stays
_EXCEPTIONS = {
    **dict.fromkeys(("DESCRIPTION", "VENUE"), "what an event lacks, made from the name of the column"),
    **dict.fromkeys(
        (
            *("BLUE", "GREEN", "YELLOW", "ORANGE", "RED", "PURPLE", "RAPPORTEUR"),
            *("GETTING_THERE", "HOTELS", "VISA", "DRESS", "SECURITY"),
            *("KEYNOTE", "WORKSHOP", "CEREMONY", "VISIT"),
            *("GOVERNMENT", "ACADEMIC", "CIVIL_SOCIETY", "FOUNDATION", "PRIVATE"),
        ),
        "what rows hold and forms list, as a member of its enum, which says what it is called",
    ),
    "PICTURE_SIZE": "what pictures are sized to beside logos; the tests hold both",
    "ask_again": "tests arrange by it what a published version asks for",
    "store_picture": "tests arrange pictures by it",
    "invited_by": "a fact that placeholders read by their name",
}


@cache
def _unused() -> dict[str, str]:
    """Return what nothing uses, by where it is. What a row holds and what is set on others' objects is left out."""
    finder = vulture.Vulture(ignore_decorators=_REGISTERED, ignore_names=sorted(_ASKED_FOR))
    finder.scavenge([str(PACKAGE)], exclude=["*/migrations/*"])
    for template in TEMPLATES.rglob("*.*"):
        finder.used_names.update(re.findall(r"\b[A-Za-z_]\w*\b", template.read_text(encoding="utf-8")))
    return {
        f"{Path(item.filename).relative_to(ROOT).as_posix()}:{item.first_lineno}": item.name
        for item in finder.get_unused_code()
        if item.typ != "attribute" and not (item.typ == "variable" and "/models" in str(item.filename))
    }


def test_no_code_is_unused() -> None:
    found = {place: name for place, name in _unused().items() if name not in _EXCEPTIONS}
    assert found == {}, "nothing uses these: delete them, or name them in _EXCEPTIONS with the reason"


def test_no_exception_is_out_of_date() -> None:
    over = set(_EXCEPTIONS) - set(_unused().values())
    assert over == set(), "these are used, or gone: take them off _EXCEPTIONS"
