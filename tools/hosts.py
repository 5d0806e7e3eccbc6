"""Fails when a text of the repository names the host of a package registry: mirrors differ from place to place."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: In pieces, so that this file does not name them either.
NAMES = [
    "py" + "pi",
    "python" + "hosted",
    "registry.npm" + "js",
    "npm" + "js",
    "deb.debi" + "an",
    "registry.yarn" + "pkg",
]
HOST = re.compile(r"\b(?:[\w-]+\.)*(?:" + "|".join(re.escape(name) for name in NAMES) + r")\.(?:org|com|net)\b")


def findings() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = []
    for name in filter(None, listed.split("\0")):
        file = ROOT / name
        if file.is_file():
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
            found += [
                f"{name}:{number}: {host[0]}" for number, line in enumerate(lines, 1) if (host := HOST.search(line))
            ]
    return found


if __name__ == "__main__":
    problems = findings()
    print("\n".join(problems) if problems else "no registry named")
    sys.exit(1 if problems else 0)
