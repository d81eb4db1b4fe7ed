"""Addresses of the desk."""

from django.urls import include, path

from kanal.desk import bulk_runs, files, lookups, rules
from kanal.desk.opportunities import (
    bulk,
    export,
    history,
    listing,
    offers,
    record,
    registered,
    stages,
    verbs,
)

app_name = "desk"

urlpatterns = [
    path("opportunities/", listing.page, name="opportunities"),
    path("opportunities/export/<str:kind>/", export.download, name="opportunities_export"),
    path("opportunities/bulk/<slug:verb>/", bulk.page, name="opportunities_bulk"),
    path("bulk/<uuid:key>/", bulk_runs.page, name="bulk_run"),
    path("opportunities/new/", record.new, name="opportunity_new"),
    path("opportunities/<uuid:key>/", record.page, name="opportunity"),
    path("opportunities/<uuid:key>/history/", history.page, name="opportunity_history"),
    path("opportunities/<uuid:key>/registrations/", registered.page, name="opportunity_registrations"),
    path("opportunities/<uuid:key>/offers/", offers.page, name="opportunity_offers"),
    path("opportunities/<uuid:key>/offers/<uuid:decision>/", offers.explanation, name="opportunity_why"),
    path("opportunities/<uuid:key>/preferred/", offers.assign, name="opportunity_preferred"),
    path("opportunities/<uuid:key>/note/", stages.note, name="opportunity_note"),
    path("opportunities/<uuid:key>/stage/", stages.move, name="opportunity_stage"),
    path("opportunities/<uuid:key>/<str:verb>/", verbs.do, name="opportunity_verb"),
    path("rules/", rules.page, name="rules"),
    path("files/<uuid:key>/", files.download, name="file"),
    path("lookup/accounts/", lookups.accounts, name="lookup_accounts"),
    path("lookup/similar/", lookups.similar, name="lookup_similar"),
    path("lookup/protected/", lookups.protected, name="lookup_protected"),
    path("lookup/contacts/", lookups.contacts, name="lookup_contacts"),
    path("lookup/partners/", lookups.partners, name="lookup_partners"),
    path("lookup/people/", lookups.people, name="lookup_people"),
    path("lookup/products/", lookups.products, name="lookup_products"),
    path("lookup/territories/", lookups.territories, name="lookup_territories"),
    path("", include("kanal.desk.applications.urls")),
    path("", include("kanal.desk.distribution.urls")),
    path("", include("kanal.desk.imports")),
    path("", include("kanal.desk.notifications")),
    path("", include("kanal.desk.invitations")),
    path("", include("kanal.desk.looks")),
    path("", include("kanal.desk.policies.urls")),
    path("", include("kanal.desk.profile_changes")),
    path("", include("kanal.desk.registrations.urls")),
    path("", include("kanal.desk.proof")),
    path("reports/", include("kanal.desk.reports.urls")),
    path("", include("kanal.desk.directory_urls")),
]
