"""Imports at the desk."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.importing.actions import carry_out_upload
from kanal.importing.models import ImportRun
from kanal.opportunities.models import Opportunity
from tests.importing.files import load, packed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client, cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(cast.ada)
    return client


def _upload(client, content: bytes | None = None, **fields):
    file = SimpleUploadedFile("export.zip", packed().read() if content is None else content)
    return client.post(reverse("desk:import_new"), {"kind": "crm-sales", "file": file, "rate": "7", **fields})


def test_an_archive_is_tried_out_and_then_imported_for_good(ada, cast) -> None:
    answer = _upload(ada)
    tried = ImportRun.objects.get()
    assert answer.url == reverse("desk:import", args=[tried.pk])
    assert ProcrastinateJob.objects.filter(task_name="kanal.importing.tasks.carry_out").count() == 1
    assert b"Waiting for the worker" in ada.get(answer.url).content

    carry_out_upload(key=tried.pk)
    assert not Opportunity.objects.exists()
    page = ada.get(answer.url).content.decode()
    assert "This was a rehearsal" in page
    assert "Import for good" in page

    answer = ada.post(reverse("desk:import_keep", args=[tried.pk]))
    kept = ImportRun.objects.get(dry_run=False)
    assert answer.url == reverse("desk:import", args=[kept.pk])
    carry_out_upload(key=kept.pk)
    assert Opportunity.objects.count() == 7
    assert set(Opportunity.objects.values_list("created_by", flat=True)) == {cast.ada.pk}
    assert carry_out_upload(key=kept.pk).pk == kept.pk  # a job that comes twice does nothing the second time


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"no archive", "This is no ZIP archive."), (packed().read()[:200], "This is no ZIP archive.")],
)
def test_what_is_no_archive_is_refused_at_its_field(ada, content, message) -> None:
    answer = _upload(ada, content)

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_an_archive_without_the_files_names_them(ada) -> None:
    import zipfile

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("accounts.csv", "account\n")
    answer = _upload(ada, content.getvalue())

    assert (
        "The archive does not hold products.csv, sales_teams.csv, sales_pipeline.csv."
        in answer.content.decode()
    )


def test_a_rate_that_is_none_is_refused_at_its_field(ada) -> None:
    answer = _upload(ada, rate="lots")

    assert answer.status_code == 422
    assert "A rate is a number above zero" in answer.content.decode()


def test_the_page_of_a_run_shows_sums_causes_and_rejected_rows_with_reason(ada) -> None:
    run = load()
    page = ada.get(reverse("desk:import", args=[run.pk])).content.decode()

    assert "Every row has exactly one outcome" in page
    assert "sales_pipeline.csv, line 9" in page
    assert "Remove one of the two rows." in page
    repaired = ada.get(
        reverse("desk:import", args=[run.pk]), {"outcome": "repaired", "code": "product_spelling"}
    )
    assert repaired.content.decode().count("Product name corrected to “GTX Pro”") == 2


def test_the_report_is_downloaded_as_csv(ada) -> None:
    run = load()
    answer = ada.get(reverse("desk:import_report", args=[run.pk]))

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert b"".join(answer.streaming_content).decode("utf-8-sig").startswith("File,Line,Key,Outcome")


def test_progress_is_a_fragment_and_the_end_reloads_the_page(ada) -> None:
    run = ImportRun.objects.create(kind="crm-sales", state="queued")
    address = reverse("desk:import", args=[run.pk])
    assert "<html" not in ada.get(address, headers={"HX-Request": "true"}).content.decode()

    ImportRun.objects.update(state="failed", failure="It went wrong.")
    answer = ada.get(address, headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"


def test_a_failed_run_says_why_and_can_not_be_imported(ada) -> None:
    run = ImportRun.objects.create(
        kind="crm-sales", state="failed", failure="No rate.", dry_run=True, upload="x.zip"
    )

    assert "No rate. Nothing was kept." in ada.get(reverse("desk:import", args=[run.pk])).content.decode()
    ada.post(reverse("desk:import_keep", args=[run.pk]))
    assert ImportRun.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_number_of_queries_for_any_number_of_runs(
    ada, cast, rows, django_assert_max_num_queries
) -> None:
    for _ in range(rows):
        ImportRun.objects.create(kind="crm-sales", by=cast.ada, state="done")
    ada.get(reverse("desk:imports"))

    with django_assert_max_num_queries(8):
        assert ada.get(reverse("desk:imports")).status_code == 200


def test_the_list_without_an_import_says_what_one_is_for(ada) -> None:
    assert "Nothing was imported yet" in ada.get(reverse("desk:imports")).content.decode()
