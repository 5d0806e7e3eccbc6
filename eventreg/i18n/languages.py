"""Which language a reader gets: asked for (`?lang=`), remembered (cookie), or preferred by the browser."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Protocol

from babel import Locale
from babel.core import UnknownLocaleError
from babel.support import NullTranslations, Translations
from flask import Flask, Response, current_app, g, has_app_context, has_request_context, request
from flask_babel import Babel, Domain, force_locale, get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from eventreg.i18n.catalogs import LOCALE_FOLDER
from eventreg.i18n.formats import colon
from eventreg.kernel.clients import cookie_name

_COOKIE = "lang"
_COOKIE_SECONDS = 365 * 24 * 3600
_OFFER = "eventreg_languages"


def init_app(app: Flask, languages: tuple[str, ...], secure: bool) -> None:
    """Set the application up to speak `languages`, of which the first is the default."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(LOCALE_FOLDER)
    app.config["BABEL_DEFAULT_LOCALE"] = languages[0]
    app.config["EVENTREG_LANGUAGES"] = languages
    app.config["EVENTREG_LANGUAGE_COOKIE"] = cookie_name(_COOKIE, is_https=secure)
    catalogs = _Babel(app, locale_selector=choose_language).domain_instance  # type: ignore[no-untyped-call]
    # Templates say thousands of words a page: they ask the catalog without looking first for whose it is.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: catalogs.get_translations().ugettext(text) if text else "",
        ngettext=lambda one, many, number: catalogs.get_translations().ungettext(one, many, number),
        pgettext=lambda context, text: catalogs.get_translations().upgettext(context, text),
        npgettext=lambda context, one, many, number: catalogs.get_translations().unpgettext(context, one, many, number),
        newstyle=True,
    )
    app.jinja_env.globals["colon"] = lambda: colon(current_language())

    @app.after_request
    def remember_language(response: Response) -> Response:
        """Keep a language that a page was asked for in; it depends on what the browser prefers.

        Which languages there are is asked only then: a probe must not wait for the database.
        """
        if response.mimetype != "text/html":
            return response
        response.vary.update(("Accept-Language", "Cookie"))
        asked = request.args.get("lang", "") if request.method in ("GET", "HEAD") else g.get("language", "")
        if asked and asked in known_languages():
            response.set_cookie(
                _cookie(), asked, max_age=_COOKIE_SECONDS, secure=secure, httponly=True, samesite="Lax", path="/"
            )
        return response


class _Catalogs(Domain):
    """Finds a catalog by the language in force itself: to make its name for each word took as long as to find the word."""

    def get_translations(self) -> Translations | NullTranslations:
        # The same as `get_locale()` from the second word of a page on, at a third of its time.
        known = g.get("_flask_babel") if has_app_context() else None
        locale = getattr(known, "babel_locale", None) or get_locale()
        found = self._by_locale.get(locale) if locale is not None else None
        if found is None:
            found = super().get_translations()  # type: ignore[no-untyped-call]
            if locale is not None:
                self._by_locale[locale] = found
        return found

    def gettext(self, string: str, **variables: Any) -> str:
        # Under the empty text a catalog keeps what it says of itself.
        return str(super().gettext(string, **variables)) if string else ""  # type: ignore[no-untyped-call]

    @cached_property
    def _by_locale(self) -> dict[Locale, Translations | NullTranslations]:
        return {}


class _Babel(Babel):
    @cached_property
    def domain_instance(self) -> Domain:
        return _Catalogs()  # type: ignore[no-untyped-call]


class Offer(Protocol):
    """What an administrator has set, as far as languages go."""

    @property
    def languages(self) -> Sequence[str]:
        """Those that are offered, the default first; empty: all that there are."""


def init_offer(app: Flask, chosen: Callable[[], Offer]) -> None:
    """Have `app` speak those of its languages that `chosen()` has, the default first; all when it has none."""
    app.extensions[_OFFER] = chosen


def choose_language() -> str:
    """Return the language of this request; outside a request the instance's default."""
    languages = known_languages()
    if not has_request_context():
        return languages[0]
    for wanted in (g.get("language"), request.args.get("lang"), request.cookies.get(_cookie())):
        if wanted in languages:
            return str(wanted)
    return preferred(request.headers.get("Accept-Language", ""), languages)


def preferred(header: str, languages: Sequence[str]) -> str:
    """Return that of `languages` which a browser with this header prefers; the first one where it takes none."""
    return parse_accept_header(header, LanguageAccept).best_match(languages) or languages[0]


def has_chosen_language() -> bool:
    """Say whether this browser remembers a language that was asked for."""
    return _cookie() in request.cookies


def switch_language(language: str) -> bool:
    """Answer the rest of this request in `language` and remember it. False when the instance does not speak it.

    For forms whose language switch is a submit button: what was typed is shown again in the other language.
    """
    if language not in known_languages():
        return False
    g.language = language
    from flask_babel import refresh

    refresh()
    return True


def current_language() -> str:
    """Return the code of the language in force: the reader's, or the recipient's inside `speaking`."""
    locale = get_locale()
    return locale.language if locale is not None else str(current_app.config["BABEL_DEFAULT_LOCALE"])


def known_languages() -> tuple[str, ...]:
    """Return the codes of the languages this instance speaks, the default first."""
    configured = configured_languages()
    chosen = current_app.extensions.get(_OFFER)
    if chosen is None:
        return configured
    return tuple(language for language in chosen().languages if language in configured) or configured


def configured_languages() -> tuple[str, ...]:
    """Return the codes of the languages that the configuration allows: what can be chosen from."""
    languages: tuple[str, ...] = current_app.config["EVENTREG_LANGUAGES"]
    return languages


@contextmanager
def speaking(language: str) -> Iterator[str]:
    """Translate the block into `language`, or into the default when the instance does not speak it; yields which."""
    known = known_languages()
    chosen = language if language in known else known[0]
    with force_locale(chosen):
        yield chosen


def own_name(language: str) -> str:
    """Return a language's name in itself: "Español", "English"."""
    try:
        name = Locale.parse(language).get_display_name(language) or language
    except (UnknownLocaleError, ValueError):
        return language
    return name[:1].upper() + name[1:]


def name_of(language: str, reader: str = "") -> str:
    """Return a language's name in the reader's language (of now, if none is given), as it stands inside a sentence: "español"."""
    try:
        return Locale.parse(language).get_display_name(reader or current_language()) or language
    except (UnknownLocaleError, ValueError):
        return language


def _cookie() -> str:
    name: str = current_app.config["EVENTREG_LANGUAGE_COOKIE"]
    return name
