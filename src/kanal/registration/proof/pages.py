"""The PDF that proves one registration: pages for people, with the record inside as a file.

The pages are made from the record alone, so that whoever has the record can make them again and compare.
"""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import pymupdf_fonts
from django.db.models import Field
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from kanal.notify.messages import CHOICES
from kanal.registration import words
from kanal.registration.lifecycle import Status
from kanal.registration.models.registration import Registration
from kanal.registration.proof import document, keys
from kanal.registration.proof.document import NoProof

# It says of each typeface which tables it leaves out, which nobody can do anything about.
logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
_FONT = "Noto Sans"
_INK, _SOFT, _LINE = (20, 33, 43), (84, 98, 110), (205, 212, 219)
_MARGIN = 18
# What is wrong with a damaged PDF comes as any of these.
_BROKEN = (PyPdfError, KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError, OSError)
# What the partner said when it submitted, in this order; names and mail of people stay in the record.
_SAID = ("registration_number", "domain", "value", "expected_close", "work_done")


class _Missing(dict[str, str]):
    """Facts of a sentence; one that is missing is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


@cache
def _faces() -> Mapping[str, bytes]:
    return {"": pymupdf_fonts.myfont("notos"), "B": pymupdf_fonts.myfont("notosbo")}


def write(record: Mapping[str, Any]) -> bytes:
    """Give the PDF of a record that `exporting.document_of` gave, in the record's language; the same each time."""
    with translation.override(record["statement"]["language"]), tempfile.TemporaryDirectory() as folder:
        pdf = _begin(Path(folder), record)
        _title(pdf, record["statement"])
        _facts(pdf, record)
        _steps(pdf, record["links"])
        _seal(pdf, record)
        return bytes(pdf.output())


class _Page(FPDF):
    """A page with its number and the code of the registration below."""

    reference = ""

    def footer(self) -> None:
        """Write what stands below each page."""
        self.set_y(-14)
        self.set_font(_FONT, size=8)
        self.set_text_color(*_SOFT)
        says = _("%(reference)s, page %(page)d of %(pages)s") % {
            "reference": self.reference,
            "page": self.page_no(),
            "pages": "{nb}",
        }
        self.cell(0, 6, says, align="R")


def _begin(folder: Path, record: Mapping[str, Any]) -> _Page:
    statement = record["statement"]
    pdf = _Page(format="A4")
    pdf.reference = statement["registration"]["reference"]
    for style, data in _faces().items():
        path = folder / f"face{style}.otf"
        path.write_bytes(data)
        pdf.add_font(_FONT, style, path)
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(True, 20)
    pdf.set_title(_("Proof of deal registration %(reference)s") % {"reference": pdf.reference})
    pdf.set_author(statement["installation"]["vendor"])
    pdf.set_creator(statement["written_by"])
    pdf.set_lang(statement["language"])
    made = datetime.fromisoformat(statement["made_at"])
    pdf.set_creation_date(made)
    pdf.embed_file(
        bytes=document.render(record),
        basename=f"{pdf.reference}.json",
        desc="Kanal registration proof",
        mime_type="application/json",
        creation_date=made,
        modification_date=made,
    )
    pdf.add_page()
    return pdf


def _line(pdf: FPDF, text: str, *, size: float = 9.5, bold: bool = False, soft: bool = False) -> None:
    pdf.set_font(_FONT, "B" if bold else "", size)
    pdf.set_text_color(*(_SOFT if soft else _INK))
    pdf.multi_cell(0, size * 0.52, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")


def _heading(pdf: FPDF, text: str) -> None:
    pdf.ln(4)
    _line(pdf, text, size=12, bold=True)
    pdf.ln(1.5)


def _title(pdf: FPDF, statement: Mapping[str, Any]) -> None:
    _line(pdf, statement["installation"]["vendor"], soft=True)
    _line(
        pdf,
        _("Proof of deal registration %(reference)s") % {"reference": statement["registration"]["reference"]},
        size=18,
        bold=True,
    )
    pdf.ln(1)
    reader = _("for the partner") if statement["reader"] == "partner" else _("for the vendor")
    _line(
        pdf,
        _("Made %(moment)s, %(reader)s. All times are UTC.")
        % {"moment": _when(statement["made_at"]), "reader": reader},
        soft=True,
    )
    pdf.ln(1)


def _when(text: str) -> str:
    """Give a moment of a record to the second, as it stands there: `2026-11-25 08:31:00`."""
    return text[:19].replace("T", " ")


def _facts(pdf: FPDF, record: Mapping[str, Any]) -> None:
    _heading(pdf, _("What is proved"))
    _pairs(pdf, _proved(record["statement"]["registration"]))
    first = record["links"][0]
    if first["kind"] == "submitted":
        _heading(pdf, _("What was said when it was submitted"))
        _pairs(pdf, _said(first["content"]))


def _proved(said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield _("Partner"), said["partner"]
    yield _("Customer"), said["customer"]
    yield _("Product family"), said["family"]
    yield _("Opportunity"), said["opportunity"]
    yield _("Submitted"), _when(said["submitted_at"])
    yield _("Status"), str(dict(Status.choices).get(said["status"], said["status"]))
    if said["protected_until"]:
        period = _("%(begin)s to %(end)s") % {
            "begin": _when(said["protected_from"]),
            "end": _when(said["protected_until"]),
        }
        yield _("Protected"), period


def _said(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in _SAID:
        text = str(content.get(name, ""))
        if text:
            unit = f" {content.get('currency', '')}" if name == "value" else ""
            field = cast("Field[Any, Any]", Registration._meta.get_field(name))
            yield str(field.verbose_name).capitalize(), text + unit
    for one in content.get("evidence", []):
        yield _("Evidence"), f"{one['name']}\nSHA-256 {one['sha256']}"


def _pairs(pdf: FPDF, pairs: Iterator[tuple[str, str]]) -> None:
    pdf.set_draw_color(*_LINE)
    pdf.set_font(_FONT, size=9.5)
    pdf.set_text_color(*_INK)
    with pdf.table(
        col_widths=(28, 72),
        first_row_as_headings=False,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        line_height=5.4,
        padding=(0.8, 1),
        text_align="LEFT",
        v_align="TOP",
    ) as table:
        for name, value in pairs:
            row = table.row()
            row.cell(name, style=FontFace(color=_SOFT))
            row.cell(value or "–")


def _steps(pdf: FPDF, links: list[Mapping[str, Any]]) -> None:
    _heading(pdf, _("Every step"))
    pdf.set_font(_FONT, size=9)
    pdf.set_text_color(*_INK)
    with pdf.table(
        col_widths=(7, 25, 26, 42),
        headings_style=FontFace(emphasis="BOLD", color=_SOFT),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        line_height=5,
        padding=(0.8, 1),
        text_align="LEFT",
        v_align="TOP",
    ) as table:
        table.row([_("Step"), _("When"), _("Who"), _("What")])
        for link in links:
            table.row([str(link["place"]), _when(link["at"]), _who(link["actor"]), say(link)])


def _who(actor: Mapping[str, str]) -> str:
    if not actor["key"]:
        return _("The system")
    return f"{actor['name']}\n{actor['company']}" if actor["company"] else actor["name"]


def say(link: Mapping[str, Any]) -> str:
    """Say what a step was, in the active language, with what was written; from the record alone."""
    content, kind = link["content"], link["kind"]
    facts = _Missing({name: str(value) for name, value in content.items()})
    reason = content.get("reason", "")
    if reason and kind != "overridden":
        facts["reason"] = str(CHOICES.get(f"registration_{reason}", reason))
    sentence: str | Promise = words.SENTENCES.get(kind, kind)
    text = str(content.get("text", ""))
    said = str(sentence) % facts
    return f"{said}\n{text}" if text and text not in said else said


def _seal(pdf: FPDF, record: Mapping[str, Any]) -> None:
    statement, seal = record["statement"], record["seal"]
    _heading(pdf, _("The seal"))
    _pairs(
        pdf,
        iter(
            [
                (_("Steps"), str(statement["links"])),
                (_("Digest of the last"), statement["last_link"]["digest"]),
                (
                    _("The whole chain"),
                    _("%(number)d links, ends with %(digest)s")
                    % {"number": statement["chain"]["links"], "digest": statement["chain"]["digest"]},
                ),
                (_("Key"), f"{seal['algorithm']}\n{keys.in_groups(seal['fingerprint'])}"),
            ]
        ),
    )
    pdf.ln(3)
    _line(
        pdf,
        _(
            "Pages can be altered. The proof is the file %(name)s inside this PDF: “kanal verify” checks it, and "
            "these pages against it. How to do so by hand stands in that file."
        )
        % {"name": f"{statement['registration']['reference']}.json"},
    )
    pdf.ln(1)
    _line(
        pdf,
        _(
            "It is proved that the steps were sealed as they stand here, and that none was changed, left out or put in "
            "since, as far as the owner of the key can be trusted. Compare the key with the one that the vendor has "
            "published."
        ),
    )


def take_out(data: bytes) -> bytes:
    """Give the record that is inside a PDF.

    Raises:
        NoProof: it is no PDF, or there is not exactly one file in it.
    """
    try:
        found = [
            (name, content)
            for name, contents in PdfReader(io.BytesIO(data)).attachments.items()
            for content in contents
        ]
    except _BROKEN as error:
        raise NoProof(f"the PDF can’t be read: {error}") from None
    if len(found) != 1:
        raise NoProof(f"{len(found)} files are inside the PDF, and not one")
    return bytes(found[0][1])


def says_the_same(data: bytes, record: Mapping[str, Any]) -> bool:
    """Tell whether the pages of a PDF are those that its record makes: byte for byte, or else word for word."""
    try:
        made = write(record)
        return data == made or _texts(data) == _texts(made)
    except _BROKEN:
        return False


def _texts(data: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
