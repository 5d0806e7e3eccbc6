"""Renders every page and file of the test world, to see that a refactoring changes none of them.

    compare_pages.py take FOLDER            write every page into FOLDER, a file each
    compare_pages.py compare BEFORE AFTER   show what differs between two such folders; exit 1 when anything does

Taken are, for each of ACTORS in each of LANGUAGES, every address that is read; in English also what its links and forms of
the same address lead to (orders, filters, columns, pages of a list), what every form answers and writes when it is sent, and
the files of exports; and the mails that building the world has queued. Each file is named for verb and address as
`tests/access/table.txt` has them, never for an endpoint, and tells status, type and content. `statements.json` holds how many
statements each asked of the database.

Two takes of the same code are equal: the clock stands, chance is made of counting, and whatever is still made by chance
(tokens, public ids, references, hashes) stands there as the n-th of its page. `--seed` makes another chance, to try just that.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import html
import io
import json
import os
import random
import re
import sqlite3
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

ACTORS = ("anonymous", "link", "viewer", "narrowed", "owner", "administrator")
LANGUAGES = ("es", "en")
#: who follows what leads on from a page, and who sends the forms
FOLLOWING, SENDING = ("narrowed", "owner", "administrator"), ("anonymous", "link", "viewer", "owner", "administrator")
#: at most so many of one page are followed
MOST_FOLLOWED = 150
#: forms that say what a file is to hold, by the end of their address
FILES: dict[str, list[dict[str, str]]] = {
    "/registrations/export": [
        {"format": kind, "columns": columns, "with_contact_data": "y", **more}
        for kind in ("csv", "xlsx", "json", "zip", "pdf_list", "pdf_sheet")
        for columns in ("screen", "all")
        for more in (
            {},
            {"with_keys": "y"},
            {"with_sensitive": "y", "reason": "Para la cocina del hotel"},
        )
    ],
    "/<slug>/export": [
        {},
        {"with_files": "y"},
        {"with_people": "y", "with_sensitive": "y", "with_files": "y"},
    ],
}
_COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
#: columns whose values are made by chance
_BY_CHANCE = {"public_id", "reference", "marker", "message_id", "submission_key", "file_id"}
_MASKS = re.compile(
    r'(?P<csrf>(?<=value=")I[\w-]{40,}\.[\w-]{6}\.[\w-]{27}(?="))'
    r"|(?P<asset>(?<=[?&;]v=)[\w-]{6,})"
    r"|(?P<uid>\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)"
    r"|(?P<hex>\b[0-9a-f]{32,}\b)"
    r"|(?P<token>(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[\d_-])[A-Za-z0-9_-]{36}(?![\w-]))"
    r"|(?P<key>(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[A-Za-z0-9_-]{22}(?![\w-]))"
    r"|(?P<nonce>(?<=[/:])(?=[\w-]*[A-Z])[A-Za-z0-9_-]{12}(?='))"
)


@dataclass(frozen=True)
class Taken:
    """One page or file: where it goes, what it says, what it asked of the database."""

    name: str
    content: str
    statements: int


class Chance:
    """Bytes that look random and are the same each time: the n-th of a length, for whom they are asked."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self.begin("world")

    def begin(self, about: str) -> None:
        """Begin anew, so that one request does not depend on how much those before it took."""
        self._about, self._given = about, Counter[int]()

    def take(self, count: int) -> bytes:
        """Return so many bytes."""
        self._given[count] += 1
        return hashlib.shake_256(f"{self._seed}/{self._about}/{count}/{self._given[count]}".encode()).digest(count)

    def rule(self) -> None:
        """Put this chance in place of the system's."""
        os.urandom = self.take
        setattr(random, "_urandom", self.take)  # noqa: B010 - what `secrets` and random.SystemRandom draw from


class Masks:
    """Puts what is made by chance out of sight: what the database holds of it, and what looks so."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._values: set[str] = set()
        self._known = re.compile("(?!)")
        self.learn()

    def learn(self) -> None:
        """Read from the database what was made by chance by now."""
        rows = (row for several in rows_of(self._database).values() for row in several)
        values = {str(row[name]) for row in rows for name in _BY_CHANCE & row.keys() if row[name]}
        self._values |= {value for value in values if len(value) > 7}
        words = "|".join(re.escape(value) for value in sorted(self._values, key=lambda value: (-len(value), value)))
        self._known = re.compile(f"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])", re.IGNORECASE)

    def put(self, text: str) -> str:
        """Return the text with each such value as the how many-th of its kind it is."""
        seen: dict[str, str] = {}
        kinds = Counter[str]()

        def masked(found: re.Match[str]) -> str:
            kind = found.lastgroup or "id"
            if kind in ("csrf", "asset"):
                return f"<{kind}>"
            value = found[0].casefold()
            if value not in seen:
                kinds[kind] += 1
                seen[value] = f"<{kind} {kinds[kind]}>"
            return seen[value]

        return self._known.sub(masked, _MASKS.sub(masked, text))


class World:
    """The test world, walked over with a clock that stands."""

    def __init__(self, folder: Path, seed: str) -> None:
        from sqlalchemy import event

        from eventreg.db import db
        from eventreg.kernel.keys import create_keys
        from tests import world
        from tests.support.apps import build_app, make_config
        from tests.support.databases import SqliteTemplate

        self.chance = Chance(seed)
        self.chance.rule()
        instance = folder / "instance"
        create_keys(instance / "keys" / "keys.json")
        self.database = instance / "eventreg.db"
        url = SqliteTemplate(folder).copy(self.database)
        self.app = build_app(make_config(instance, url), folder)
        self.world = world.build_world(self.app)
        self.world.keep(folder)
        self.rules = list(world.rules(self.app))
        self.masks = Masks(self.database)
        self.statements = 0
        self._hours = 0
        monotonic = time.monotonic
        # What a process keeps for some seconds is old at each request, however fast or slow the machine is.
        time.monotonic = lambda: monotonic() + self._hours * 3600
        with self.app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.statements += statement.lstrip().upper().startswith(_COUNTED)

    def ask(self, visitor: Any, about: str, verb: str, address: str, data: Any = None) -> tuple[Any, str]:
        """Send one request; return the answer and how it is written down."""
        self.chance.begin(about)
        self._hours += 1
        self.statements = 0
        options = {} if verb == "GET" else {"data": data, "token": True}
        page = getattr(visitor, verb.lower())(address, status=None, sound=False, **options)
        head = f"{about}\n{page.status} {page.headers.get('Content-Type', '')}\n"
        location = page.headers.get("Location", "")
        named = page.headers.get("Content-Disposition", "")
        head += "".join(f"{each}\n" for each in (location, named) if each)
        return page, f"{head}\n{readable(page.headers.get('Content-Type', ''), page.body)}"


def rows_of(database: Path) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table."""
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row
    names = [
        name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    ]
    found = {name: [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')] for name in names}  # noqa: S608
    connection.close()
    return found


def readable(kind: str, body: bytes) -> str:
    """Return a body as text: archives and spreadsheets file by file, what is no text by its hash."""
    if body[:4] == b"PK\x03\x04":
        archive = zipfile.ZipFile(io.BytesIO(body))
        parts = [(name, archive.read(name)) for name in archive.namelist()]
        return "\n".join(f"--- {name}\n{readable('', part)}" for name, part in parts)
    if kind.startswith("application/pdf") or body[:5] == b"%PDF-":
        return f"a PDF of {body.count(b'/Type /Page') - body.count(b'/Type /Pages')} pages"
    try:
        return body.decode("utf-8-sig").replace("><", ">\n<")
    except UnicodeDecodeError:
        return f"{len(body)} bytes, {hashlib.sha256(body).hexdigest()[:16]}"


def taken(folder: Path, seed: str) -> Iterator[Taken]:
    """Yield every page and file of the world."""
    walk = World(folder, seed)
    mails = rows_of(walk.database)["mail_messages"]
    for number, row in enumerate(mails, 1):
        text = "\n".join(f"{name}: {value}" for name, value in row.items() if not isinstance(value, bytes))
        yield Taken(f"mails/{number:03}-{row['template'].replace('/', '-')}", walk.masks.put(text), 0)
    for actor in ACTORS:
        for language in LANGUAGES:
            yield from _read(walk, actor, language)
    for actor in SENDING:
        yield from _sent(walk, actor)


def _read(walk: World, actor: str, language: str) -> Iterator[Taken]:
    visitor = walk.world.visitor(actor, language)
    for verb, rule in walk.rules:
        if verb != "GET":
            continue
        name = f"{actor}-{language}/{_file_name(verb, rule.rule)}"
        address = walk.world.address(rule, actor)
        page, text = walk.ask(visitor, f"{verb} {rule.rule}", verb, address)
        yield Taken(name, walk.masks.put(text), walk.statements)
        if language == "en" and actor in FOLLOWING and page.is_html and page.status == 200:
            for number, query in enumerate(_leading_on(address, page.html), 1):
                _, text = walk.ask(
                    walk.world.visitor(actor, language), f"{verb} {rule.rule}?{query}", verb, f"{address}?{query}"
                )
                yield Taken(f"{name}+{number:02}", walk.masks.put(text), walk.statements)


def _sent(walk: World, actor: str) -> Iterator[Taken]:
    for verb, rule in walk.rules:
        if verb == "GET":
            continue
        forms = [form for end, several in FILES.items() if rule.rule.endswith(end) for form in several]
        for number, data in enumerate([walk.world.form_data(rule), *forms]):
            walk.world.restore()
            before = rows_of(walk.database)
            visitor = walk.world.visitor(actor)
            about = f"{verb} {rule.rule} {json.dumps(data, sort_keys=True) if number else ''}".strip()
            _, text = walk.ask(visitor, about, verb, walk.world.address(rule, actor), data)
            text += "\n\n" + "\n".join(_written(before, rows_of(walk.database)))
            walk.masks.learn()
            name = f"{actor}-en/{_file_name(verb, rule.rule)}" + (f"+{number:02}" if number else "")
            yield Taken(name, walk.masks.put(text), walk.statements)
    walk.world.restore()


def _written(before: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    """Yield what a request has done to the rows, but for bytes, which are sealed."""
    for table, rows in after.items():
        left, come = ([_row(row) for row in some] for some in (before[table], rows))
        yield from (f"- {table} {row}" for row in left if row not in come)
        yield from (f"+ {table} {row}" for row in come if row not in left)


def _row(row: dict[str, Any]) -> str:
    return " ".join(
        f"{name}={value!r}" for name, value in row.items() if value is not None and type(value) is not bytes
    )


def _leading_on(address: str, source: str) -> list[str]:
    """Return the queries that links and forms of a page lead to at its own address, each once, in the page's order."""
    found: dict[str, None] = {}
    path = urlsplit(address).path
    for href in re.findall(r'<a [^>]*href="([^"]*)"', source):
        there = urlsplit(urljoin(address, html.unescape(href)))
        if there.path == path and there.query:
            found[there.query] = None
    for form in re.findall(r'<form[^>]*method="get".*?</form>', source, re.DOTALL | re.IGNORECASE):
        for name, value in _choices(form):
            found[urlencode({name: value})] = None
    return list(found)[:MOST_FOLLOWED]


def _choices(form: str) -> Iterator[tuple[str, str]]:
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        yield from ((html.unescape(name), html.unescape(value)) for value in re.findall(r'value="([^"]+)"', options))
    for box in re.findall(r"<input[^>]*>", form):
        parts = dict(re.findall(r'(\w+)="([^"]*)"', box))
        if parts.get("type") in ("checkbox", "radio") and "name" in parts:
            yield html.unescape(parts["name"]), html.unescape(parts.get("value", "on"))


def _file_name(verb: str, rule: str) -> str:
    return f"{verb} {rule.strip('/').replace('/', '~') or '~'}".replace("<", "{").replace(">", "}").replace(":", "=")


def take(folder: Path, seed: str) -> int:
    """Write everything into a folder that is there not yet, or empty."""
    import time_machine

    from tests.support.clocks import START

    if folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty")
    statements = {}
    with tempfile.TemporaryDirectory() as scratch, time_machine.travel(START, tick=False):
        for each in taken(Path(scratch), seed):
            file = folder / f"{each.name}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(each.content, encoding="utf-8")
            statements[each.name] = each.statements
    (folder / "statements.json").write_text(json.dumps(statements, indent=0, sort_keys=True), encoding="utf-8")
    print(f"{len(statements)} pages, {sum(statements.values())} statements")
    return 0


def compare(before: Path, after: Path) -> int:
    """Print what differs between two folders."""
    texts = [{path.relative_to(top).as_posix(): path for path in top.rglob("*.txt")} for top in (before, after)]
    differing = 0
    for name in sorted(texts[0].keys() | texts[1].keys()):
        old, new = (_lines(each.get(name)) for each in texts)
        if old != new:
            differing += 1
            sys.stdout.writelines(difflib.unified_diff(old, new, f"before/{name}", f"after/{name}", n=1))
    counts = [json.loads((top / "statements.json").read_text(encoding="utf-8")) for top in (before, after)]
    more = {name: (counts[0][name], now) for name, now in counts[1].items() if counts[0].get(name, now) != now}
    for name, (then, now) in sorted(more.items()):
        print(f"{name}: {then} statements before, {now} after")
    asking_more = sum(now > then for then, now in more.values())
    print(
        f"{differing} of {len(texts[0])} pages differ; {len(more)} ask another number of statements, {asking_more} more"
    )
    return 1 if differing or more else 0


def _lines(file: Path | None) -> list[str]:
    return [f"{line}\n" for line in file.read_text(encoding="utf-8").split("\n")] if file else []


def main() -> int:
    """Take, or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    acts = parser.add_subparsers(dest="act", required=True)
    taking = acts.add_parser("take")
    taking.add_argument("folder", type=Path)
    taking.add_argument("--seed", default="", help="another chance, to see that no page depends on it")
    comparing = acts.add_parser("compare")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    args = parser.parse_args()
    if args.act == "compare":
        return compare(args.before, args.after)
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of sets is chance too.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})  # noqa: S606
    return take(args.folder.resolve(), args.seed)


if __name__ == "__main__":
    sys.exit(main())
