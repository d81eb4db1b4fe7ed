"""Addresses of the portal."""

from django.urls import include, path

from kanal.portal import answers, downloads, home, lists, record, work, work_products
from kanal.portal.making import pages as making
from kanal.portal.registering import verbs as registering

app_name = "portal"

urlpatterns = [
    path("", home.dashboard, name="dashboard"),
    path("opportunities/", lists.opportunities, name="opportunities"),
    path("opportunities/accept/", answers.accept_several, name="accept_several"),
    path("opportunities/decline/", answers.decline_several, name="decline_several"),
    path("opportunities/export/<slug:which>.<slug:kind>", downloads.download, name="export"),
    path("opportunities/new/", making.new, name="opportunity_new"),
    path("opportunities/<uuid:key>/rewrite/", making.revise, name="opportunity_revise"),
    path("opportunities/<uuid:key>/", record.opportunity, name="opportunity"),
    path("opportunities/<uuid:key>/accept/", answers.accept, name="accept"),
    path("opportunities/<uuid:key>/decline/", answers.decline, name="decline"),
    path("opportunities/<uuid:key>/ask/", answers.ask, name="ask"),
    path("opportunities/<uuid:key>/note/", record.note, name="note"),
    path("opportunities/<uuid:key>/do/<slug:what>/", work.do, name="work"),
    path("opportunities/<uuid:key>/register/", registering.register, name="register"),
    path("lookup/products/", work_products.lookup, name="work_products"),
    path("files/<uuid:key>/", record.file, name="file"),
    path("", include("kanal.portal.people")),
    path("", include("kanal.portal.company")),
    path("", include("kanal.portal.teaching")),
    path("", include("kanal.portal.customers.urls")),
    path("", include("kanal.portal.registering.urls")),
    path("", include("kanal.portal.notifications")),
    path("", include("kanal.portal.proof")),
]
