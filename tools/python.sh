# Sourced: sets $PYTHON to a Python that eventreg runs on, or ends with a reason.

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if [ -n "${PYTHON:-}" ]; then
    fits "$PYTHON" || { echo "eventreg needs Python 3.11 or newer; PYTHON=$PYTHON is not." >&2; exit 1; }
else
    for candidate in python3 python3.13 python3.12 python3.11 python3.14 python; do
        if command -v "$candidate" >/dev/null 2>&1 && fits "$candidate"; then PYTHON=$candidate; break; fi
    done
    [ -n "${PYTHON:-}" ] || {
        echo "eventreg needs Python 3.11 or newer, and found: $(python3 --version 2>/dev/null || echo none)." >&2
        echo "Install one, or say where it is: make PYTHON=/path/to/python3 ..." >&2
        exit 1
    }
fi
