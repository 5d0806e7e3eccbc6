"""A form's field that holds one text in several languages, one input each.

    class RoomForm(LocalizedForm):
        name = LocalizedField(lazy_gettext("Name of the room"), limit=80, required="first")
        note = LocalizedField(lazy_gettext("Note"), kind="textarea", limit=500)
        story = LocalizedField(lazy_gettext("Story"), kind="markdown", limit=8000)

    form = RoomForm(languages=event.languages, name=room.name)     # or obj=room
    form.name.data                                                 # {"es": "Sala 1", "en": "Room 1"}
    {{ bilingual(form.name) }}                                     # templates/components/bilingual.html

- The inputs are `<name>-es`, `<name>-en`, …: of the form's languages only, in their order. `prefix` of the form stands before.
- `data` after reading: language to text, tidied (no outer white space, "\\n" for line breaks), without empty ones. It knows the
  form's languages alone: a service keeps what other languages have with `kernel.text.merged(stored, data, languages)`.
- `kind`: "line" (one line), "textarea" or "markdown". `limit` counts characters; `rows` is the height of the area.
- `required`: "" (no), "first" (in the form's first language) or "every" (in each of them).
- An input that was not sent keeps the text that the form was made with.
- `field.inputs`: language to WTForms field. `field.errors`: one sentence for each wrong input, with its language before it where
  there are several; `field.error_items`: [(id of the input, sentence)], which `errors_of(form)` lists.
  `field.refuse(language, sentence)` adds one after validating: for what only the service knows.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import Field, StringField, TextAreaField

from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, own_name
from eventreg.kernel.text import merged, showable, tidied
from eventreg.web.fields import text_fault
from eventreg.web.forms import BaseForm

Kind = Literal["line", "textarea", "markdown"]
Required = Literal["", "first", "every"]


class LocalizedForm(BaseForm):
    """A form some of whose fields hold a text for each of `languages`, the first of which is the one that must not lack."""

    def __init__(self, languages: Sequence[str], **values: Any) -> None:
        #: read by the fields while they are made
        self.languages = tuple(languages)
        super().__init__(**values)


class LocalizedField(Field):
    """One text in the languages of its form. See the head of this file."""

    def __init__(
        self,
        label: str = "",
        *,
        kind: Kind = "line",
        limit: int = 200,
        required: Required = "",
        rows: int = 0,
        _form: Any = None,  # WTForms gives it when the form is made
        **values: Any,
    ) -> None:
        super().__init__(label, _form=_form, **values)
        self.kind, self.limit, self.required = kind, limit, required
        self.rows = rows or (8 if kind == "markdown" else 3)
        self.languages: tuple[str, ...] = _form.languages
        self.inputs: dict[str, Field] = {language: self._input(language, _form) for language in self.languages}
        self.id = self.inputs[self.languages[0]].id

    def is_required(self, language: str) -> bool:
        """Say whether the text must be there in a language."""
        return self.required == "every" or (self.required == "first" and language == self.languages[0])

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read each input from what was sent, else from `data`, a mapping from language to text."""
        given: Mapping[str, str] = data if isinstance(data, Mapping) else self.default or {}
        self.process_errors = []
        for language, bound in self.inputs.items():
            bound.process(formdata, given.get(language, ""))

    @property
    def data(self) -> dict[str, str]:
        """What stands in the inputs: language to text, without empty ones."""
        texts = {language: tidied(bound.data or "") for language, bound in self.inputs.items()}
        return {language: text for language, text in texts.items() if text}

    @data.setter
    def data(self, value: Any) -> None:
        # WTForms sets it to None before the inputs are there.
        if value is not None:
            for language, bound in self.inputs.items():
                bound.data = value.get(language, "")

    def populate_obj(self, obj: Any, name: str) -> None:
        """Give the text; what it has in other languages stays."""
        setattr(obj, name, merged(getattr(obj, name) or {}, self.data, self.languages))

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Refuse what cannot be kept, is too long, or lacks where it must not. What was typed stays."""
        for language, bound in self.inputs.items():
            text = tidied(bound.data or "")
            sentence = self._fault(text, language)
            bound.data = showable(bound.data or "")
            bound.errors = [sentence] if sentence else []
        self._gather()
        return not self.errors

    def write_in(self, languages: Sequence[str]) -> None:
        """Keep the inputs of these languages alone, which are not none."""
        self.languages = tuple(languages)
        self.inputs = {language: self.inputs[language] for language in languages}
        self.id = self.inputs[self.languages[0]].id

    def refuse(self, language: str, sentence: str) -> None:
        """Add an error to the input of a language: what only the service could know."""
        bound = self.inputs[language]
        bound.errors = [*bound.errors, sentence]
        self._gather()

    def _gather(self) -> None:
        several, colon = len(self.languages) > 1, formats.colon(current_language())
        self.error_items = [
            (bound.id, f"{own_name(language)}{colon} {error}" if several else error)
            for language, bound in self.inputs.items()
            for error in bound.errors
        ]
        self.errors = [sentence for _id, sentence in self.error_items]

    def _fault(self, text: str, language: str) -> str:
        if not text:
            return _("Write this text") if self.is_required(language) else ""
        return text_fault(text, self.limit, is_line=self.kind == "line")

    def _input(self, language: str, form: LocalizedForm) -> Field:
        make: Any = StringField if self.kind == "line" else TextAreaField
        label = Markup('<span lang="{}">{}</span>').format(language, own_name(language))
        name = f"{self.short_name}-{language}"
        bound: Field = make(label, render_kw={"lang": language}).bind(
            form, name, prefix=self.name[: -len(self.short_name)]
        )
        bound.errors = []
        return bound
