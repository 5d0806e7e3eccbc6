"""Counts the modules of eventreg that one registration's POST enters: how many files somebody reads to follow it.

    modules_entered.py           the number, by room, and the list
    modules_entered.py --json    the list alone, as JSON

A real form of a test event is filled in and sent through the whole application, once so that all is imported, and once more to
be watched. A module is entered when a function of it is called.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

_PACKAGE = "eventreg."
_SEE_OTHER = 303


def entered(folder: Path) -> set[str]:
    """Register somebody in an application below `folder`, twice; return what the second POST entered."""
    from eventreg.kernel.keys import create_keys
    from tests.builders import an_event
    from tests.registration.filling import SEND, open_form, typed
    from tests.support.apps import build_app, make_config
    from tests.support.databases import SqliteTemplate
    from tests.support.pages import Pages

    create_keys(folder / "instance" / "keys" / "keys.json")
    url = SqliteTemplate(folder).copy(folder / "instance" / "eventreg.db")
    app = build_app(make_config(folder / "instance", url), folder)
    with app.app_context():
        event = an_event()
        visitor = Pages(app)
        open_form(visitor, event).submit(SEND, typed(event, Email_address="primera@instituto.example"), _SEE_OTHER)
        form = open_form(visitor, event).form(SEND)
        sent = form.fill(SEND, typed(event, Email_address="segunda@instituto.example"))
        with watched() as modules:
            visitor.send(sent, f"/events/{event.slug}/register", _SEE_OTHER)
    return modules


@contextmanager
def watched() -> Iterator[set[str]]:
    """Gather the names of the package's modules of which a function is called in the block."""
    found: set[str] = set()

    def note(frame: FrameType, what: str, _argument: object) -> None:
        name = frame.f_globals.get("__name__", "")
        if what == "call" and name.startswith(_PACKAGE):
            found.add(name)

    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(None)


def main() -> None:
    """Print what was entered."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        modules = sorted(entered(Path(folder)))
    if args.json:
        print(json.dumps(modules, indent=2))
        return
    rooms = Counter(name.split(".")[1] for name in modules)
    print(f"{len(modules)} modules: " + ", ".join(f"{room} {count}" for room, count in rooms.most_common()))
    print("\n".join(modules))


if __name__ == "__main__":
    main()
