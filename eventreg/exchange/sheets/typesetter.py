"""Lays out a document: data as JSON on standard input, the PDF on standard output.

A program of its own, begun for each document: laying out a thousand rows takes 100 MB, which only the end of a process
gives back. It sees no file but the fonts and the template beside it, reads no setting and writes nothing to the disk.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Read, lay out, write."""
    import typst

    data = sys.stdin.buffer.read().decode("utf-8")
    # Fonts of the machine stand in for scripts that ours do not have, like Chinese.
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[str(HERE / "fonts")])
    template: bytes = (HERE / "printed.typ").read_bytes()
    with tempfile.TemporaryDirectory() as empty:
        document: bytes = typst.compile(  # type: ignore[type-var]  # its stubs want bytes and folder of one type
            template,
            root=empty,
            font_paths=fonts,
            sys_inputs={"data": data},
            timestamp=datetime.fromisoformat(sys.argv[1]).astimezone(UTC),
        )
    sys.stdout.buffer.write(document)


if __name__ == "__main__":
    main()
