"""The engine stands alone: it can be read, run and proved without the rest."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from kanal.distribution import matching

_MAY = {"numpy", "ortools", *sys.stdlib_module_names}


def test_the_engine_imports_nothing_but_arithmetic_and_itself():
    files = list(Path(matching.__file__).parent.glob("*.py"))
    assert len(files) > 5
    for file in files:
        for name in _imported(ast.parse(file.read_text(encoding="utf-8"))):
            itself = name.startswith("kanal.distribution.matching")
            assert itself or name.split(".")[0] in _MAY, f"{file.name} imports {name}"


def _imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module if not node.level else "kanal.distribution.matching"
