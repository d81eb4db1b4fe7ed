"""Addresses of applications at the desk."""

from django.urls import path

from kanal.desk.applications import approving, listing, record

urlpatterns = [
    path("applications/", listing.page, name="applications"),
    path("applications/<uuid:key>/", record.page, name="application"),
    path("applications/<uuid:key>/approve/", approving.page, name="application_approve"),
    path("applications/<uuid:key>/<str:verb>/", record.do, name="application_verb"),
]
