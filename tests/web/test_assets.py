"""Templates and stylesheets fit together, ask for nothing foreign, and stay small."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from eventreg.web.assets import read_assets

ROOT = Path(__file__).parent.parent.parent
STATIC, TEMPLATES = ROOT / "static", ROOT / "templates"
PAGES = [path for path in sorted(TEMPLATES.rglob("*.html")) if "mail" not in path.relative_to(TEMPLATES).parts]
PUBLIC_SHEETS = ("vendor/ui.css", "css/theme.css")
DESK_SHEETS = (*PUBLIC_SHEETS, "css/desk.css")
#: a class that a template names; the names that macros put together ("er-status--" and a tone) are left to their tests
CLASS = re.compile(r"(?<![\w/-])(?:govuk|er)-[\w-]*\w(?![\w-]*(?:\{\{|\" ~))")

#: text, and what it stands on: WCAG 2.2, 1.4.3 asks 4.5, and 1.4.11 asks 3 of the edges of controls
CONTRASTS = [
    ("ink", "paper", 4.5), ("ink", "card", 4.5), ("ink", "tint", 4.5), ("ink", "warm", 4.5),
    ("ink-quiet", "paper", 4.5), ("ink-quiet", "card", 4.5), ("ink-quiet", "tint", 4.5), ("ink-quiet", "warm", 4.5),
    ("link", "paper", 4.5), ("link", "card", 4.5), ("link", "tint", 4.5), ("link", "warm", 4.5),
    ("accent", "paper", 4.5), ("accent", "card", 4.5), ("bad", "paper", 4.5), ("bad", "card", 4.5),
    ("on-brand", "brand", 4.5), ("on-brand", "brand-hover", 4.5),
    ("ok", "ok-bg", 4.5), ("warn", "warn-bg", 4.5), ("bad", "bad-bg", 4.5), ("off", "off-bg", 4.5),
    ("edge", "card", 3), ("edge", "paper", 3), ("brand", "paper", 3), ("focus", "paper", 3), ("glow", "deep", 3),
]  # fmt: skip


def sheet(name: str) -> str:
    return re.sub(r"/\*.*?\*/", "", (STATIC / name).read_text(encoding="utf-8"), flags=re.DOTALL)


def classes(names: tuple[str, ...]) -> set[str]:
    return {found for name in names for found in re.findall(r"\.([a-zA-Z][\w-]*)", sheet(name))}


def without_comments(path: Path) -> str:
    return re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def name_of(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_class_of_a_template_is_styled(path: Path) -> None:
    """A class that is missing from ui.css comes by `make vendor`."""
    known = classes(DESK_SHEETS)
    blocks = {re.split("__|--", name)[0] for name in known}
    assert not set(CLASS.findall(without_comments(path))) - known - blocks


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_template_has_nothing_inline_and_nothing_foreign(path: Path) -> None:
    # case 54
    text = without_comments(path)
    if name_of(path) == "layouts/document.html":
        # It is taken away, and so brings its style along.
        text = re.sub(r"<style>[^<]*</style>", "", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=[\"']|javascript:", text)
    assert not re.search(r"<script(?![^>]*(?:src=|application/ld\+json))", text)
    assert not re.search(r"(?:src|href|action)=[\"'](?:https?:)?//", text)


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_the_static_files_that_a_template_asks_for_are_there(path: Path) -> None:
    asked = re.findall(r"asset\(['\"]([^'\"]+)", path.read_text(encoding="utf-8"))
    assert not [name for name in asked if not (STATIC / name).is_file()]


def test_the_sheet_of_icons_holds_those_in_use_and_no_other() -> None:
    """One that is missing comes by `make vendor`, once `tools/vendor_assets.py` names it."""
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "vendor/icons.svg").read_text(encoding="utf-8")))
    templates = "".join(path.read_text(encoding="utf-8") for path in PAGES)
    asked = re.findall(r"icons\.icon\(([^)]*)\)|row\.icons\[([^]]*)\]|\"icon\": ([^,]*)", templates)
    used = {
        name for found in asked for name in re.findall(r'"([a-z0-9-]+)"', re.sub(r'== "[^"]*"', "", "".join(found)))
    }
    items = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "eventreg").rglob("*.py")))
    used |= set(re.findall(r'^    icon(?:, \w+)* = "([\w-]+)"', items, re.MULTILINE))
    assert drawn == used


@pytest.mark.parametrize("path", sorted((TEMPLATES / "components").glob("*.html")), ids=name_of)
def test_a_component_begins_with_its_contract(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("{#-\n") or path.name == "favicon.html"


@pytest.mark.parametrize("name", DESK_SHEETS)
def test_a_stylesheet_fetches_nothing(name: str) -> None:
    # case 54
    assert not re.search(r"@import|@font-face|url\((?![\"']?data:)", sheet(name))


@pytest.mark.parametrize("name", DESK_SHEETS)
def test_a_stylesheet_is_laid_out_from_start_to_end(name: str) -> None:
    """Left and right stay out, so that a page in Arabic or Hebrew is mirrored. Drawn arrows are turned as a whole."""
    physical = re.findall(r"[{;\s]((?:margin|padding|border)-(?:left|right)|left|right|float: ?left)\s*:", sheet(name))
    drawn = re.findall(r"polygon\([^}]*?(border-left)-color", sheet(name))
    assert len(physical) <= len(drawn)


def test_every_custom_property_that_is_read_is_defined() -> None:
    text = "".join(map(sheet, DESK_SHEETS))
    read = set(re.findall(r"var\((--[\w-]+)\)", text))
    assert not read - set(re.findall(r"(--[\w-]+)\s*:", text))


def test_the_first_load_leaves_room_for_the_page() -> None:
    """A page and its three files are to stay under 30 KB: files 14 KB at most, and so the page has 16."""
    sizes = {name: len(gzip.compress((STATIC / name).read_bytes(), 6)) for name in (*PUBLIC_SHEETS, "js/app.js")}
    assert sizes["vendor/ui.css"] < 7_000
    assert sum(sizes.values()) < 14_000, sizes


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), CONTRASTS)
def test_colours_can_be_told_apart(scheme: str, text: str, ground: str, least: float) -> None:
    found = tokens(scheme)
    assert contrast(found[text], found[ground]) >= least


def tokens(scheme: str) -> dict[str, str]:
    """Return the colours in force: those of light, and over them those of dark."""
    light, dark = sheet("css/theme.css").split("prefers-color-scheme: dark", 1)
    found = _colours(light)
    if scheme == "dark":
        found |= _colours(dark.split("--govuk-", 1)[0])
    found["focus"] = found["accent"]
    return found


def _colours(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", text))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_style_sheet_is_sent_without_what_is_for_its_authors(tmp_path: Path) -> None:
    sheet = (
        "/* Blue: (c) 2017 Crown */\n/* for\n us */\na {\n  color: blue; /* sky */\n}\nb > i { margin: 0\n  auto; }\n"
    )
    (tmp_path / "a.css").write_text(sheet)
    assert (
        read_assets(tmp_path)["a.css"].content
        == b"/* Blue: (c) 2017 Crown */\na {\ncolor: blue;\n}\nb > i { margin: 0\nauto; }\n"
    )


def test_what_was_done_and_what_was_refused_do_not_wear_the_colour_of_warnings() -> None:
    (warning,), (done,), (refused,) = (
        re.findall(rf"^{re.escape(selector)} {{([^}}]*)}}", sheet("css/theme.css"), re.MULTILINE)
        for selector in (".er-note", '.er-note[role="status"]', '.er-note[role="alert"]')
    )
    assert "var(--warm)" in warning
    assert "background: var(--tint)" in done
    assert "var(--accent)" not in done
    assert "background: var(--bad-bg)" in refused
