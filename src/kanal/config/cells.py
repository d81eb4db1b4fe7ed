"""What a cell of a CSV file may hold."""

from __future__ import annotations

# A cell that begins so is run as a formula by spreadsheets that open the file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """Give a text that no spreadsheet runs: what looks like a formula gets an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA) else text
