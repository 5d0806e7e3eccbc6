#!/bin/sh
# Makes .venv and installs eventreg into it with exactly the versions of requirements/NAME.txt (run, or dev).
set -eu
cd "$(dirname "$0")/.."
. tools/python.sh

# Not there, or made of a Python that is gone, or moved here from another folder (its scripts name that one).
if ! .venv/bin/python -c '' 2>/dev/null || [ "$(cat .venv/.made-in 2>/dev/null)" != "$PWD" ]; then
    echo "Making .venv with $("$PYTHON" --version)"
    "$PYTHON" -m venv --clear .venv || {
        echo "Python's venv module is needed (Debian and Ubuntu: apt-get install python3-venv)." >&2
        exit 1
    }
    echo "$PWD" >.venv/.made-in
fi

echo "Installing requirements/$1.txt"
pip() { .venv/bin/python -m pip --disable-pip-version-check --quiet --no-input "$@"; }
pip install --require-hashes -r "requirements/$1.txt"
pip install --no-deps --no-build-isolation --editable .
# What is installed pip has compiled; who runs the server may not be allowed to write here.
.venv/bin/python -m compileall -q eventreg
