"""`kanal import`."""

from __future__ import annotations

import csv
import io

import pytest

from kanal.importing import cli
from kanal.importing.models import ImportRun
from kanal.opportunities.models import Opportunity
from tests.importing.files import DIRTY

pytestmark = pytest.mark.django_db


def _run(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return cli.run(["crm-sales", str(DIRTY), *words], out=out, err=err), out.getvalue(), err.getvalue()


def test_it_prints_the_sums_the_repairs_and_the_rejected_rows() -> None:
    code, out, _err = _run("--rate", "7")

    assert code == 1
    assert "sales_pipeline.csv         22         3                      4" in out
    assert "      2  Product name corrected" in out
    assert "sales_pipeline.csv:9 opportunity_id 'W1': This key stands in line 2 already. Remove one" in out
    assert out.rstrip().endswith("36 rows read, 16 changed, 20 rejected.")


def test_a_rehearsal_says_so_and_a_bar_shows_where_it_is() -> None:
    _code, out, err = _run("--rate", "7", "--dry-run", "--progress")

    assert "Nothing was kept." in out
    assert "100%  36 of 36 rows" in err
    assert not Opportunity.objects.exists()


def test_it_refuses_with_the_mend() -> None:
    code, out, err = _run()

    assert (code, out) == (2, "")
    assert "give the import a rate" in err


def test_the_report_as_csv_has_the_same_sums(tmp_path) -> None:
    file = tmp_path / "report.csv"
    _run("--rate", "7", "--report", str(file))

    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    lines = [row for row in rows if row["Line"]]
    read = {row["File"]: int(row["Rows"]) for row in rows if row["Outcome"] == "Rows read"}
    outcomes = {
        file: sum(
            int(row["Rows"])
            for row in rows
            if row["File"] == file and not row["Line"] and row["Outcome"] != "Rows read"
        )
        for file in read
    }
    assert (
        read
        == outcomes
        == {"accounts.csv": 8, "products.csv": 3, "sales_teams.csv": 3, "sales_pipeline.csv": 22}
    )
    assert len(lines) == ImportRun.objects.get().lines.count()
    negative = next(row for row in lines if row["Key"] == "X7")
    assert (negative["Value"], negative["What"]) == ("'-10", "An amount can’t be negative")


def test_it_is_done_in_the_name_of_whom_it_names(cast) -> None:
    _run("--rate", "7", "--by", "ada@havn.example")

    assert ImportRun.objects.get().by == cast.ada
    assert set(Opportunity.objects.values_list("created_by__name", flat=True)) == {"Ada Holm"}
    assert _run("--by", "nobody@havn.example")[0] == 2
