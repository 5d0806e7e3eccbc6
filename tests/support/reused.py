"""What an application makes of the house's own files and texts, kept from one application of a process to the next.

Every test has an application and a database of its own. What these stand on is the same each time: addresses, guides, static
files, catalogs, templates, the SQL of a statement. Making it anew was most of what an application costs. The same goes for
passwords: all accounts of the tests have one of a few.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask import Flask
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import Domain
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Map, Rule, RuleFactory

from eventreg.accounts import passwords
from eventreg.web import assets, guides

_ROOT = Path(__file__).resolve().parents[2]
_STATEMENTS: LRUCache[Any, Any] = LRUCache(5_000)
_CATALOGS: dict[tuple[str, ...], dict[Any, Any]] = {}
_MAPS: dict[tuple[object, ...], Map] = {}
_CODE: dict[tuple[str, str], Any] = {}
_RULES: dict[tuple[object, ...], tuple[Rule, ...]] = {}


class KeptMap(Map):
    """The addresses of an application: those that an application with the same rules has read and compiled."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._added: list[Rule] = []
        super().__init__(*args, **options)

    def add(self, rulefactory: RuleFactory) -> None:
        """Note a rule; it is read when somebody asks for an address."""
        self._added += rulefactory.get_rules(self)
        self._remap = True

    @property
    def noted(self) -> tuple[Rule, ...]:
        """The rules as they were added; they are bound to no map."""
        return tuple(self._added)

    def update(self) -> None:
        """Take over what was made of equal rules in the same order."""
        if self._remap:
            key = tuple(map(_said, self._added))
            if key not in _MAPS:
                _MAPS[key] = Map(_copies(self._added), host_matching=self.host_matching)
                _MAPS[key].update()
            self._matcher, self._rules_by_endpoint = _MAPS[key]._matcher, _MAPS[key]._rules_by_endpoint
            self._remap = False


class KeptCode(FileSystemBytecodeCache):
    """Compiled templates: of the run in a folder, of the process in memory."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the code from memory, else from the folder."""
        bucket.code = _CODE.get((bucket.key, bucket.checksum))
        if bucket.code is None:
            super().load_bytecode(bucket)
            if bucket.code is not None:
                _CODE[bucket.key, bucket.checksum] = bucket.code


class KeptHasher(PasswordHasher):
    """A hasher that remembers what it found of a hash and a password: a test that guesses does so ten times."""

    def __init__(self, hasher: PasswordHasher) -> None:
        super().__init__(hasher.time_cost, hasher.memory_cost, hasher.parallelism)
        #: what works it out each time
        self.anew = hasher
        self._found: dict[tuple[str | bytes, str | bytes], type[VerificationError] | None] = {}

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - argon2's name
        """Do as argon2 did the first time."""
        asked = hash, password
        if asked not in self._found:
            try:
                super().verify(hash, password)
                self._found[asked] = None
            except VerificationError as error:
                self._found[asked] = type(error)
        if (refusal := self._found[asked]) is not None:
            raise refusal
        return True


@pytest.fixture
def hashed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of hashing itself: each time is worked out."""
    assert isinstance(passwords._hasher, KeptHasher)
    monkeypatch.setattr(passwords, "_hasher", passwords._hasher.anew)


@cache
def hash_of(password: str) -> str:
    """Return what is stored of a password, worked out once for each."""
    return passwords.hash_of(password)


def remember_passwords() -> None:
    """Let the applications of this process work out once what a hash and a password come to. No server that is started does."""
    passwords._hasher = KeptHasher(passwords._hasher)


def reuse() -> None:
    """Let the applications of this process share all that is made of files and texts."""
    Flask.url_map_class = KeptMap
    guides.Guides = _of_the_house(guides.Guides)  # type: ignore[misc]
    assets.read_assets = _of_the_house(assets.read_assets)
    BlueprintSetupState.add_url_rule = _kept_rules(BlueprintSetupState.add_url_rule)  # type: ignore[method-assign]
    Domain.get_translations_cache = lambda domain, _context: _CATALOGS.setdefault(  # type: ignore[method-assign]
        (*domain.translation_directories, *domain.domain), {}
    )
    # One dialect is as good as another of its kind.
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        kind.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign,assignment]
        kind.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign,assignment]
    Engine._compiled_cache = property(lambda _engine: _STATEMENTS, lambda _engine, _own: None)  # type: ignore[assignment]


def _of_the_house(read: Any) -> Any:
    """Return `read`, which reads a folder of the repository once."""
    kept = cache(read)
    return lambda folder: kept(folder) if folder.is_relative_to(_ROOT) else read(folder)


def _kept_rules(add: Any) -> Any:
    """Return `add`, which makes the rules of a view once and has the next applications take them over."""

    def add_url_rule(
        state: BlueprintSetupState, rule: str, endpoint: Any = None, view: Any = None, **options: Any
    ) -> None:
        addresses, views = state.app.url_map, state.app.view_functions
        if view is None or not isinstance(addresses, KeptMap):
            add(state, rule, endpoint, view, **options)
            return
        key = (state.blueprint, state.url_prefix, state.name, rule, endpoint, view, repr(options))
        if key not in _RULES:
            number = len(addresses.noted)
            add(state, rule, endpoint, view, **options)
            _RULES[key] = addresses.noted[number:]
            return
        for kept in _RULES[key]:
            assert views.setdefault(kept.endpoint, view) is view, f"two views are called {kept.endpoint}"
            addresses.add(kept)

    return add_url_rule


def _said(rule: Rule) -> tuple[object, ...]:
    """Return what tells the rule from others, put together once: the same rules are in every application."""
    said: tuple[object, ...] | None = vars(rule).get("said")
    if said is None:
        methods = frozenset(rule.methods or ())
        said = rule.rule, rule.endpoint, methods, repr(rule.defaults), rule.subdomain, _is_automatic(rule)
        rule.said = said  # type: ignore[attr-defined]
    return said


def _copies(rules: list[Rule]) -> Iterator[Rule]:
    for rule in rules:
        copy = rule.empty()
        copy.provide_automatic_options = _is_automatic(rule)  # type: ignore[attr-defined]
        yield copy


def _is_automatic(rule: Rule) -> bool:
    return bool(getattr(rule, "provide_automatic_options", False))
