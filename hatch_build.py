"""Build hook: compiles the translations, and carries templates/, static/ and docs/guides/ into the wheel."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import polib
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LOCALES = Path("eventreg/i18n/locale")
#: Top-level folders and where the wheel keeps them; an editable install reads the folders themselves.
CARRIED = {"templates": "eventreg/_templates", "static": "eventreg/_static", "docs/guides": "eventreg/_guides"}


def compile_catalogs(root: Path) -> list[Path]:
    """Write messages.mo beside every messages.po below root, whole or not at all; returns what it wrote."""
    written = []
    for source in sorted((root / LOCALES).glob("*/LC_MESSAGES/messages.po")):
        target = source.with_suffix(".mo")
        partial = target.with_name(f".{target.name}.{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(partial))
        partial.replace(target)
        written.append(target)
    return written


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling looks it up by this name
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        compile_catalogs(root)
        if self.target_name == "wheel" and version == "standard":
            build_data["force_include"].update({str(root / source): target for source, target in CARRIED.items()})
