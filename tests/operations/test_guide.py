"""The administrator's page says what is so: every setting with its default, only commands and options that exist."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

import click
import pytest

from eventreg.cli import eventreg
from eventreg.config import Config

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "operating.md"
_ROW = re.compile(r"^\| `EVENTREG_(\w+)` \| (?:`([^`]*)`)? ?\|", re.MULTILINE)


def _default(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ",".join(value)
    return "" if value == Path() else str(value)


def test_settings_of_the_guide_are_those_of_the_program() -> None:
    told = {name.lower(): default for name, default in _ROW.findall(GUIDE.read_text(encoding="utf-8"))}
    real = {field.name: _default(field.default) for field in fields(Config) if field.default is not MISSING}
    assert told == real


@pytest.mark.parametrize("document", ["docs/operating.md", "README.md", "instance/README.md", "Makefile"])
def test_commands_that_are_named_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    used = re.findall(r"eventreg ((?:[a-z]+ ?)+)((?: ?--[a-z-]+)*)", text)
    for words, options in used:
        command: click.Command = eventreg
        for word in words.split():
            if not isinstance(command, click.Group) or word not in command.commands:
                break
            command = command.commands[word]
        if command is eventreg:
            continue  # a sentence that goes on after the name of the product
        known = {name for parameter in command.params for name in parameter.opts}
        assert set(options.split()) <= known, f"{document}: {words} {options}"


def test_every_command_is_in_the_guide() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    missing = [name for name in eventreg.commands if f"eventreg {name}" not in text and name != "demo"]
    assert missing == []
