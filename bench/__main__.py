"""Measure: python -m bench NAME [--json FILE].

Each benchmark runs in a process of its own, on a database of its own that is thrown away at the end.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAMES = {
    "assignment": "preferred partner assignment: one among 10,000 partners, 100,000 at once, against simpler ways",
    "conflicts": "the check for conflicts: right and wrong over labelled pairs, and its time among 200,000 customers",
    "imports": "the import of the CRM sales files: rows a second, peak memory, second run",
    "portal": "the portal with 100,000 opportunities over 1,000 partners, one of which has 5,000",
    "pages": "lists, search, record pages and exports over 176,000 opportunities",
}
_INSIDE = "KANAL_BENCH_INSIDE"


def main() -> int:
    """Run what the command line names."""
    wanted = _parser().parse_args()
    if os.environ.get(_INSIDE):
        return _measure(wanted)
    folder = Path(tempfile.mkdtemp(prefix="kanal-bench-"))
    folder.chmod(0o755)
    try:
        return _in_its_own_place(folder)
    finally:
        _remove(folder)


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:<11} {about}" for name, about in NAMES.items())
    parser = argparse.ArgumentParser(
        prog="script/bench",
        description=f"Measure Kanal.\n\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=sorted(NAMES), metavar="NAME")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw how the time grows (assignment)")
    parser.add_argument("--folder", type=Path, help="the CRM sales files; made-up ones where they are absent")
    parser.add_argument("--times", type=int, default=20, help="how often the files are repeated (pages)")
    parser.add_argument("--rounds", type=int, default=0, help="how often each thing is measured")
    return parser


def _in_its_own_place(folder: Path) -> int:
    inside = {
        **os.environ,
        _INSIDE: "1",
        "KANAL_DATA": str(folder),
        "KANAL_DEBUG": "no",
        "KANAL_DEMO": "no",
        "KANAL_SECRET_KEY": "for-this-measurement-only",
        "DJANGO_SETTINGS_MODULE": "kanal.config.settings",
    }
    inside.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench", *sys.argv[1:]], env=inside, check=False
    ).returncode


def _remove(folder: Path) -> None:
    """Remove the place once its server has stopped, which it does when its last user has gone."""
    for _try in range(100):
        if not (folder / "postgres" / "data" / "postmaster.pid").exists():
            break
        time.sleep(0.1)
    shutil.rmtree(folder, ignore_errors=True)


def _measure(wanted: argparse.Namespace) -> int:
    from bench import place

    place.prepare()
    figures = importlib.import_module(f"bench.{wanted.name}").measure(wanted)
    if wanted.json:
        wanted.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if all(figures["kept"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
