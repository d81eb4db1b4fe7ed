"""Addresses of deal registration at the desk."""

from django.urls import path

from kanal.desk.registrations import listing, policy, record

urlpatterns = [
    path("registrations/", listing.page, name="registrations"),
    path("registrations/export/<str:kind>/", listing.export, name="registrations_export"),
    path("registrations/away/", listing.leave, name="registrations_away"),
    path("registrations/back/", listing.come_back, name="registrations_back"),
    path("registrations/policy/", policy.page, name="registration_policy"),
    path("registrations/policy/versions/", policy.versions, name="registration_policy_versions"),
    path("lookup/registrations/", listing.lookup, name="lookup_registrations"),
    path("registrations/<uuid:key>/", record.page, name="registration"),
    path("registrations/<uuid:key>/<slug:verb>/", record.do, name="registration_verb"),
]
