"""Fill in a form as a person does, by its labels, and send it as a browser without JavaScript does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from xml.etree.ElementTree import Element

from tests.support.html import ancestors, elements, parents_of, text_of

#: what a person enters: text, the label or value of a choice, a list of them, True or False, (file name, bytes)
Entry = str | bool | list[str] | tuple[str, bytes]
_BUTTON_TYPES = {"submit", "image"}
_UNSENT_TYPES = {"submit", "button", "image", "reset"}


@dataclass
class Submission:
    """What a browser would send."""

    method: str
    action: str
    is_multipart: bool
    pairs: list[tuple[str, Any]] = field(default_factory=list)

    def values(self, name: str) -> list[Any]:
        """Return the values sent under a name."""
        return [value for key, value in self.pairs if key == name]


class Form:
    """One form of a page. Fields are found by label; one of a group by legend; `#id` when there is no other way."""

    def __init__(self, root: Element, form: Element, address: str, controls: Sequence[Element] | None = None) -> None:
        self.element = form
        self.address = address
        self._root = root
        self._controls = list(self._own(controls_of(root) if controls is None else controls))
        #: by control, what it can be named by
        self._named: dict[Element, list[str]] = {}

    def buttons(self) -> list[str]:
        """Return the names of the buttons that send the form, as people find them."""
        return [_button_name(control) for control in self._controls if _is_button(control) and not _is_hidden(control)]

    def labels(self) -> list[str]:
        """Return what fields can be named by, in order."""
        shown = [control for control in self._fields() if control.get("type") != "hidden"]
        return list(dict.fromkeys(name for control in shown for name in self._names(control)[:1]))

    def values(self) -> dict[str, list[str]]:
        """Return what the form holds as it stands: field name to values."""
        held: dict[str, list[str]] = {}
        for control in self._fields():
            for value in _initial(control):
                held.setdefault(control.get("name") or "", []).append(value)
        return held

    def fill(self, button: str | None, entries: Mapping[str, Entry]) -> Submission:
        """Return what is sent when `entries` are typed and `button` is pressed. Fails for what is not there."""
        pressed = self._button(button)
        chosen = {id(control): values for key, entry in entries.items() for control, values in self._enter(key, entry)}
        method = (pressed.get("formmethod") if pressed is not None else None) or self.element.get("method") or "get"
        action = (pressed.get("formaction") if pressed is not None else None) or self.element.get("action") or ""
        sent = Submission(method.upper(), action or self.address, self.element.get("enctype") == "multipart/form-data")
        for control in self._controls:
            name = control.get("name")
            if not name or control.get("disabled") is not None:
                continue
            if control is pressed:
                sent.pairs.append((name, control.get("value") or ""))
            elif not _is_button(control) and control.tag != "button":
                values = chosen[id(control)] if id(control) in chosen else _initial(control)
                sent.pairs += [(name, value) for value in values]
        return sent

    def _own(self, controls: Iterable[Element]) -> Iterator[Element]:
        inside = set(self.element.iter())
        for control in controls:
            owner = control.get("form")
            if (control in inside) if owner is None else owner == self.element.get("id"):
                yield control

    def _fields(self) -> Iterator[Element]:
        for control in self._controls:
            if control.tag != "button" and control.get("type") not in _UNSENT_TYPES and control.get("name"):
                yield control

    def _button(self, name: str | None) -> Element | None:
        found = [control for control in self._controls if _is_button(control)]
        if name is None:  # as the Enter key does
            return found[0] if found else None
        named = [control for control in found if _button_name(control) == name and not _is_hidden(control)]
        assert len(named) == 1, f"{len(named)} buttons {name!r}; there are {self.buttons()}"
        return named[0]

    def _enter(self, key: str, entry: Entry) -> Iterator[tuple[Element, list[Any]]]:
        # By label, as a person does; by name where several have one label ("Español" under several headings).
        found = [control for control in self._fields() if key in self._names(control)]
        found = found or [control for control in self._fields() if control.get("name") == key]
        assert found, f"no field {key!r}; there are {self.labels()}"
        if all(control.get("type") in ("radio", "checkbox") for control in found):
            yield from self._choose(key, found, entry)
            return
        assert len(found) == 1, f"{len(found)} fields {key!r}: {[control.get('name') for control in found]}"
        control = found[0]
        if control.tag == "select":
            assert isinstance(entry, str)
            yield control, [_option(control, entry)]
        elif control.get("type") == "file":
            assert isinstance(entry, tuple), f"{key!r} takes a file: (name, bytes)"
            yield control, [entry]
        else:
            assert isinstance(entry, str), f"{key!r} takes text"
            yield control, [entry]

    def _choose(self, key: str, controls: list[Element], entry: Entry) -> Iterator[tuple[Element, list[str]]]:
        if isinstance(entry, bool):
            assert len(controls) == 1, f"{key!r} is a group: say which"
            yield controls[0], [_value(controls[0])] if entry else []
            return
        assert isinstance(entry, str | list), f"{key!r} takes the label of a choice"
        wanted = [entry] if isinstance(entry, str) else list(entry)
        offered = {self._label(control): control for control in controls}
        for control in controls:
            if (control.get("value") or "") in wanted and self._label(control) not in wanted:
                offered[control.get("value") or ""] = control
        missing = [name for name in wanted if name not in offered]
        assert not missing, f"{key!r} does not offer {missing}; it offers {list(offered)}"
        picked = [offered[name] for name in wanted]
        for control in controls:
            yield control, [_value(control)] if control in picked else []

    def _names(self, control: Element) -> list[str]:
        if control not in self._named:
            self._named[control] = self._find_names(control)
        return self._named[control]

    def _find_names(self, control: Element) -> list[str]:
        names = [f"#{control.get('id')}", f"#{control.get('name')}"]
        legend = self._legend(control) if control.get("type") in ("radio", "checkbox") else ""
        labels = [legend] if legend else []
        labels.append(self._label(control))
        return [name for label in labels for name in (label, _bare(label)) if name] + names

    def _label(self, control: Element) -> str:
        label = self._labels.get(control.get("id"))
        if label is not None:
            return text_of(label)
        wrapping = next((parent for parent in ancestors(control, self._parents) if parent.tag == "label"), None)
        return text_of(wrapping) if wrapping is not None else (control.get("aria-label") or "")

    @cached_property
    def _parents(self) -> dict[Element, Element]:
        return parents_of(self._root)

    @cached_property
    def _labels(self) -> dict[str | None, Element]:
        """The first label for each id."""
        labels = [label for label in self._root.iter("label") if label.get("for") is not None]
        return {label.get("for"): label for label in reversed(labels)}

    def _legend(self, control: Element) -> str:
        """Return the legend of the nearest fieldset, if the choices of this name are all that it holds."""
        for parent in ancestors(control, self._parents):
            if parent.tag == "fieldset":
                names = {inner.get("name") for inner in elements(parent, "input", "select", "textarea")}
                legend = next((child for child in parent if child.tag == "legend"), None)
                return text_of(legend) if names == {control.get("name")} and legend is not None else ""
        return ""


def controls_of(root: Element) -> list[Element]:
    """Return whatever forms of a page consist of, in order."""
    return list(elements(root, "input", "select", "textarea", "button"))


def _is_button(control: Element) -> bool:
    if control.tag == "button":
        return (control.get("type") or "submit") == "submit"
    return control.tag == "input" and control.get("type") in _BUTTON_TYPES


def _is_hidden(control: Element) -> bool:
    """Say whether a button is there for the Enter key alone."""
    return control.get("aria-hidden") == "true"


def _button_name(control: Element) -> str:
    return text_of(control) or control.get("aria-label") or control.get("value") or ""


def _bare(label: str) -> str:
    """Return a label without the "(optional)" in its language."""
    return label[: label.rindex("(")].strip() if label.endswith(")") and "(" in label else label


def _value(control: Element) -> str:
    value = control.get("value")
    return "on" if value is None else value


def _initial(control: Element) -> list[Any]:
    if control.tag == "textarea":
        return [(control.text or "").removeprefix("\n")]
    if control.tag == "select":
        options = list(elements(control, "option"))
        selected = [option for option in options if option.get("selected") is not None]
        if control.get("multiple") is None:
            selected = (selected or options)[-1:] if selected else options[:1]
        return [_option_value(option) for option in selected]
    kind = control.get("type") or "text"
    if kind in ("radio", "checkbox"):
        return [_value(control)] if control.get("checked") is not None else []
    if kind == "file":
        return [("", b"")]
    return [control.get("value") or ""]


def _option(control: Element, wanted: str) -> str:
    options = list(elements(control, "option"))
    for option in options:
        if wanted in (text_of(option), _option_value(option)):
            return _option_value(option)
    raise AssertionError(f"{control.get('name')!r} does not offer {wanted!r}; {[text_of(o) for o in options][:20]}")


def _option_value(option: Element) -> str:
    value = option.get("value")
    return text_of(option) if value is None else value
