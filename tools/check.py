"""Runs every tool of `make check`, though one before it fails, and says at the end which did and what to do about each.

check.py [NAME …]   all of CHECKS, or those named
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Check:
    """A command, what it holds the repository to, and what to do when it fails."""

    command: str
    bound: str
    remedy: str


CHECKS = {
    "format": Check("ruff format --check .", "every file is as the formatter writes it", "run .venv/bin/ruff format ."),
    "lint": Check(
        "ruff check .",
        "the rules in [tool.ruff.lint] of pyproject.toml",
        "mend what it names, some by .venv/bin/ruff check --fix .; a noqa only with its reason",
    ),
    "types": Check("mypy", "mypy's strict mode, [tool.mypy] of pyproject.toml", "give the type, or change the code"),
    "imports": Check(
        "lint-imports",
        "rooms, and the files in each, import only what is below them: [tool.importlinter] of pyproject.toml",
        "move the code down, or hand it over in eventreg/app.py, as docs/architecture.md says",
    ),
    "templates": Check(
        "djlint templates --lint --quiet",
        "[tool.djlint] of pyproject.toml",
        "mend what it names in the template",
    ),
    "translations": Check(
        "python tools/po.py check",
        "every text is translated in every catalog, and no catalog holds another",
        "make messages; tools/po.py missing --all > new.json; fill it in; tools/po.py fill new.json",
    ),
    "hosts": Check(
        "python tools/hosts.py", "no file names the host of a package registry", "leave the host out, or name the package"
    ),
}  # fmt: skip


def main() -> int:
    """Run them; 1 when any failed."""
    unknown = set(sys.argv[1:]) - set(CHECKS)
    if unknown:
        sys.exit(f"no such check: {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}")
    failed = []
    for name in sys.argv[1:] or CHECKS:
        program, *arguments = CHECKS[name].command.split()
        print(f"{name}: {CHECKS[name].command}", flush=True)
        if subprocess.run([str(BIN / program), *arguments], cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    for name in failed:
        print(f"\n{name} failed\n  held to: {CHECKS[name].bound}\n  remedy:  {CHECKS[name].remedy}")
    print(f"\n{len(failed)} failed: {', '.join(failed)}" if failed else "\nall passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
