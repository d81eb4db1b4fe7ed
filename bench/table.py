"""Printing figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def show(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column to the left, figures to the right."""
    widths = [max(len(row[index]) for row in [head, *rows]) for index in range(len(head))]
    for number, row in enumerate([head, *rows]):
        cells = [
            cell.ljust(widths[0]) if index == 0 else cell.rjust(widths[index])
            for index, cell in enumerate(row)
        ]
        print("  ".join(cells).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def verdict(kept: Mapping[str, bool]) -> None:
    """Print which promises were kept."""
    print()
    for promise, so in kept.items():
        print(f"{'kept' if so else 'NOT KEPT'}: {promise}")
