"""Addresses of the portal."""

from django.urls import include, path

from kanal.portal import answers, downloads, home, lists, record

app_name = "portal"

urlpatterns = [
    path("", home.dashboard, name="dashboard"),
    path("opportunities/", lists.opportunities, name="opportunities"),
    path("opportunities/accept/", answers.accept_several, name="accept_several"),
    path("opportunities/decline/", answers.decline_several, name="decline_several"),
    path("opportunities/export/<slug:which>.<slug:kind>", downloads.download, name="export"),
    path("opportunities/<uuid:key>/", record.opportunity, name="opportunity"),
    path("opportunities/<uuid:key>/accept/", answers.accept, name="accept"),
    path("opportunities/<uuid:key>/decline/", answers.decline, name="decline"),
    path("opportunities/<uuid:key>/note/", record.note, name="note"),
    path("files/<uuid:key>/", record.file, name="file"),
    path("", include("kanal.portal.people")),
    path("", include("kanal.portal.company")),
    path("", include("kanal.portal.notifications")),
]
