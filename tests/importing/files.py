"""The dirty files of these tests, and what the real ones need."""

from __future__ import annotations

import os
import shutil
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from kanal.importing.actions import import_folder
from kanal.importing.models import ImportRun

DIRTY = Path(__file__).parent / "data"
RATE = "7"
REAL = Path(os.environ.get("KANAL_CRM_SALES") or Path(__file__).parents[3] / "shared" / "data" / "crm-sales")

needs_real_files = pytest.mark.skipif(
    not (REAL / "sales_pipeline.csv").is_file(),
    reason=f"the CRM sales files are not in {REAL}; name their folder with KANAL_CRM_SALES",
)


def load(folder: Path = DIRTY, **options) -> ImportRun:
    """Import the files of a folder from the command line."""
    return import_folder(kind="crm-sales", folder=folder, **{"by": None, "rate": RATE, **options})


def copied(tmp_path: Path, **changed: str) -> Path:
    """Copy the dirty files, some of them with another text."""
    folder = tmp_path / "crm"
    shutil.copytree(DIRTY, folder, dirs_exist_ok=True)
    for name, text in changed.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def packed(folder: Path = DIRTY) -> BytesIO:
    """Pack the files into a ZIP archive, as a Mac does: within a folder, with other things beside them."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in folder.glob("*.csv"):
            archive.write(file, f"export/{file.name}")
        archive.writestr("__MACOSX/export/._accounts.csv", b"\0\1")
    packed.seek(0)
    packed.name = "export.zip"
    return packed


def reasons(run: ImportRun) -> dict[str, str]:
    """Give the reason of each rejected row of the pipeline by its key."""
    return dict(run.lines.filter(outcome="rejected", file="sales_pipeline.csv").values_list("key", "code"))
