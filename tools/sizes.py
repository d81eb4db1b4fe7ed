"""Name files and functions that have grown too long to be read at once."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("src", "tests", "bench", "tools")
LONGEST_FILE = 500
LONGEST_FUNCTION = 60


def too_long(path: Path) -> Iterator[str]:
    """Name what is too long in a file."""
    source = path.read_text(encoding="utf-8")
    where = path.relative_to(ROOT)
    lines = source.count("\n")
    if lines > LONGEST_FILE:
        yield f"{where}: {lines} lines, at most {LONGEST_FILE}"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            lines = node.end_lineno - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{where}:{node.lineno}: {node.name} has {lines} lines, at most {LONGEST_FUNCTION}"


def main() -> int:
    """Name everything that is too long."""
    paths = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    found = [line for path in paths if "migrations" not in path.parts for line in too_long(path)]
    print("\n".join(found) or "Nothing is too long.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
