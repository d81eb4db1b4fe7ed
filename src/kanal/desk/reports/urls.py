"""Addresses of the reports."""

from django.urls import path

from kanal.desk.reports import fairness, leaks, pages

urlpatterns = [
    path("", pages.index, name="reports"),
    path("leaks/", leaks.page, name="leaks"),
    path("leaks/export/<str:kind>/", leaks.export, name="leaks_export"),
    path("fairness/", fairness.page, name="fairness"),
]
