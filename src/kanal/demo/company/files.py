"""Small real files, as people add them to notes."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence

from kanal.opportunities.actions import Upload

_WIDTH, _HEIGHT = 240, 120
_INK, _PAPER, _ACCENT = b"\x16\x20\x1f", b"\xff\xff\xff", b"\x0b\x62\x70"


def upload(name: str, content: bytes) -> Upload:
    """Give a file as a person would send it."""
    return Upload(name, len(content), io.BytesIO(content))


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """Write a document of one page with a heading and some lines."""
    text = [f"BT /F1 18 Tf 60 770 Td ({_escaped(title)}) Tj ET"]
    text += [
        f"BT /F1 11 Tf 60 {735 - 18 * row} Td ({_escaped(line)}) Tj ET" for row, line in enumerate(lines)
    ]
    stream = "\n".join(text).encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def png(values: Sequence[int]) -> bytes:
    """Draw a bar chart of some values, 0 to 100."""
    step = _WIDTH // max(1, len(values))
    rows = []
    for y in range(_HEIGHT):
        height = 100 * (_HEIGHT - y) // _HEIGHT
        pixels = bytearray()
        for x in range(_WIDTH):
            bar = values[min(x // step, len(values) - 1)]
            inside = x % step > 2 and height <= bar
            pixels += _INK if y == _HEIGHT - 1 else _ACCENT if inside else _PAPER
        rows.append(b"\0" + bytes(pixels))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def text(lines: Sequence[str]) -> bytes:
    """Write plain text."""
    return ("\n".join(lines) + "\n").encode()


def table(rows: Sequence[Sequence[str]]) -> bytes:
    """Write rows as a spreadsheet program reads them."""
    return "".join(";".join(row) + "\r\n" for row in rows).encode("utf-8-sig")
