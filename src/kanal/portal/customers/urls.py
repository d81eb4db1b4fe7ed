"""Addresses of the customers and of their people."""

from django.urls import path

from kanal.portal.customers import contacts, lookups, pages

urlpatterns = [
    path("customers/", pages.listing, name="customers"),
    path("customers/new/", pages.new, name="customer_new"),
    path("customers/similar/", pages.nearest, name="customers_similar"),
    path("customers/<uuid:key>/", pages.page, name="customer"),
    path("customers/<uuid:key>/archive/", pages.archive, name="customer_archive"),
    path("customers/<uuid:key>/restore/", pages.restore, name="customer_restore"),
    path("customers/<uuid:key>/contacts/new/", contacts.new, name="contact_new"),
    path("contacts/<uuid:key>/", contacts.page, name="contact"),
    path("contacts/<uuid:key>/archive/", contacts.archive, name="contact_archive"),
    path("contacts/<uuid:key>/restore/", contacts.restore, name="contact_restore"),
    path("lookup/customers/", lookups.customers, name="lookup_customers"),
    path("lookup/contacts/", lookups.contacts, name="lookup_contacts"),
]
