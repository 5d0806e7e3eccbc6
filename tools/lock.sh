#!/bin/sh
# Writes requirements/{run,dev}.txt: every version, for Python 3.11 and newer on every system, with hashes.
# Versions stay as they are where they still fit; `make lock UPGRADE=1` takes the newest.
set -eu
cd "$(dirname "$0")/.."
. tools/python.sh
uv_version=0.13.9

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$PYTHON" -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip --disable-pip-version-check --quiet install "uv==$uv_version"

compile() {
    "$scratch/venv/bin/uv" --quiet pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --extra postgres --group build ${UPGRADE:+--upgrade} "$@"
}
compile --group dev --output-file requirements/dev.txt >/dev/null
compile --constraints requirements/dev.txt --output-file requirements/run.txt >/dev/null
