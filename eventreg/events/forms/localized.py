"""Texts in the languages of an event, as fields of a form: `<name>-es`, `<name>-en`.

    class CategoryForm(LocalizedForm):
        name = LocalizedField(lazy_gettext("Name"), limit=120, required="first")

    form = CategoryForm(languages=event.languages, obj=category)
    form.name.data      # {"es": …, "en": …}: tidied, without empty ones, of the event's languages only

The whole contract stands in `eventreg/web/localized.py`, where rooms below this one find the same fields (the names of an
organization, of the instance). A service saves what it is given with `kernel.text.merged`, so that a language the event has
given up keeps its text, hidden.
"""

from eventreg.web.localized import Kind, LocalizedField, LocalizedForm, Required

__all__ = ["Kind", "LocalizedField", "LocalizedForm", "Required"]
