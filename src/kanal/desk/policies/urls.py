"""Addresses of the policies."""

from django.urls import path

from kanal.desk.policies import editing, listing, trying, versions

urlpatterns = [
    path("policies/", listing.page, name="policies"),
    path("policies/start/", listing.start, name="policies_start"),
    path("policies/new/", editing.page, name="policy_new"),
    path("policies/<uuid:key>/", editing.page, name="policy"),
    path("policies/<uuid:key>/replay/", trying.page, name="policy_replay"),
    path("policies/<uuid:key>/move/", listing.move, name="policy_move"),
    path("policies/<uuid:key>/archive/", listing.archive, name="policy_archive"),
    path("policies/<uuid:key>/restore/", listing.restore, name="policy_restore"),
    path("policies/<uuid:key>/versions/", versions.page, name="policy_versions"),
    path("policies/<uuid:key>/versions/<int:number>/", versions.restore, name="policy_version_restore"),
]
