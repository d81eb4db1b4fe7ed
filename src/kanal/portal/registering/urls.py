"""Addresses of deal registration, and of asking whether a customer is free."""

from django.urls import path

from kanal.portal.registering import checking, lists, pages, verbs

urlpatterns = [
    path("registrations/", lists.listing, name="registrations"),
    path("registrations/<uuid:key>/", pages.page, name="registration"),
    path("registrations/<uuid:key>/save/", pages.save, name="registration_save"),
    path("registrations/<uuid:key>/answer/", verbs.answer, name="registration_answer"),
    path("registrations/<uuid:key>/withdraw/", verbs.withdraw, name="registration_withdraw"),
    path("registrations/<uuid:key>/extend/", verbs.extend, name="registration_extend"),
    path("check/", checking.check, name="check_customer"),
]
