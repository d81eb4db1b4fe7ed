"""Write the table of who may do what into docs/rights.md: python tools/rights.py [--check].

The table is data of the tests (`tests/rights/table.py`), which try every cell of it: the page can't say what is not so.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.rights.table import GRIDS, HIDDEN, YES, Grid  # noqa: E402

PAGE = ROOT / "docs" / "rights.md"
HEAD = """# Who may do what

This page is made by `tools/rights.py` from the table that the tests try: every cell by the action, by a request made by
hand, and on the page. A cell names the roles that may; – means that nobody does. Whoever is not named is refused with
the reason; the button is absent.
"""
HIDE = "**does not exist**"


def page() -> str:
    """Give the whole page."""
    return "\n".join([HEAD, *(_grid(grid) for grid in GRIDS.values())])


def _grid(grid: Grid) -> str:
    lines = [f"## {grid.title}", ""]
    lines += [f"- *{name}*: {meaning}" for name, meaning in grid.situations.items()]
    lines += ["", f"| | {' | '.join(grid.situations)} |", f"|---|{'---|' * len(grid.situations)}"]
    for verb, cells in grid.cells.items():
        drawn = " | ".join(_cell(grid.roles, letters) for letters in cells.values())
        lines.append(f"| {verb.replace('_', ' ')} | {drawn} |")
    return "\n".join([*lines, ""])


def _cell(roles: tuple[str, ...], letters: str) -> str:
    if set(letters) == {HIDDEN}:
        return HIDE
    may = [role for role, letter in zip(roles, letters, strict=True) if letter == YES]
    if len(may) == len(roles):
        return "all"
    return ", ".join(may) or "–"


def main(wishes: list[str]) -> int:
    """Write the page, or say that it stands there otherwise."""
    if "--check" not in wishes:
        PAGE.write_text(page(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        print("docs/rights.md is not what the table says: run tools/rights.py.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
