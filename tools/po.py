"""Keeps the translations in step with the texts in the code and the templates.

    extract           update every language's catalog to the texts that exist now (drops the others)
    fill FILE.json    the same, and put in the translations of FILE; keeps vanished texts aside as obsolete
    missing           print what is not translated yet, as JSON ready to be filled in; --all: in every language
    check             exit 1 and say why, unless every catalog is complete and true to the code
    add LANGUAGE      begin a catalog for another language

FILE.json maps an English text to its translation; a text with a plural to the list of its forms, keyed by the
singular; a text with a context by "context<U+0004>text". It may hold several languages: {"es": {text: …}, "fr": {text: …}},
as `missing --all` prints it.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polib
from babel import localedata
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.plurals import get_plural

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hatch_build import LOCALES, compile_catalogs  # noqa: E402 - the root is not on the path before the line above

#: what new events begin with, in English; the same as in eventreg/events/rules/starting.py
STARTERS = "eventreg/events/data"
STARTER_CONTEXT = "starter"
STARTER_COMMENT = "A new event begins with this text, and its organizers change it."
SOURCES = [("eventreg", [("**.py", "python")]), ("templates", [("**.html", "jinja2"), ("**.txt", "jinja2")])]
KEYWORDS = DEFAULT_KEYWORDS | {
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
    "lazy_npgettext": ((1, "c"), 2, 3),
    "NN_": (1, 2),
}
#: As eventreg/web/templating.py sets the environment up. Not silent: a template that does not parse is an error.
JINJA_OPTIONS = {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}|</?\w+[^>]*>|\[\[|\]\]")
WORD = re.compile(r"[^\W\d_]{2,}")
#: blanks at which a language lets no line end: a catalog has those that hold together, whatever was typed
TIED = {"fr": re.compile(r" (?=[:;?!»](?![\w/=-]))|(?<=«) ")}
CONTEXT_SEPARATOR = "\x04"
WIDTH = 120
#: Up to so many words a text may read the same in two languages ("Total", "Plan B").
LONGEST_COMMON_TEXT = 3

Key = tuple[str | None, str]
#: an English text to what a language says, a plural as the list of its forms
Texts = dict[str, str | list[str]]


def key_of(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid


def spelled(key: Key) -> str:
    """The key as the JSON files write it."""
    return key[1] if key[0] is None else key[0] + CONTEXT_SEPARATOR + key[1]


def catalog_files() -> list[Path]:
    return sorted((ROOT / LOCALES).glob("*/LC_MESSAGES/messages.po"))


def language_of(catalog_file: Path) -> str:
    return catalog_file.parent.parent.name


@contextmanager
def locked() -> Iterator[None]:
    """One writer at a time, on this machine."""
    folder = os.open(ROOT / LOCALES, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def extracted() -> dict[Key, polib.POEntry]:
    """Every translatable text of the code and the templates, untranslated, in a stable order."""
    catalog = Catalog()
    for folder, methods in SOURCES:
        found = extract_from_dir(
            ROOT / folder,
            method_map=methods,
            options_map={"**.html": JINJA_OPTIONS, "**.txt": JINJA_OPTIONS},
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        )
        for _file, _line, text, comments, context in found:
            catalog.add(text, auto_comments=comments, context=context)
    for file in sorted((ROOT / STARTERS).glob("**/*.toml")):
        for text in starting_texts(tomllib.loads(file.read_text(encoding="utf-8"))):
            catalog.add(text, auto_comments=[STARTER_COMMENT], context=STARTER_CONTEXT)
    entries = [as_entry(message) for message in catalog if message.id]
    return {key_of(entry): entry for entry in sorted(entries, key=lambda entry: (entry.msgid, entry.msgctxt or ""))}


def starting_texts(value: object) -> Iterator[str]:
    """Every English text of a document of starting texts, paragraph by paragraph."""
    if isinstance(value, dict) and value.keys() == {"en"}:
        yield from value["en"].strip().split("\n\n")
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from starting_texts(part)


def as_entry(message: Message) -> polib.POEntry:
    singular, plural = (message.id, "") if isinstance(message.id, str) else message.id
    return polib.POEntry(
        msgid=singular,
        msgid_plural=plural,
        msgctxt=message.context,
        comment="\n".join(message.auto_comments),
        flags=["python-format"] if message.python_format else [],
    )


def header(language: str) -> dict[str, str]:
    """Without dates and tool versions, which would change at every run."""
    plural = get_plural(language)
    return {
        "Project-Id-Version": "eventreg",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": f"nplurals={plural[0]}; plural={plural[1]};",
    }


def forms_in(language: str) -> int:
    return int(get_plural(language)[0])


def is_translated(entry: polib.POEntry) -> bool:
    return all(entry.msgstr_plural.values()) if entry.msgid_plural else bool(entry.msgstr)


def put(entry: polib.POEntry, translation: str | list[str], forms: int) -> None:
    if not entry.msgid_plural:
        if not isinstance(translation, str):
            sys.exit(f"{entry.msgid!r} has no plural: give one text")
        entry.msgstr = translation
    else:
        if isinstance(translation, str) or len(translation) != forms:
            sys.exit(f"{entry.msgid!r} has a plural: give a list of {forms} texts")
        entry.msgstr_plural = dict(enumerate(translation))


def merged(language: str, texts: dict[Key, polib.POEntry], old: polib.POFile, *, keep_obsolete: bool) -> polib.POFile:
    """The catalog of the texts with the translations of the old one, obsolete ones included: a text may come back."""
    catalog = polib.POFile(wrapwidth=WIDTH)
    catalog.metadata = header(language)
    known = {key_of(entry): entry for entry in sorted(old, key=lambda entry: not entry.obsolete)}
    forms = forms_in(language)
    for key, text in texts.items():
        entry = polib.POEntry(
            msgid=text.msgid,
            msgid_plural=text.msgid_plural,
            msgctxt=text.msgctxt,
            comment=text.comment,
            flags=list(text.flags),
            msgstr_plural=dict.fromkeys(range(forms), "") if text.msgid_plural else {},
        )
        before = known.pop(key, None)
        if before and before.msgid_plural == text.msgid_plural:
            entry.msgstr, entry.msgstr_plural = before.msgstr, before.msgstr_plural or entry.msgstr_plural
        catalog.append(entry)
    if keep_obsolete:
        for before in sorted(known.values(), key=lambda entry: (entry.msgid, entry.msgctxt or "")):
            if is_translated(before):
                before.obsolete = True
                catalog.append(before)
    return catalog


def save(catalog: polib.POFile, catalog_file: Path) -> None:
    partial = catalog_file.with_name(f".{catalog_file.name}.{os.getpid()}")
    catalog.save(str(partial))
    partial.replace(catalog_file)


def update(*, keep_obsolete: bool, translations: dict[str, Texts] | None = None) -> int:
    """Bring every catalog up to date and put in the translations, which are by language; how many found no text."""
    texts = extracted()
    given = {language: dict(some) for language, some in (translations or {}).items()}
    for catalog_file in catalog_files():
        here = language_of(catalog_file)
        catalog = merged(here, texts, polib.pofile(str(catalog_file)), keep_obsolete=keep_obsolete)
        own = given.get(here, {})
        for entry in catalog:
            if not entry.obsolete and spelled(key_of(entry)) in own:
                put(entry, own.pop(spelled(key_of(entry))), forms_in(here))
            if here in TIED:
                entry.msgstr = TIED[here].sub("\u00a0", entry.msgstr)
                entry.msgstr_plural = {
                    form: TIED[here].sub("\u00a0", text) for form, text in entry.msgstr_plural.items()
                }
        save(catalog, catalog_file)
        missing = sum(not entry.obsolete and not is_translated(entry) for entry in catalog)
        print(f"{catalog_file.relative_to(ROOT)}: {len(texts)} texts, {missing} without a translation")
    homeless = [f"{language}: {text!r}" for language, some in given.items() for text in some]
    for text in homeless:
        print(f"no such text in the code or the templates, or no such catalog: {text}", file=sys.stderr)
    compile_catalogs(ROOT)
    return len(homeless)


def by_language(content: dict[str, Any], language: str) -> dict[str, Texts]:
    """Return what a file to fill in holds, by language: either it says so itself, or all of it is of this language."""
    return content if content and all(isinstance(some, dict) for some in content.values()) else {language: content}


def missing(language: str) -> Texts:
    catalog_file = ROOT / LOCALES / language / "LC_MESSAGES/messages.po"
    catalog = merged(language, extracted(), polib.pofile(str(catalog_file)), keep_obsolete=False)
    return {
        spelled(key_of(entry)): list(entry.msgstr_plural.values()) if entry.msgid_plural else ""
        for entry in catalog
        if not is_translated(entry)
    }


def faults_of_entry(entry: polib.POEntry) -> Iterator[str]:
    """What is wrong with one entry, in words."""
    if entry.obsolete:
        yield "is no longer in the code or the templates"
        return
    if entry.fuzzy:
        yield "is marked as doubtful (fuzzy)"
    if not is_translated(entry):
        yield "has no translation, or not every plural form"
        return
    forms = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    wanted = Counter(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    if Counter(PLACEHOLDER.findall(forms[-1])) != wanted:
        yield "has other placeholders or tags than its translation"
    if any(set(PLACEHOLDER.findall(form)) - set(wanted) for form in forms[:-1]):
        yield "has a plural form with a placeholder that the text does not have"
    for form in forms:
        if form != form.strip() and entry.msgid == entry.msgid.strip():
            yield "has a translation with white space at an end"
        if form == entry.msgid and len(WORD.findall(PLACEHOLDER.sub("", form))) > LONGEST_COMMON_TEXT:
            yield "is translated by itself"


def faults(catalog_file: Path, texts: dict[Key, polib.POEntry]) -> Iterator[str]:
    """What keeps a catalog from being complete and true to the code, in words."""
    language = language_of(catalog_file)
    committed = polib.pofile(str(catalog_file), wrapwidth=WIDTH)
    known = {key_of(entry) for entry in committed if not entry.obsolete}
    for key in texts.keys() - known:
        yield f"{language}: {spelled(key)!r} is not in the catalog"
    for entry in committed:
        if not entry.obsolete and key_of(entry) not in texts:
            yield f"{language}: {entry.msgid!r} is no longer in the code or the templates"
        else:
            yield from (f"{language}: {entry.msgid!r} {fault}" for fault in faults_of_entry(entry))
    if str(merged(language, texts, committed, keep_obsolete=True)) != str(committed):
        yield f"{language}: the file is not as `make messages` writes it"


def check() -> int:
    texts = extracted()
    found = [fault for catalog_file in catalog_files() for fault in faults(catalog_file, texts)]
    print("\n".join(found) if found else f"{len(texts)} texts, translated in {len(catalog_files())} language(s)")
    return 1 if found else 0


def add(language: str) -> None:
    """Begin a catalog; from then on it is found by being there."""
    if not re.fullmatch(r"[a-z]{2,3}", language):
        sys.exit(f"{language!r} is no language code: write two or three small letters, like fr or quc")
    if not localedata.exists(language):
        sys.exit(f"the CLDR knows nothing of {language!r}: neither its months nor its plural. Ask whoever programs.")
    catalog_file = ROOT / LOCALES / language / "LC_MESSAGES/messages.po"
    if catalog_file.exists():
        sys.exit(f"{catalog_file.relative_to(ROOT)} is there already")
    catalog_file.parent.mkdir(parents=True, exist_ok=True)
    save(merged(language, {}, polib.POFile(), keep_obsolete=False), catalog_file)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("extract")
    acts.add_parser("check")
    fill = acts.add_parser("fill")
    fill.add_argument("file", type=Path)
    listing = acts.add_parser("missing")
    listing.add_argument("--all", action="store_true", help="of every language")
    for act in (fill, listing):
        act.add_argument("--language", default="es", help="whose catalog (es)")
    acts.add_parser("add").add_argument("language")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    if args.act == "check":
        return check()
    if args.act == "missing":
        wanted = [language_of(catalog_file) for catalog_file in catalog_files()]
        found = {language: missing(language) for language in wanted} if args.all else missing(args.language)
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return 0
    with locked():
        if args.act == "add":
            add(args.language)
        if args.act == "fill":
            translations = by_language(json.loads(args.file.read_text(encoding="utf-8")), args.language)
            return 1 if update(keep_obsolete=True, translations=translations) else 0
        return update(keep_obsolete=False)


if __name__ == "__main__":
    sys.exit(main())
