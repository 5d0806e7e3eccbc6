"""Somebody at a real browser who knows only what the screens show, and whose every act is counted.

Everything is found by the words that stand there; nothing is reached but by pressing it. Next fields are reached with the Tab
key, what is further off with the mouse.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import ElementHandle, Locator, Page

from tests.browser.klm import COPY_KEYS, LONGEST_TYPED, PASTE_KEYS, PASTE_POINTINGS, Meter, keys_of
from tests.support.waiting import slowness, until

#: how often Tab is pressed before the mouse is quicker
_MOST_TABS = 4
_IS_FOCUSED = "element => element === document.activeElement"
_OPTIONS = """select => [select.selectedOptions[0], ...select.options].map(option => option.textContent.trim())"""
_IN_SIGHT = """element => { const box = element.getBoundingClientRect(), save = document.querySelector('.er-save');
    const bottom = innerHeight - (save && !save.contains(element) ? save.offsetHeight : 0);
    return box.top >= 0 && box.bottom <= bottom; }"""


class Person:
    """Hand and eye of whoever does the task. Words are those of the page, in its language."""

    def __init__(self, page: Page, meter: Meter) -> None:
        self.page, self.meter = page, meter
        self._scope: Page | Locator = page
        self._hand: Literal["mouse", "keyboard"] = "mouse"
        self._last_typed = ""
        #: whether the list one is at was clicked, and hangs open
        self._is_unfolded = False

    @contextmanager
    def within(self, name: str) -> Iterator[None]:
        """Look only inside a group or a section with this heading."""
        before = self._scope
        group = self._scope.get_by_role("group", name=_words(name))
        self._scope = group.or_(self._scope.get_by_role("region", name=_words(name)))
        yield
        self._scope = before

    # Going somewhere

    def follow(self, words: str) -> None:
        """Click a link that leads to another page."""
        self._go(lambda: self._click(self._one_of("link", words)))

    def press(self, words: str) -> None:
        """Click a button that brings up a page."""
        self._go(lambda: self._click(self._one_of("button", words)))

    def hit(self, *keys: str) -> None:
        """Press keys of the page, the last of which brings up another."""

        def press() -> None:
            for key in keys:
                self._keyboard(key, keys=1)

        self._go(press)

    def push(self, words: str) -> None:
        """Click a button that brings something onto the page one is at."""
        self._decide()
        self._click(self._one_of("button", words))

    def fetch(self, words: str) -> Path:
        """Click a button that gives a file, and return where it is."""
        self._decide()
        started = time.perf_counter()
        with self.page.expect_download() as download:
            self._click(self._one_of("button", words))
        self.meter.now.waited += (time.perf_counter() - started) / slowness()
        return download.value.path()

    def go_back(self) -> None:
        """Press the browser's own button that leads back."""

        def press() -> None:
            self._hand_to("mouse")
            self.meter.now.pointings += 1
            self.page.evaluate("history.back()")

        self._go(press)

    def jump(self, words: str) -> None:
        """Click a link that leads to a place on the same page."""
        self._decide()
        self._click(self._one_of("link", words))

    def unfold(self, words: str) -> None:
        """Click what is folded, so that it opens."""
        self._decide()
        summary = self._scope.locator("summary")
        named = summary.and_(self.page.get_by_title(_words(words)))
        self._click(_only(summary.filter(has_text=_words(words)).or_(named)))

    # Filling in

    def write(self, label: str, text: str, *, is_pasted: bool = False) -> None:
        """Fill a field in; what stands there already goes. A long text is pasted, and one that is said to be."""
        field = self._field(label)
        self._decide()
        self._reach(field)
        # Tab selects what stands in a line, not in an area.
        if field.input_value() and not (self._hand == "keyboard" and field.evaluate("field => field.matches('input')")):
            self._keyboard("ControlOrMeta+a", keys=2)
        if is_pasted or len(text) > LONGEST_TYPED:
            self._paste(text)
        elif text == self._last_typed:
            self._copy(text)
        else:
            self._write(text)
        self._last_typed = text
        until(lambda: field.input_value() == text, f"{label!r} holds {text!r}")

    def write_in(self, label: str, texts: dict[str, str], *, is_pasted: bool = False) -> None:
        """Fill in a text in several languages. `texts`: name of the language, as it stands there, to text."""
        with self.within(label):
            for language, text in texts.items():
                self.write(language, text, is_pasted=is_pasted)

    def search(self, text: str) -> None:
        """Type into the field that searches, and send it with the Enter key."""
        field = _only(self._scope.get_by_role("searchbox").filter(visible=True))
        self._decide()
        self._reach(field)
        self._type(text)
        self._go(lambda: self._keyboard("Enter", keys=1))

    def pick_date(self, label: str, value: str) -> None:
        """Type a date or a time, a part after the other. `value`: as the field keeps it, "2026-12-31" or "18:00"."""
        field = self._field(label)
        self._decide()
        self._reach(field, position={"x": 14, "y": 14})
        for keys in _orders(value):
            for key in keys:
                self.page.keyboard.press(key)
            if field.input_value() == value:
                break
            field.evaluate("field => { field.blur(); field.focus() }")
        self._count_keys(len(keys))
        until(lambda: field.input_value() == value, f"{label!r} holds {value!r}")

    def choose(self, label: str, option: str) -> None:
        """Choose one of a list by typing how it begins."""
        field = self._field(label)
        self._decide()
        chosen, *options = field.evaluate(_OPTIONS)
        if chosen == option:
            return
        others = [text for text in options if text != option]
        beginnings = (option[:length] for length in range(1, len(option) + 1))
        self._reach(field)
        self._type(next(start for start in beginnings if not any(each.startswith(start) for each in others)))
        if self._is_unfolded:
            self._keyboard("Enter", keys=1)
        until(lambda: field.evaluate(_OPTIONS)[0] == option, f"{label!r} is {option!r}")

    def choose_nth(self, label: str, number: int) -> None:
        """Choose from a list by the arrow keys, counted from 0: what stands there cannot be known before."""
        field = self._field(label)
        self._decide()
        self._reach(field)
        now = int(field.evaluate("select => select.selectedIndex"))
        for _ in range(abs(number - now)):
            self._keyboard("ArrowDown" if now < number else "ArrowUp", keys=1)
        if self._is_unfolded:
            self._keyboard("Enter", keys=1)
        until(lambda: field.evaluate("select => select.selectedIndex") == number, f"{label!r} is the {number}th")

    def set_choice(self, words: str) -> None:
        """Choose one of several that stand there, unless it is chosen."""
        self._set(_only(self._scope.get_by_role("radio", name=_words(words))), True)

    def set_box(self, words: str, is_on: bool = True) -> None:
        """Tick a box or take its tick away, unless it is as it should be."""
        self._set(_only(self._scope.get_by_role("checkbox", name=_words(words))), is_on)

    def attach(self, label: str, file: Path) -> None:
        """Choose a file: in the window that opens, its name is typed."""
        self._decide()
        field = self._field(label)
        with self.page.expect_file_chooser() as chooser:
            self._click(field)
        chooser.value.set_files(file)
        self._hand_to("keyboard")
        self._count_keys(keys_of(file.name) + 1)

    # What lies under it

    def _go(self, act: Callable[[], None]) -> None:
        self._decide()
        started = time.perf_counter()
        with self.page.expect_navigation(wait_until="load"):
            act()
        self.meter.now.waited += (time.perf_counter() - started) / slowness()
        self.meter.now.pages += 1
        self._decide()  # what the page says

    def _set(self, box: ElementHandle, is_on: bool) -> None:
        self._decide()
        if box.is_checked() == is_on:
            return
        if name := box.get_attribute("id"):
            self._click(_only(self.page.locator(f"label[for='{name}']")), position={"x": 4, "y": 10})
        else:
            self._click(box)
        assert box.is_checked() == is_on

    def _decide(self) -> None:
        self.meter.now.decisions += 1

    def _count_keys(self, count: int) -> None:
        self.meter.now.keys += count

    def _hand_to(self, where: Literal["mouse", "keyboard"]) -> None:
        self.meter.now.homings += self._hand != where
        self._hand = where

    def _click(self, target: ElementHandle, **options: object) -> None:
        self._hand_to("mouse")
        # Scrolling to what is out of sight takes as long as another pointing.
        self.meter.now.pointings += 1 if target.evaluate(_IN_SIGHT) else 2
        target.click(**options)  # type: ignore[arg-type]

    def _reach(self, field: ElementHandle, **options: object) -> None:
        self._is_unfolded = False
        if field.evaluate(_IS_FOCUSED):
            return
        for presses in range(1, _MOST_TABS + 1):
            self.page.keyboard.press("Tab")
            if field.evaluate(_IS_FOCUSED):
                self._hand_to("keyboard")
                self._count_keys(presses)
                return
        self._click(field, **options)
        self._is_unfolded = True

    def _keyboard(self, press: str, keys: int) -> None:
        self._hand_to("keyboard")
        self.page.keyboard.press(press)
        self._count_keys(keys)

    def _type(self, text: str) -> None:
        self._hand_to("keyboard")
        self.page.keyboard.type(text)
        self._count_keys(keys_of(text))

    def _write(self, text: str) -> None:
        """Type into a field that listens to what it holds, and to no key: the first letter, the rest at once, each key counted.

        With a key a letter the browser would lay out and paint the page as many times.
        """
        self._type(text[:1])
        self.page.keyboard.insert_text(text[1:])
        self._count_keys(keys_of(text[1:]))

    def _paste(self, text: str) -> None:
        self._hand_to("mouse")
        self._hand_to("keyboard")
        self.page.keyboard.insert_text(text)
        self._count_keys(PASTE_KEYS)
        self.meter.now.pointings += PASTE_POINTINGS
        self.meter.now.pasted += 1
        self.meter.now.keys_not_typed += keys_of(text)
        if len(text) <= LONGEST_TYPED:
            self.meter.now.pasted_short += 1
            self.meter.now.keys_not_typed_short += keys_of(text)

    def _copy(self, text: str) -> None:
        """Take what stands in the field before: back to it with Shift Tab, which selects it, Ctrl C, Tab, Ctrl V."""
        self.page.keyboard.insert_text(text)
        self._count_keys(min(keys_of(text), COPY_KEYS))

    def _field(self, label: str) -> ElementHandle:
        fields = self.page.locator("input, select, textarea")
        return _only(self._scope.get_by_label(_words(label)).and_(fields).filter(visible=True))

    def _one_of(self, role: Literal["link", "button"], words: str) -> ElementHandle:
        """Return what is called so. Of several that lead to the same place, the first."""
        found = self._scope.get_by_role(role, name=_words(words)).filter(visible=True)
        # Once, like what is one: see `_only`.
        first, *others = until(found.element_handles, f"a {role} {words!r}")
        targets = {each.get_attribute("href") for each in (first, *others)} if others else {None}
        assert len(targets) == 1, f"{words!r} leads to {targets}"
        return first


def _only(found: Locator) -> ElementHandle:
    """Return what is found, and is one. By its words it is looked for once: that goes through all names of the page."""
    return found.element_handle()


def _words(words: str) -> re.Pattern[str]:
    """Return a pattern of exactly these words, with what the pages say behind the name of a field, or how many have a value."""
    # What is hidden from the eye stands apart in the name: "Retirar : Nombre".
    said = re.escape(words).replace(r":\ ", r"\s*:\ ")
    return re.compile(rf"^\s*{said}(\s*\(opcional\))?(\s*(Falta|Quizá desactualizado))?(\s*\([^)]*\))?(\s+\d+)?\s*$")


def _orders(value: str) -> Sequence[Sequence[str]]:
    """Return the keys of a date, a time or both in the orders that browsers ask for: as in Mexico, or in the United States."""
    day, _t, clock = value.partition("T") if "-" in value else ("", "", value)
    here, there = [], []
    if day:
        year, month, number = day.split("-")
        here, there = [*number, *month, *year], [*month, *number, *year]
    if day and clock:
        here, there = [*here, "ArrowRight"], [*there, "ArrowRight"]
    if clock:
        hour, minute = clock.split(":")
        half = ["p" if int(hour) >= 12 else "a"]
        there += [*f"{(int(hour) - 1) % 12 + 1:02}", *minute, *half]
        here += [*hour, *minute]
    return [here, there]
