"""The wheel carries all that the program needs, and runs without the repository."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.packaging.copies import clean_environment, copy_of_project, first_page, free_port, page, running
from tests.support.once import once

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def source(shared_folder: Path) -> Path:
    return once(shared_folder / "source", copy_of_project)


@pytest.fixture(scope="module")
def wheel(source: Path, shared_folder: Path) -> Path:
    def build(target: Path) -> None:
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(target)]
        subprocess.run(command, cwd=source, env=clean_environment(), check=True, capture_output=True)

    (built,) = once(shared_folder / "wheel", build).glob("*.whl")
    return built


@pytest.fixture(scope="module")
def scripts(wheel: Path, shared_folder: Path) -> Path:
    """The scripts of an environment with nothing but the wheel."""
    return once(shared_folder / "environment", lambda folder: install(wheel, folder)) / "bin"


def install(wheel: Path, environment: Path) -> None:
    """Make an environment with the wheel. It finds the dependencies where the tests have them, but no eventreg: that is
    there by a .pth file, which is read only in an environment's own folder."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    putting = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*putting, str(wheel)], env=clean_environment(), check=True)
    purelib = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = subprocess.run([python, "-c", purelib], env=clean_environment(), check=True, capture_output=True, text=True)
    (Path(own.stdout.strip()) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")


def test_wheel_carries_every_template_static_file_and_migration(source: Path, wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, carried in (("templates", "_templates"), ("static", "_static"), ("docs/guides", "_guides"),
                            ("eventreg/migrations", "migrations"), ("eventreg/events/data", "events/data")):  # fmt: skip
        files = [file for file in (source / folder).rglob("*") if file.is_file()]
        assert files
        assert {f"eventreg/{carried}/{file.relative_to(source / folder)}" for file in files} <= names


def test_wheel_carries_every_translation_compiled(source: Path, wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    catalogs = list(source.glob("eventreg/i18n/locale/*/LC_MESSAGES/messages.po"))
    assert catalogs
    assert {str(file.relative_to(source).with_suffix(".mo")) for file in catalogs} <= names
    assert {str(file.relative_to(source)) for file in source.glob("eventreg/i18n/locale/*/formats.toml")} <= names


def test_wheel_holds_the_package_alone(wheel: Path) -> None:
    top = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {re.sub(r"-\d+(\.\d+)*", "", name) for name in top} == {"eventreg", "eventreg.dist-info"}


def test_wheel_serves_the_seminar_from_another_folder(scripts: Path, tmp_path: Path) -> None:
    where = "import eventreg; print(eventreg.__file__)"
    found = subprocess.run(
        [scripts / "python", "-c", where],
        cwd=tmp_path,
        env=clean_environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    assert Path(found.stdout.strip()).is_relative_to(scripts.parent)

    address = f"127.0.0.1:{free_port()}"
    output = tmp_path / "output"
    with running([str(scripts / "eventreg"), "serve", "--prepare", "--bind", address], tmp_path, output) as server:
        home = first_page(server, f"http://{address}/?lang=es", output)
        assert '<html lang="es"' in home
        assert page(f"http://{address}/?lang=en")[1] != home, "the translations are compiled and found"
        stylesheet = re.search(r'<link[^>]* href="(/static/[^"]+\.css[^"]*)"', home)
        assert stylesheet
        assert page(f"http://{address}{stylesheet[1]}")[0] == 200
    assert server.returncode == 0
    assert (tmp_path / "instance" / "eventreg.db").is_file()
