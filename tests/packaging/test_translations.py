"""tools/po.py on small projects of its own: what it takes up, what it keeps, what it refuses."""

from __future__ import annotations

import json
import os
import runpy
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import polib
import pytest
from flask import Flask

from tests.operations.steps import in_a_process
from tests.packaging.copies import ROOT
from tests.support.warm import Done
from tools import po

pytestmark = pytest.mark.slow

CODE = """
from flask_babel import gettext as _, ngettext, pgettext

def texts(count: int) -> list[str]:
    return [_("Sign in"), _("Hello %(name)s", name="Ana"), ngettext("%(num)d place", "%(num)d places", count),
            pgettext("verb", "Order")]
"""
PAGE = '<h1>{{ _("Your registration") }}</h1>\n{% trans %}\n  See you there\n{% endtrans %}\n'
SPANISH = {
    "Sign in": "Entrar",
    "Hello %(name)s": "Saludos, %(name)s",
    "%(num)d place": ["%(num)d lugar", "%(num)d lugares"],
    "verb\x04Order": "Ordenar",
    "Your registration": "Su registro",
    "  See you there\n": "  Le esperamos\n",
}


def _run_tool(root: Path, arguments: tuple[str, ...]) -> None:
    """Be the tool of a project, in a process split off from this one, which has loaded what it stands on."""
    os.chdir(root)
    sys.path[0], sys.argv = "tools", ["tools/po.py", *arguments]
    for name in ("hatch_build", "tools", "tools.po"):
        sys.modules.pop(name, None)
    with Path("stdout").open("w") as out, Path("stderr").open("w") as err, redirect_stdout(out), redirect_stderr(err):
        try:
            runpy.run_path("tools/po.py", run_name="__main__")
        except SystemExit as end:
            if isinstance(end.code, str):
                err.write(end.code)
            if end.code:
                raise


class Project:
    """A project with one module, one template and a catalog for Spanish."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("eventreg/i18n", "templates", "tools"):
            (root / folder).mkdir(parents=True)
        shutil.copy(ROOT / "tools" / "po.py", root / "tools")
        shutil.copy(ROOT / "hatch_build.py", root)
        (root / "eventreg/texts.py").write_text(CODE)
        (root / "templates/page.html").write_text(PAGE)
        (root / "eventreg/i18n/locale").mkdir()
        self.po("add", "es")

    def po(self, *arguments: str) -> Done:
        code = in_a_process(lambda: _run_tool(self.root, arguments))
        return Done(arguments, code, *((self.root / name).read_text() for name in ("stdout", "stderr")))

    def fill(self, translations: dict[str, object]) -> Done:
        (self.root / "es.json").write_text(json.dumps(translations))
        return self.po("fill", "es.json")

    def catalog_file(self, language: str = "es") -> Path:
        return self.root / f"eventreg/i18n/locale/{language}/LC_MESSAGES/messages.po"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_missing_lists_every_text_ready_to_fill(project: Project) -> None:
    empty = {text: ["", ""] if isinstance(spanish, list) else "" for text, spanish in SPANISH.items()}
    assert json.loads(project.po("missing").stdout) == empty


def test_filled_catalog_passes_and_is_compiled(project: Project) -> None:
    assert project.po("check").returncode == 1
    filled = project.fill(dict(SPANISH))
    assert (filled.returncode, filled.stderr) == (0, "")
    checked = project.po("check")
    assert checked.returncode == 0, checked.stdout
    compiled = polib.mofile(str(project.catalog_file().with_suffix(".mo")))
    assert {entry.msgid: entry.msgstr for entry in compiled}["Sign in"] == "Entrar"


def test_extracting_again_changes_no_byte(project: Project) -> None:
    project.fill(dict(SPANISH))
    before = project.catalog_file().read_bytes()
    project.po("extract")
    assert project.catalog_file().read_bytes() == before


def test_vanished_text_is_dropped_by_extract_but_survives_fill(project: Project) -> None:
    project.fill(dict(SPANISH))
    module = project.root / "eventreg/texts.py"
    module.write_text(CODE.replace('_("Sign in"), ', ""))
    project.fill({})
    assert "no longer in the code" in project.po("check").stdout
    module.write_text(CODE)
    project.fill({})
    assert project.po("check").returncode == 0, "the text came back, and its translation with it"
    module.write_text(CODE.replace('_("Sign in"), ', ""))
    project.po("extract")
    assert "Entrar" not in project.catalog_file().read_text()


def test_fill_tells_of_a_text_that_is_nowhere(project: Project) -> None:
    filled = project.fill({"Sign in": "Entrar", "Sing in": "Entrar"})
    assert filled.returncode == 1
    assert "'Sing in'" in filled.stderr


def test_one_file_fills_every_language(project: Project) -> None:
    project.po("add", "fr")
    both = json.loads(project.po("missing", "--all").stdout)
    assert both.keys() == {"es", "fr"}
    assert both["fr"].keys() == SPANISH.keys()
    both["es"]["Sign in"], both["fr"]["Sign in"] = "Entrar", "Se connecter"
    filled = project.fill(both)
    assert (filled.returncode, filled.stderr) == (0, "")
    said = [polib.pofile(str(project.catalog_file(language))).find("Sign in") for language in ("es", "fr")]
    assert [entry and entry.msgstr for entry in said] == ["Entrar", "Se connecter"]
    assert project.fill({"pt": {"Sign in": "Entrar"}}).returncode == 1, "there is no such catalog"


@pytest.mark.parametrize(
    ("text", "spanish", "fault"),
    [
        ("Hello %(name)s", "Saludos, %(nombre)s", "other placeholders"),
        ("Hello %(name)s", "Saludos", "other placeholders"),
        ("%(num)d place", ["un lugar", "muchos lugares"], "other placeholders"),
        ("%(num)d place", ["%(count)d lugar", "%(num)d lugares"], "plural form"),
        ("%(num)d place", ["%(num)d lugar", ""], "not every plural form"),
        ("Sign in", "", "no translation"),
        ("Sign in", "Entrar ", "white space"),
    ],
)
def test_check_refuses(project: Project, text: str, spanish: str | list[str], fault: str) -> None:
    project.fill({**SPANISH, text: spanish})
    checked = project.po("check")
    assert checked.returncode == 1
    assert fault in checked.stdout


def test_singular_may_leave_the_number_out(project: Project) -> None:
    project.fill({**SPANISH, "%(num)d place": ["un lugar", "%(num)d lugares"]})
    assert project.po("check").returncode == 0


def test_what_new_events_begin_with_is_translated_paragraph_by_paragraph(project: Project) -> None:
    starters = project.root / "eventreg/events/data/templates"
    starters.mkdir(parents=True)
    (starters / "seminar.toml").write_text(
        'name = { en = "Break" }\n[[items]]\ntext = { en = """\n## Who\n\n[[Institution]], {contact}\n""" }\n'
    )
    spanish = {"starter\x04Break": "Receso", "starter\x04## Who": "## Quién"}
    project.fill({**SPANISH, **spanish})
    assert list(json.loads(project.po("missing").stdout)) == ["starter\x04[[Institution]], {contact}"]
    project.fill({"starter\x04[[Institution]], {contact}": "Institución, {contact}"})
    assert "other placeholders" in project.po("check").stdout, "what is to be replaced stays marked"
    project.fill({"starter\x04[[Institution]], {contact}": "[[Institución]], {contact}"})
    assert project.po("check").returncode == 0


def test_check_refuses_a_doubtful_text(project: Project) -> None:
    project.fill(dict(SPANISH))
    text = project.catalog_file().read_text()
    project.catalog_file().write_text(text.replace('msgid "Sign in"', '#, fuzzy\nmsgid "Sign in"'))
    assert "doubtful" in project.po("check").stdout


def test_template_that_does_not_parse_stops_everything(project: Project) -> None:
    project.fill(dict(SPANISH))
    before = project.catalog_file().read_bytes()
    (project.root / "templates/page.html").write_text("{% if %}")
    assert project.po("extract").returncode != 0
    assert project.catalog_file().read_bytes() == before


def test_third_language_is_added_by_files_alone(project: Project) -> None:
    project.fill(dict(SPANISH))
    project.po("add", "pl")
    assert "nplurals=3" in project.catalog_file("pl").read_text()
    checked = project.po("check")
    assert checked.returncode == 1
    assert {line.split(":")[0] for line in checked.stdout.splitlines()} == {"pl"}


def test_templates_are_read_for_translation_as_they_are_rendered(app: Flask) -> None:
    """Otherwise the white space of a {% trans %} block would differ, and its translation would never be found."""
    environment = app.jinja_env
    options = {name: value == "true" for name, value in po.JINJA_OPTIONS.items() if name != "silent"}
    assert {name: getattr(environment, name) for name in options} == options
    assert not environment.policies["ext.i18n.trimmed"]
