"""The settings of an instance: one frozen object, from `config.toml` and `EVENTREG_*`, refused loudly when wrong."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from eventreg.i18n.catalogs import translated_languages
from eventreg.kernel.clock import time_zones

PREFIX = "EVENTREG_"
#: names with our prefix that the test suite, build steps and `eventreg backup` use; they are no settings
_FOREIGN = ("EVENTREG_TEST_", "EVENTREG_INSTANCE", "EVENTREG_BACKUP_PASSPHRASE")
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class ConfigError(Exception):
    """A setting is unknown or does not fit; the message says which, and how to mend it."""


@dataclass(frozen=True)
class Config:
    """Everything that can be set. Names are those of `config.toml`; in the environment `EVENTREG_` and capitals."""

    instance: Path
    database_url: str = ""
    base_url: str = "http://127.0.0.1:8000"
    trusted_proxies: int = 0
    keys_file: Path = Path()
    mail_server: str = ""
    mail_port: int = 25
    mail_username: str = ""
    mail_password: str = ""
    mail_use_tls: bool = False
    mail_use_ssl: bool = False
    mail_default_sender: str = ""
    #: an RSA key to sign messages with (DKIM), and where the DNS has its other half: `<selector>._domainkey.<domain>`
    mail_dkim_key: Path = Path()
    mail_dkim_selector: str = "eventreg"
    #: messages a minute at most, through the server and to one receiving domain; 0: as fast as they are taken
    mail_rate: int = 0
    mail_domain_rate: int = 0
    #: where messages come back to, each below it (`bounces@` is written as `bounces+<mark>@`); empty: to the sender
    mail_bounce_address: str = ""
    #: the mailbox of that address, over IMAP and TLS; empty: the mail server hands it over to `eventreg bounce`
    mail_bounce_server: str = ""
    mail_bounce_port: int = 993
    mail_bounce_username: str = ""
    mail_bounce_password: str = ""
    demo_mail: str = "hold"
    limits: bool = True
    #: where requests per client are counted: "memory" of each process, or a Redis for all of them, redis://host:6379/0
    limits_storage: str = "memory"
    #: whether browsers are told to use https for every host below this one as well
    hsts_subdomains: bool = False
    languages: tuple[str, ...] = field(default_factory=translated_languages)
    time_zone: str = "America/Mexico_City"
    #: the instance's name, as it is in every language; without one, pages and mails say "Seminars and meetings"
    site_name: str = ""
    #: what `/metrics` asks for as a bearer token; without one there is no such page
    metrics_token: str = ""

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use: the one set, or SQLite in the instance folder (where relative paths begin too)."""
        if self.database_url.startswith("postgresql"):
            return self.database_url
        return f"sqlite:///{self.instance / (self.database_url.removeprefix('sqlite:///') or 'eventreg.db')}"

    @property
    def sqlite_file(self) -> Path | None:
        """The file of the database in use, or None when that is PostgreSQL."""
        if self.database.startswith("postgresql"):
            return None
        return Path(self.database.removeprefix("sqlite:///").partition("?")[0])

    @property
    def keys(self) -> Path:
        """Where the keys file is."""
        return self.keys_file if self.keys_file != Path() else self.instance / "keys" / "keys.json"

    @property
    def uploads(self) -> Path:
        """Where sealed uploads are kept."""
        return self.instance / "uploads"

    @property
    def erased(self) -> Path:
        """The ledger of what was erased: among the uploads, which all machines share, under a name that no restore clears."""
        return self.uploads / ".erased.jsonl"

    @property
    def materials(self) -> Path:
        """Where the sealed files of materials are kept."""
        return self.instance / "materials"

    @property
    def exports(self) -> Path:
        """Where files that were taken out of lists are kept sealed for a day. No backup has them."""
        return self.instance / "exports"

    @property
    def imports(self) -> Path:
        """Where files that are to be put into lists are kept sealed for a day. No backup has them."""
        return self.instance / "imports"

    @property
    def copies(self) -> Path:
        """Where copies of what is held about a person are kept sealed for that person, for a week. No backup has them."""
        return self.instance / "copies"

    @property
    def leases(self) -> Path:
        """Where workers note which messages they have leased."""
        return self.instance / "leases"

    @property
    def compiled(self) -> Path:
        """Where a server keeps compiled templates. They are made anew where they are missing."""
        return self.instance / "compiled"

    @property
    def held_mail(self) -> Path:
        """Where held messages are written as `.eml` files."""
        return self.instance / "mail"

    @property
    def is_https(self) -> bool:
        """Whether the public address is https, and cookies are `Secure`."""
        return self.base_url.startswith("https://")

    @property
    def has_dkim(self) -> bool:
        """Whether messages are signed here."""
        return self.mail_dkim_key != Path()

    @property
    def sends_mail(self) -> bool:
        """Whether a mail server is configured. Without one, every message is held."""
        return bool(self.mail_server)


def load_config(
    environment: Mapping[str, str] | None = None,
    instance: Path | None = None,
    fallbacks: Mapping[str, Any] | None = None,
    **overrides: Any,
) -> Config:
    """Read `config.toml` of the instance folder, over it the environment, over it `overrides`.

    `fallbacks` stand where nothing is set, in place of the defaults.
    Raises ConfigError for an unknown name (with the nearest known one) or a value that does not fit.
    """
    environment = os.environ if environment is None else environment
    folder = (instance or Path(environment.get("EVENTREG_INSTANCE") or "instance")).resolve()
    values: dict[str, Any] = dict(fallbacks or {})
    for name, value in _file_settings(folder / "config.toml").items():
        values[_known(name, f"{folder / 'config.toml'}: {name}")] = value
    for name, value in environment.items():
        if name.startswith(PREFIX) and not name.startswith(_FOREIGN):
            values[_known(name.removeprefix(PREFIX).lower(), name)] = value
    values.update(overrides)
    values.pop("instance", None)
    return _checked(Config(instance=folder, **{name: _parsed(name, value) for name, value in values.items()}))


def _file_settings(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error


def _known(name: str, shown: str) -> str:
    known = [field.name for field in fields(Config) if field.name != "instance"]
    if name in known:
        return name
    near = difflib.get_close_matches(name, known, n=1, cutoff=0)
    raise ConfigError(f"Unknown setting {shown}. The nearest known one is {PREFIX}{near[0].upper()}.")


def _parsed(name: str, value: Any) -> Any:
    kind = get_type_hints(Config)[name]
    shown = f"{PREFIX}{name.upper()}"
    if kind is bool:
        text = str(value).strip().lower()
        if text in _TRUE | _FALSE:
            return text in _TRUE
        raise ConfigError(f"{shown} is {value!r}; it must be on or off.")
    if kind is int:
        try:
            return int(value)
        except ValueError:
            raise ConfigError(f"{shown} is {value!r}; it must be a whole number.") from None
    if kind is Path:
        return Path(value).resolve() if str(value) else Path()
    if kind == tuple[str, ...]:
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(part.strip() for part in parts if part.strip())
    return str(value).strip()


def _checked(config: Config) -> Config:
    parts = urlsplit(config.base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ConfigError(f"EVENTREG_BASE_URL is {config.base_url!r}; it must be like https://events.institution.org.")
    if config.demo_mail not in ("hold", "send"):
        raise ConfigError(f"EVENTREG_DEMO_MAIL is {config.demo_mail!r}; it must be hold or send.")
    if config.database_url and not config.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigError("EVENTREG_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://.")
    if config.time_zone not in time_zones():
        raise ConfigError(f"EVENTREG_TIME_ZONE is {config.time_zone!r}; it must be a zone like America/Mexico_City.")
    if not config.languages:
        raise ConfigError("EVENTREG_LANGUAGES is empty; it must name at least one language, like es,en.")
    if config.mail_use_tls and config.mail_use_ssl:
        raise ConfigError("EVENTREG_MAIL_USE_TLS and EVENTREG_MAIL_USE_SSL exclude each other.")
    if config.mail_server and not config.mail_default_sender:
        raise ConfigError("EVENTREG_MAIL_DEFAULT_SENDER must be set when EVENTREG_MAIL_SERVER is.")
    _check_delivery(config)
    _check_limits_storage(config.limits_storage)
    if config.trusted_proxies < 0:
        raise ConfigError("EVENTREG_TRUSTED_PROXIES must be 0 or more.")
    return config


def _check_delivery(config: Config) -> None:
    if min(config.mail_rate, config.mail_domain_rate) < 0:
        raise ConfigError("EVENTREG_MAIL_RATE and EVENTREG_MAIL_DOMAIN_RATE must be 0 or more.")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]{0,62}", config.mail_dkim_selector):
        raise ConfigError("EVENTREG_MAIL_DKIM_SELECTOR must be a name of the DNS, like eventreg.")
    local, at, domain = config.mail_bounce_address.partition("@")
    # What it is written with makes 28 signs more, of 64.
    is_plain = config.mail_bounce_address.isascii() and "." in domain and "+" not in local
    if config.mail_bounce_address and not (at and is_plain and 0 < len(local) <= 36):
        raise ConfigError("EVENTREG_MAIL_BOUNCE_ADDRESS must be like bounces@institution.org.")
    signs_in = (config.mail_username, config.mail_password, config.mail_bounce_username, config.mail_bounce_password)
    if not "".join(signs_in).isascii():
        raise ConfigError("User names and passwords of mail servers must be letters, digits and signs of ASCII.")
    if config.mail_bounce_server and not config.mail_bounce_address:
        raise ConfigError("EVENTREG_MAIL_BOUNCE_ADDRESS must be set when EVENTREG_MAIL_BOUNCE_SERVER is.")


def _check_limits_storage(address: str) -> None:
    if address == "memory":
        return
    parts = urlsplit(address)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise ConfigError(
            "EVENTREG_LIMITS_STORAGE must be memory, or the address of a Redis like redis://127.0.0.1:6379/0."
        )
    if find_spec("redis") is None:
        raise ConfigError("EVENTREG_LIMITS_STORAGE names a Redis: install eventreg with its extra, eventreg[scale].")
