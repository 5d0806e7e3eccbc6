"""Keys that a detail of the audit trail holds, in the words of the screens. Of what is gone, the key stays."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask_babel import gettext as _

from eventreg.events.forms.texts import topic_name
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.practical import split_field, topic_of
from eventreg.events.rules.programme import SpeakerRole
from eventreg.events.rules.team import Permission
from eventreg.events.wording import partner_role_name, permission_words, speaker_role_name
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, known_languages, name_of
from eventreg.registration.rules.message_texts import TextKey
from eventreg.registration.text_wording import text_title
from eventreg.site.field_wording import field_words
from eventreg.site.queries.names import OF_CATEGORIES, OF_ORGANIZATIONS, Names
from eventreg.web.templating import plain_in_reader_language

#: "practical.k3f9.text (es)"
_TEXT = re.compile(r"(?P<field>\S+) \((?P<language>\w+)\)")


def key_words(key: str, part: str, names: Names) -> str:
    """Return what a key in this part of a detail stands for, or the key."""
    if part in OF_ORGANIZATIONS:
        return plain_in_reader_language(names.organizations.get(key, {})) or key
    if part in OF_CATEGORIES:
        return plain_in_reader_language(names.categories.get(key, {})) or key
    if part == "session":
        return plain_in_reader_language(names.sessions.get(key, {})) or key
    if part == "texts":
        return _text_words(key, names)
    if part == "practical":
        return _order_words(key, names)
    return _choices(part).get(key, key)


def _text_words(key: str, names: Names) -> str:
    """Say which text in which language: "Practical information: Hotels (Spanish)"."""
    found = _TEXT.fullmatch(key)
    if found is None:
        return key
    code = found["language"]
    language = name_of(code, current_language()) if code in known_languages() else code
    return f"{_field(found['field'], names)} ({language})"


def _field(field: str, names: Names) -> str:
    split = split_field(field)
    if split is None:
        return field_words(field)
    said = field_words("practical")
    item = _item(split[0], names)
    heading = f"{said}{formats.colon(current_language())} {item}"
    return _("%(item)s, heading", item=heading) if split[1] == "label" else heading


def _item(key: str, names: Names) -> str:
    """Return the heading of an item, else its topic; of one that was removed its key."""
    item = names.practical.get(key)
    if item is None:
        return key
    return plain_in_reader_language(item.get("label") or {}) or topic_name(topic_of(item))


def _order_words(order: str, names: Names) -> str:
    """Say what was done to an item: "added k3f9"."""
    verb, _blank, key = order.partition(" ")
    item = _item(key, names)
    return {
        "added": _("%(item)s added", item=item),
        "topic": _("%(item)s with another topic", item=item),
        "moved": _("%(item)s moved", item=item),
        "removed": _("%(item)s removed", item=item),
    }.get(verb, order)


def _choices(part: str) -> Mapping[str, str]:
    """Return the words of the values that this part can have, where they mean something else than elsewhere."""
    if part == "role":
        return {
            **{role.value: speaker_role_name(role) for role in SpeakerRole},
            **{role.value: partner_role_name(role) for role in PartnerRole},
        }
    if part == "withheld":
        return {permission.value: permission_words(permission) for permission in Permission}
    if part == "message_text":
        return {key.value: text_title(key) for key in TextKey}
    if part == "direction":
        return {"earlier": _("further up"), "later": _("further down")}
    return {}
