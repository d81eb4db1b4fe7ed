"""Addresses of the reports."""

from django.urls import path

from kanal.desk.reports import fairness, leaks, pages, registrations

urlpatterns = [
    path("", pages.index, name="reports"),
    path("leaks/", leaks.page, name="leaks"),
    path("leaks/export/<str:kind>/", leaks.export, name="leaks_export"),
    path("fairness/", fairness.page, name="fairness"),
    path("registrations/", registrations.page, name="deal_registrations"),
    path("registrations/holding/", registrations.held, name="deal_holding"),
    path("registrations/conflicts/", registrations.conflicts, name="deal_conflicts"),
    path("registrations/<str:view>/export/<str:kind>/", registrations.export, name="deal_export"),
]
