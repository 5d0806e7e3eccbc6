"""Makes static/vendor/ from packages: ui.css of GOV.UK Frontend's components in use, icons.svg of Lucide's drawings in use.

    python tools/vendor_assets.py

Run at an upgrade, when a template uses a class that is not in ui.css yet (tests/web/test_assets.py tells), or for one
more icon; commit what it writes. The same packages and templates give the same bytes. Needs npm; nothing of this runs later.

Drawings stay as they are. What is changed of the stylesheet, and why:
- Only rules of the components in BLOCKS and of classes found in templates/ stay: 134 KB become about 30.
- @font-face, font-family and everything for print go: the fonts may not be used elsewhere, and theme.css prints.
- Left and right become start and end, so that a page in Arabic is laid out from its right.
- The fixed font sizes become the custom properties that theme.css and desk.css set.
"""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

VERSION = "6.6.0"
#: As the registry states it; another content under the same version is refused.
INTEGRITY = "sha512-xctkWrQvLnvQt7fyjQ3MGX9S0wz0x0RQuLxCeoXF+s8EjGICG81/DYQGKN5qgO+0KVT12UAaRwUsGY6fulRcRg=="
STYLESHEET = "package/dist/govuk/govuk-frontend.min.css"

ICONS_VERSION = "1.62.0"
ICONS_INTEGRITY = "sha512-WBZA/m2PvkFpMGHDtsBck5P2A9G4ehLlYu4GwwICcmEm1BvYVgj00lCDxKRWLlbMlOibLaiwdQ88G5pHkSWgwA=="
#: What templates and `TodayItem.icon` name; tests/web/test_assets.py knows of one too many or too few.
ICONS = """
armchair arrow-right at-sign circle-check-big circle-question-mark clock-alert copy external-link file-text file-warning
languages mail mail-warning mail-x scale sticky-note undo-2
""".split()  # noqa: SIM905 - as above

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES, TARGET = ROOT / "templates", ROOT / "static" / "vendor"

#: Components kept whole, with their elements and modifiers, so that a new template rarely needs a new ui.css.
BLOCKS = """
back-link body body-l body-m body-s button button-group checkboxes details error-message error-summary fieldset
file-upload form-group heading-l heading-m heading-s heading-xl hint input label link list main-wrapper radios select
skip-link summary-list template textarea visually-hidden visually-hidden-focusable width-container
""".split()  # noqa: SIM905 - as a list it would take forty lines
#: Of those, what needs their script, what only old browsers read, and the yellow focus: theme.css has one ring for all.
UNWANTED = re.compile(
    r"--(?:start|inverse|disabled|extra-letter-spacing)\b|__(?:start-icon|prefix|suffix|wrapper)\b|js-enabled|-supported"
    r"|--hidden\b|:focus|::-moz|:-moz|:-webkit-|::-webkit-(?:inner|outer)"
)
#: What theme.css decides alone: the colours and edges of buttons are no custom properties there.
BUTTON = re.compile(r"^(?:color|background|background-color|box-shadow|border|border-radius|border-color|top|padding)$")
SIZES = {
    "1rem": "var(--fs-s)",
    "1.1875rem": "var(--fs)",
    "1.5rem": "var(--fs-l)",
    "2.25rem": "var(--fs-xl)",
    "3rem": "var(--fs-xxl)",
}
CONTROLS = re.compile(r"button|input|select|textarea|file-upload")
SIDES = {"left": "start", "right": "end"}
LICENSE = """\
GOV.UK Frontend {version}: ui.css is made from its stylesheet by tools/vendor_assets.py.

The MIT License (MIT)

Copyright (C) 2017 Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


@dataclass
class Rule:
    """A style rule (declarations) or a grouping at-rule (rules inside)."""

    prelude: str
    declarations: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    def __str__(self) -> str:
        inside = "".join(map(str, self.rules)) if self.rules else ";".join(self.declarations)
        return f"{self.prelude}{{{inside}}}"


def split(text: str, separator: str) -> list[str]:
    """Split at `separator`, but not inside parentheses or strings."""
    parts, depth, quote, start = [], 0, "", 0
    for index, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == separator and not depth:
            parts.append(text[start:index])
            start = index + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def blocks_of(css: str) -> Iterator[tuple[str, str]]:
    """Yield prelude and body of each rule; statements without a body (@charset) are passed over."""
    depth, start, opened = 0, 0, 0
    for match in re.finditer(r"[{};]", css):
        char, at = match.group(), match.start()
        if char == "{":
            depth += 1
            opened = at if depth == 1 else opened
        elif char == "}":
            depth -= 1
            if not depth:
                yield css[start:opened].strip(), css[opened + 1 : at]
                start = at + 1
        elif not depth:
            start = at + 1


def is_wanted(selector: str, used: set[str]) -> bool:
    """Whether every class of `selector` belongs to a kept component or is used in a template."""
    bare = re.sub(r":not\([^)]*\)", "", selector)
    if UNWANTED.search(bare):
        return False
    for name in re.findall(r"\.([\w-]+)", bare):
        block = re.split(r"__|--", name)[0].removeprefix("govuk-")
        if block not in BLOCKS and name not in used:
            return False
    return True


def logical(name: str, value: str) -> list[str]:
    """Write one declaration in start and end instead of left and right."""
    if name in ("left", "right"):
        return [f"inset-inline-{SIDES[name]}:{value}"]
    if found := re.fullmatch(r"(margin|padding|border)-(left|right)(-\w+)?", name):
        return [f"{found[1]}-inline-{SIDES[found[2]]}{found[3] or ''}:{value}"]
    if name == "text-align" and value in SIDES:
        return [f"text-align:{SIDES[value]}"]
    if name in ("float", "clear") and value in SIDES:
        return [f"{name}:inline-{SIDES[value]}"]
    sides = value.split()
    if name in ("margin", "padding") and len(sides) == 4 and "(" not in value and sides[1] != sides[3]:
        return [f"{name}-block:{sides[0]} {sides[2]}", f"{name}-inline:{sides[3]} {sides[1]}"]
    return [f"{name}:{value}"]


def declarations_of(body: str, selector: str) -> list[str]:
    """Return the declarations of a rule that stay, as we write them."""
    kept = []
    for declaration in split(body, ";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip(), value.strip()
        if name.startswith(("-webkit-", "-moz-", "-ms-")) or "/assets/" in value:
            continue
        if name == "font-family":
            if not CONTROLS.search(selector):
                continue
            value = "inherit"
        if name == "font-size":
            value = SIZES.get(value, value)
        if "govuk-button" in selector and ":before" not in selector and BUTTON.match(name):
            continue
        is_drawn = "polygon(" in body and name.startswith("border")  # an arrow: turned as a whole by theme.css
        kept += [f"{name}:{value}"] if is_drawn else logical(name, value)
    return kept


def trimmed(css: str, used: set[str]) -> list[Rule]:
    """Return the rules that stay, in their order."""
    rules: list[Rule] = []
    for prelude, body in blocks_of(css):
        if prelude.startswith("@"):
            is_grouping = prelude.startswith(("@media", "@supports")) and not re.search(
                r"print|\\0|caret-color", prelude
            )
            if is_grouping and (inner := trimmed(body, used)):
                rules.append(Rule(prelude, rules=inner))
            continue
        selectors = [selector for selector in split(prelude, ",") if is_wanted(selector, used)]
        declarations = declarations_of(body, ",".join(selectors)) if selectors else []
        if declarations:
            rules.append(Rule(",".join(selectors), declarations))
    return joined(rules)


def joined(rules: list[Rule]) -> list[Rule]:
    """Put neighbours with the same prelude together."""
    result: list[Rule] = []
    for rule in rules:
        if result and result[-1].prelude == rule.prelude:
            result[-1].declarations += rule.declarations
            result[-1].rules += rule.rules
        else:
            result.append(rule)
    return result


def without_unused_properties(css: str) -> str:
    """Drop custom properties that nothing reads."""
    read = set(re.findall(r"var\((--govuk-[\w-]+)", css))
    return re.sub(r"(--govuk-[\w-]+):[^;}]*;?", lambda m: m.group() if m.group(1) in read else "", css)


def classes_in(templates: Path) -> set[str]:
    """Return every govuk-* class that a template names."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(templates.rglob("*.html")))
    return {name for text in texts for name in re.findall(r"govuk-[\w-]+", text)}


def fetched(package: str, version: str, integrity: str, *names: str) -> list[str]:
    """Fetch a package by npm, prove its content, and return these files of it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", f"{package}@{version}", "--silent"], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        archive = next(Path(folder).glob("*.tgz"))
        found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != integrity:
            sys.exit(f"{package} {version} is not what it was: {found}")
        with tarfile.open(archive) as opened:
            members = [opened.extractfile(name) for name in names]
            return [member.read().decode("utf-8") for member in members if member is not None]


def symbol(name: str, drawing: str) -> str:
    """Return a drawing as a part of a sheet: its shapes, without how their lines are drawn, which is up to who uses it."""
    shapes = re.findall(r"<(?:path|circle|rect|line|ellipse|polyline|polygon)\s[^>]*/>", drawing)
    return f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(shapes)}</symbol>'


def write_icons() -> None:
    """Write icons.svg and its licence."""
    names = [f"package/icons/{name}.svg" for name in ICONS]
    terms, *drawings = fetched("lucide-static", ICONS_VERSION, ICONS_INTEGRITY, "package/LICENSE", *names)
    head = f"<!-- Lucide {ICONS_VERSION}, ISC, (c) Lucide Icons and Contributors; taken by tools/vendor_assets.py. -->"
    symbols = map(symbol, ICONS, drawings)
    sheet = "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', head, *symbols, "</svg>\n"])
    (TARGET / "icons.svg").write_text(sheet, encoding="utf-8")
    (TARGET / "icons.LICENSE").write_text(
        f"Lucide {ICONS_VERSION}: icons.svg holds drawings of it.\n\n{terms}", encoding="utf-8"
    )


def main() -> None:
    """Write ui.css, icons.svg and their licences, and say how large the stylesheet is."""
    [sheet] = fetched("govuk-frontend", VERSION, INTEGRITY, STYLESHEET)
    css = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    rules = without_unused_properties("\n".join(map(str, trimmed(css, classes_in(TEMPLATES)))))
    head = f"/* GOV.UK Frontend {VERSION}, MIT, (c) 2017 Crown; cut by tools/vendor_assets.py. Not edited by hand. */\n"
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "ui.css").write_text(head + rules + "\n", encoding="utf-8")
    (TARGET / "LICENSE").write_text(LICENSE.format(version=VERSION), encoding="utf-8")
    write_icons()
    print(f"static/vendor/ui.css: {len(head) + len(rules) + 1} bytes")


if __name__ == "__main__":
    main()
