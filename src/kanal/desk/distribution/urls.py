"""Addresses of distribution."""

from django.urls import path

from kanal.desk.distribution import preview, queue

urlpatterns = [
    path("distribution/", queue.page, name="distribution"),
    path("distribution/propose/", queue.propose, name="distribution_propose"),
    path("distribution/<uuid:key>/", preview.page, name="distribution_run"),
    path("distribution/<uuid:key>/deliver/", preview.deliver, name="distribution_deliver"),
    path("distribution/<uuid:key>/discard/", preview.discard, name="distribution_discard"),
    path("distribution/<uuid:key>/lines/<uuid:line>/", preview.line, name="distribution_line"),
]
